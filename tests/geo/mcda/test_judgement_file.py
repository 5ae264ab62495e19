"""Judgements that an office writes down."""

import pytest

from geo.errors import InvalidInput, InvalidJudgementFile, JudgedTwice
from geo.language import LANGUAGES
from geo.mcda.judgement_file import parse_judgements

ONE = """
incomplete = true
[judgements]
goal = [["huni", "usaha", 2], ["huni", "berkembang", 0.5]]
huni = [["lereng", "sanitasi", 3]]
"""
SEVERAL = """
[[member]]
name = " Barito Kuala "
weight = 2
judgements.goal = [["huni", "usaha", 2]]

[[member]]
name = "Tapin"
judgements.goal = [["huni", "usaha", 4]]
"""


def test_one_persons_judgements_by_group_and_pair():
    requested = parse_judgements(ONE)
    assert requested.judgements == {
        "goal": {("huni", "usaha"): 2.0, ("huni", "berkembang"): 0.5},
        "huni": {("lereng", "sanitasi"): 3.0},
    }
    assert requested.is_incomplete
    assert requested.given == ("judgements",)


def test_several_members_with_their_weights():
    requested = parse_judgements(SEVERAL)
    assert [(m.name, m.weight) for m in requested.members] == [
        ("Barito Kuala", 2.0),
        ("Tapin", 1.0),
    ]
    assert requested.given == ("members",)


def test_one_pair_judged_twice_alike_counts_once():
    requested = parse_judgements('[judgements]\ngoal = [["a", "b", 2], ["a", "b", 2.0]]')
    assert requested.judgements == {"goal": {("a", "b"): 2.0}}


def test_one_pair_judged_twice_differently_is_refused():
    with pytest.raises(JudgedTwice):
        parse_judgements('[judgements]\ngoal = [["a", "b", 2], ["a", "b", 3]]')


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("goal = [", "TOML"),
        ("goal = " + "[" * 100_000, "TOML"),
        ("", "-"),
        ("member = 3", "-"),
        (ONE + SEVERAL, "-"),
        ("bobot = 1\n" + ONE, "-"),
        ('incomplete = 1\n[judgements]\ngoal = [["a", "b", 2]]', "incomplete"),
        ("judgements = 3", "judgements"),
        ("[judgements]\ngoal = 3", "judgements.goal[0]"),
        ('[judgements]\ngoal = [["a", "b"]]', "judgements.goal[0]"),
        ('[judgements]\ngoal = [["a", "b", 2], ["a", 2, "b"]]', "judgements.goal[1]"),
        ('[judgements]\ngoal = [["a", "b", nan]]', "judgements.goal[0]"),
        ('[judgements]\ngoal = [["a", "b", inf]]', "judgements.goal[0]"),
        ('[judgements]\ngoal = [["a", "b", true]]', "judgements.goal[0]"),
        ('[judgements]\ngoal = [["a", "b", 1' + "0" * 400 + "]]", "judgements.goal[0]"),
        ('[[member]]\njudgements.goal = [["a", "b", 2]]', "member[0].name"),
        ('[[member]]\nname = "a"', "member[0].judgements"),
        (
            '[[member]]\nname = "a"\nweight = "2"\njudgements.goal = [["a", "b", 2]]',
            "member[0].weight",
        ),
        ('[[member]]\nname = "a"\nbobot = 2', "member[0]"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(text, place):
    with pytest.raises(InvalidJudgementFile) as refused:
        parse_judgements(text)
    assert isinstance(refused.value, InvalidInput)
    assert refused.value.facts["place"] == place
    for language in LANGUAGES:
        assert place in refused.value.detail(language)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("goal = [", "goal = ", 4),
        ("incomplete = true", "incomplet = true", 2),
        ('"berkembang", 0.5', '"berkembang"', 4),
        ('"sanitasi", 3', '"sanitasi", "3"', 5),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_line(old, new, line):
    with pytest.raises(InvalidJudgementFile) as refused:
        parse_judgements(ONE.replace(old, new, 1))
    assert refused.value.facts["line"] == line
    assert f"line {line}, " in refused.value.detail("en")
    assert f"baris {line}, " in refused.value.detail("id")


def test_of_two_faults_the_first_is_told():
    text = ONE.replace("incomplete = true", "incomplete = 1").replace('"sanitasi", 3', '"sanitasi"')
    with pytest.raises(InvalidJudgementFile, match="line 2, incomplete: must be true or false"):
        parse_judgements(text)
