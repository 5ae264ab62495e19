"""Land rasters checked and published, with what is derived from them and who reads them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo.errors import RasterRefused
from geo.land.checks import LandValues, require_land_raster
from geo.land.fit import ANY, NOT_STATED, Fitness, fitness_of
from geo.land.raster import ELEVATION, KNOWN_RASTERS, land_title, raster_facts
from geo.land.rules import SHIPPED_RULES
from geo.language import Text, filled, joined, listed, texts, written
from geo.mcda.value_functions import RasterMeasure
from geo.published import LAND_PREFIX, layer, model, models
from geo.published import region as planning_region
from geo.raster.derive import derivable, derive_terrain
from geo.raster.files import RasterFile, copy_as_cog
from geo.raster.zonal import zonal_statistics
from geo.readiness.land_measures import MIN_VALID_SHARE
from geo.store.snapshots import file_sha256, require_space
from geo.store.store import Provenance, Store, Version
from geo.store.versions import Publication, Published
from geo.vector.schema import schema_of

_SAY = texts(__name__)

# Rasters of one quantity: whoever reads one by its name asks for that quantity. Classes are not among
# them, as a map of classes shows some of them and not others.
_BY_NAME = KNOWN_RASTERS.keys() - {"landcover"}
# Whose areas must not lose a raster unnoticed.
MEASURED_LAYERS = ("zones", "kecamatan")
_SHOWN_LOST = 5
# What a land raster may be called.
LAND_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Stated:
    """What whoever adds a land raster says of it; see `add_land`."""

    name: str
    unit: str | None = None
    band: int | None = None
    fitness: Fitness | None = None
    derived: Sequence[str] | None = None
    replace_smaller: bool = False


@dataclass(frozen=True, slots=True)
class CheckedRaster:
    """A land raster as it would be published.

    `fitness` is None of one that is fit by construction, `method` of one that is not derived.
    """

    name: str
    path: Path
    unit: str
    fitness: Fitness | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedLand:
    """What a raster brings: itself, last, after what is derived from it; `read_as` is what was read."""

    rasters: tuple[CheckedRaster, ...]
    read_as: str
    values: LandValues


class Reader(NamedTuple):
    """A criterion or constraint that reads a land raster, and what it is called."""

    model: str
    id: str
    title: Text


def add_land(
    store: Store,
    path: Path,
    *,
    name: str,
    source: str,
    licence: str,
    unit: str | None = None,
    year: str | None = None,
    band: int | None = None,
    fitness: Fitness | None = None,
    actor: str = "operator",
    derived: Sequence[str] | None = None,
    replace_smaller: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Version:
    """Check a raster and make it the current land raster `name`.

    `elevation` brings its slope, relief, hillshade and, with the optional dependency `drainage`,
    wetness and height above drainage with it (`geo.raster.derive.METHODS`): all are made first and
    published in one transaction.

    Parameters
    ----------
    band : int, optional
        Which one of the file, from 1; needed where it has several.
    fitness : Fitness, optional
        What it is fit for. Not needed of a name that says what is measured (`slope_percent`), nor
        where nothing reads it yet; see `questions_about`. A derived raster is fit by construction.
    derived : sequence of str, optional
        What `elevation` brings with it: all that the packages installed can make by default.
    replace_smaller : bool
        Whether it may take the place of a raster that measures more areas; see `require_no_smaller`.
    progress : callable, optional
        Called with parts done and all parts while terrain is made.

    Raises
    ------
    RasterRefused
        See `geo.land.checks.require_land_raster`; also for a name of one's own without a unit, for a
        known name with another unit than models expect of it, where it must be said what the
        raster is fit for, and where it covers fewer areas than the one it would replace. Nothing has
        changed then.
    InvalidInput
        When a raster that `derived` names needs the optional dependency `drainage`.
    """
    stated = Stated(name, unit, band, fitness, derived, replace_smaller)
    with TemporaryDirectory(prefix="kawasan-land-") as folder:
        checked = checked_land(store, path, Path(folder), stated=stated, progress=progress)
        given = Provenance(actor=actor, note=checked.read_as, source=source, licence=licence)
        require_space(store.folder, sum(one.path.stat().st_size for one in checked.rasters))
        return store.publish_all(publications(checked.rasters, given=given, year=year))[-1]


def checked_land(
    store: Store | Published,
    path: Path,
    folder: Path,
    *,
    stated: Stated,
    progress: Callable[[int, int], None] | None = None,
) -> CheckedLand:
    """Check a raster and make what would be published of it, in `folder`; see `add_land`.

    Raises
    ------
    RasterRefused, InvalidInput
        As `add_land` does; `asks` among the facts names what must be said: `band`, `unit`, `fit`
        or `replace_smaller`.
    """
    name = stated.name
    _require_name(name, stated.unit)
    _require_fitness(store, name, stated.fitness)
    values = require_land_raster(
        path,
        name=name,
        band=stated.band,
        region=layer(store, "regencies"),
        planning=planning_region(store),
    )
    cog = folder / f"{name}.tif"
    with RasterFile(path, stated.band) as raster:
        copy_as_cog(raster, cog)
        read_as = _read_as(raster)
    derived = []
    if name == ELEVATION:
        derived = list(derivable() if stated.derived is None else stated.derived)
    if not stated.replace_smaller:
        require_no_smaller(store, cog, names=[name, *derived])
    made = derive_terrain(cog, folder, names=derived, progress=progress) if derived else []
    fitness = stated.fitness
    if fitness is None and name not in _BY_NAME:
        fitness = NOT_STATED
    unit = stated.unit or KNOWN_RASTERS[name]
    rasters = [
        *(CheckedRaster(m.name, m.path, KNOWN_RASTERS[m.name], method=m.method) for m in made),
        CheckedRaster(name, cog, unit, fitness),
    ]
    return CheckedLand(tuple(rasters), read_as, values)


def publications(
    rasters: Sequence[CheckedRaster],
    *,
    given: Provenance,
    year: str | None,
    details: Mapping[str, Any] | None = None,
    expected: int | None = None,
) -> list[Publication]:
    """What is published of a checked raster, the last, and of those derived from it, in their order.

    Each of these names the elevation's content and the method. `details` are facts of the raster
    itself, and `expected` is its version, see `Store.publish`.
    """
    *derived, itself = rasters
    sha256 = file_sha256(itself.path)
    source = {"derived_from": {"dataset": LAND_PREFIX + itself.name, "sha256": sha256}}
    found = [
        _publication(
            made,
            replace(
                given,
                note=f"{LAND_PREFIX}{itself.name} sha256 {sha256}: {made.method}",
                source=f"{given.source} → {made.name}: {made.method} (DEM {sha256[:12]})",
                # An upload becomes one version.
                upload=None,
            ),
            {"year": year, **source, "method": made.method},
        )
        for made in derived
    ]
    own = _publication(itself, given, {"year": year, **(details or {})})
    return [*found, replace(own, expected=expected)]


def questions_about(store: Store | Published, name: str) -> list[Reader]:
    """Who reads a land raster whose name alone does not say whether it can answer them."""
    return [] if name in _BY_NAME else _readers(store, name)


def require_no_smaller(store: Store | Published, path: Path, *, names: Sequence[str]) -> None:
    """Refuse a raster by which fewer zones or kecamatan would be measured than by the published one.

    An area counts as measured where at least `MIN_VALID_SHARE` of it has valid cells, as a criterion
    asks it; a file of one regency would else take the map of the province away without a word.

    Parameters
    ----------
    names : sequence of str
        The land rasters that it would replace: itself and what is derived from it.

    Raises
    ------
    RasterRefused
        With the counts before and after, and the areas that would lose the raster.
    """
    for name, counts in losses(store, path, names=names):
        reason = filled(_SAY["smaller"], name=land_title(name), counts=counts)
        raise RasterRefused(reason=reason, asks="replace_smaller")


def losses(
    store: Store | Published, path: Path, *, names: Sequence[str]
) -> Iterator[tuple[str, Text]]:
    """Of each published raster that a file would replace: how many areas lose it, and which."""
    now = store.current()
    for name in names:
        if LAND_PREFIX + name not in now.datasets("raster"):
            continue
        published = now.version(LAND_PREFIX + name).path
        found = [_loss(now, one, before=published, after=path) for one in MEASURED_LAYERS]
        if told := [loss for loss in found if loss is not None]:
            yield name, joined(told, by="; ")


def _loss(now: Published, layer_name: str, *, before: Path, after: Path) -> Text | None:
    """How many areas of a layer lose a raster, and which; None where no fewer have the new one."""
    if layer_name not in now.datasets("layer"):
        return None
    areas = layer(now, layer_name)
    had, has = (measured(areas, path) >= MIN_VALID_SHARE for path in (before, after))
    if has.sum() >= had.sum():
        return None
    lost = areas.loc[had & ~has, "name"].astype(str).tolist()
    shown = [*lost[:_SHOWN_LOST], *(["…"] if len(lost) > _SHOWN_LOST else [])]
    return filled(
        _SAY["smaller_layer"],
        layer=schema_of(layer_name).title,
        before=int(had.sum()),
        after=int(has.sum()),
        lost=listed([Text(name, name) for name in shown]),
    )


def measured(areas: gpd.GeoDataFrame, path: Path) -> npt.NDArray[np.float64]:
    """The share (n_areas, 0..1) of each area in which a raster has values."""
    with RasterFile(path) as raster:
        share = zonal_statistics(areas, raster, stats=())["valid_share"]
    return np.asarray(share.fillna(0.0))


def _require_fitness(store: Store | Published, name: str, stated: Fitness | None) -> None:
    """What must be asked is answered, and nothing is answered that nobody asks."""
    if stated is None:
        if asked := questions_about(store, name):
            readers = ", ".join(f"{r.model}.{r.id}" for r in asked)
            raise RasterRefused(
                reason=_SAY["say_fitness"].format(name=name, readers=readers, first=asked[0].id),
                asks="fit",
            )
        return
    named = [reader for reader, _ in (*stated.fit, *stated.unfit)]
    known = {reader.id for reader in _readers(store, name)}
    strange = [r for r in named if known and r not in {*known, *SHIPPED_RULES, ANY}]
    if strange or len(set(named)) < len(named):
        wrong = strange or [reader for reader in named if named.count(reader) > 1]
        said = _SAY["no_reader"] if strange else _SAY["said_twice"]
        raise RasterRefused(
            reason=said.format(name=name, reader=wrong[0], known=", ".join(sorted(known)))
        )


def _by_construction(raster: CheckedRaster, facts: Mapping[str, Any]) -> Fitness:
    """What a raster is fit for that measures what its name and unit say, or was derived so."""
    cell = {side: written(facts[f"cell_{side}_m"], decimals=0) for side in ("width", "height")}
    method = raster.method
    said = _SAY["by_name"] if method is None else _SAY["derived"]
    return Fitness(fit=((ANY, filled(said, method=method, unit=raster.unit, **cell)),))


def _read_as(raster: RasterFile) -> str:
    """The name of the file that was given, and what of it was read where that is not plain."""
    header = raster.header
    band = f", band {header.band}" if header.n_bands > 1 else ""
    scaled = f", × {header.scale:g} + {header.offset:g}" if header.is_scaled else ""
    return f"{raster.path.name}{band}{scaled}"


def require_land_name(name: str) -> None:
    """Raise `RasterRefused` for what no land raster can be called."""
    if not LAND_NAME.fullmatch(name):
        raise RasterRefused(reason=_SAY["bad_name"].format(name=name[:80]))


def _require_name(name: str, unit: str | None) -> None:
    require_land_name(name)
    if unit is None and name not in KNOWN_RASTERS:
        raise RasterRefused(
            reason=_SAY["no_unit"].format(name=name, known=", ".join(KNOWN_RASTERS)), asks="unit"
        )
    # A model grades a known name in its unit; another unit would be graded as if it were that.
    if unit is not None and unit.strip() != KNOWN_RASTERS.get(name, unit.strip()):
        known = KNOWN_RASTERS[name]
        raise RasterRefused(
            reason=_SAY["other_unit"].format(name=name, unit=unit, known=known),
            unit=unit,
            expected=known,
        )


def _publication(
    raster: CheckedRaster, provenance: Provenance, details: Mapping[str, Any]
) -> Publication:
    facts = raster_facts(raster.path)
    fitness = raster.fitness or _by_construction(raster, facts)
    said = {"unit": raster.unit, **details}
    return Publication(
        LAND_PREFIX + raster.name,
        "raster",
        raster.path,
        ".tif",
        provenance,
        facts | said | fitness.as_details(),
    )


def derived_from(store: Store | Published, version: Version) -> list[Version]:
    """The current rasters that were made from a version of the elevation, by name."""
    now = store.current()
    rasters = [now.version(name) for name in now.datasets("raster")]
    return [r for r in rasters if r.details.get("derived_from", {}).get("sha256") == version.sha256]


def effects(
    store: Store | Published, rasters: Sequence[CheckedRaster]
) -> list[tuple[str, Reader, Text | None]]:
    """Who would read rasters once they are published, each with the raster's name; or why not."""
    return [
        (
            one.name,
            reader,
            None if one.fitness is None else one.fitness.fault(reader.id, raster=one.name),
        )
        for one in rasters
        for reader in _readers(store, one.name)
    ]


