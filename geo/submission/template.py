"""Empty files to fill and hand in: a layer's GeoPackage, and workbooks that explain their columns.

What is filled as it stands passes the door without a choice: columns have the names of the schema,
texts are typed as texts, and the sheet that explains them is no data (`EXPLANATIONS`). Examples stand
on that sheet only. The catalogue and the region are arguments.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import NotFound
from geo.indicators.table import Indicator
from geo.ingest.workbook import EXPLANATIONS
from geo.language import Language, Text, texts
from geo.programme.target_columns import HEADS
from geo.programme.targets import LEVELS, with_targets
from geo.vector.export import add_style
from geo.vector.planning_region import PlanningRegion
from geo.vector.schema import SCHEMAS, Field, LayerSchema

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_SAY = texts(__name__)

# Of figures and of targets, which are no layers.
INDICATORS = "indicators"
TARGETS = "targets"
# What an office sends most stands first.
TEMPLATES: dict[str, tuple[str, ...]] = {
    "zones": ("gpkg", "xlsx", "qml"),
    "kecamatan": ("gpkg", "qml"),
    "regencies": ("gpkg", "qml"),
    "desa": ("gpkg", "qml"),
    INDICATORS: ("xlsx",),
    TARGETS: ("xlsx",),
}
_SUFFIXES = {"gpkg": ".gpkg", "xlsx": ".xlsx", "qml": ".qml"}
# Rows that a list of allowed values is offered in.
_ROWS = 2_000
_MOST_WIDTH = 48


class TemplateNotFound(NotFound):
    """A template that there is not."""

    what = Text(id="Templat", en="template")


_NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the explaining sheet tells it; `allowed` and `example` are empty where there is nothing to say."""

    name: str
    meaning: Text
    is_required: bool
    kind: Text
    unit: str = ""
    allowed: Text = _NOTHING
    example: str = ""
    choices: tuple[str, ...] = ()
    is_text: bool = True


def require_template(name: str) -> tuple[str, ...]:
    """The formats that a template is there in; `TemplateNotFound` when there is none of that name."""
    if name not in TEMPLATES:
        raise TemplateNotFound(name, list(TEMPLATES))
    return TEMPLATES[name]


def template_file(name: str, format: str) -> str:
    """What a template's file is called."""
    return f"{name}{_SUFFIXES[format]}" if format == "qml" else f"templat-{name}{_SUFFIXES[format]}"


def title_of(name: str) -> Text:
    """What a template is of."""
    return _SAY[f"{name}_title"] if name in (INDICATORS, TARGETS) else SCHEMAS[name].title


def columns_of(schema: LayerSchema, region: PlanningRegion) -> tuple[Column, ...]:
    """The columns of a layer's template; where a row lies is not among them."""
    return tuple(_column(field, region) for field in schema.fields)


def _column(field: Field, region: PlanningRegion) -> Column:
    allowed, choices = _allowed(field, region)
    return Column(
        name=field.name,
        meaning=field.title,
        is_required=field.required,
        kind=_SAY[f"kind_{field.kind}"],
        unit=field.unit or "",
        allowed=allowed,
        example=field.example or "",
        choices=choices,
        is_text=field.kind == "text",
    )


def _allowed(field: Field, region: PlanningRegion) -> tuple[Text, tuple[str, ...]]:
    """What may stand in a column, in words and as a list to choose from."""
    if field.level == "regency":
        named = ", ".join(f"{one.code} {one.full_name}" for one in region.regencies)
        return Text(named, named), tuple(one.code for one in region.regencies)
    if field.pattern and "|" in field.pattern:
        words = field.pattern.split("|")
        return Text(", ".join(words), ", ".join(words)), tuple(words)
    if field.name == "zone_id":
        return _SAY["allowed_id"], ()
    if field.pattern:
        return _SAY["allowed_pattern"], ()
    return _NOTHING, ()


