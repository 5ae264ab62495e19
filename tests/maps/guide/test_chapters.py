"""The chapters: there in both languages, saying the same, in the same order."""

import re
from pathlib import Path

import pytest

from geo.language import LANGUAGES
from maps.guide import chapters
from maps.guide.chapters import CHAPTERS, ChapterNotFound, chapter

GUIDE = Path(chapters.__file__).parent
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


def text_of(name, language):
    return (GUIDE / language / f"{name}.md").read_text("utf-8")


def code_of(name, language):
    """The blocks of code without their comments, which are in the reader's language."""
    found = FENCE.findall(text_of(name, language))
    return [
        (kind, re.sub(r"\s*(^|\s)# .*$", "", code, flags=re.MULTILINE))
        for _, kind, code in found
        if kind != "text"
    ]


def prose_of(name, language):
    return FENCE.sub("", text_of(name, language))


def numbers_of(text, language):
    """Every number of a text that is no code, as Python reads it, in ascending order."""
    text = re.sub(r"`[^`\n]+`|\]\([^)]*\)", "", text)
    thousands, decimal = (".", ",") if language == "id" else (",", ".")
    found = re.findall(r"\d+(?:[.,]\d+)*", text)
    plain = [
        re.sub(rf"(?<=\d)\{thousands}(?=\d{{3}}(?!\d))", "", number).replace(decimal, ".")
        for number in found
    ]
    return sorted(plain)


def sections_of(name, language):
    return re.split(r"^#+ ", prose_of(name, language), flags=re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_are_those_of_the_order(language):
    assert {path.stem for path in (GUIDE / language).glob("*")} == set(CHAPTERS)


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_code_is_the_same_in_both_languages(name):
    assert code_of(name, "id") == code_of(name, "en")


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_section_has_the_same_numbers_names_and_tables_in_both_languages(name):
    sections = [sections_of(name, language) for language in ("id", "en")]
    assert len(sections[0]) == len(sections[1])
    for indonesian, english in zip(*sections, strict=True):
        assert numbers_of(indonesian, "id") == numbers_of(english, "en")
        codes = [sorted(re.findall(r"`[^`\n]+`", text)) for text in (indonesian, english)]
        assert codes[0] == codes[1]
        assert shape_of(indonesian) == shape_of(english)


def shape_of(text):
    """Items of lists, pictures, links."""
    marks = (r"^ *(?:-|\d+\.) ", r"!\[", r"\]\(")
    return [len(re.findall(mark, text, re.MULTILINE)) for mark in marks]


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_cell_of_a_table_has_the_same_numbers_in_both_languages(name):
    indonesian, english = (cells_of(name, language) for language in ("id", "en"))
    assert indonesian == english


def cells_of(name, language):
    rows = re.findall(r"^\|(.*)\|$", prose_of(name, language), re.MULTILINE)
    return [[numbers_of(cell, language) for cell in row.split("|")] for row in rows]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHAPTERS)
def test_every_anchor_of_a_chapter_stands_once(name, language):
    ids = re.findall(r' id="([^"]*)"', chapter(name, language)["text"])
    assert sorted(ids) == sorted(set(ids))
    assert {heading.anchor for heading in chapter(name, language)["contents"]} <= set(ids)


def test_a_chapter_knows_the_ones_around_it():
    first, last = chapter(CHAPTERS[0], "id"), chapter(CHAPTERS[-1], "id")
    assert (first["before"], last["after"]) == (None, None)
    assert first["after"]["name"] == CHAPTERS[1]
    assert last["before"]["name"] == CHAPTERS[-2]


def test_links_lead_to_the_doors_of_the_service_in_the_readers_language():
    text = chapter("planners", "en", root="/kawasan")["text"]
    assert 'href="/kawasan/map?lang=en"' in text
    assert 'href="/kawasan/guide/score?lang=en#methods"' in text
    assert re.search(r'src="/kawasan/static/guide/tour-weights\.png\?v=\w+"', text)


def test_a_link_into_a_page_asks_for_the_language_before_its_place():
    text = chapter("gis-staff", "en")["text"]
    assert 'href="/targets?f=html&amp;lang=en#enter"' in text


def test_an_unknown_chapter_names_those_that_there_are():
    with pytest.raises(ChapterNotFound, match="planners"):
        chapter("perencana", "id")
