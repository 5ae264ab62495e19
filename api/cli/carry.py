"""The command `kawasan carry`: figures of old boundaries carried to new ones, or spread inside them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.cli.files import read_figures
from api.cli.output import print_line, print_notes, print_table, progress_bar
from api.cli.shared_options import Common, gathered
from geo.errors import LayerNotFound, UploadRejected
from geo.language import LANGUAGES, Language, Text, texts

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo.indicators.carried_tables import Carried
    from geo.ingest.source import Limits
    from geo.raster.grid import RasterSource
    from geo.store.store import Store
    from geo.vector.crosswalk import Crosswalk

_SAY = texts(__name__)

_SHOWN_ROWS, _SHOWN_NOTES, _TOLD, _NAMED = 20, 12, 3, 8
_TOLD_OVERLAP = 0.01
_TEXTS = ("indicator", "period", "unit", "source", "source_url", "via", "note")


@dataclass(frozen=True, slots=True)
class BoundaryOptions:
    """From which boundaries to which."""

    old: Annotated[
        str, typer.Option("--from", help="Old boundaries: a layer, layer@version, or a file.")
    ]
    new: Annotated[str, typer.Option("--to", help="New boundaries: the same.")] = "regencies"
    key: Annotated[
        str, typer.Option(help="Column that names the areas, in the CSV and in files.")
    ] = "code"


@dataclass(frozen=True, slots=True)
class CarryOptions:
    """What the figures are, and how they are shared out."""

    kind: Annotated[
        Literal["total", "rate"] | None,
        typer.Option(help="What the figures are; indicators of the catalogue need not say."),
    ] = None
    by: Annotated[
        str, typer.Option(help="area, a land raster or GeoTIFF, or its classes: landcover:12,14.")
    ] = "area"
    density: Annotated[
        bool, typer.Option("--density", help="The raster counts per area, not per cell.")
    ] = False
    per: Annotated[
        str | None, typer.Option(help="Figure that weighs rates, e.g. angkatan_kerja_agustus.")
    ] = None
    column: Annotated[
        list[str] | None, typer.Option(help="Column to carry, of a table with a column a figure.")
    ] = None
    conserve: Annotated[
        bool, typer.Option("--conserve", help="Spread what lies outside the new boundaries.")
    ] = False
    min_known: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Least share that must be known (total 0.95, rate 0.5)."),
    ] = None
    sliver: Annotated[
        float, typer.Option(min=0, max=1, help="Pieces below this share of both areas are drawing.")
    ] = 0.0001
    label: Annotated[
        str | None, typer.Option(help="What the lineage calls the old boundaries.")
    ] = None

    def columns(self) -> list[str]:
        """Columns to read, with the one that weighs rates."""
        named = list(self.column or ())
        return [*named, self.per] if named and self.per and self.per not in named else named


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How files of boundaries are read."""

    crs: Annotated[str | None, typer.Option(help="CRS in place of the files'.")] = None
    layer: Annotated[str | None, typer.Option(help="Which layer, where a file has several.")] = None
    repair: Annotated[bool, typer.Option("--repair", help="Repair invalid polygons.")] = False


@dataclass(frozen=True, slots=True)
class _Areas:
    """Where areas come from: the store, or files read with some limits."""

    store: "Store"
    key: str
    reading: ReadingOptions
    limits: "Limits"


