"""Catalogues and code name the same sentences, both ways, and both languages the same facts."""

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from string import Formatter

import pytest

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = sorted(
    path for package in ("geo", "maps", "api") for path in (ROOT / package / "texts").glob("*.toml")
)
TABLES = {
    (path.parent.parent.name, path.stem, table): sentences
    for path in CATALOGUES
    for table, sentences in tomllib.loads(path.read_text(encoding="utf-8")).items()
}


def module_of(package: str, room: str, table: str) -> Path:
    """Where a table's module stands, in its room or in a room inside it."""
    place = ROOT / package if room == package else ROOT / package / room
    plain = place / f"{table}.py"
    return plain if plain.exists() or room == package else next(place.rglob(plain.name), plain)


# A table is said by the module of its name; those of findings.toml by their severity, those of no
# module by pages, templates and scripts.
OF_MODULES = [where for where in TABLES if module_of(*where).exists()]
FINDINGS = {code for (_, room, _), said in TABLES.items() if room == "findings" for code in said}
INTERFACE = {
    f"{table}.{key}"
    for (package, room, table), said in TABLES.items()
    if (package, room, table) not in OF_MODULES and room != "findings"
    for key in said
}
# Keys that the code composes from a value.
COMPOSED = (
    "theme.",
    *("explorer.show_", "explorer.column_", "explorer.note_", "regions."),
    *("explorer.key_", "explorer.from_", "explorer.to_"),
    *("status.", "geometry.", "nav.", "site.language_", "zone.constraint_", "legend.", "page."),
    *(
        "api.published",
        "api.tile_",
        "api.told_",
        "api.tell_",
        "api.kind_",
        "api.shape_",
        "api.tag_",
        "api.styles_of_",
        "api.compare_",
        "sending.says_",
        "choosing.lose_",
        "upload.way_",
        "upload.count_",
        "inbox.why_",
        "templates.for_",
        "templates.style_",
    ),
    *("rasters.lead_", "rasters.ask_", "rasters.fact_", "rasters.is_"),
    *("history.choose_", "history.event_", "history.also_", "history.raster_"),
    *("target.head_", "indexed.", "gap.yardstick_", "gap.whose_note_by_"),
    *("impact.count_", "drawn.role_"),
    *(
        "split.head_",
        "split.effort_",
        "achievement.head_",
        "indices.head_",
        "indices.list_",
        "indices.way_",
    ),
    *("people.rule_", "people.about_", "people.turn_on_", "people.turn_off_"),
)


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


def test_no_two_catalogues_of_pages_have_a_table_of_the_same_name():
    # A page finds a text by its table alone.
    tables = [table for package, _, table in TABLES if package == "maps"]
    assert sorted(tables) == sorted(set(tables))


def test_a_table_has_just_the_sentences_that_its_module_says():
    unsaid, unknown = [], []
    for where in OF_MODULES:
        asked, known = asked_keys(module_of(*where)), set(TABLES[where])
        unsaid += [(where, k) for k in known if not any(re.fullmatch(p, k) for p in asked)]
        unknown += [(where, p) for p in asked if not any(re.fullmatch(p, k) for k in known)]
    assert (unsaid, unknown) == ([], [])


def test_both_languages_are_there_and_name_the_same_facts():
    for where, sentences in TABLES.items():
        for key, sentence in sentences.items():
            assert sentence.keys() == {"id", "en"}, (where, key)
            assert all(sentence.values()), (where, key)
            assert facts(sentence["id"]) == facts(sentence["en"]), (where, key)


def test_every_module_that_speaks_has_its_table():
    speaking = {
        path
        for package in ("geo", "maps", "api")
        for path in (ROOT / package).rglob("*.py")
        if "_SAY = texts(" in path.read_text(encoding="utf-8")
    }
    assert speaking == {module_of(*where) for where in OF_MODULES}


