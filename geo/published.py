"""What is published, by name: the region, models, layers, indicators and their years.

Every function here looks at the store once; who calls several of them takes `Store.current()` and
passes it to each, so that all speak of the same versions. Snapshots are immutable, so what is read
of one is kept; nobody changes it. One that is lost or damaged is a `StoreFault`.
"""

from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.crs import to_lonlat
from geo.errors import IndicatorNotFound, LayerNotFound, ModelNotFound
from geo.indicators import table as indicator_tables
from geo.indicators.series import Breaks
from geo.indicators.table import Indicator
from geo.indicators.villages import (
    INDICES,
    VillageProfile,
    Villages,
    desa_of,
    village_profiles,
)
from geo.mcda.model import Model
from geo.mcda.model_file import parse_model
from geo.store.region import REGION as REGION
from geo.store.region import region as region
from geo.store.snapshots import kept_by_content as kept_by_content
from geo.store.snapshots import reading
from geo.store.store import Store, Version
from geo.store.versions import Published
from geo.vector.definition import definition_of
from geo.vector.join import area_shares
from geo.vector.positions import Positions, uncertain_positions
from geo.vector.schema import SCHEMAS, with_all_fields

MODEL_PREFIX = "model-"
LAND_PREFIX = "land-"
DEFAULT_MODEL = "kesiapan"
NEED_MODEL = "kebutuhan"
# The layers of the desa, of their index, and of what sources say of an area's ground.
DESA = "desa"
VILLAGE_INDEX = "idm"
GROUND = "ground"
# Layers of what is said of areas: figures and statements, not areas of their own.
STATEMENTS = (VILLAGE_INDEX, GROUND)
# Layers of the classes of a land rule: parts of the land, not areas to assess.
CLASSES_PREFIX = "classes-"
DEFAULT_LAYER = "zones"


def models(store: Store | Published) -> list[str]:
    """The ids of all published models."""
    names = store.datasets("model")
    return [name.removeprefix(MODEL_PREFIX) for name in names]


def model(store: Store | Published, model_id: str) -> Model:
    """The current version of a model; `ModelNotFound` when there is none of that id."""
    return read_model(model_version(store, model_id).path)


def model_text(store: Store | Published, model_id: str) -> str:
    """The TOML of the current version of a model; `ModelNotFound` when there is none of that id."""
    path = model_version(store, model_id).path
    with reading(path):
        return path.read_text(encoding="utf-8")


def unmet(store: Store | Published, chosen: Model) -> list[str]:
    """The indicators, rasters, layers and columns of the zones that a model reads and that lack."""
    now = store.current()
    known = set(read_indicators(now.version("indicators").path)["indicator"])
    rasters = {name.removeprefix(LAND_PREFIX) for name in now.datasets("raster")}
    lacking = [i for i in chosen.indicators() if i not in known]
    lacking += [r for r in chosen.rasters() if r not in rasters]
    layers = now.datasets("layer")
    lacking += [name for name in read_of_desa(chosen) if name not in layers]
    columns = layer(now, DEFAULT_LAYER).columns
    return list(dict.fromkeys(lacking + [a for a in chosen.attributes() if a not in columns]))


def read_of_desa(chosen: Model) -> tuple[str, ...]:
    """The layers of desa, of their index and of statements on the ground that a model asks for."""
    if chosen.reads_ground():
        return (DESA, VILLAGE_INDEX, GROUND)
    return (DESA, VILLAGE_INDEX) if chosen.reads_villages() else ()


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
    version = model_version(now, model_id)
    return list(_years(now.version("indicators").path, version.path))


def indicators(store: Store | Published) -> pd.DataFrame:
    """The current indicator table, tidy; the caller's own."""
    return read_indicators(store.version("indicators").path).copy()


def indicator_catalogue(store: Store | Published) -> dict[str, Indicator]:
    """What each indicator is called, counted in and cautioned about, by id."""
    return dict(read_catalogue(store.version("indicators").details["catalogue"]))


def series_breaks(store: Store | Published) -> Breaks:
    """The breaks that the catalogue knows of series of every region, by indicator."""
    known = indicator_catalogue(store)
    whole = {name: [b for b in one.breaks if not b.regions] for name, one in known.items()}
    return {name: found for name, found in whole.items() if found}


@lru_cache(maxsize=4)
def read_catalogue(toml_text: str) -> dict[str, Indicator]:
    """The catalogue of a published indicator table, parsed once."""
    return indicator_tables.parse_catalogue(toml_text)


def layer(store: Store | Published, name: str) -> gpd.GeoDataFrame:
    """The current version of a layer in lon/lat, with every field of its schema.

    Raises
    ------
    LayerNotFound
    """
    return with_all_fields(read_layer(store.current().version(name, "layer").path), name)