def write_layer_template(
    layer: str,
    path: Path,
    *,
    region: PlanningRegion,
    language: Language,
    style: str | None = None,
) -> None:
    """An empty GeoPackage with the layer's columns, typed, each with its meaning as the name people see.

    Of areas in WGS 84 (EPSG:4326). `style` is the QML text by which QGIS draws it.
    """
    import pyarrow as pa
    import pyogrio

    columns = columns_of(SCHEMAS[layer], region)
    kinds = {"integer": pa.int64(), "number": pa.float64()}
    fields = [(field.name, kinds.get(field.kind, pa.string())) for field in SCHEMAS[layer].fields]
    empty = pa.schema([*fields, ("geom", pa.binary())])
    pyogrio.write_arrow(
        pa.RecordBatchReader.from_batches(empty, []),
        path,
        layer=layer,
        driver="GPKG",
        geometry_name="geom",
        geometry_type="MultiPolygon",
        crs="EPSG:4326",
        # Older releases of QGIS warn of a later one.
        dataset_options={"VERSION": "1.2"},
    )
    _name_columns(path, layer, {c.name: c.meaning.to(language) for c in columns})
    if style is not None:
        add_style(path, style=style)


# OGC 12-128r19, annex F.9 (Schema).
_DATA_COLUMNS = """
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
  mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name)
);
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC,
  min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value)
);
"""
_SCHEMA_EXTENSION = (
    "gpkg_schema",
    "http://www.geopackage.org/spec121/#extension_schema",
    "read-write",
)


def _name_columns(path: Path, layer: str, titles: Mapping[str, str]) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(_DATA_COLUMNS)
        database.executemany(
            "INSERT INTO gpkg_extensions VALUES (?, NULL, ?, ?, ?)",
            [
                (table, *_SCHEMA_EXTENSION)
                for table in ("gpkg_data_columns", "gpkg_data_column_constraints")
            ],
        )
        database.executemany(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name, title) VALUES (?, ?, ?, ?)",
            [(layer, name, title, title) for name, title in titles.items()],
        )


def write_layer_workbook(
    layer: str, path: Path, *, region: PlanningRegion, language: Language
) -> None:
    """A workbook of a layer of points: one row a feature, with `lon` and `lat`; then what each column is."""
    from openpyxl import Workbook

    number = _SAY["kind_number"]
    places = [
        Column(name, meaning, True, number, "°", example=example, is_text=False)
        for name, meaning, example in (
            ("lon", _SAY["lon"], "115.4321"),
            ("lat", _SAY["lat"], "-3.4567"),
        )
    ]
    columns = [*columns_of(SCHEMAS[layer], region), *places]
    book = Workbook()
    _data_sheet(_first_sheet(book, layer), columns, language, rows=[])
    _explain(book.create_sheet(EXPLANATIONS[language]), columns, language)
    book.save(path)


def write_indicator_workbook(
    path: Path,
    *,
    region: PlanningRegion,
    catalogue: Mapping[str, Indicator],
    language: Language,
    indicator: Indicator | None = None,
) -> None:
    """A workbook of figures with a row for each regency, of one indicator or of any to be chosen.

    The second sheet explains the columns and lists every indicator with its unit.
    """
    columns = _figure_columns(region, catalogue, language)
    rows = [
        [one.code, one.full_name]
        if indicator is None
        else [one.code, one.full_name, indicator.id, None, None, None, indicator.unit.to(language)]
        for one in region.regencies
    ]
    _write_table(path, INDICATORS, columns, rows, catalogue=catalogue, language=language)


def write_target_workbook(
    path: Path,
    *,
    region: PlanningRegion,
    catalogue: Mapping[str, Indicator],
    language: Language,
    indicator: Indicator | None = None,
) -> None:
    """A workbook of targets with a row for the province and each regency, of one indicator or of any.

    The second sheet explains the columns and lists every indicator with its unit.
    """
    columns = _target_columns(region, catalogue, language)
    given: list[Any] = []
    if indicator is not None:
        given = [indicator.id, *[None] * 3, indicator.unit.to(language)]
    rows = [[code, region.title_of(code).to(language), *given] for code in sorted(region.codes)]
    known = with_targets(catalogue)
    _write_table(path, TARGETS, columns, rows, catalogue=known, language=language)