@gathered
def carry(
    figures: Annotated[
        Path, typer.Argument(help="CSV of the old areas' figures.", exists=True, dir_okay=False)
    ],
    boundaries: BoundaryOptions,
    way: CarryOptions,
    out: Annotated[Path | None, typer.Option(help="CSV file to write.")] = None,
    *,
    reading: ReadingOptions,
    common: Common,
) -> None:
    """Carry figures from old boundaries to new ones: totals are split, rates averaged.

    Each figure says what it comes from. Carried to the regencies, a table of indicators is one that
    `kawasan ingest --as indicators` takes.

    Examples: kawasan carry tpt_2002.csv --from batas_2002.gpkg --per angkatan_kerja --label "batas
    2002" --out tpt.csv · kawasan carry penduduk.csv --from regencies --to kecamatan --column penduduk
    --kind total --by landcover:13
    """
    language = common.language()
    with common.opened() as store:
        from geo import published
        from geo.indicators import carried_tables

        areas = _Areas(store, boundaries.key, reading, common.settings().reader_limits())
        across = _crosswalk(
            _areas(boundaries.old, areas),
            _areas(boundaries.new, areas),
            weights=_weights(store, way.by, density=way.density),
            by=way.by,
            sliver=way.sliver,
        )
        table = carried_tables.parse_figures(
            read_figures(figures, limits=areas.limits),
            key=boundaries.key,
            old=across.old.index,
            columns=way.columns(),
        )
        kinds = carried_tables.kinds_of(
            table["indicator"].unique(),
            stated=way.kind,
            catalogue=published.indicator_catalogue(store),
            denominator=way.per,
        )
        carried, became = carried_tables.carry_figures(
            table,
            across,
            kinds=kinds,
            label=way.label or Path(boundaries.old).name,
            denominator=way.per,
            conserve=way.conserve,
            min_known_share=way.min_known,
            language=language,
        )
        if out is not None:
            _write(carried_tables.to_table(carried, regencies=published.region(store).by_code), out)
        _print(carried, language)
        _print_notes(_notes(became, carried, across, language=language), language)


def _crosswalk(
    old: "gpd.GeoDataFrame",
    new: "gpd.GeoDataFrame",
    *,
    weights: "RasterSource | None",
    by: str,
    sliver: float,
) -> "Crosswalk":
    from geo.raster.parallel import threads
    from geo.vector.crosswalk import crosswalk

    with progress_bar(by) as progress:
        return crosswalk(
            old,
            new,
            weights=weights,
            name=Path(by).name,
            sliver_share=sliver,
            engine=threads(),
            progress=progress,
        )


def _areas(name: str, of: _Areas) -> "gpd.GeoDataFrame":
    """Areas in lon/lat by a layer's name, by `name@version`, or of a file, read as uploads are."""
    from geo.crs import to_lonlat
    from geo.published import layer, read_layer

    if Path(name).suffix:
        return to_lonlat(_read_areas(Path(name), of))
    dataset, _, number = name.partition("@")
    if not number.isdecimal():
        return layer(of.store, name)
    version = of.store.version(dataset, int(number))
    if version.kind != "layer":
        raise LayerNotFound(name, available=of.store.datasets("layer"))
    return read_layer(version.path)


def _read_areas(path: Path, of: _Areas) -> "gpd.GeoDataFrame":
    from geo.validation.columns import plain_name
    from geo.validation.upload import ingest_upload
    from geo.vector.schema import Field, LayerSchema

    title = Text(id=path.name, en=path.name)
    key = plain_name(of.key)
    schema = LayerSchema(
        layer=path.stem,
        title=title,
        description=title,
        key=key,
        geometry_types=frozenset({"Polygon", "MultiPolygon"}),
        fields=(Field(key, "text", Text(id=of.key, en=of.key), required=True),),
    )
    result = ingest_upload(
        path,
        filename=path.name,
        schema=schema,
        crs_override=of.reading.crs,
        layer=of.reading.layer,
        limits=of.limits,
        corrections={"make_valid": of.reading.repair},
    )
    if result.frame is None:
        errors = [f["sentence"] for f in result.report["findings"] if f["severity"] == "error"]
        more = result.report["errors"] - len(errors[:_TOLD])
        found = {
            language: " ".join(sentence[language] for sentence in errors[:_TOLD])
            + (f" (+{more})" if more > 0 else "")
            for language in LANGUAGES
        }
        raise UploadRejected(reason=Text(*(f"{path.name}: {found[lang]}" for lang in LANGUAGES)))
    return result.frame


def _weights(store: "Store", by: str, *, density: bool) -> "RasterSource | None":
    """The raster that weighs the pieces: by name or file, whole or the classes that are named."""
    from geo.published import LAND_PREFIX
    from geo.raster.files import RasterFile
    from geo.raster.grid import Marked
    from geo.vector.crosswalk import AREA, GroundArea

    if by == AREA:
        return None
    name, classes = by, tuple[int, ...]()
    if match := re.fullmatch(r"(.+):(\d+(?:,\d+)*)", by):
        name, classes = match[1], tuple(int(number) for number in match[2].split(","))
    path = Path(name) if Path(name).suffix else store.version(LAND_PREFIX + name).path
    source: RasterSource = RasterFile(path)
    if classes:
        return GroundArea(Marked(source, classes))
    return GroundArea(source) if density else source