def as_published(version: Version) -> gpd.GeoDataFrame:
    """A version of a layer as it was published: its own columns, all of them, in its own CRS.

    The key of its schema is the first column where no column is called so. Whole numbers that
    pandas holds as real ones beside missing values are whole again.
    """
    with reading(version.path):
        frame = gpd.read_parquet(version.path)
    defined = definition_of(version.dataset, version.details)
    schema = SCHEMAS.get(version.dataset) if defined is None else defined.schema()
    if schema is None:
        return frame
    whole = {
        field.name: frame[field.name].astype("Int64")
        for field in schema.fields
        if field.kind == "integer" and field.name in frame and _is_whole(frame[field.name])
    }
    frame = frame.assign(**whole)
    if schema.key not in frame:
        frame.insert(0, schema.key, frame.index.astype("str"))
    return frame


def _is_whole(values: pd.Series) -> bool:
    present = values.dropna()
    return pd.api.types.is_float_dtype(values.dtype) and bool(
        (np.isfinite(present) & (present % 1 == 0) & (present.abs() < 2**53)).all()
    )


def are_areas(layer: Version) -> bool:
    """Whether a layer's features are areas to assess.

    What is said of areas, classes of land and layers of an office's own are not.
    """
    is_own = definition_of(layer.dataset, layer.details) is not None
    is_said = layer.dataset in STATEMENTS or layer.dataset.startswith(CLASSES_PREFIX)
    return not (is_own or is_said)


def model_version(store: Store | Published, model_id: str) -> Version:
    """The current version of a model; `ModelNotFound` when there is none of that id."""
    try:
        return store.version(MODEL_PREFIX + model_id)
    except LayerNotFound as error:
        raise ModelNotFound(model_id, available=models(store)) from error


@kept_by_content(maxsize=16)
def read_model(path: Path) -> Model:
    """The model of a file, parsed once."""
    with reading(path):
        return parse_model(path.read_text(encoding="utf-8"))


@kept_by_content(maxsize=4)
def read_indicators(path: Path) -> pd.DataFrame:
    """The indicator table of a snapshot, read once."""
    with reading(path):
        return indicator_tables.parse_indicators(pd.read_parquet(path))


@kept_by_content(maxsize=8)
def read_layer(path: Path) -> gpd.GeoDataFrame:
    """The layer of a snapshot in lon/lat, read once."""
    with reading(path):
        return to_lonlat(gpd.read_parquet(path))


@kept_by_content(maxsize=8)
def read_villages(desa: Path, figures: Path) -> Villages:
    """The desa of one snapshot with the index of another, read once."""
    # An office's own layer may lack a column: then nothing is known of it.
    indexed = with_all_fields(read_layer(figures), VILLAGE_INDEX)
    known = indexed[[*INDICES, "year"]].apply(pd.to_numeric, errors="coerce")
    return Villages(desa=read_layer(desa), figures=known.assign(source=indexed["source"]))


@kept_by_content(maxsize=8)
def read_desa_inside(layer: Path, desa: Path, figures: Path) -> pd.DataFrame:
    """The desa of each area of a layer, see `geo.indicators.villages.desa_of`; found once."""
    return desa_of(read_layer(layer), read_villages(desa, figures))


@kept_by_content(maxsize=8)
def read_village_profiles(layer: Path, desa: Path, figures: Path) -> dict[str, VillageProfile]:
    """The profile of each area of a layer, see `geo.indicators.villages`; made once."""
    return village_profiles(read_desa_inside(layer, desa, figures))


@kept_by_content(maxsize=8)
def read_positions(layer: Path, desa: Path) -> dict[str, Positions]:
    """Where the areas of a layer may lie whose place is uncertain, found once."""
    return uncertain_positions(read_layer(layer), read_layer(desa))


@kept_by_content(maxsize=8)
def read_shares(layer: Path, regions: Path) -> pd.DataFrame:
    """How the areas of a layer lie in regions, see `geo.vector.join.area_shares`; found once."""
    return area_shares(read_layer(layer), read_layer(regions))[0]


@kept_by_content(maxsize=16)
def _years(table_path: Path, model_path: Path) -> tuple[int, ...]:
    table = read_indicators(table_path)
    asked = read_model(model_path).indicators()
    is_asked = table["indicator"].isin(asked or table["indicator"])
    rows = table[is_asked & (table["regency_code"].str.len() > 2)]
    if rows.empty:
        raise IndicatorNotFound(", ".join(asked), available=sorted(table["indicator"].unique()))
    return tuple(sorted(int(year) for year in rows["year"].unique()))
