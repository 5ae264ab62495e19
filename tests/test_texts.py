"""Catalogues and code name the same sentences, both ways, and both languages the same facts."""

import ast
import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = sorted(
    path
    for package in ("geo", "maps", "api")
    for path in (ROOT / package / "texts").glob("*.toml")
    if path.stem not in ("id", "en")
)
TABLES = {
    (path.parent.parent.name, path.stem, table): sentences
    for path in CATALOGUES
    for table, sentences in tomllib.loads(path.read_text(encoding="utf-8")).items()
}


def module_of(package: str, room: str, table: str) -> Path:
    place = ROOT / package if room == package else ROOT / package / room
    return place / f"{table}.py"


def asked_keys(path: Path) -> set[str]:
    """Every id that a module asks of its catalogue; one that is put together counts by its pattern."""
    keys = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "_SAY":
            keys |= patterns(node.slice)
    return keys


def patterns(asked: ast.expr) -> set[str]:
    if isinstance(asked, ast.Constant):
        return {re.escape(asked.value)}
    if isinstance(asked, ast.JoinedStr):
        parts = (
            re.escape(p.value) if isinstance(p, ast.Constant) else r"\w+" for p in asked.values
        )
        return {"".join(parts)}
    if isinstance(asked, ast.IfExp):
        return patterns(asked.body) | patterns(asked.orelse)
    raise AssertionError(
        f"an id is a literal, or an f-string with a literal part: {ast.unparse(asked)}"
    )


def facts(template: str) -> set[str]:
    """The facts that a sentence names, without their formats; what is no name is TOML in an example."""
    named = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
    return {name for name in named if name.isidentifier()}


@pytest.mark.parametrize(("package", "room", "table"), TABLES, ids="/".join)
def test_a_table_has_just_the_sentences_that_its_module_says(package, room, table):
    asked = asked_keys(module_of(package, room, table))
    known = set(TABLES[package, room, table])
    unsaid = {key for key in known if not any(re.fullmatch(p, key) for p in asked)}
    unknown = {p for p in asked if not any(re.fullmatch(p, key) for key in known)}
    assert (unsaid, unknown) == (set(), set())


@pytest.mark.parametrize(("package", "room", "table"), TABLES, ids="/".join)
def test_both_languages_are_there_and_name_the_same_facts(package, room, table):
    for key, sentence in TABLES[package, room, table].items():
        assert sentence.keys() == {"id", "en"}, key
        assert facts(sentence["id"]) == facts(sentence["en"]), key


def test_every_module_that_speaks_has_its_table():
    speaking = {
        path
        for package in ("geo", "maps", "api")
        for path in (ROOT / package).rglob("*.py")
        if "_SAY = texts(" in path.read_text(encoding="utf-8")
    }
    assert speaking == {module_of(*where) for where in TABLES}
