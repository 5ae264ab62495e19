"""What an officer is told: Indonesian, without expressions, words of programs or of English GIS."""

import re
import tomllib
from pathlib import Path

import pytest

TEXTS = Path(__file__).parents[3] / "geo" / "texts"
FINDINGS = tomllib.loads((TEXTS / "findings.toml").read_text(encoding="utf-8"))
SENTENCES = {
    code: said["id"] for sentences in FINDINGS.values() for code, said in sentences.items()
} | {
    f"{module}.{key}": said["id"]
    for module, sentences in tomllib.loads(
        (TEXTS / "validation.toml").read_text(encoding="utf-8")
    ).items()
    for key, said in sentences.items()
}
# Names of formats, of columns that somebody must write and of buttons in a program stand as they are.
AS_WRITTEN = re.compile(r"\{[^}]*\}|“[^”]*”|Uncompress File Geodatabase Data")
# What programs and commands call a choice says nothing to who reads it on a page.
OF_PROGRAMS = re.compile(
    r"--[a-z]|\((isian|parameter|form field) [a-z_]+\)|\b(repairs?=|leave_out_others|forget_columns"
    r"|keep_missing|same_as|unrepaired|clean_borders|make_valid)"
)
ENGLISH = re.compile(
    r"\b(snapping|snap|buffer|overlaps?|slivers?|gaps?|features?|vertex|vertices|polygons?|"
    r"multi(?:polygon|part|point|linestring)|linestring|geometry|geometries|rings?|self-intersection|"
    r"dissolve|columns?|rows?|values?|fields?|views?|triggers?|surrogate|tokens?|strings?|null|"
    r"invalid|missing|patterns?|regex|placemark\w*|entit\w+|parameters?|repair|low|NaN|NUL|WAL|"
    r"dataframe|shapely|geopandas|pyogrio|gdal|geos|pyproj|coverage|topology|featurecollection)\b",
    re.IGNORECASE,
)
# The names of columns that tables of figures are read by.
COLUMN_NAMES = {"table_no_head": {"value"}, "table_no_figures": {"value"}}


@pytest.mark.parametrize("code", SENTENCES)
def test_an_officer_is_told_in_plain_indonesian(code):
    said = AS_WRITTEN.sub("", SENTENCES[code])
    assert not re.search(r"\\|\[a-z|\[0-9|\{\d|\.\*|\bd\+", SENTENCES[code])
    assert {word.lower() for word in ENGLISH.findall(said)} <= COLUMN_NAMES.get(code, set())


def test_no_finding_speaks_of_options_and_parameters():
    said = [
        (code, language)
        for sentences in FINDINGS.values()
        for code, finding in sentences.items()
        for language, text in finding.items()
        if OF_PROGRAMS.search(text)
    ]
    assert said == []


@pytest.mark.parametrize("code", FINDINGS["error"])
def test_an_error_says_more_than_what_is_wrong(code):
    assert len(re.findall(r"[.;!](?:\s|$)|\{hint\}", FINDINGS["error"][code]["id"])) >= 2
