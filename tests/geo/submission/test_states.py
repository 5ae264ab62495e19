"""From a file that came to its end: what is kept, who may go on, and what a dead service leaves."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial

import geopandas as gpd
import pytest
import shapely

from geo.errors import (
    Conflict,
    InvalidInput,
    LayerMoved,
    LayerNotFound,
    NotAllowed,
    NotDrawn,
    StaleVersion,
    UploadRejected,
    UploadUnsupported,
    WarningsNotAccepted,
)
from geo.store import database
from geo.store.roles import Actor
from geo.store.store import Provenance, Store
from geo.submission import approval, check, drawings
from geo.submission.accepting import still_open, warned
from geo.submission.steps import steps_of
from geo.submission.waiting import waiting_for
from tests.regions import give_region

SRI = Actor("sri", "editor", "Disnakertrans")
ADI = Actor("adi", "publisher", "Bappeda")
VIEWER = Actor("lia", "viewer")


def actions_of(store):
    """What the audit log says after the region was published."""
    return [entry["action"] for entry in store.audit()[1:]]


class Clock:
    def __init__(self):
        self.now = datetime(2026, 11, 1, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    opened = Store(tmp_path / "store", now=clock)
    give_region(opened)
    yield opened
    opened.close()


def one_zone(**columns):
    values = {"zone_id": ["angsana"], "name": ["Angsana"], "regency_code": ["63.10"]} | columns
    return gpd.GeoDataFrame(
        values, geometry=[shapely.box(115.57, -3.73, 115.64, -3.69)], crs="OGC:CRS84"
    )


@pytest.fixture
def handed_in(store, tmp_path):
    """Hand a file in: `handed_in(frame)`; nothing of it has been read yet."""

    def hand_in(frame=None, *, actor=SRI, **chosen):
        path = tmp_path / "zona.geojson"
        path.write_text((one_zone() if frame is None else frame).to_json())
        return check.receive(
            store, path, filename="zona.geojson", dataset="zones", chosen=chosen, actor=actor
        )

    return hand_in


@pytest.fixture
def ready(read_here, handed_in, store):
    return lambda **options: check.check(store, handed_in(**options).upload)


def test_a_file_is_kept_as_it_came_before_anything_of_it_is_read(store, handed_in, tmp_path):
    upload = handed_in()
    assert upload.state == "received"
    original = store.uploads.original(upload.upload)
    assert original.read_bytes() == (tmp_path / "zona.geojson").read_bytes()
    assert store.check().is_sound
    assert store.check().orphans == ()


def roles_of(content):
    return sorted(f["properties"]["role"] for f in json.loads(content)["features"])


def test_the_drawings_of_a_file_go_with_it_and_what_it_changed_stays(ready, store):
    first = ready()
    assert first.report["drawings"] == ["preview"]
    with pytest.raises(NotDrawn, match="never published"):
        drawings.changes(store, first.upload)
    approval.publish(store, first.upload, actor=ADI, note="x")
    with pytest.raises(NotDrawn, match="goes with the file"):
        drawings.preview(store, first.upload)

    moved = one_zone().translate(0.01)
    second = ready(frame=one_zone().set_geometry(moved))
    assert second.report["drawings"] == ["preview", "changes"]
    assert second.report["difference"]["changed"][0]["moved_m"] == pytest.approx(1_111, rel=0.001)
    assert (store.check().is_sound, store.check().orphans) == (True, ())
    drawn = drawings.changes(store, second.upload)
    assert roles_of(drawn) == ["moved_after", "moved_before"]
    approval.publish(store, second.upload, actor=ADI, note="x")
    assert json.loads(drawings.changes(store, second.upload)) == json.loads(drawn)
    assert not list((store.folder / "uploads").iterdir())

    third = ready(frame=one_zone(name=["Angsana Raya"]))
    approval.withdraw(store, third.upload, actor=SRI)
    with pytest.raises(NotDrawn, match="not kept"):
        drawings.changes(store, third.upload)
    assert not list((store.folder / "uploads").iterdir())


def test_a_file_with_errors_is_mended_by_a_choice_and_not_by_another_upload(
    read_here, store, handed_in
):
    bow_tie = shapely.Polygon(
        [(115.70, -3.60), (115.76, -3.55), (115.76, -3.60), (115.70, -3.55), (115.70, -3.60)]
    )
    frame = one_zone().set_geometry([bow_tie], crs="OGC:CRS84")
    faulty = check.check(store, handed_in(frame).upload)
    assert faulty.state == "needs_choices"
    assert faulty.report["counts"]["geometry_invalid"] == 1
    with pytest.raises(UploadRejected):
        approval.submit(store, faulty.upload, actor=SRI, note="x")

    assert roles_of(drawings.preview(store, faulty.upload)) == ["after", "before", "faulty"]
    with pytest.raises(NotDrawn, match="still has errors"):
        drawings.changes(store, faulty.upload)

    check.choose(store, faulty.upload, {"repairs": ["make_valid"]}, actor=SRI)
    with pytest.raises(NotDrawn, match="still being checked"):
        drawings.preview(store, faulty.upload)
    mended = check.check(store, faulty.upload)
    assert (mended.state, mended.choices) == ("ready", {"repairs": ["make_valid"]})
    assert mended.report["counts"]["geometry_repaired"] == 1

    check.choose(store, faulty.upload, {"repairs": None}, actor=SRI)
    assert check.check(store, faulty.upload).state == "needs_choices"
    assert not store.uploads.path(faulty.upload).exists()


@pytest.mark.parametrize(
    "wrong", [{"crs": "EPSG:999999"}, {"encoding": "rot13"}, {"regencies": ["99.99"]}]
)
def test_a_choice_that_nobody_knows_changes_nothing(ready, store, wrong):
    upload = ready()
    with pytest.raises(InvalidInput):
        check.choose(store, upload.upload, wrong, actor=SRI)
    assert store.uploads.one(upload.upload) == upload


def test_a_file_of_no_kind_leaves_nothing_behind(store, tmp_path):
    path = tmp_path / "surat.pdf"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(UploadUnsupported):
        check.receive(store, path, filename="surat.pdf", dataset="zones", chosen={}, actor=SRI)
    assert store.uploads.newest() == []
    assert list((store.folder / "uploads").iterdir()) == []


def test_a_submission_is_approved_by_another_and_its_files_go(ready, store):
    upload = ready()
    submitted = approval.submit(
        store, upload.upload, actor=SRI, note="Hasil rapat", licence="CC BY 4.0"
    )
    assert (submitted.state, submitted.base, submitted.submitted_by) == ("submitted", 0, "sri")
    with pytest.raises(NotAllowed):
        approval.publish(store, upload.upload, actor=SRI)
    version = approval.publish(store, upload.upload, actor=ADI)
    assert (version.note, version.licence) == ("Hasil rapat", "CC BY 4.0")
    assert (version.role, version.institution) == ("publisher", "Bappeda")
    assert store.uploads.one(upload.upload).state == "published"
    assert list((store.folder / "uploads").iterdir()) == []
    assert actions_of(store) == ["upload", "check", "check", "submit", "publish"]


def test_a_publisher_does_not_approve_its_own_unless_the_store_says_so(ready, store):
    upload = ready(actor=ADI)
    with pytest.raises(NotAllowed):
        approval.publish(store, upload.upload, actor=ADI, note="x")
    store.rules.set("own_approval", True, actor="admin")
    assert approval.publish(store, upload.upload, actor=ADI, note="x").number == 1
    with pytest.raises(NotAllowed):
        ready(actor=VIEWER)


def returned(ready, store, reason="Batas selatan belum disepakati"):
    upload = ready()
    approval.submit(store, upload.upload, actor=SRI, note="x")
    return approval.give_back(store, upload.upload, actor=ADI, reason=reason)


def test_what_is_returned_says_why_and_keeps_everything(ready, store):
    upload = ready()
    approval.submit(store, upload.upload, actor=SRI, note="x")
    with pytest.raises(InvalidInput):
        approval.give_back(store, upload.upload, actor=ADI, reason=" \n ")
    assert store.uploads.state(upload.upload) == "submitted"
    files = sorted((store.folder / "uploads").iterdir())
    back = approval.give_back(
        store, upload.upload, actor=ADI, reason="Batas selatan belum disepakati"
    )
    assert (back.state, back.is_end, back.choices) == ("returned", False, upload.choices)
    told = back.submission["returned"]
    assert (told["by"], told["reason"]) == ("adi", "Batas selatan belum disepakati")
    (said,) = store.comments.of("upload", upload.upload)
    assert (said.author, said.text) == ("adi", "Batas selatan belum disepakati")
    assert sorted((store.folder / "uploads").iterdir()) == files
    assert store.check().missing == ()
    # It waits for its sender; nobody decides of it meanwhile.
    assert steps_of(store, back, SRI) == ["choose", "submit", "withdraw"]
    assert "publish" not in steps_of(store, back, ADI)
    for step in (approval.publish, partial(approval.give_back, reason="x")):
        with pytest.raises(Conflict, match="back with its sender"):
            step(store, upload.upload, actor=ADI)
    assert [one.reason for one in waiting_for(store, SRI)] == ["returned"]


def test_what_was_returned_is_submitted_again_with_another_note(ready, store):
    back = returned(ready, store)
    approval.submit(store, back.upload, actor=SRI, note="Sudah disepakati")
    (waits,) = waiting_for(store, ADI)
    assert (waits.entry.upload, waits.reason) == (back.upload, "submitted")
    assert waiting_for(store, SRI) == []
    assert approval.publish(store, back.upload, actor=ADI).note == "Sudah disepakati"
    assert len(store.comments.of("upload", back.upload)) == 1


def test_what_was_returned_is_read_by_other_choices_and_submitted_anew(ready, store):
    back = returned(ready, store)
    check.choose(store, back.upload, {"columns": {"name": "name"}}, actor=SRI)
    anew = check.check(store, back.upload)
    assert (anew.state, anew.submitted_by, list(anew.submission)) == ("ready", None, ["returned"])
    with pytest.raises(InvalidInput):
        approval.submit(store, back.upload, actor=SRI, note=" ")
    submitted = approval.submit(store, back.upload, actor=SRI, note="y")
    assert submitted.submission["returned"]["by"] == "adi"
    assert approval.publish(store, back.upload, actor=ADI).number == 1
    assert list((store.folder / "uploads").iterdir()) == []


def test_what_was_returned_is_withdrawn_or_expires(ready, store, monkeypatch):
    first, second = returned(ready, store), returned(ready, store)
    assert approval.withdraw(store, first.upload, actor=SRI).state == "withdrawn"
    monkeypatch.setattr(store.uploads, "_time", lambda: "2999-01-01T00:00:00Z")
    assert store.uploads.expire_due() == [second.upload]
    assert list((store.folder / "uploads").iterdir()) == []


def test_what_was_returned_without_its_file_is_an_end(ready, store):
    """As stores have it from before the file was kept."""
    back = returned(ready, store)
    with database.writing(store._engine) as connection:
        connection.exec_driver_sql("UPDATE uploads SET expires_at = NULL")
    store.uploads.drop_files(back.upload)
    old = store.uploads.one(back.upload)
    assert old.is_end
    assert steps_of(store, old, SRI) == []
    assert store.uploads.expire_due() == []
    assert store.check().missing == ()
    for step in (partial(approval.submit, note="x"), approval.withdraw):
        with pytest.raises(Conflict, match="its file is not kept"):
            step(store, back.upload, actor=SRI)


def test_a_layer_that_moved_is_compared_anew_and_stays_submitted(ready, store):
    first, second = ready(), ready(frame=one_zone(name=["Angsana Baru"]))
    approval.submit(store, second.upload, actor=SRI, note="x")
    approval.publish(store, first.upload, actor=ADI, note="x")
    with pytest.raises(StaleVersion) as stale:
        approval.publish(store, second.upload, actor=ADI, expected=0)
    assert stale.value.facts["current"] == 1
    with pytest.raises(LayerMoved):
        approval.publish(store, second.upload, actor=ADI)
    assert store.uploads.one(second.upload).base == 0

    store.uploads.check_again(second.upload, actor="adi")
    anew = check.check(store, second.upload)
    assert (anew.state, anew.base) == ("submitted", 1)
    assert anew.report["difference"]["counts"]["changed"] == 1
    with pytest.raises(Conflict, match="from version 0 to version 1"):
        approval.publish(store, second.upload, actor=ADI)
    assert approval.publish(store, second.upload, actor=ADI, expected=1).number == 2


def test_what_a_dead_service_was_checking_is_checked_by_the_next(read_here, store, handed_in):
    upload = handed_in().upload
    store.uploads.begin_check(upload, actor="sri")
    assert store.uploads.unchecked() == [upload]
    assert check.check(store, upload).state == "ready"
    assert store.uploads.unchecked() == []


def test_nothing_is_checked_twice_at_once(read_here, store, handed_in):
    upload = handed_in().upload
    other = Store(store.folder)
    with store.uploads.locked(upload) as is_held, other.uploads.locked(upload) as is_held_twice:
        assert (is_held, is_held_twice) == (True, False)
    assert check.check(other, upload).state == "ready"
    assert check.check(store, upload).state == "ready"
    other.close()
    assert actions_of(store) == ["upload", "check", "check"]


def test_a_withdrawal_ends_a_check_and_its_process(store, handed_in, monkeypatch):
    upload = handed_in().upload
    told = []

    def withdraw_at_once(self, step):
        told.append(step)
        if len(told) == 1:
            store.uploads.withdraw(upload, actor=Actor("sri", "editor"))
        return store.uploads.state(upload) == "checking"

    monkeypatch.setattr(check._Watch, "__call__", withdraw_at_once)
    assert check.check(store, upload).state == "withdrawn"
    assert len(told) == 1
    assert list((store.folder / "uploads").iterdir()) == []


def test_a_withdrawal_as_a_check_ends_leaves_no_file(read_here, store, handed_in, monkeypatch):
    upload = handed_in().upload
    end = store.uploads.end_check

    def late(name, **found):
        store.uploads.withdraw(name, actor=Actor("sri", "editor"))
        return end(name, **found)

    monkeypatch.setattr(store.uploads, "end_check", late)
    assert check.check(store, upload).state == "withdrawn"
    assert list((store.folder / "uploads").iterdir()) == []


def test_a_withdrawal_as_a_raster_is_checked_leaves_none_of_its_rasters(store, handed_in):
    upload = handed_in().upload
    store.uploads.begin_check(upload, actor="sri")
    slope = store.folder / "slope.tif"
    slope.write_bytes(b"slope")
    store.uploads.withdraw(upload, actor=Actor("sri", "editor"))
    with pytest.raises(Conflict):
        store.uploads.end_check(
            upload, report={}, frame=None, rasters={".slope.tif": slope}, actor="sri"
        )
    assert list((store.folder / "uploads").iterdir()) == []


def test_a_check_that_is_interrupted_is_left_to_the_next(store, handed_in):
    upload = handed_in().upload
    assert check.check(store, upload, goes_on=lambda: False).state == "checking"
    assert store.uploads.original(upload).exists()


def test_a_file_that_waits_too_long_expires_after_a_notice(ready, store, clock):
    upload = ready()
    assert upload.expires_at == "2026-12-01T00:00:00Z"
    assert not store.uploads.is_expiring(upload)
    clock.now += timedelta(days=23)
    assert store.uploads.is_expiring(upload)
    assert store.uploads.expire_due() == []
    clock.now += timedelta(days=7)
    assert store.uploads.expire_due() == [upload.upload]
    expired = store.uploads.one(upload.upload)
    assert (expired.state, expired.expires_at) == ("expired", None)
    assert expired.report["accepted"]
    assert store.audit()[-1]["action"] == "expire"
    assert list((store.folder / "uploads").iterdir()) == []


def test_a_step_that_its_state_does_not_allow_is_one_sentence_and_changes_nothing(ready, store):
    upload = ready()
    for step in (
        lambda: approval.give_back(store, upload.upload, actor=ADI, reason="x"),
        lambda: store.uploads.begin_check(upload.upload, actor="sri"),
    ):
        with pytest.raises(Conflict):
            step()
    assert store.uploads.one(upload.upload) == upload
    approval.withdraw(store, upload.upload, actor=SRI)
    with pytest.raises(NotAllowed):
        approval.withdraw(store, upload.upload, actor=Actor("budi", "editor"))
    for step in (
        lambda: approval.publish(store, upload.upload, actor=ADI),
        lambda: check.choose(store, upload.upload, {"crs": "EPSG:4326"}, actor=SRI),
        lambda: store.uploads.check_again(upload.upload, actor="adi"),
    ):
        with pytest.raises(Conflict, match="withdrawn"):
            step()


def test_an_upload_of_an_older_store_can_be_published_but_not_chosen_anew(ready, store):
    import sqlalchemy as sa

    from geo.store import catalogue, database

    upload = ready().upload
    with database.writing(store.uploads._engine) as connection:
        connection.execute(sa.update(catalogue.uploads).values(role=None, expires_at=None))
    store.uploads.original(upload).unlink()
    assert store.check().is_sound
    with pytest.raises(Conflict, match="was not kept"):
        check.choose(store, upload, {"crs": "EPSG:4326"}, actor=SRI)
    store.uploads.expire_due()
    assert store.uploads.one(upload).expires_at == "2026-12-01T00:00:00Z"
    assert approval.publish(store, upload, actor=ADI, note="x").number == 1


TANAH_BUMBU = Actor("ani", "editor", "Bappeda Tanah Bumbu", regencies=frozenset({"63.10"}))


def two_zones():
    """A zone in each of two regencies."""
    return gpd.GeoDataFrame(
        {
            "zone_id": ["angsana", "pulau-laut"],
            "name": ["Angsana", "Pulau Laut"],
            "regency_code": ["63.10", "63.02"],
            "PETUGAS": ["Sri", "Budi"],
        },
        geometry=[
            shapely.box(115.57, -3.73, 115.64, -3.69),
            shapely.box(116.10, -3.60, 116.20, -3.50),
        ],
        crs="OGC:CRS84",
    )


@pytest.fixture
def two_published(ready, store):
    approval.publish(store, ready(frame=two_zones()).upload, actor=ADI, note="x")


def test_an_editors_file_replaces_the_features_of_its_regencies_alone(two_published, ready, store):
    before = gpd.read_parquet(store.version("zones").path)
    new = one_zone(zone_id=["sebamban"], name=["Sebamban"])
    upload = ready(frame=new, actor=TANAH_BUMBU)
    assert (upload.state, upload.choices) == ("ready", {"regencies": ["63.10"]})
    counts = upload.report["difference"]["counts"]
    assert counts == {"added": 1, "removed": 1, "changed": 0, "unchanged": 1}
    # The published feature of this regency leaves the layer.
    with pytest.raises(WarningsNotAccepted, match="submit again"):
        approval.submit(store, upload.upload, actor=TANAH_BUMBU, note="x")
    approval.submit(store, upload.upload, actor=TANAH_BUMBU, note="x", accept_warnings=True)
    after = gpd.read_parquet(approval.publish(store, upload.upload, actor=ADI).path)
    assert sorted(after.index) == ["pulau-laut", "sebamban"]
    kept = ["pulau-laut"]
    assert after.loc[kept, before.columns].equals(before.loc[kept])


def test_a_feature_of_another_regency_is_an_error_by_feature(two_published, ready, store):
    upload = ready(frame=two_zones(), actor=TANAH_BUMBU)
    assert upload.state == "needs_choices"
    (error,) = [f for f in upload.report["findings"] if f["severity"] == "error"]
    assert (error["code"], error["feature"]["key"]) == ("regency_foreign", "pulau-laut")
    taken = ready(frame=one_zone(zone_id=["pulau-laut"]), actor=TANAH_BUMBU)
    (error,) = [f for f in taken.report["findings"] if f["severity"] == "error"]
    assert error["code"] == "key_foreign"


def test_of_a_file_of_the_whole_province_an_editor_takes_its_own(two_published, ready, store):
    first = two_zones()
    frame = gpd.pd.concat([first, first.iloc[1:].assign(zone_id="kotabaru", area_ha=-1)])
    upload = ready(frame=frame, actor=TANAH_BUMBU)
    (error,) = [f for f in upload.report["findings"] if f["code"] == "regencies_foreign"]
    assert error["facts"] == {"count": 2, "values": "63.02 (2)", "own": "63.10"}
    assert "objek kabupaten/kota lain tidak diambil" in error["sentence"]["id"]
    check.choose(store, upload.upload, {"leave_out_others": True}, actor=TANAH_BUMBU)
    upload = check.check(store, upload.upload)
    assert upload.state == "ready"
    assert upload.report["counts"]["others_left_out"] == 1
    assert upload.report["difference"]["counts"]["unchanged"] == 2


def test_an_editor_of_some_regencies_is_told_at_once_what_cannot_be_divided(store, tmp_path):
    path = tmp_path / "hutan.geojson"
    path.write_text(one_zone().to_json())
    asked = {"filename": "hutan.geojson", "dataset": "hutan", "actor": TANAH_BUMBU}
    with pytest.raises(NotAllowed, match="not divided by regency") as caught:
        check.receive(store, path, chosen={"title": "Hutan"}, **asked)
    assert "(-)" not in caught.value.detail("id")
    with pytest.raises(LayerNotFound):
        check.receive(store, path, chosen={}, **asked)
    figures = asked | {"dataset": "indicators"}
    with pytest.raises(InvalidInput, match="replace"):
        check.receive(store, path, chosen={"replace": True}, **figures)
    assert check.receive(store, path, chosen={}, **figures).choices == {"regencies": ["63.10"]}


def test_a_part_keeps_the_layers_own_source_and_licence(ready, store):
    said = {"note": "x", "source": "BIG 2024", "licence": "CC BY 4.0"}
    approval.publish(store, ready(frame=two_zones()).upload, actor=ADI, **said)
    for source in ("Survei 2025", "Survei 2026"):
        upload = ready(frame=one_zone(name=[source]), actor=TANAH_BUMBU)
        said = {"note": "x", "source": source, "accept_warnings": True}
        found = approval.publish(store, upload.upload, actor=ADI, **said)
        assert found.source == f"BIG 2024; Kabupaten Tanah Bumbu: {source}"
        # The licence of the layer is not that of a file whose sender said none.
        assert found.licence == "CC BY 4.0; Kabupaten Tanah Bumbu: not stated"
        assert found.licence_text.id == "CC BY 4.0; Kabupaten Tanah Bumbu: tidak disebutkan"
    unsaid = ready(frame=one_zone(), actor=TANAH_BUMBU)
    found = approval.publish(store, unsaid.upload, actor=ADI, note="x", licence="MIT")
    assert found.source == "BIG 2024; Kabupaten Tanah Bumbu: zona.geojson"
    assert found.licence == "CC BY 4.0; Kabupaten Tanah Bumbu: MIT"
    same = ready(frame=one_zone(), actor=TANAH_BUMBU)
    found = approval.publish(store, same.upload, actor=ADI, note="x", licence="CC BY 4.0")
    assert found.licence == "CC BY 4.0"


def test_a_part_keeps_the_layers_indonesian_words(ready, store):
    approval.publish(store, ready(frame=two_zones()).upload, actor=ADI, note="x", source="BIG")
    first = store.version("zones")
    said = Provenance(actor="kawasan", note="x", source="Named by hand", licence="MIT (borders)")
    details = {**first.details, "indonesian": {"source": "Dinamai", "licence": "MIT (batas)"}}
    store.publish("zones", "layer", first.path, suffix=".parquet", provenance=said, details=details)
    part = ready(frame=one_zone(), actor=TANAH_BUMBU)
    found = approval.publish(
        store, part.upload, actor=ADI, note="x", source="Konsultan, 2026", accept_warnings=True
    )
    assert found.source_text.id == "Dinamai; Kabupaten Tanah Bumbu: Konsultan, 2026"
    assert found.source_text.en == "Named by hand; Kabupaten Tanah Bumbu: Konsultan, 2026"
    assert found.licence_text.id == "MIT (batas); Kabupaten Tanah Bumbu: tidak disebutkan"


def test_source_and_licence_of_a_new_layer_are_asked_once(read_here, store, tmp_path):
    path = tmp_path / "hutan.geojson"
    path.write_text(one_zone().to_json())
    new = {"title": "Hutan", "source": "KLHK 2024", "licence": "Terbuka"}
    asked = {"filename": "hutan.geojson", "dataset": "hutan", "actor": SRI}
    with pytest.raises(LayerNotFound, match="title"):
        check.receive(store, path, chosen={}, **asked)
    upload = check.receive(store, path, chosen=new, **asked)
    check.check(store, upload.upload)
    found = approval.publish(store, upload.upload, actor=ADI, note="x")
    assert (found.source, found.licence) == ("KLHK 2024", "Terbuka")


def test_an_editor_cannot_choose_the_regencies_of_others(two_published, ready, store):
    with pytest.raises(NotAllowed, match=r"63\.02"):
        ready(frame=two_zones(), actor=TANAH_BUMBU, regencies=["63.02"])
    upload = ready(frame=one_zone(), actor=TANAH_BUMBU)
    with pytest.raises(NotAllowed, match=r"63\.02"):
        check.choose(store, upload.upload, {"regencies": ["63.02"]}, actor=TANAH_BUMBU)
    # Taking the choice back gives an editor its own, and no more.
    check.choose(store, upload.upload, {"regencies": None}, actor=TANAH_BUMBU)
    assert store.uploads.one(upload.upload).choices == {"regencies": ["63.10"]}


def test_the_loss_of_a_column_is_accepted_by_its_name(ready, store):
    first = ready(frame=one_zone(PETUGAS=["Sri"], LEMBAR_PETA=["12"]))
    approval.publish(store, first.upload, actor=ADI, note="x")
    upload = ready()
    names = [one.name for one in warned(upload.report)]
    assert names == ["columns_vanish:PETUGAS", "columns_vanish:LEMBAR_PETA"]
    with pytest.raises(WarningsNotAccepted):
        approval.submit(store, upload.upload, actor=SRI, note="x", accepted=names[:1])
    said = {"note": "x", "accepted": [*names, "columns_vanish:LAIN"]}
    submitted = approval.submit(store, upload.upload, actor=SRI, **said)
    assert submitted.submission["accepted"] == names

    # Meanwhile a column more was published, which nobody has agreed to lose.
    more = ready(frame=one_zone(PETUGAS=["Sri"], LEMBAR_PETA=["12"], WARNA=["HPL"]))
    approval.publish(store, more.upload, actor=ADI, note="x")
    store.uploads.check_again(upload.upload, actor="adi")
    again = check.check(store, upload.upload)
    assert again.state == "submitted"
    (left,) = still_open(again.report, again.submission["accepted"])
    assert left.column == "WARNA"
    # What its sender has accepted is the sender's word; a publisher gives its own.
    for accepted in (None, [left.name], names):
        with pytest.raises(WarningsNotAccepted, match="publish again"):
            approval.publish(store, upload.upload, actor=ADI, accepted=accepted)
    approval.publish(store, upload.upload, actor=ADI, accepted=[*names, left.name], expected=2)


def test_a_publisher_that_names_what_it_accepts_is_held_to_the_names(ready, store):
    approval.publish(store, ready(frame=one_zone(PETUGAS=["Sri"])).upload, actor=ADI, note="x")
    upload = ready().upload
    approval.submit(store, upload, actor=SRI, note="x", accept_warnings=True)
    with pytest.raises(WarningsNotAccepted):
        approval.publish(store, upload, actor=ADI, accepted=[])
    assert approval.publish(store, upload, actor=ADI).number == 2


def test_a_sender_that_may_publish_its_own_gives_its_word_once(ready, store):
    store.rules.set("own_approval", True, actor="admin")
    first = ready(frame=one_zone(PETUGAS=["Sri"]), actor=ADI).upload
    approval.publish(store, first, actor=ADI, note="x")
    upload = ready(actor=ADI)
    names = [one.name for one in warned(upload.report)]
    approval.submit(store, upload.upload, actor=ADI, note="x", accepted=names)
    assert approval.publish(store, upload.upload, actor=ADI).number == 2


def own_columns(**columns):
    """A zone whose name stands in one of two columns that may both be it."""
    values = {"KAWASAN": ["Angsana"], "NAMA_LAMA": ["Sebamban"]} | columns
    return one_zone(**values).drop(columns="name")


def test_columns_chosen_before_are_taken_for_a_file_with_just_the_same_columns(ready, store):
    first = ready(frame=own_columns())
    check.choose(store, first.upload, {"columns": {"name": "NAMA_LAMA"}}, actor=SRI)
    assert check.check(store, first.upload).report["accepted"]
    approval.publish(store, first.upload, actor=ADI, note="x")

    second = ready(frame=own_columns())
    assert second.report["counts"]["columns_remembered"] == 1
    assert second.report["remembered"]["upload"] == first.upload
    assert {"source": "NAMA_LAMA", "field": "name"} in second.report["mapping"]
    # It is taken back by itself, and remembered on from the file that took it.
    check.choose(store, second.upload, {"forget_columns": True}, actor=SRI)
    forgot = check.check(store, second.upload)
    assert "columns_remembered" not in forgot.report["counts"]
    assert {"source": "KAWASAN", "field": "name"} in forgot.report["mapping"]

    for other in (
        ready(frame=own_columns(LUAS=[3.5])),
        ready(frame=own_columns().rename(columns={"NAMA_LAMA": "nama_lama"})),
        ready(frame=own_columns(), actor=ADI),
    ):
        assert "columns_remembered" not in other.report["counts"]


def test_what_was_chosen_of_a_file_that_was_not_published_is_not_remembered(ready, store):
    def chosen(**columns):
        kept = ready(frame=own_columns(**columns))
        assert "columns_remembered" not in kept.report["counts"]
        check.choose(store, kept.upload, {"columns": {"name": "NAMA_LAMA"}}, actor=SRI)
        return check.check(store, kept.upload)

    assert chosen(regency_code=["99.99"]).state == "needs_choices"
    approval.withdraw(store, chosen().upload, actor=SRI)
    submitted = approval.submit(store, chosen().upload, actor=SRI, note="x")
    assert "columns_remembered" not in ready(frame=own_columns()).report["counts"]
    approval.give_back(store, submitted.upload, actor=ADI, reason="Kolomnya salah.")
    assert "columns_remembered" not in ready(frame=own_columns()).report["counts"]


def test_a_file_that_takes_back_a_later_version_must_be_accepted_as_that(ready, store):
    approval.publish(store, ready().upload, actor=ADI, note="x")
    later, stale = ready(frame=one_zone(name=["Angsana Baru"])), ready(frame=one_zone())
    approval.submit(store, stale.upload, actor=SRI, note="x")
    approval.publish(store, later.upload, actor=ADI, note="Nama menurut SK")
    store.uploads.check_again(stale.upload, actor="adi")
    anew = check.check(store, stale.upload)
    (told,) = [one for one in anew.report["findings"] if one["code"] == "undoes_newer"]
    assert "versi 2 (“Nama menurut SK”)" in told["sentence"]["id"]
    assert told["facts"]["named"]["id"] == "angsana (name)"
    (left,) = still_open(anew.report, ())
    assert left.name == "undoes_newer:2"
    with pytest.raises(WarningsNotAccepted):
        approval.publish(store, stale.upload, actor=ADI, expected=2)
    said = {"expected": 2, "accepted": [left.name]}
    assert approval.publish(store, stale.upload, actor=ADI, **said).number == 3
