"""Targets go through the door as figures do: checked, submitted, published, compared, taken back."""

import pytest

from geo.errors import (
    InvalidInput,
    LayerMoved,
    NotAllowed,
    UploadRejected,
    WarningsNotAccepted,
)
from geo.programme.publish_targets import targets
from geo.programme.targets import targets_of
from geo.store.roles import OPERATOR, Actor
from geo.store.store import Store
from geo.submission import approval, check
from geo.submission.entering import enter_targets
from geo.submission.impact import impact
from geo.submission.tables import index_against
from geo.submission.version_difference import version_difference
from tests.conftest import DATA

SRI = Actor("sri", "editor", "Disnakertrans")
ADI = Actor("adi", "publisher", "Bappeda", approves_own=True)
OF_TANAH_BUMBU = Actor("budi", "editor", "Bappeda Tanah Bumbu", regencies=frozenset({"63.10"}))
HEAD = "kode;indikator;tahun;batas bawah;batas atas;satuan;tingkat;dokumen;sumber\n"
OWN = "63.10;tpt_agustus;2029;3,3;3,9;%;rpjmd;RPJMD Tanah Bumbu 2025–2029;Bappeda\n"


@pytest.fixture
def hand_in(reference_store, tmp_path):
    """Hand in rows of targets and check them."""

    def handing(*rows, actor=SRI, **chosen):
        path = tmp_path / "target.csv"
        path.write_text(HEAD + "".join(rows), "utf-8")
        received = check.receive(
            reference_store,
            path,
            filename="target.csv",
            dataset="targets",
            chosen=chosen,
            actor=actor,
        )
        return check.check(reference_store, received.upload)

    return handing


def test_a_file_of_targets_is_submitted_and_becomes_the_next_version(reference_store, hand_in):
    upload = hand_in(OWN, OWN.replace("63.10", "63.02").replace("3,9", "3,8"))
    assert upload.state == "ready"
    assert upload.report["difference"]["counts"] == {
        "added": 2,
        "changed": 0,
        "unchanged": 8,
        "removed": 0,
    }
    change = upload.report["difference"]["targets"][0]
    assert (change["regency_code"], change["before"], change["after"]) == (
        "63.02",
        None,
        [3.3, 3.8],
    )
    approval.submit(reference_store, upload.upload, actor=SRI, note="RPJMD")
    with pytest.raises(NotAllowed):
        approval.publish(reference_store, upload.upload, actor=SRI)
    version = approval.publish(reference_store, upload.upload, actor=ADI)
    assert (version.dataset, version.number, version.kind) == ("targets", 2, "targets")
    assert version.details["difference"]["added"] == 2
    assert len(targets(reference_store)) == 10
    (own,) = targets_of(targets(reference_store), region="63.10")
    assert (own.least, own.most) == (3.3, 3.9)


def test_a_target_is_changed_and_its_change_told(reference_store, hand_in):
    changed = "63;tpt_agustus;2029;3,27;3,8;%;rpjmd;RPJMD Kalsel 2025–2029;Bappeda\n"
    upload = hand_in(changed, actor=ADI)
    approval.publish(reference_store, upload.upload, actor=ADI)
    before, after = reference_store.versions("targets")
    found = version_difference(reference_store, before, after)
    assert found["counts"] == {"added": 0, "removed": 0, "changed": 1, "unchanged": 7}
    (one,) = found["targets"]
    assert (one["before"], one["after"]) == ([3.27, 3.97], [3.27, 3.8])
    assert {"document", "source"} <= set(one["also"])
    reference_store.rollback("targets", 1, actor="adi", note="keliru")
    (now,) = targets_of(targets(reference_store), indicator="tpt_agustus", region="63")
    assert now.most == 3.97


def test_a_refused_file_changes_nothing(reference_store, hand_in):
    before = reference_store.state()
    upload = hand_in(OWN, OWN.replace("2029", "2206", 1).replace("63.10", "63.02"))
    assert upload.state == "needs_choices"
    (found,) = upload.report["findings"]
    assert (found["code"], found["where"]["row"], found["where"]["letter"]) == (
        "year_outside",
        3,
        "C",
    )
    with pytest.raises(UploadRejected):
        approval.publish(reference_store, upload.upload, actor=OPERATOR)
    assert reference_store.state() == before


def test_targets_that_a_file_lacks_leave_only_by_choice_and_consent(reference_store, hand_in):
    kept = "63;tpt_agustus;2029;3,27;3,97;%;rpjmd;RPJMD;Bappeda\n"
    approval.publish(reference_store, hand_in(OWN, actor=ADI).upload, actor=ADI)
    upload = hand_in(kept, actor=ADI, replace=True)
    assert upload.report["difference"]["counts"]["removed"] == 1
    with pytest.raises(WarningsNotAccepted):
        approval.publish(reference_store, upload.upload, actor=ADI)
    approval.publish(reference_store, upload.upload, actor=ADI, accept_warnings=True)
    assert targets_of(targets(reference_store), region="63.10") == []
    # Of other years, levels and indicators nothing left.
    assert len(targets(reference_store)) == 8