def test_every_finding_has_its_sentence_and_every_sentence_its_finding():
    calls, strings = set(), set()
    rooms = [
        (ROOT / "geo" / room).rglob("*.py")
        for room in (
            "ingest",
            "drivers",
            "validation",
            "indicators",
            "land",
            "planning",
            "programme",
            "submission",
        )
    ]
    for path in chain.from_iterable(rooms):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                strings.add(node.value)
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("finding", "Damage"):
                calls |= codes(node.args[0])
    assert (FINDINGS - strings, calls - FINDINGS) == (set(), set())
    assert len(FINDINGS) == sum(len(said) for where, said in TABLES.items() if "findings" in where)


def codes(asked: ast.expr) -> set[str]:
    return {n.value for n in ast.walk(asked) if isinstance(n, ast.Constant)}


def test_every_text_of_the_interface_is_used_and_every_key_is_known():
    sources = [
        path
        for package in ("maps", "api")
        for path in (ROOT / package).rglob("*")
        if path.suffix in (".py", ".html", ".js", ".typ") and "vendor" not in path.parts
    ]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    unused = {key for key in INTERFACE if key not in code and not key.startswith(COMPOSED)}
    asked = set(
        re.findall(r"\b(?:t|translate|template|text)\(\s*[\"']([a-z]\w*\.\w+)[\"']\s*[,)]", code)
    )
    assert (unused, asked - INTERFACE) == (set(), set())


# What an Indonesian text no longer says, and the field's own term for it: one word, one meaning.
RETIRED = {
    r"batas mutlak|\bkendala\b|melanggar batas": "syarat mutlak",
    r"data (belum cukup|kurang\b(?! dari))|kekurangan data": "data belum memadai",
    r"batas perkiraan|batas gambar|di dalam gambar": "delineasi indikatif, delineasi",
    r"(?<!titik )lokasi saja|hanya lokasi\b": "titik lokasi (belum ada delineasi)",
    r"paling (mengangkat|menahan)": "faktor pendorong, faktor penghambat utama",
    r"penyaringan|saring daftar": "penapisan awal, cari dalam daftar",
    r"isi peta sebagai tabel": "tabel data peta",
    r"kelompok alami|isi kelas sama|selang kelas": "natural breaks (Jenks), kuantil, interval sama",
    r"bobot (dan cara )?bawaan|ke bawaan": "bobot awal",
    r"tertimbang|terurut \(owa\)": "terbobot, rata-rata terbobot berurutan (OWA)",
    r"bandingkan berpasangan": "perbandingan berpasangan (AHP)",
    r"lebih selaras": "agar konsisten, ubah menjadi",
    r"(angka|data) tenaga kerja": "data ketenagakerjaan",
    r"meja gis": "pengelolaan data spasial",
    r"kelas kesesuaian": "kelas kepatuhan OGC",
    r"\bcakram seluas|\bcakram di|lingkaran di sekitar": "lingkaran berpusat di",
}
GUIDE = sorted((ROOT / "maps" / "guide" / "id").glob("*.md"))
SHIPPED = [*(ROOT / "data").glob("*/*.toml"), ROOT / "geo" / "vector" / "zone_words.toml"]


def said_in(node: object) -> Iterator[str]:
    """Every Indonesian text of a parsed TOML file that stands beside its English."""
    if isinstance(node, dict) and {"id", "en"} <= node.keys():
        yield node["id"]
    elif isinstance(node, dict | list):
        for part in node.values() if isinstance(node, dict) else node:
            yield from said_in(part)


def indonesian() -> dict[str, str]:
    """Every Indonesian sentence of the catalogues by its id, the shipped files' and the guide's chapters."""
    said = {
        f"{package}/{room}/{table}.{key}": sentence["id"]
        for (package, room, table), sentences in TABLES.items()
        for key, sentence in sentences.items()
    }
    for path in SHIPPED:
        shipped = tomllib.loads(path.read_text(encoding="utf-8"))
        said[path.name] = "\n".join(said_in(shipped))
    return said | {path.name: path.read_text(encoding="utf-8") for path in GUIDE}


@pytest.mark.parametrize("retired", RETIRED)
def test_no_indonesian_text_says_a_retired_word(retired):
    found = [where for where, text in indonesian().items() if re.search(retired, text, re.I)]
    assert not found, f"write {RETIRED[retired]}"
