"""What an upload would change is told in words and numbers as everywhere, and what is not known with its reason."""

from maps.desk.effects import effects_page

STANDING = {
    "status": "ranked",
    "score": 52.35,
    "score_low": 40.2,
    "score_high": 61.7,
    "rank": 5,
    "band": 2,
    "class": "sedang",
    "class_words": {"id": "Sedang (71%)", "en": "Medium (71%)"},
    "data_coverage": 0.8,
}


def document(**entry):
    said = {"model": "kesiapan", "layer": "zones", "title": {"id": "Kesiapan", "en": "Readiness"}}
    return {
        "upload": "0" * 16,
        "sentence": {"id": "Berubah.", "en": "It changes."},
        "assessments": [said | entry],
    }


def counted(**counts):
    names = ("changed", "unchanged", "added", "removed", "ranks", "classes")
    return dict.fromkeys(names, 0) | counts


def test_an_area_is_told_before_and_after_only_where_it_moves():
    after = STANDING | {"rank": 3, "score": 60.0, "score_low": 48.0, "score_high": 70.9}
    area = {"area_id": "a", "name": "Angsana", "before": STANDING, "after": after}
    told = effects_page(
        document(
            counts=counted(changed=1, ranks=1, unchanged=4),
            year={"before": 2023, "after": 2024},
            areas=[area],
            added=[],
            removed=[],
        ),
        language="id",
    )
    (one,) = told["assessments"]
    assert one["title"] == "Kesiapan: Kawasan transmigrasi"
    (table,) = one["tables"]
    (row,) = table["areas"]
    assert row["rank"] == {"before": "5", "after": "3"}
    assert row["score"] == {"before": "52,4 (40–62)", "after": "60,0 (48–71)"}
    assert row["class"] == {"before": None, "after": "Sedang (71%)"}
    assert [count["text"] for count in one["counts"]] == ["Berubah", "Peringkat bergeser", "Tetap"]
    assert "2023" in one["years"]


def test_no_change_and_what_is_not_known_are_sentences():
    same = effects_page(
        document(
            counts=counted(unchanged=5),
            year={"before": 2024, "after": 2024},
            areas=[],
            added=[],
            removed=[],
        ),
        language="en",
    )
    assert same["assessments"][0]["is_same"]
    why_not = {"id": "Data kurang.", "en": "Data are missing."}
    unknown = effects_page(document(why_not=why_not), language="en")
    assert unknown["assessments"][0]["why_not"] == "Not known. Data are missing."


def test_an_area_that_comes_or_leaves_is_told_by_name_with_what_it_has():
    told = effects_page(
        document(
            counts=counted(added=1, removed=1),
            year={"before": 2024, "after": 2024},
            areas=[],
            added=["a-2"],
            removed=["b"],
            added_areas=[{"area_id": "a-2", "name": "Angsana", "before": None, "after": STANDING}],
            removed_areas=[{"area_id": "b", "name": "Barambai", "before": STANDING, "after": None}],
        ),
        language="id",
    )
    came, left = told["assessments"][0]["tables"]
    assert (came["way"], left["way"]) == ("added", "removed")
    for table, name, key in ((came, "Angsana", "a-2"), (left, "Barambai", "b")):
        (row,) = table["areas"]
        assert (row["name"], row["key"]) == (name, key)
        assert row["rank"] == {"before": None, "after": "5"}
        assert row["class"] == {"before": None, "after": "Sedang (71%)"}
