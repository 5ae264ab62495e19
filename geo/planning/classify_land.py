"""From an office's rasters to the map of an official land rule, checked, made and published.

Which rasters serve is asked in `geo/land/factors.py`. Nothing in the store changes before
the map is whole.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import InvalidInput, RasterRefused
from geo.land.classified import (
    UNDECIDED,
    ClassifiedCells,
    added,
    class_polygons,
    class_shares,
    classify,
)
from geo.land.factors import FactorRaster, no_land, region_on
from geo.land.fit import ANY, Fitness
from geo.land.raster import KNOWN_RASTERS, land_title, raster_facts
from geo.land.rules import SLOPE, SOIL, LandRule
from geo.land.suitability import window_of
from geo.land.synthetic_notice import SYNTHETIC
from geo.language import Text, filled, joined, texts, written
from geo.planning.publish_land import LAND_NAME, require_no_smaller
from geo.published import CLASSES_PREFIX, LAND_PREFIX, layer
from geo.raster.files import RasterFile, write_cog
from geo.raster.grid import Window
from geo.store.snapshots import require_space
from geo.store.store import Provenance, Store, Version
from geo.store.versions import Publication, Published
from geo.vector.export import layer_to_parquet

_SAY = texts(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class ClassifiedLand:
    """A map of classes in a file that lives while it is in use, and what a reader must know of it.

    `counts` are those of the whole map; `notes` stand beside every use.
    """

    rule: LandRule
    path: Path
    factors: Mapping[str, FactorRaster]
    counts: ClassifiedCells
    notes: tuple[Text, ...]


@contextmanager
def classified_land(
    store: Store | Published,
    rule: LandRule,
    factors: Mapping[str, FactorRaster],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[ClassifiedLand]:
    """The map of a rule over the land of the regencies, on the grid of the slope; block by block.

    Raises
    ------
    RasterRefused
        Where a cell of the soil is no class of the rule.
    """
    grid = factors[SLOPE].grid
    land = region_on(store.current(), grid)
    place = window_of(land, grid) or Window(0, 0, 1, 1)
    counted: list[ClassifiedCells] = []
    with TemporaryDirectory(prefix="kawasan-classes-") as folder, ExitStack() as stack:
        path = Path(folder) / f"{rule.id}.tif"
        sources = {
            name: stack.enter_context(closing(RasterFile(raster.path)))
            for name, raster in factors.items()
        }

        def make(window: Window) -> Any:
            shifted = window._replace(row=window.row + place.row, col=window.col + place.col)
            try:
                found = classify(shifted, rule=rule, sources=sources, land=land)
            except InvalidInput as error:
                why = error.facts["reason"]
                reason = filled(_SAY["bad_soil"], name=factors[SOIL].label, why=why)
                raise RasterRefused(reason=reason) from error
            counted.append(added([found]))
            return found.codes

        write_cog(
            path,
            grid.part(place),
            make,
            dtype="uint8",
            nodata=UNDECIDED,
            resampling="nearest",
            progress=progress,
        )
        counts = added(counted)
        if not counts.land:
            raise RasterRefused(reason=no_land(factors[SLOPE]))
        yield ClassifiedLand(rule, path, factors, counts, notes_of(rule, factors, counts))


def notes_of(
    rule: LandRule, factors: Mapping[str, FactorRaster], counts: ClassifiedCells
) -> tuple[Text, ...]:
    """What a reader of a map must know: the rule's text, the rasters' grids, what is missing."""
    slope = factors[SLOPE]
    found = [] if rule.confirmed else [filled(_SAY["unconfirmed"], rule=rule.title)]
    found.append(_SAY["cells"].format(name=slope.label, cell=f"{slope.cell_m:.0f}"))
    found += [
        filled(
            _SAY["resampled"],
            factor=land_title(factor),
            name=raster.label,
            cell=f"{raster.cell_m:.0f}",
            slope_cell=f"{slope.cell_m:.0f}",
        )
        for factor, raster in factors.items()
        if raster.grid != slope.grid
    ]
    for factor in rule.factors:
        if factor not in factors:
            said = _SAY["unchecked"] if factor in rule.unchecked else _SAY["missing"]
            found.append(filled(said, factor=land_title(factor), name=factor))
    found += _shares_told(counts)
    stated = [raster.fitness.note(raster=raster.label) for raster in factors.values()]
    return (*found, *(note for note in stated if note), *rule.notes)


def publish_classified(
    store: Store,
    made: ClassifiedLand,
    *,
    name: str,
    source: str | None = None,
    licence: str | None = None,
    year: str | None = None,
    with_polygons: bool = False,
    replace_smaller: bool = False,
    actor: str = "operator",
) -> list[Version]:
    """Make a map the current land raster `name`, and its polygons a layer, in one transaction.

    Parameters
    ----------
    source, licence : str, optional
        Of the office's files; the rasters of the store have their own. Needed where a factor is a file.
    with_polygons : bool
        Whether its polygons become the layer `classes-NAME`.
    replace_smaller : bool
        As in `geo.planning.publish_land.add_land`.

    Raises
    ------
    RasterRefused
        See `require_publishable` and `geo.planning.publish_land.require_no_smaller`.
    """
    require_publishable(made.factors, name=name, source=source, licence=licence)
    if not replace_smaller:
        require_no_smaller(store, made.path, names=[name])
    credit, rights = _credit(made, source), _rights(made, licence)
    note = "; ".join(f"{r.factor}: {r.label} sha256 {r.sha256}" for r in made.factors.values())
    given = Provenance(actor=actor, note=note, source=credit.en, licence=rights.en)
    details = _details(made, year) | {
        "indonesian": {"source": credit.id, "licence": rights.id},
    }
    facts = raster_facts(made.path) | {"unit": _unit(made.rule)} | _fitness(made).as_details()
    ready = [
        Publication(LAND_PREFIX + name, "raster", made.path, ".tif", given, facts | details),
    ]
    if with_polygons:
        content = layer_to_parquet(polygons(made, source=source))
        told = details | {
            "title": filled(_SAY["title"], rule=made.rule.title)._asdict(),
            "description": _description(made)._asdict(),
        }
        ready.append(Publication(CLASSES_PREFIX + name, "layer", content, ".parquet", given, told))
    require_space(store.folder, made.path.stat().st_size)
    return store.publish_all(ready)


def require_publishable(
    factors: Mapping[str, FactorRaster], *, name: str, source: str | None, licence: str | None
) -> None:
    """Refuse a name that says what is measured or cannot be, and files without source and licence."""
    if not LAND_NAME.fullmatch(name) or name in KNOWN_RASTERS:
        raise RasterRefused(reason=_SAY["bad_name"].format(name=name))
    if any(raster.version is None for raster in factors.values()) and not (source and licence):
        raise RasterRefused(reason=_SAY["no_origin"])


def outdated(store: Store | Published, version: Version) -> Text | None:
    """That rasters of the store from which a map was made have been replaced; None where none has."""
    now = store.current()
    known = now.datasets("raster")
    replaced = [
        one["dataset"]
        for one in version.details.get("made_from", ())
        if one["dataset"] in known and now.version(one["dataset"]).sha256 != one["sha256"]
    ]
    if not replaced:
        return None
    return _SAY["outdated"].format(
        name=version.dataset.removeprefix(LAND_PREFIX),
        replaced=", ".join(replaced),
        rule=version.details["rule"],
    )


def write_map(made: ClassifiedLand, path: Path) -> None:
    """Write the map as a Cloud-Optimised GeoTIFF of codes, 0 where there is no class; whole or not at all."""
    with TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
        copy = Path(folder) / path.name
        shutil.copy(made.path, copy)
        copy.replace(path)


def polygons(made: ClassifiedLand, *, source: str | None = None) -> gpd.GeoDataFrame:
    """The map's classes as polygons; see `geo.land.classified.class_polygons`.

    Columns say beside that the rule, its source and whether it is confirmed, and how many cells a
    polygon's smallest part is wide (`side_cells`).
    """
    with closing(RasterFile(made.path)) as raster:
        frame, side = class_polygons(raster, made.rule)
    return frame.assign(
        rule=made.rule.id,
        confirmed=made.rule.confirmed,
        source=_credit(made, source).en,
        side_cells=side,
    )


def shares(
    store: Store | Published, made: ClassifiedLand, layer_name: str
) -> tuple[gpd.GeoDataFrame, "pd.Series[float]"]:
    """The shares of each class in the areas of a layer, and in all of them together.

    Returns
    -------
    areas : GeoDataFrame
        The layer's `name`, `geometry_kind` and geometry with the columns of `geo.land.classified.class_shares`.
    together : Series
        The same of all areas with an extent, each weighed by its area; NaN where there is none.
    """
    areas = layer(store, layer_name)
    with closing(RasterFile(made.path)) as raster:
        found = class_shares(areas, raster, made.rule)
    columns = [name for name in found.columns if name != "area_ha"]
    total = found["area_ha"].sum()
    together = found[columns].mul(found["area_ha"], axis=0).sum() / (total or np.nan)
    together["area_ha"] = total
    kept = [name for name in ("name", "geometry_kind", "geometry") if name in areas]
    return areas[kept].join(found), together


def _shares_told(counts: ClassifiedCells) -> list[Text]:
    """What part of the land has no class and for want of what, and what part has one all the same."""
    found = []
    if counts.undecided:
        lacking = [
            filled(_SAY["lacks"], factor=land_title(name), share=_percent(count, counts.land))
            for name, count in sorted(counts.lacking.items(), key=lambda item: -item[1])
            if count
        ]
        share = _percent(counts.undecided, counts.land)
        found.append(filled(_SAY["undecided"], share=share, lacking=joined(lacking)))
    if counts.inferred:
        found.append(filled(_SAY["inferred"], share=_percent(counts.inferred, counts.land)))
    return found


def _percent(part: float, whole: float) -> Text:
    """A share as a reader sees it; what is more than nothing and less than the last digit says so."""
    percent = 100 * part / whole
    if 0 < percent < _LEAST_PERCENT:
        return _SAY["least_percent"].format()
    return written(percent, decimals=1)


_LEAST_PERCENT = 0.05


def _credit(made: ClassifiedLand, source: str | None) -> Text:
    """Who made the rule and the rasters; made-up land first says that it is."""
    versions = [raster.version for raster in made.factors.values() if raster.version is not None]
    origins = [version.source_text for version in versions]
    if source is not None:
        origins.append(Text(id=source, en=source))
    is_made_up = any(origin.en.startswith(SYNTHETIC) for origin in origins)
    said = _SAY["credit"] if made.rule.confirmed else _SAY["credit_unconfirmed"]
    mark = f"{SYNTHETIC} – " if is_made_up else ""
    return filled(
        said, mark=mark, rule=made.rule.title, origins=joined(list(dict.fromkeys(origins)), by="; ")
    )


def _rights(made: ClassifiedLand, licence: str | None) -> Text:
    stated = [r.version.licence_text for r in made.factors.values() if r.version is not None]
    if licence is not None:
        stated.append(Text(id=licence, en=licence))
    return joined(list(dict.fromkeys(stated)), by="; ")


def _details(made: ClassifiedLand, year: str | None) -> dict[str, Any]:
    """What the versions of a map say of its making, as JSON types."""
    rule = made.rule
    return {
        "year": year or _year(made),
        "rule": rule.id,
        "rule_source": rule.source,
        "confirmed": rule.confirmed,
        "classes": [
            {"code": each.code, "id": each.id, "title": each.title._asdict()}
            for each in rule.classes
        ],
        "made_from": [
            {
                "factor": raster.factor,
                "dataset": raster.label if raster.version is None else raster.version.dataset,
                "version": None if raster.version is None else raster.version.number,
                "sha256": raster.sha256,
                "cell_m": raster.cell_m,
            }
            for raster in made.factors.values()
        ],
        "undecided_share": made.counts.undecided / made.counts.land,
        "known_faults": [note._asdict() for note in made.notes],
    }


def _description(made: ClassifiedLand) -> Text:
    """What the page of the polygons says first: that the rule is unconfirmed, what is empty, its caveat."""
    unconfirmed = (
        () if made.rule.confirmed else (filled(_SAY["unconfirmed"], rule=made.rule.title),)
    )
    return joined([*unconfirmed, *_shares_told(made.counts), *made.rule.notes[:1]], by=" ")


def _year(made: ClassifiedLand) -> str | None:
    """The years of the rasters, each once; None where nobody states any."""
    years = [
        str(raster.version.details["year"])
        for raster in made.factors.values()
        if raster.version is not None and raster.version.details.get("year")
    ]
    return ", ".join(dict.fromkeys(years)) or None


def _unit(rule: LandRule) -> str:
    return ", ".join(f"{each.code} {each.id}" for each in rule.classes)


def _fitness(made: ClassifiedLand) -> Fitness:
    """Fit for whoever asks for the rule's classes, but for what the rule itself cannot answer."""
    names = joined([land_title(factor) for factor in made.factors])
    why = filled(_SAY["fit"], rule=made.rule.title, factors=names)
    return Fitness(fit=((ANY, why),), unfit=made.rule.unfit)
