"""I/O. The main job: the published layers, indicators, rasters and a model become one Assessment.

An Assessment is a value: the same versions, year and weights give the same result, and its lineage
names every version that went in. Every function here looks at the store once; who calls several of
them takes `Store.current()` and passes it to each, so that all speak of the same versions.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import pandas as pd

from geo import indicators as indicator_tables
from geo.assessment import Assessment, Origin, results_frame
from geo.criteria import RasterMeasure
from geo.crs import to_lonlat
from geo.elevation import derive_terrain
from geo.errors import (
    IndicatorNotFound,
    LayerNotFound,
    ModelNotFound,
    RasterRefused,
    UnknownYear,
)
from geo.indicators import Indicator
from geo.land import ELEVATION, KNOWN_RASTERS, raster_facts, write_cloud_optimised
from geo.land_checks import require_land_raster
from geo.language import Language, Text
from geo.layers import with_all_fields
from geo.measures import LandRaster, measure_zones
from geo.models import Model, parse_model, weights_from, weights_from_judgements
from geo.raster_files import RasterFile
from geo.readiness import Measures, assess_measures
from geo.snapshots import file_sha256, require_space
from geo.store import Provenance, Store, Version
from geo.versions import Publication, Published
from geo.weights import AhpWeights

MODEL_PREFIX = "model-"
LAND_PREFIX = "land-"
DEFAULT_MODEL = "kesiapan"
DEFAULT_LAYER = "zones"
_LAND_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class _Inputs:
    """The content-named files of one measurement: equal inputs are equal bytes."""

    model: Path
    layer: Path
    regencies: Path
    indicators: Path
    rasters: tuple[tuple[str, Path, str, str | None], ...]
    year: int


@dataclass(frozen=True, slots=True)
class _Raster:
    """A land raster ready to be published; `details` are facts beside those that its file tells."""

    name: str
    path: Path
    provenance: Provenance
    unit: str
    details: Mapping[str, Any]


def models(store: Store | Published) -> list[str]:
    """The ids of all published models."""
    names = store.datasets("model")
    return [name.removeprefix(MODEL_PREFIX) for name in names]


def model(store: Store | Published, model_id: str) -> Model:
    """The current version of a model; `ModelNotFound` when there is none of that id."""
    return _read_model(_model_version(store, model_id).path)


def model_text(store: Store | Published, model_id: str) -> str:
    """The TOML of the current version of a model; `ModelNotFound` when there is none of that id."""
    return _model_version(store, model_id).path.read_text(encoding="utf-8")


def unmet(store: Store | Published, chosen: Model) -> list[str]:
    """The indicators and land rasters that a model reads and that are not there, each once."""
    now = store.current()
    known = set(_read_indicators(now.version("indicators").path)["indicator"])
    rasters = {name.removeprefix(LAND_PREFIX) for name in now.datasets("raster")}
    lacking = [i for i in chosen.indicators() if i not in known]
    return list(dict.fromkeys(lacking + [r for r in chosen.rasters() if r not in rasters]))


def years(store: Store | Published, model_id: str = DEFAULT_MODEL) -> list[int]:
    """The years for which any indicator of a model has a regency figure, oldest first; never empty.

    A model of land alone has the years of all indicators.

    Raises
    ------
    ModelNotFound
    IndicatorNotFound
        When there is no figure of any of them.
    """
    now = store.current()
    table = _read_indicators(now.version("indicators").path)
    asked = model(now, model_id).indicators()
    is_asked = table["indicator"].isin(asked or table["indicator"])
    rows = table[is_asked & (table["regency_code"].str.len() > 2)]
    if rows.empty:
        raise IndicatorNotFound(", ".join(asked), available=sorted(table["indicator"].unique()))
    return sorted(int(year) for year in rows["year"].unique())


def indicators(store: Store | Published) -> pd.DataFrame:
    """The current indicator table, tidy; the caller's own."""
    return _read_indicators(store.version("indicators").path).copy()


def indicator_catalogue(store: Store | Published) -> dict[str, Indicator]:
    """What each indicator is called, counted in and cautioned about, by id."""
    return indicator_tables.parse_catalogue(store.version("indicators").details["catalogue"])


def layer(store: Store | Published, name: str) -> gpd.GeoDataFrame:
    """The current version of a layer in lon/lat, with every field of its schema.

    Raises
    ------
    LayerNotFound
    """
    return with_all_fields(_read_layer(store.current().version(name, "layer").path), name)


