"""What the page of an upload offers of how its file is read, from documents made by hand."""

import pytest

from geo.language import Text
from maps.desk.reading import accepting, reading

LAYERS = {"zones": Text("Kawasan", "Zones"), "sungai": Text("Sungai", "Rivers")}
NOWHERE = {"id": "di luar provinsi", "en": "outside the province"}


def system(code, *, in_region=True):
    place = {"id": "di Banjar", "en": "in Banjar"} if in_region else NOWHERE
    bounds = [114.5, -3.5, 114.6, -3.4]
    return {"code": code, "name": code, "bounds": bounds, "in_region": in_region, "place": place}


def document(*, chosen=None, counts=None, **choices):
    report = {"findings": [], "counts": counts or {}, "choices": choices}
    return {"collection": "zones", "choices": chosen or {}, "report": report}


def offered(found):
    return reading(found, layers=LAYERS, language="en")


@pytest.mark.parametrize(
    ("chosen", "expected", "other"),
    [
        ({}, "", ""),
        ({"crs": "EPSG:32750"}, "EPSG:32750", ""),
        # Another spelling of the code that the report knows.
        ({"crs": "epsg:32750"}, "EPSG:32750", ""),
        ({"crs": "EPSG:4326"}, "EPSG:4326", ""),
    ],
)
def test_the_stated_crs_stands_first_and_the_chosen_one_is_marked(chosen, expected, other):
    asked = system("EPSG:32750") if "32750" in chosen.get("crs", "") else None
    crs = {
        "stated": system("EPSG:32749", in_region=False),
        "asked": asked,
        "candidates": [system("EPSG:4326"), system("EPSG:32750")],
    }
    systems = offered(document(chosen=chosen, crs=crs))["systems"]
    assert systems["buttons"][0]["value"] == ""
    assert systems["buttons"][0]["place"] == "outside the province"
    assert {one["code"] for one in systems["buttons"]} == {"EPSG:32749", "EPSG:4326", "EPSG:32750"}
    assert [one["value"] for one in systems["buttons"] if one["is_chosen"]] == [expected]
    assert systems["other"] == other
    assert systems["buttons"][0]["bounds"] == "114.5 -3.5 114.6 -3.4"


def test_what_needs_no_choice_is_folded():
    quiet, loud = offered(document()), offered(document(counts={"outside_region": 1}))
    assert (quiet["systems_open"], loud["systems_open"]) == (False, True)
    assert not quiet["asks_others"]
    assert offered(document(counts={"regencies_foreign": 1}))["asks_others"]


def test_fields_without_a_likely_column_stand_behind_the_others():
    fields = [
        {"name": n, "title": {"id": n, "en": n}, "required": r, "column": c, "candidates": k}
        for n, r, c, k in (
            ("name", True, None, []),
            ("status", False, "REMARK", ["REMARK"]),
            ("decree", False, None, []),
        )
    ]
    columns = offered(document(fields=fields))["columns"]
    assert [one["name"] for one in columns["fields"]] == ["name", "status"]
    assert [one["name"] for one in columns["more"]] == ["decree"]
    assert [one["is_suggested"] for one in columns["fields"]] == [False, True]
    chosen = {"columns": {"status": "REMARK"}}
    told = offered(document(chosen=chosen, fields=fields))["columns"]
    assert not told["fields"][1]["is_suggested"]


def polygon(row, **facts):
    feature = {"row": row, "key": f"k{row}", "name": None}
    reason = {"id": "garis memotong dirinya", "en": "its outline crosses itself"}
    areas = {"before_ha": 10.0, "after_ha": 9.5, "percent": -5.0, "is_done": False}
    return {"feature": feature, "where": {}, "reason": reason, **areas, **facts}


def test_each_polygon_has_its_tick_and_a_repair_that_is_done_still_counts():
    repairs = [
        {
            "repair": "make_valid",
            "of": "polygons",
            "count": 1,
            "done": 1,
            "area_ha": None,
            "features": [polygon(2, is_done=True), polygon(5, percent=None, before_ha=0.0)],
        }
    ]
    chosen = {"repairs": ["make_valid"], "unrepaired": ["5"]}
    found = offered(document(chosen=chosen, repairs=repairs))["repairs"]
    assert found["count"] == 2
    assert [row["is_chosen"] for row in found["rows"]] == [True, False]
    assert not found["is_whole"]
    assert [row["percent"] for row in found["rows"]] == ["−5%", None]