def rasters_read(store: Store | Published) -> set[str]:
    """The names of the land rasters that a criterion or a constraint of a published model reads."""
    now, found = store.current(), set[str]()
    for chosen in (model(now, model_id) for model_id in models(now)):
        measures = (c.measure for c in chosen.criteria)
        found |= {m.raster for m in measures if isinstance(m, RasterMeasure)}
        found |= {c.raster for c in chosen.constraints if c.raster}
    return found


def readers_of(store: Store | Published, raster: str) -> list[str]:
    """Which criteria and constraints read a land raster, as `model.criterion`."""
    return [f"{reader.model}.{reader.id}" for reader in _readers(store, raster)]


def unanswered(store: Store | Published, version: Version) -> list[tuple[str, Text]]:
    """Who asks for a land raster that is not fit for them, as `model.criterion`, and why not."""
    name = version.dataset.removeprefix(LAND_PREFIX)
    stated = fitness_of(version.details)
    faults = {
        f"{reader.model}.{reader.id}": stated.fault(reader.id, raster=name)
        for reader in _readers(store, name)
    }
    return [(reader, fault) for reader, fault in faults.items() if fault is not None]


def _readers(store: Store | Published, raster: str) -> list[Reader]:
    found, now = [], store.current()
    for model_id in models(now):
        chosen = model(now, model_id)
        found += [
            Reader(model_id, c.id, c.title)
            for c in chosen.criteria
            if isinstance(c.measure, RasterMeasure) and c.measure.raster == raster
        ]
        found += [Reader(model_id, c.id, c.title) for c in chosen.constraints if c.raster == raster]
    return found