def assess(
    store: Store | Published,
    model_id: str = DEFAULT_MODEL,
    *,
    layer: str = DEFAULT_LAYER,
    year: int | None = None,
    weights: Mapping[str, float] | None = None,
) -> Assessment:
    """Score, rank and class the zones of a layer.

    Parameters
    ----------
    model_id : str
        A published model.
    layer : str
        Any layer with a `name`: `zones`, `kecamatan`, `regencies`.
    year : int, optional
        The newest with data by default.
    weights : mapping, optional
        Other weights: of every dimension or of every criterion, summing to 1.

    Raises
    ------
    ModelNotFound, LayerNotFound, UnknownYear, InvalidWeights
    """
    now = store.current()
    chosen = model(now, model_id)
    available = years(now, model_id)
    chosen_year = available[-1] if year is None else year
    if chosen_year not in available:
        raise UnknownYear(
            subject=chosen.title, year=chosen_year, available=", ".join(map(str, available))
        )
    used = weights_from(chosen, weights or {})
    versions = _versions(now, chosen, layer)
    measures = _measures(_inputs(versions, chosen, layer, chosen_year))
    return Assessment(
        key=_key(versions, chosen_year, used),
        model=chosen,
        layer=layer,
        year=chosen_year,
        weights=used,
        results=assess_measures(measures, chosen, used),
        lineage=tuple(
            Origin(v.dataset, v.number, v.sha256, v.source, v.licence) for v in versions.values()
        ),
    )


def add_land(
    store: Store,
    path: Path,
    *,
    name: str,
    source: str,
    licence: str,
    unit: str | None = None,
    year: str | None = None,
    actor: str = "operator",
    progress: Callable[[int, int], None] | None = None,
) -> Version:
    """Check a raster and make it the current land raster `name`.

    `elevation` brings its slope, relief, hillshade, wetness and height above drainage with it
    (`geo.elevation.METHODS`): all are made first and published in one transaction.

    Parameters
    ----------
    progress : callable, optional
        Called with parts done and all parts while terrain is made.

    Raises
    ------
    RasterRefused
        See `geo.land_checks.require_land_raster`; also for a name of one's own without a unit, and
        for a known name with another unit than models expect of it.
        Nothing has changed then.
    """
    _require_name(name, unit)
    require_land_raster(path, name=name, region=layer(store, "regencies"))
    given = Provenance(actor=actor, note=path.name, source=source, licence=licence)
    with TemporaryDirectory(prefix="kawasan-land-") as folder:
        cog = Path(folder) / f"{name}.tif"
        write_cloud_optimised(path, cog)
        ready = []
        if name == ELEVATION:
            ready = _terrain(cog, Path(folder), given, progress)
        ready.append(_Raster(name, cog, given, unit or KNOWN_RASTERS[name], {}))
        require_space(store.folder, sum(raster.path.stat().st_size for raster in ready))
        return store.publish_all([_publication(raster, year) for raster in ready])[-1]


def _require_name(name: str, unit: str | None) -> None:
    if not _LAND_NAME.fullmatch(name):
        raise RasterRefused(reason=_BAD_NAME.format(name=name))
    if unit is None and name not in KNOWN_RASTERS:
        raise RasterRefused(reason=_NO_UNIT.format(name=name, known=", ".join(KNOWN_RASTERS)))
    # A model grades a known name in its unit; another unit would be graded as if it were that.
    if unit is not None and unit.strip() != KNOWN_RASTERS.get(name, unit.strip()):
        known = KNOWN_RASTERS[name]
        raise RasterRefused(
            reason=_OTHER_UNIT.format(name=name, unit=unit, known=known), unit=unit, expected=known
        )


def _terrain(
    cog: Path, folder: Path, given: Provenance, progress: Callable[[int, int], None] | None
) -> list[_Raster]:
    """The rasters derived from an elevation, each with the elevation's version and the method."""
    sha256 = file_sha256(cog)
    return [
        _Raster(
            name=made.name,
            path=made.path,
            provenance=replace(
                given,
                note=f"{LAND_PREFIX}{ELEVATION} sha256 {sha256}: {made.method}",
                source=f"{given.source} → {made.name}: {made.method} (DEM {sha256[:12]})",
            ),
            unit=KNOWN_RASTERS[made.name],
            details={
                "derived_from": {"dataset": LAND_PREFIX + ELEVATION, "sha256": sha256},
                "method": made.method,
            },
        )
        for made in derive_terrain(cog, folder, progress=progress)
    ]


def _publication(raster: _Raster, year: str | None) -> Publication:
    return Publication(
        LAND_PREFIX + raster.name,
        "raster",
        raster.path,
        ".tif",
        raster.provenance,
        raster_facts(raster.path) | {"unit": raster.unit, "year": year, **raster.details},
    )


def derived_from(store: Store | Published, version: Version) -> list[Version]:
    """The current rasters that were made from a version of the elevation, by name."""
    now = store.current()
    rasters = [now.version(name) for name in now.datasets("raster")]
    return [r for r in rasters if r.details.get("derived_from", {}).get("sha256") == version.sha256]