def _write_table(
    path: Path,
    name: str,
    columns: Sequence[Column],
    rows: list[list[Any]],
    *,
    catalogue: Mapping[str, Indicator],
    language: Language,
) -> None:
    from openpyxl import Workbook

    book = Workbook()
    _data_sheet(_first_sheet(book, name), columns, language, rows=rows)
    sheet = book.create_sheet(EXPLANATIONS[language])
    _explain(sheet, columns, language)
    _list_indicators(sheet, catalogue)
    book.save(path)


# The columns that a target needs, and what stands as an example of each.
_TARGET_COLUMNS: Mapping[str, tuple[bool, str]] = {
    "code": (True, ""),
    "name": (False, ""),
    "indicator": (True, ""),
    "year": (True, "2029"),
    "least": (False, "3,27"),
    "most": (False, "3,97"),
    "unit": (False, "% angkatan kerja"),
    "level": (True, "rpjmd"),
    "direction": (False, "turun"),
    "document": (True, "RPJMD Provinsi Kalimantan Selatan 2025–2029"),
    "page": (False, "112"),
    "source": (True, "Bappeda Provinsi Kalimantan Selatan"),
    "source_url": (False, ""),
    "note": (False, ""),
}


def _target_columns(
    region: PlanningRegion, catalogue: Mapping[str, Indicator], language: Language
) -> list[Column]:
    first = region.regencies[0]
    named = ", ".join(region.title_of(code).id for code in sorted(region.codes))
    codes, levels = tuple(sorted(region.codes)), tuple(LEVELS)
    listed = {"code": codes, "level": levels, "direction": ("turun", "naik")}
    allowed = {
        "code": Text(", ".join(codes), ", ".join(codes)),
        "name": Text(named, named),
        "indicator": _SAY["allowed_indicator"],
        "least": _SAY["allowed_end"],
        "most": _SAY["allowed_end"],
        "unit": _SAY["allowed_unit"],
        "level": Text(", ".join(levels), ", ".join(levels)),
    }
    examples = {"code": first.code, "name": first.full_name, "indicator": next(iter(catalogue), "")}
    numbers = {"year": _SAY["kind_integer"], "least": _SAY["kind_number"]}
    numbers["most"] = numbers["least"]
    return [
        Column(
            HEADS[role].to(language),
            _SAY[f"target_{role}"],
            is_required,
            numbers.get(role, _SAY["kind_text"]),
            allowed=allowed.get(role, _NOTHING),
            example=examples.get(role, example),
            choices=listed.get(role, ()),
            is_text=role not in numbers,
        )
        for role, (is_required, example) in _TARGET_COLUMNS.items()
    ]


def _figure_columns(
    region: PlanningRegion, catalogue: Mapping[str, Indicator], language: Language
) -> list[Column]:
    text, number = _SAY["kind_text"], _SAY["kind_number"]
    heads = [head.strip() for head in _SAY["figure_heads"].to(language).split("|")]
    codes = tuple(one.code for one in region.regencies)
    named = ", ".join(f"{one.code} {one.full_name}" for one in region.regencies)
    first = region.regencies[0]
    meanings = {
        "code": Column(
            "", _SAY["figure_code"], True, text, "", Text(named, named), first.code, codes
        ),
        "name": Column("", _SAY["figure_name"], False, text, example=first.full_name),
        "indicator": Column(
            "",
            _SAY["figure_indicator"],
            True,
            text,
            "",
            _SAY["allowed_indicator"],
            next(iter(catalogue), ""),
        ),
        "year": Column(
            "", _SAY["figure_year"], False, _SAY["kind_integer"], example="2025", is_text=False
        ),
        "period": Column("", _SAY["figure_period"], False, text, example="Agustus 2025"),
        "value": Column(
            "",
            _SAY["figure_value"],
            False,
            number,
            allowed=_SAY["allowed_value"],
            example="4,25",
            is_text=False,
        ),
        "unit": Column(
            "", _SAY["figure_unit"], False, text, allowed=_SAY["allowed_unit"], example="%"
        ),
        "source": Column(
            "", _SAY["figure_source"], True, text, example="BPS, Sakernas Agustus 2025"
        ),
        "source_url": Column("", _SAY["figure_source_url"], False, text),
        "note": Column("", _SAY["figure_note"], False, text),
    }
    return [replace(c, name=head) for head, c in zip(heads, meanings.values(), strict=True)]