def loss(code, **facts):
    sentence = {"id": "Kolom hilang.", "en": "Columns vanish."}
    return {"code": code, "sentence": sentence, "facts": facts}


def test_every_loss_has_a_name_and_words_of_its_own():
    found = document(counts={"columns_vanish": 1, "features_removed": 1})
    found["report"]["against"] = "3"
    found["report"]["findings"] = [
        loss("columns_vanish", columns="A, B", count=3, lost={"A": 3, "B": 2}),
        loss("features_removed", count=1, keys="angsana"),
    ]
    asked = accepting(found, "en")
    assert [one["name"] for one in asked["open"]] == [
        "columns_vanish:A",
        "columns_vanish:B",
        "features_removed",
    ]
    assert asked["open"][1]["label"] == "The column B vanishes, with its values of 2 features"
    assert "angsana" in asked["open"][2]["label"]
    submission = {"accepted": ["columns_vanish:A"], "base": 3}
    decided = accepting(found | {"submission": submission}, "en")
    assert [one["name"] for one in decided["done"]] == ["columns_vanish:A"]
    everything = accepting(found | {"submission": {"accept_warnings": True, "base": 3}}, "en")
    assert everything["open"] == []


def test_a_report_that_does_not_name_its_columns_asks_by_its_sentence():
    found = document(counts={"columns_vanish": 1})
    found["report"]["findings"] = [loss("columns_vanish", columns="A, B", count=3)]
    (one,) = accepting(found, "en")["open"]
    assert one == {
        "name": "columns_vanish",
        "label": "I have looked at it and it is right (3): Columns vanish.",
    }


def with_findings(*findings, chosen=None, **choices):
    found = document(chosen=chosen, **choices)
    found["report"]["findings"] = list(findings)
    return offered(found)


@pytest.mark.parametrize("code", ["features_removed", "missing_kept"])
def test_features_that_the_file_lacks_are_asked_for_whether_they_stay_or_not(code):
    named = {"id": "Cerbon (cerbon, 1,5 ha)", "en": "Cerbon (cerbon, 1.5 ha)"}
    found = with_findings(loss(code, count=1, keys="cerbon", named=named))["missing"]
    assert found == {"count": 1, "named": named["en"], "is_kept": code == "missing_kept"}
    assert with_findings()["missing"] is None


def test_a_zone_that_is_like_a_published_one_may_be_said_to_be_it_and_taken_back():
    published = [{"key": "cahaya-baru", "name": "Kawasan Cahaya Baru"}]
    row = {"row": 1, "label": "Cahaya Baru", "key": "cahaya-baru-2", "published": published}
    (asked,) = with_findings(loss("zones_like_published", count=1, rows=[row]))["alike"]
    assert [one["is_chosen"] for one in asked["published"]] == [False]
    chosen = {"same_as": {"1": "cahaya-baru", "3": "lama"}}
    said = with_findings(loss("zones_same_as", count=1, rows=[row]), chosen=chosen)["alike"]
    assert [(one["row"], one["published"][0]["is_chosen"]) for one in said] == [
        (1, True),
        (3, True),
    ]


def test_a_required_field_that_was_filled_is_not_asked_for():
    title = {"id": "Kode", "en": "Code"}
    fields = [
        {"name": name, "title": title, "required": True, "column": None, "candidates": []}
        for name in ("zone_id", "regency_code", "name")
    ]
    placed = loss("regencies_placed", count=2) | {"where": {"column": "regency_code"}}
    found = with_findings(placed, fields=fields, columns=[])["columns"]["fields"]
    assert [(one["is_required"], one["without"]) for one in found] == [
        (False, "– made of the name –"),
        (False, "– filled by where it lies –"),
        (True, None),
    ]