def test_an_editor_of_a_regency_hands_in_its_targets_alone(reference_store, hand_in):
    assert hand_in(OWN, actor=OF_TANAH_BUMBU).state == "ready"
    upload = hand_in(OWN, OWN.replace("63.10", "63"), actor=OF_TANAH_BUMBU)
    assert [one["code"] for one in upload.report["findings"]] == ["targets_foreign"]
    upload = hand_in(OWN, OWN.replace("63.10", "63"), actor=OF_TANAH_BUMBU, leave_out_others=True)
    assert upload.report["touched"] == ["63.10"]
    with pytest.raises(InvalidInput):
        hand_in(OWN, actor=OF_TANAH_BUMBU, replace=True)


def test_targets_change_no_score(reference_store, hand_in):
    told = impact(reference_store, hand_in(OWN).upload)
    assert (told["has_effect"], told["assessments"]) == (False, [])


TYPED = {"regency_code": "63.10", "indicator": "tpt_agustus", "year": "2029", "least": "3,3"}
TYPED |= {"most": 3.875, "level": "rpjmd", "document": "RPJMD; Tanah Bumbu", "source": "Bappeda"}


def test_typed_targets_are_published_by_whoever_may(reference_store):
    upload = enter_targets(reference_store, [TYPED], actor=ADI, note="RPJMD", publishes=True)
    assert (upload.state, upload.report["findings"]) == ("published", [])
    (own,) = targets_of(targets(reference_store), region="63.10")
    # Three decimals with a point are no thousands.
    assert (own.least, own.most, own.document) == (3.3, 3.875, "RPJMD; Tanah Bumbu")
    assert reference_store.version("targets").note == "RPJMD"


def test_targets_typed_by_an_editor_wait_for_a_publisher(reference_store):
    upload = enter_targets(reference_store, [TYPED], actor=SRI, note="RPJMD", publishes=True)
    assert (upload.state, upload.created_by) == ("submitted", "sri")
    assert reference_store.version("targets").number == 1


def test_a_typed_target_that_is_wrong_leaves_nothing_behind(reference_store):
    wrong = TYPED | {"least": "9", "document": ""}
    with pytest.raises(UploadRejected) as refused:
        enter_targets(reference_store, [TYPED, wrong], actor=ADI, note="RPJMD", publishes=True)
    assert [(one["code"], one["where"]) for one in refused.value.facts["findings"]] == [
        ("figure_twice", {"target": 1, "part": "year"}),
        ("target_least_above_most", {"target": 1, "part": "most"}),
        ("target_no_document", {"target": 1, "part": "document"}),
    ]
    assert reference_store.uploads.newest(most=9) == []


def test_a_warning_of_a_typed_target_is_looked_at_first(reference_store):
    odd = TYPED | {"most": "39"}
    upload = enter_targets(reference_store, [odd], actor=ADI, note="RPJMD", publishes=True)
    assert (upload.state, upload.report["to_accept"]) == ("ready", 1)
    upload = enter_targets(
        reference_store, [odd], actor=ADI, note="RPJMD", publishes=True, accept_warnings=True
    )
    assert upload.state == "published"


def test_targets_of_other_rows_do_not_stand_in_each_others_way(reference_store, hand_in):
    first, second, same = (
        hand_in(OWN.replace("63.10", code).replace("3,9", most))
        for code, most in (("63.02", "3,9"), ("63.03", "3,9"), ("63.02", "3,8"))
    )
    approval.publish(reference_store, first.upload, actor=ADI, note="RKPD")
    # It was compared with version 1, and changes of version 2 what it changed of that.
    version = approval.publish(reference_store, second.upload, actor=ADI, note="RKPD")
    assert (version.number, version.details["difference"]["unchanged"]) == (3, 9)
    assert {"63.02", "63.03"} <= {one.region for one in targets_of(targets(reference_store))}
    with pytest.raises(LayerMoved):
        approval.publish(reference_store, same.upload, actor=ADI, note="RKPD")


def test_the_report_names_the_document_of_each_target_and_what_all_are_of(hand_in):
    own = "63;tpt_agustus;2029;3,27;3,97;%;rpjmd;RPJMD baru;Bappeda\n"
    report = hand_in(own).report
    (one,) = report["difference"]["targets"]
    assert (one["stated_before"]["document"], one["stated_after"]["document"]) == (
        "RPJMD Provinsi Kalimantan Selatan 2025–2029",
        "RPJMD baru",
    )
    assert one["stated_before"]["source_url"] == "https://adaapa.info/?p=9342"
    title = "Tingkat pengangguran terbuka (Agustus)"
    assert report["subject"]["id"] == f"{title} 2029, Kalimantan Selatan (RPJMD)"
    rows = [own, *(OWN.replace("63.10", f"63.0{n}").replace("rpjmd", "rkpd") for n in (1, 2))]
    assert hand_in(*rows).report["subject"]["en"] == (
        "3 targets: Open unemployment rate (August); 3 regions, 2029 (RPJMD, RKPD)"
    )


def test_an_index_is_held_against_the_operators_own_folder_of_data(reference_folder, tmp_path):
    own = tmp_path / "data"
    (own / "programme").mkdir(parents=True)
    text = (DATA / "programme" / "ipktrans.toml").read_text("utf-8")
    slot = text[text.rindex("[[slot]]") :].replace("kelembagaan", "ketahanan_pangan")
    (own / "programme" / "ipktrans.toml").write_text(text + slot, "utf-8")
    store = Store(reference_folder, data_dir=own)
    assert index_against(store, "ipktrans").shipped.slots[-1].id == "ketahanan_pangan"
    store.close()