def _first_sheet(book: Any, title: str) -> "Worksheet":
    sheet: Worksheet = book.active
    sheet.title = title
    return sheet


def _data_sheet(
    sheet: "Worksheet",
    columns: Sequence[Column],
    language: Language,
    *,
    rows: Sequence[Sequence[Any]],
) -> None:
    """The head, a remark on each of its cells, and the rows that are known already."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for at, column in enumerate(columns, start=1):
        letter = get_column_letter(at)
        cell = sheet.cell(1, at, column.name)
        cell.font = Font(bold=column.is_required)
        cell.comment = Comment(column.meaning.to(language), "Kawasan", height=110, width=260)
        sheet.column_dimensions[letter].width = max(14, len(column.name) + 3)
        if column.is_text:
            # A spreadsheet makes the number 63.1 of the code 63.10 unless its column is one of texts.
            sheet.column_dimensions[letter].number_format = "@"
        if column.choices:
            _offer(sheet, letter, f'"{",".join(column.choices)}"')
    for number, row in enumerate(rows, start=2):
        for at, value in enumerate(row, start=1):
            cell = sheet.cell(number, at, value)
            if columns[at - 1].is_text:
                cell.number_format = "@"
    sheet.freeze_panes = "A2"


def _offer(sheet: "Worksheet", letter: str, listed: str) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    # Office programs take a list of 255 letters at most; a longer one stands in the explanation.
    if len(listed) <= 255:
        offered = DataValidation(type="list", formula1=listed, allow_blank=True)
        # A planner may know of a code that the region's list lacks; the check says what is wrong.
        offered.showErrorMessage = False
        offered.add(f"{letter}2:{letter}{_ROWS}")
        sheet.add_data_validation(offered)


def _explain(sheet: "Worksheet", columns: Sequence[Column], language: Language) -> None:
    """What each column means in both languages, the reader's first; row 1 is the head that marks the sheet."""
    from openpyxl.styles import Alignment, Font

    heads = [head.strip() for head in _SAY["explanation_heads"].to(language).split("|")]
    rows = [
        (
            column.name,
            column.meaning.id,
            column.meaning.en,
            _both(_SAY["yes"] if column.is_required else _SAY["no"]),
            _both(column.kind),
            column.unit,
            _both(column.allowed),
            column.example,
        )
        for column in columns
    ]
    for number, row in enumerate([heads, *rows], start=1):
        for at, value in enumerate(row, start=1):
            cell = sheet.cell(number, at, value or None)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.number_format = "@"
            cell.font = Font(bold=number == 1)
    for letter, width in zip("ABCDEFGH", (22, 44, 44, 12, 20, 14, _MOST_WIDTH, 26), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "B2"


def _list_indicators(sheet: "Worksheet", catalogue: Mapping[str, Indicator]) -> None:
    from openpyxl.styles import Alignment, Font

    start = sheet.max_row + 2
    sheet.cell(start, 1, _both(_SAY["indicator_list"])).font = Font(bold=True)
    for number, one in enumerate(catalogue.values(), start=start + 1):
        cells = (one.id, one.title.id, one.title.en, None, None, _both(one.unit))
        for at, value in enumerate(cells, start=1):
            sheet.cell(number, at, value).alignment = Alignment(wrap_text=True, vertical="top")


def _both(text: Text) -> str:
    return text.id if text.id == text.en else f"{text.id} / {text.en}"