def _write(table: "pd.DataFrame", path: Path) -> None:
    texts = {name: table[name].astype("str") for name in _TEXTS if name in table}
    # A spreadsheet runs a text that begins so; see geo/vector/export.py.
    guarded = {
        name: text.str.replace(r"^(?=[=+\-@\t\r])", "'", regex=True) for name, text in texts.items()
    }
    table.assign(**guarded).to_csv(path, index=False, encoding="utf-8")


def _print(carried: "pd.DataFrame", language: Language) -> None:
    from maps.text import format_number, format_share

    rows = [
        (
            row["area_id"],
            f"{row['indicator']} {row['period']}".strip(),
            format_number(row["value"], language),
            "≈" if row["is_estimate"] else "=",
            format_share(row["known_share"], language),
            " + ".join(f"{old} {format_number(part, language)}" for old, part in row["sources"]),
        )
        for row in carried.head(_SHOWN_ROWS).to_dict("records")
    ]
    print_table(_SAY["heads"].to(language), rows)
    if (left := len(carried) - len(rows)) > 0:
        print_line(_SAY["more"].to(language).format(left=left))


def _print_notes(notes: Iterable[Text], language: Language) -> None:
    distinct = list(dict.fromkeys(notes))
    left = len(distinct) - _SHOWN_NOTES
    more = [f"… (+{left})"] if left > 0 else []
    print_notes([*(note.to(language) for note in distinct[:_SHOWN_NOTES]), *more])


def _notes(
    became: Sequence["Carried"],
    carried: "pd.DataFrame",
    across: "Crosswalk",
    *,
    language: Language,
) -> Iterator[Text]:
    """What a planner must know of what became of the figures, most telling first."""
    from geo.vector.crosswalk import AREA

    for one in became:
        yield from _balance(one, language)
    reports = [one.report for one in became]
    yield from _named(_SAY["unplaced"], (k for r in reports for k in r.keys.unmatched_left))
    yield from _named(_SAY["no_figure"], (k for r in reports for k in r.keys.unmatched_right))
    yield from _named(_SAY["by_area"], (k for r in reports for k in r.by_area))
    yield from _named(_SAY["unreached"], (k for r in reports for k in r.unreached))
    if across.method != AREA:
        zero = carried["area_id"][(carried["kind"] == "total") & (carried["value"] == 0)]
        yield from _named(_SAY["empty"], zero[zero.map(across.new["by_area"])])
    for side in (across.old, across.new):
        yield from _named(_SAY["overlap"], side.index[side["overlap"] > _TOLD_OVERLAP])


def _balance(one: "Carried", language: Language) -> Iterator[Text]:
    """Where a total went; nothing for a rate."""
    from maps.text import format_number

    report = one.report
    if report.kind == "rate":
        return
    name = f"{one.indicator} {one.period}".strip()
    total, carried = (format_number(n, language) for n in (report.total, report.carried))
    yield _SAY["balance"].format(name=name, total=total, carried=carried)
    for text, parts in ((_SAY["uncovered"], report.uncovered), (_SAY["spread"], report.spread)):
        if len(parts):
            keys = _listed(f"{k} {format_number(part, language)}" for k, part in parts.items())
            yield text.format(name=name, amount=format_number(parts.sum(), language), keys=keys)
    for text, amount in ((_SAY["withheld"], report.withheld), (_SAY["lost"], report.unplaced)):
        if amount:
            yield text.format(name=name, amount=format_number(amount, language))


def _named(text: Text, keys: Iterable[object]) -> Iterator[Text]:
    if listed := _listed(dict.fromkeys(map(str, keys))):
        yield text.format(keys=listed)


def _listed(texts: Iterable[str]) -> str:
    every = list(texts)
    more = f" (+{len(every) - _NAMED})" if len(every) > _NAMED else ""
    return ", ".join(every[:_NAMED]) + more
