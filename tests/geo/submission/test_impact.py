"""What an upload would change is told before it is published, and is what publishing then changes."""

import geopandas as gpd
import pytest

from geo.planning.assess import assess
from geo.published import read_indicators
from geo.store.roles import Actor
from geo.submission import approval
from geo.submission import impact as impact_module
from geo.submission.impact import impact

ADI = Actor("adi", "publisher", approves_own=True)


def handed_in(store, tmp_path, dataset, frame):
    """An upload that was checked, whose cleaned features are `frame`, or a file's bytes."""
    cleaned = tmp_path / "cleaned.parquet"
    if isinstance(frame, bytes):
        cleaned.write_bytes(frame)
    else:
        frame.to_parquet(cleaned)
    upload = store.uploads.receive(
        dataset, cleaned, filename="x", sha256="0" * 64, choices={}, actor=ADI
    ).upload
    store.uploads.begin_check(upload, actor="adi")
    report = {"against": store.version(dataset).number, "counts": {}, "difference": None}
    report |= {"summary": dict.fromkeys(("features", "crs", "bounds")), "replace": False}
    store.uploads.end_check(upload, report=report, frame=cleaned, actor="adi")
    return upload


@pytest.fixture
def zones_only(monkeypatch):
    """One layer and one model: the others take seconds and are the same code."""
    monkeypatch.setattr(impact_module, "LAYERS", ("zones",))
    monkeypatch.setattr(impact_module, "MODELS", ("kebutuhan",))


def test_the_impact_is_what_publishing_changes(zones_only, reference_store, tmp_path):
    store = reference_store
    zones = gpd.read_parquet(store.version("zones").path)
    smaller = zones.iloc[:-1]
    same = handed_in(store, tmp_path, "zones", store.version("zones").path.read_bytes())
    upload = handed_in(store, tmp_path, "zones", smaller)
    before = {one.area_id: one for one in assess(store, "kebutuhan").results}

    told = impact(store, same)
    assert told["has_effect"] is False
    assert told["sentence"]["en"].startswith("No score")

    told = impact(store, upload)
    (entry,) = told["assessments"]
    assert told["has_effect"]
    assert entry["removed"] == [zones.index[-1]]
    (gone,) = entry["removed_areas"]
    assert gone["name"] == zones["name"].iloc[-1]
    assert (gone["before"]["score"], gone["after"]) == (before[zones.index[-1]].score, None)
    assert gone["name"] in told["sentence"]["id"]
    assert store.version("zones").number == 1
    assert store.uploads.one(upload).impact["computed_from"] == told["computed_from"]
    assert impact(store, upload) == told

    approval.publish(store, upload, actor=ADI, note="x")
    after = {one.area_id: one for one in assess(store, "kebutuhan").results}
    moved = {key for key in after if before[key].rank != after[key].rank}
    assert entry["counts"]["ranks"] == len(moved)
    for area in entry["areas"]:
        key = area["area_id"]
        assert (area["before"]["score"], area["after"]["score"]) == (
            before[key].score,
            after[key].score,
        )
    assert moved <= {area["area_id"] for area in entry["areas"]}


def test_figures_change_scores_and_an_unread_layer_none(zones_only, reference_store, tmp_path):
    store = reference_store
    table = read_indicators(store.version("indicators").path)
    row = table[(table["indicator"] == "tpt_agustus") & (table["regency_code"] == "63.10")].tail(1)
    upload = handed_in(
        store, tmp_path, "indicators", row.assign(value=row["value"] + 3).astype("str")
    )
    (entry,) = impact(store, upload)["assessments"]
    assert entry["counts"]["changed"] > 0
    assert store.version("indicators").number == 1
    kecamatan = gpd.read_parquet(store.version("kecamatan").path)
    unread = impact(store, handed_in(store, tmp_path, "kecamatan", kecamatan))
    assert (unread["has_effect"], unread["assessments"]) == (False, [])
    assert "assessment reads it" in unread["sentence"]["en"]
