"""The command `kawasan land classify`: the map of an official land rule from an office's rasters."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.faults import Misused
from api.cli.files import read_text
from api.cli.land import RasterYearOption, ReplaceSmallerOption, print_readers
from api.cli.output import (
    number_text,
    output,
    print_notes,
    print_table,
    print_version,
    progress_bar,
)
from api.cli.shared_options import Common, gathered
from geo.errors import InvalidInput
from geo.land.rules import RAIN, RIVER, SHIPPED_RULES, SLOPE, SOIL, SPRING
from geo.language import Language, texts

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo.land.rules import LandRule
    from geo.planning.classify_land import ClassifiedLand

_SAY = texts(__name__)

_SHOWN_ROWS = 20
# What rounds to 0.0 or 100.0 and is neither.
_LEAST_PERCENT = 0.05
_COLUMN_OF_LAYER = "layer"


@dataclass(frozen=True, slots=True)
class FactorOptions:
    """The rasters that a rule reads, where they are not the store's of the usual names."""

    slope: Annotated[
        str | None, typer.Option(help="Slope in percent: a land raster by name, or a GeoTIFF.")
    ] = None
    soil: Annotated[
        str | None, typer.Option(help="Class of soil erosion sensitivity, whole numbers 1 to 5.")
    ] = None
    rain: Annotated[
        str | None, typer.Option(help="Rain of a year divided by its days of rain, in mm.")
    ] = None
    river: Annotated[str | None, typer.Option(help="Distance to the nearest river, in m.")] = None
    spring: Annotated[str | None, typer.Option(help="Distance to the nearest spring, in m.")] = None

    def given(self) -> dict[str, str]:
        """The rasters that are named, by factor."""
        named = {
            SLOPE: self.slope,
            SOIL: self.soil,
            RAIN: self.rain,
            RIVER: self.river,
            SPRING: self.spring,
        }
        return {factor: raster for factor, raster in named.items() if raster is not None}


@dataclass(frozen=True, slots=True)
class MapOptions:
    """What becomes of the map."""

    name: Annotated[
        str | None, typer.Option("--as", help="Name that models read; the rule's id by default.")
    ] = None
    publish: Annotated[
        bool, typer.Option("--publish/--no-publish", help="Whether it becomes a land raster.")
    ] = True
    publish_polygons: Annotated[
        bool, typer.Option("--publish-polygons", help="Publish its polygons as a layer too.")
    ] = False
    source: Annotated[
        str | None, typer.Option(help="Where files come from; needed to publish of files.")
    ] = None
    licence: Annotated[str | None, typer.Option(help="Their licence.")] = None
    year: RasterYearOption = None
    replace_smaller: ReplaceSmallerOption = False


@dataclass(frozen=True, slots=True)
class FileTargets:
    """Files to write."""

    out: Annotated[Path | None, typer.Option(help="Write the map: .tif.")] = None
    polygons: Annotated[
        Path | None, typer.Option(help="Write the classes as polygons: .gpkg or .geojson.")
    ] = None
    shares: Annotated[
        Path | None, typer.Option(help="Write the shares: .xlsx, .csv, .gpkg or .geojson.")
    ] = None


@gathered
def land_classify(
    rule: Annotated[
        str, typer.Argument(help=f"{' or '.join(SHIPPED_RULES)}, or a rule of yours (.toml).")
    ],
    factors: FactorOptions,
    wanted: MapOptions,
    files: FileTargets,
    by: Annotated[
        list[str] | None,
        typer.Option(help="Layer to tell shares of; repeat it. Default: regencies and zones."),
    ] = None,
    *,
    common: Common,
) -> None:
    """Make the map of an official land rule from the rasters of an office.

    Rasters that are not named are the store's: slope_percent, soil_erosion_class, rain_mm_day,
    river_distance_m, spring_distance_m. What is missing is not guessed: a cell has a class only where
    it is the same whatever is missing. The map becomes a land raster that a model's constraint names.

    Example: kawasan land classify kepmentan_837_1980 --soil tanah.tif --source "BBSDLP 2016"
    --licence "BBSDLP"
    """
    with common.opened() as store:
        from geo.land.factors import open_factors
        from geo.planning import classify_land

        chosen = _rule(rule, common.settings().data_dir)
        name = wanted.name or chosen.id
        language = common.language()
        _require_targets(files)
        found = open_factors(store, chosen, factors.given())
        if wanted.publish:
            classify_land.require_publishable(
                found, name=name, source=wanted.source, licence=wanted.licence
            )
        with (
            progress_bar(chosen.id) as progress,
            classify_land.classified_land(store, chosen, found, progress=progress) as made,
        ):
            tables = [
                (layer, *classify_land.shares(store, made, layer))
                for layer in by or ("regencies", "zones")
            ]
            _write(made, tables, files, source=wanted.source)
            if wanted.publish:
                versions = classify_land.publish_classified(
                    store,
                    made,
                    name=name,
                    source=wanted.source,
                    licence=wanted.licence,
                    year=wanted.year,
                    with_polygons=wanted.publish_polygons,
                    replace_smaller=wanted.replace_smaller,
                )
        for layer, areas, together in tables:
            _print_shares(layer, areas, together, rule=chosen, language=language)
        print_notes(note.to(language) for note in made.notes)
        if wanted.publish:
            for version in versions:
                print_version(version)
            print_readers(store, versions[:1], language)


