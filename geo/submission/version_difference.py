"""What two versions of a dataset differ in: features of a layer, figures of the table, entries of an index, cells.

What was found is kept by the content of both, since a version never changes. One comparison runs at
a time in a process; whoever would wait too long for it is told to come back.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from geo.errors import DifferenceNotReady, StoreFault
from geo.indicators.figure_changes import changed_figures, figures_json
from geo.indicators.table import Indicator
from geo.json_types import as_json
from geo.language import Text, filled, texts, written
from geo.programme.indices.index_changes import counts_of, index_changes, index_json
from geo.programme.indices.stored_index import index_of
from geo.programme.publish_targets import changed_targets, read_targets, targets_json
from geo.published import indicator_catalogue, read_catalogue, read_indicators
from geo.raster.files import RasterFile
from geo.raster.grid import Window, blocks
from geo.source_digest import source_digest
from geo.store.snapshots import reading
from geo.store.store import Store, Version
from geo.validation.changes import changed_features
from geo.validation.difference import Difference, difference
from geo.vector.definition import definition_of
from geo.vector.schema import SCHEMAS

_SAY = texts(__name__)

_PREFIX = "difference-"
_MOST_KEPT = 64
# The whole of a layer is read into memory twice; 83,000 villages are compared in a few seconds.
_MOST_FEATURES = 150_000
_MOST_BYTES = 200_000_000
# Two rasters of so many cells are read in about five seconds.
_MOST_CELLS = 100_000_000
_BLOCK = 1024
_WAYS = ("added", "removed", "changed")
_comparing = threading.Lock()


def version_difference(
    store: Store, before: Version, after: Version, *, patience_s: float | None = None
) -> dict[str, Any]:
    """How a version differs from another one of its dataset, in JSON types.

    Parameters
    ----------
    patience_s : float, optional
        How long to wait for a comparison that is under way, in seconds; for ever by default.

    Returns
    -------
    dict
        Of a layer what the report of an upload has under `difference`. Of the table of figures
        `counts` and `figures`, each with `before` and `after`, None where there is none; of targets
        `targets` likewise, each end of a range; of an index `index`, entry by entry. Of a raster
        `counts` of its cells (`added` have a value only after, `removed` only before) and `raster`,
        what both say of themselves. Where nothing is compared `why_not` says why, in both languages,
        and `counts` is empty.

    Raises
    ------
    DifferenceNotReady, StoreFault
    """
    makers: Mapping[str, Callable[[Version, Version], dict[str, Any]]] = {
        "layer": _layers,
        "indicators": _figures,
        "targets": lambda old, new: _targets(old, new, indicator_catalogue(store)),
        "index": _indices,
        "raster": _rasters,
    }
    compare = makers[after.kind]
    return _kept(store, before, after, "found", patience_s, lambda: compare(before, after))


def drawn_difference(
    store: Store, before: Version, after: Version, *, patience_s: float | None = None
) -> dict[str, Any]:
    """The features of a layer that differ, as GeoJSON; see `geo.validation.changes`.

    Of what is no layer, or too large to be compared, there are none.

    Raises
    ------
    DifferenceNotReady, StoreFault
    """
    return _kept(store, before, after, "drawn", patience_s, lambda: _drawn(before, after))


def _kept(
    store: Store,
    before: Version,
    after: Version,
    what: str,
    patience_s: float | None,
    make: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    """What was made of two versions before, else what `make` makes now."""
    name = f"{_PREFIX}{what}-{_key(before, after)}.json"
    path = store.prepared_path(name)
    with suppress(FileNotFoundError):
        return _read(path.read_bytes())
    with _turn(patience_s):
        with suppress(FileNotFoundError):
            return _read(path.read_bytes())
        content = json.dumps(make()).encode()
        # A full disk costs the next reader time, not this one the answer.
        with suppress(StoreFault, OSError):
            store.write_prepared(name, content)
            store.prune_prepared(_PREFIX, most=_MOST_KEPT)
    return _read(content)


def _read(content: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(content)
    return found


@contextmanager
def _turn(patience_s: float | None) -> Iterator[None]:
    if not _comparing.acquire(timeout=-1 if patience_s is None else patience_s):
        raise DifferenceNotReady(retry_after_s=5)
    try:
        yield
    finally:
        _comparing.release()


def _key(before: Version, after: Version) -> str:
    sides = [[one.dataset, one.sha256, dict(one.details)] for one in (before, after)]
    parts = json.dumps([source_digest("geo"), sides], sort_keys=True)
    return hashlib.sha256(parts.encode()).hexdigest()


def _layers(before: Version, after: Version) -> dict[str, Any]:
    if (why_not := _too_large(before, after)) is not None:
        return why_not
    return _compared(_frame(before), _frame(after), after).to_json()


def _drawn(before: Version, after: Version) -> dict[str, Any]:
    if after.kind != "layer" or _too_large(before, after) is not None:
        return {"type": "FeatureCollection", "shown": 0, "of": 0, "features": []}
    old, new = _frame(before), _frame(after)
    return changed_features(new, old, _compared(old, new, after))


def _compared(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, after: Version) -> Difference:
    defined = definition_of(after.dataset, after.details)
    schema = SCHEMAS.get(after.dataset) if defined is None else defined.schema()
    fields = [] if schema is None else [field.name for field in schema.fields]
    regency_field = None if schema is None else schema.regency_field
    return difference(new, old, fields=fields, regency_field=regency_field)


def _frame(version: Version) -> gpd.GeoDataFrame:
    with reading(version.path):
        return gpd.read_parquet(version.path)


def _too_large(before: Version, after: Version) -> dict[str, Any] | None:
    """What is said instead of a comparison that would take too long; None where it would not."""
    features = 0
    for version in (before, after):
        with reading(version.path):
            features = max(features, pq.read_metadata(version.path).num_rows)
    size = max(before.size_bytes, after.size_bytes)
    if features <= _MOST_FEATURES and size <= _MOST_BYTES:
        return None
    said = filled(
        _SAY["too_large"], n=written(features, decimals=0), most=written(_MOST_FEATURES, decimals=0)
    )
    return _not_compared(said)


def _not_compared(why: Text) -> dict[str, Any]:
    return {"counts": {}, "why_not": why._asdict()}


def _figures(before: Version, after: Version) -> dict[str, Any]:
    old, new = read_indicators(before.path), read_indicators(after.path)
    catalogue = read_catalogue(after.details["catalogue"])
    found = changed_figures(new, old)
    counts = {way: sum(one.way == way for one in found.figures) for way in _WAYS}
    is_told_anew = before.details["catalogue"] != after.details["catalogue"]
    return {
        "counts": counts | {"unchanged": found.unchanged},
        "figures": figures_json(found.figures, catalogue),
        "catalogue_changed": is_told_anew,
    }


def _targets(before: Version, after: Version, catalogue: Mapping[str, Indicator]) -> dict[str, Any]:
    new = read_targets(after.path)
    found = changed_targets(new, read_targets(before.path))
    counts = {way: sum(one.way == way for one in found) for way in _WAYS}
    unchanged = len(new) - counts["added"] - counts["changed"]
    return {
        "counts": counts | {"unchanged": unchanged},
        "targets": targets_json(found, catalogue),
    }


def _indices(before: Version, after: Version) -> dict[str, Any]:
    found = index_changes(index_of(after.path), index_of(before.path))
    return {"counts": counts_of(found), "index": index_json(found)}


def _rasters(before: Version, after: Version) -> dict[str, Any]:
    with closing(RasterFile(before.path)) as old, closing(RasterFile(after.path)) as new:
        said = {"before": _said(before, old), "after": _said(after, new)}
        if before.sha256 == after.sha256:
            return {"counts": {}, "raster": said, "why_not": _SAY["same_content"]._asdict()}
        if old.grid != new.grid:
            return _not_compared(_SAY["other_grid"]) | {"raster": said}
        if (cells := new.grid.width * new.grid.height) > _MOST_CELLS:
            why = filled(
                _SAY["too_many_cells"],
                n=written(cells, decimals=0),
                most=written(_MOST_CELLS, decimals=0),
            )
            return _not_compared(why) | {"raster": said}
        with reading(before.path), reading(after.path):
            return {"counts": _cells(old, new), "raster": said}


def _said(version: Version, raster: RasterFile) -> dict[str, Any]:
    grid = raster.grid
    details = version.details
    return {
        "unit": details.get("unit") or raster.header.unit or None,
        "year": details.get("year"),
        "bounds": [as_json(one) for one in grid.bounds],
        "width": grid.width,
        "height": grid.height,
        "crs": raster.header.crs,
        "sha256": version.sha256,
    }


def _cells(old: RasterFile, new: RasterFile) -> dict[str, int]:
    """How many cells have a value only after or only before, and how many of the others another one."""
    counts = dict.fromkeys((*_WAYS, "unchanged"), 0)
    for window in blocks(new.grid, _BLOCK, _BLOCK):
        (before, had), (after, has) = _filled(old, window), _filled(new, window)
        both = had & has
        changed = int(np.count_nonzero(before[both] != after[both]))
        counts["added"] += int(np.count_nonzero(has & ~had))
        counts["removed"] += int(np.count_nonzero(had & ~has))
        counts["changed"] += changed
        counts["unchanged"] += int(np.count_nonzero(both)) - changed
    return counts


def _filled(raster: RasterFile, window: Window) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    cells, mask = raster.read(window)
    return cells, np.ones(cells.shape, dtype=bool) if mask is None else mask