def readers_of(store: Store | Published, raster: str) -> list[str]:
    """Which criteria and constraints read a land raster, as `model.criterion`."""
    found, now = [], store.current()
    for model_id in models(now):
        chosen = model(now, model_id)
        found += [
            f"{model_id}.{c.id}"
            for c in chosen.criteria
            if isinstance(c.measure, RasterMeasure) and c.measure.raster == raster
        ]
        found += [f"{model_id}.{c.id}" for c in chosen.constraints if c.raster == raster]
    return found


def judged_weights(
    store: Store | Published,
    model_id: str,
    judgements: Mapping[str, Mapping[tuple[str, str], float]],
) -> tuple[dict[str, float], dict[str, AhpWeights]]:
    """Weights and consistency from pairwise judgements; see `geo.models.weights_from_judgements`."""
    return weights_from_judgements(model(store, model_id), judgements)


def readiness_key(store: Store | Published) -> str:
    """The key of the current default assessment, without computing it."""
    now = store.current()
    chosen = model(now, DEFAULT_MODEL)
    return _key(
        _versions(now, chosen, DEFAULT_LAYER),
        years(now, DEFAULT_MODEL)[-1],
        dict(chosen.weights),
    )


def readiness_frame(store: Store | Published, language: Language) -> gpd.GeoDataFrame:
    """The current default assessment as a layer; see `geo.assessment.results_frame`."""
    now = store.current()
    assessment = assess(now)
    return results_frame(assessment, layer(now, assessment.layer), language)


def _model_version(store: Store | Published, model_id: str) -> Version:
    try:
        return store.version(MODEL_PREFIX + model_id)
    except LayerNotFound as error:
        raise ModelNotFound(model_id, available=models(store)) from error


def _versions(now: Published, chosen: Model, layer_name: str) -> dict[str, Version]:
    """The version of everything that an assessment reads, in a fixed order."""
    rasters = set(now.datasets("raster"))
    versions = {"model": _model_version(now, chosen.id)}
    versions |= {name: now.version(name, "layer") for name in (layer_name, "regencies")}
    versions["indicators"] = now.version("indicators")
    names = (LAND_PREFIX + raster for raster in chosen.rasters())
    return versions | {name: now.version(name) for name in names if name in rasters}


def _inputs(versions: Mapping[str, Version], chosen: Model, layer_name: str, year: int) -> _Inputs:
    rasters = [v for name, v in versions.items() if name.startswith(LAND_PREFIX)]
    return _Inputs(
        model=versions["model"].path,
        layer=versions[layer_name].path,
        regencies=versions["regencies"].path,
        indicators=versions["indicators"].path,
        rasters=tuple(
            (v.dataset.removeprefix(LAND_PREFIX), v.path, v.source, v.details.get("year"))
            for v in rasters
        ),
        year=year,
    )


@lru_cache(maxsize=64)
def _measures(inputs: _Inputs) -> Measures:
    files = {name: RasterFile(path) for name, path, _, _ in inputs.rasters}
    try:
        return measure_zones(
            _read_layer(inputs.layer),
            _read_model(inputs.model),
            year=inputs.year,
            regencies=_read_layer(inputs.regencies),
            indicators=_read_indicators(inputs.indicators),
            rasters={
                name: LandRaster(name, files[name], source, year)
                for name, _, source, year in inputs.rasters
            },
        )
    finally:
        for file in files.values():
            file.close()


@lru_cache(maxsize=16)
def _read_model(path: Path) -> Model:
    return parse_model(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=4)
def _read_indicators(path: Path) -> pd.DataFrame:
    return indicator_tables.parse_indicators(pd.read_parquet(path))


@lru_cache(maxsize=8)
def _read_layer(path: Path) -> gpd.GeoDataFrame:
    return to_lonlat(gpd.read_parquet(path))


def _key(versions: Mapping[str, Version], year: int, weights: Mapping[str, float]) -> str:
    parts = {
        "versions": {v.dataset: (v.number, v.sha256) for v in versions.values()},
        "year": year,
        "weights": {name: repr(weight) for name, weight in weights.items()},
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


_BAD_NAME = Text(
    id="{name!r} bukan nama raster: pakai huruf kecil, angka dan garis bawah, misalnya slope_percent.",
    en="{name!r} is no raster name: use lower-case letters, digits and underscores, such as slope_percent.",
)
_NO_UNIT = Text(
    id="Sebutkan satuan raster {name!r} dengan --unit. Nama yang sudah dikenal: {known}.",
    en="Say the unit of raster {name!r} with --unit. Names known already: {known}.",
)
_OTHER_UNIT = Text(
    id="Raster {name!r} dinilai dalam {known!r}, bukan {unit!r}. Ubah nilainya lebih dahulu, atau daftarkan dengan nama lain.",
    en="Raster {name!r} is graded in {known!r}, not in {unit!r}. Convert its values first, or register it under another name.",
)