def _rule(stated: str, data_dir: Path) -> "LandRule":
    """The shipped rule of a name, or the rule of a file."""
    from geo.land.rules import parse_rule

    if Path(stated).suffix == ".toml":
        return parse_rule(read_text(Path(stated)))
    if stated not in SHIPPED_RULES:
        known = ", ".join(SHIPPED_RULES)
        raise InvalidInput(reason=_SAY["no_rule"].format(name=stated, known=known))
    return parse_rule(read_text(data_dir / "rules" / f"{stated}.toml"))


def _require_targets(files: FileTargets) -> None:
    """Say of files that cannot be written so before minutes are spent on what goes into them."""
    from geo.vector.file_formats import SUFFIXES

    known = {".tif": (files.out,)} | {
        f".{name}": (files.polygons, files.shares) for name in SUFFIXES
    }
    for path in (files.out, files.polygons, files.shares):
        endings = [ending for ending, those in known.items() if path in those]
        if path is not None and path.suffix.lower() not in endings:
            raise Misused(_SAY["no_ending"].format(file=path.name, known=", ".join(endings)))
        if path is not None and not path.parent.is_dir():
            raise Misused(_SAY["no_folder"].format(folder=path.parent))


def _write(
    made: "ClassifiedLand",
    tables: Sequence[tuple[str, "gpd.GeoDataFrame", "pd.Series[float]"]],
    files: FileTargets,
    *,
    source: str | None,
) -> None:
    from geo.planning import classify_land
    from geo.vector.export import write_layer

    if files.out is not None:
        classify_land.write_map(made, files.out)
    if files.polygons is not None:
        write_layer(classify_land.polygons(made, source=source), files.polygons)
    if files.shares is not None:
        import pandas as pd

        named = [areas.assign(**{_COLUMN_OF_LAYER: layer}) for layer, areas, _ in tables]
        write_layer(pd.concat(named), files.shares)
    for path in (files.out, files.polygons, files.shares):
        if path is not None:
            output.print(f"{path}", markup=False)


def _print_shares(
    layer: str,
    areas: "gpd.GeoDataFrame",
    together: "pd.Series[float]",
    *,
    rule: "LandRule",
    language: Language,
) -> None:
    """Print the shares of each area and of all together, of the whole area, in percent."""
    columns = [*(f"{each.id}_share" for each in rule.classes), "unclassified_share"]
    named = {"name": _SAY["together"].to(language)} | together.to_dict()
    shown = areas.head(_SHOWN_ROWS)
    rows = [
        [str(row["name"]), *_numbers(row, columns, language)]
        for row in [*shown.to_dict("records"), named]
    ]
    left = len(areas) - len(shown)
    more = _SAY["more"].format(left=left).to(language) if left else ""
    heads = [
        *_SAY["heads"].to(language).split(" | "),
        *(f"{each.title.to(language)} %" for each in rule.classes),
        _SAY["unclassified"].to(language),
    ]
    print_table(heads, rows, f"{layer} {more}".strip())
    if unknown := areas.index[areas["unclassified_share"].isna()].tolist():
        print_notes([_SAY["no_extent"].format(names=", ".join(unknown)).to(language)])
    if "geometry_kind" in areas:
        from geo.vector.schema import is_enclosing

        around = areas.index[areas["geometry_kind"].map(is_enclosing)].tolist()
        if around:
            print_notes([_SAY["enclosing"].format(names=", ".join(around)).to(language)])


def _numbers(row: "dict[str, object]", columns: Sequence[str], language: Language) -> list[str]:
    area = _known(row["area_ha"])
    return [
        number_text(area, language, 0),
        *(_percent(_known(row[column]), language) for column in columns),
    ]


def _percent(share: float | None, language: Language) -> str:
    """A share in percent; a little is never written as nothing, nor nearly all as all."""
    if share is None:
        return number_text(None, language)
    sign, shown = "", 100 * share
    if 0 < shown < _LEAST_PERCENT:
        sign, shown = "<", 2 * _LEAST_PERCENT
    elif 100 - _LEAST_PERCENT < shown < 100:
        sign, shown = ">", 100 - 2 * _LEAST_PERCENT
    return sign + number_text(shown, language)


def _known(value: object) -> float | None:
    """A number as a float; None for NaN."""
    number = float(value)  # type: ignore[arg-type]
    return None if number != number else number
