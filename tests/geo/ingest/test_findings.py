"""A finding: what is wrong and how to mend it, told apart."""

from geo.ingest.findings import Feature, _sentences, finding, to_json
from geo.language import read_catalogue


def test_every_error_and_warning_says_how_to_mend_it_in_both_languages():
    for severity in ("error", "warning"):
        for code in read_catalogue("geo", "findings")[severity]:
            found, sentence, mend = _sentences()[code]
            assert (found, mend is None) == (severity, False), code
            assert all(whole.endswith(rest) for whole, rest in zip(sentence, mend, strict=True))


def test_a_stop_in_a_name_does_not_part_a_sentence():
    found = finding("geometry_missing", feature=Feature(3, "a", "Dr. Soetomo. Desa"))
    assert found.mend.en == "Draw it, or delete the row."
    assert to_json([found])["findings"][0]["mend"]["en"] == found.mend.en
    assert found.sentence.en.endswith(f"has no geometry. {found.mend.en}")


def test_what_was_done_asks_for_nothing():
    found = finding("columns_left_out", columns="REMARK")
    assert found.mend is None
    assert to_json([found])["findings"][0]["mend"] is None
