"""One layer of a file by GDAL: values as they stand, curves made straight, nothing lost quietly.

GDAL leaves out what it cannot make with a warning at best. So rows are read in batches and counted
against what the driver and the file itself say, vertices are counted on the way, and every geometry
is made here. It runs in the process of `geo/validation/reader.py`, with one driver.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geo.crs import crs_of, crs_of_wkt
from geo.ingest.findings import Finding, Unreadable, finding, gdal_words, of_gdal
from geo.ingest.source import Damage, Limits, Source, SourceKind, beside_geometry
from geo.ingest.values import Counted, columns_of, formed, straightened, values_of
from geo.vector.curves import STEP_DEG

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyproj

_BATCH_ROWS = 4_096
# Read when a file is opened: no link is followed, no type is guessed (63.10 is no number), and arcs
# of a drawing are as fine as `geo/vector/curves.py` makes them. GDAL's own Arrow stream of a
# FlatGeobuf gives a missing geometry the length -1, on which pyarrow fails.
_OPTIONS = {
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "GML_FIELDTYPES": "ALWAYS_STRING",
    "OGR_FLATGEOBUF_STREAM_BASE_IMPL": "YES",
    "OGR_ARC_STEPSIZE": f"{STEP_DEG:g}",
}


class NotRead(Exception):
    """GDAL cannot open or read a file; its own words."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A layer as GDAL gives it.

    Attributes
    ----------
    columns : dict
        Python values by column, (n,) each.
    geometry : (n,) array of object
        None where there is none, and where it is `damaged`.
    deviations : list of float
        How far each feature with curves is off them, in units of the CRS.
    crs_text : str, optional
        `EPSG:32750`, or well-known text.
    """

    name: str
    columns: dict[str, list[Any]]
    geometry: npt.NDArray[np.object_]
    damaged: Mapping[int, Damage]
    deviations: list[float]
    crs_text: str | None
    findings: tuple[Finding, ...]


def layer_counts(path: Path, **options: str) -> dict[str, int]:
    """How many features each layer has, by the driver; tables without geometry are left out.

    Raises
    ------
    NotRead
    """
    import pyogrio  # GDAL enters only the process that reads

    pyogrio.set_gdal_config_options(_OPTIONS)
    try:
        layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
        return {
            name: int(
                pyogrio.read_info(path, layer=name, force_feature_count=True, **options)["features"]
            )
            for name in layers
        }
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise NotRead(gdal_words(error)) from error


def one_layer(counts: Mapping[str, int], layer: str | None) -> tuple[str, list[str]]:
    """The layer to read, and the others that have features.

    Raises
    ------
    Unreadable
        When the layer is not clear.
    """
    filled = [name for name, count in counts.items() if count]
    asked = [name for name in counts if layer is not None and name.lower() == layer.lower()]
    if not filled or (asked and not any(counts[name] for name in asked)):
        raise Unreadable(finding("empty_layer"))
    named = [name for name in filled if layer is None or name.lower() == layer.lower()]
    if not named:
        raise Unreadable(finding("layer_unknown", layer=layer, layers=", ".join(filled)))
    if len(named) > 1:
        raise Unreadable(finding("several_layers", layers=", ".join(filled)))
    return named[0], [name for name in filled if name != named[0]]


def require_counts(stated: int, found: int, limits: Limits) -> None:
    """Refuse a file whose own count and the driver's differ, or that has too many features."""
    if max(stated, found) > limits.features:
        count = max(stated, found)
        raise Unreadable(finding("too_many_features", count=count, limit=limits.features))
    if stated != found:
        raise Unreadable(finding("count_mismatch", header=stated, rows=found, geometries=found))


def read_layer(path: Path, layer: str, *, limits: Limits, **options: str) -> Layer:
    """Every feature of a layer, in the file's order.

    Raises
    ------
    NotRead
    Unreadable
        When there are more features or vertices than may be, as soon as that shows.
    """
    import pyarrow as pa
    import pyogrio.raw

    pyogrio.set_gdal_config_options(_OPTIONS)
    batches: list[tuple[list[list[Any]], list[bytes | None]]] = []
    counted = Counted(limits)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with pyogrio.raw.open_arrow(
                path,
                layer=layer,
                use_pyarrow=True,
                datetime_as_string=True,
                batch_size=_BATCH_ROWS,
                **options,
            ) as (meta, reader):
                schema = reader.schema
                at = geometry_position(schema, meta["geometry_name"])
                for batch in reader:
                    wkb = batch.column(at).to_pylist()
                    counted.add(wkb)
                    batches.append(([values_of(c) for c in batch.columns], wkb))
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
            raise NotRead(gdal_words(error)) from error
        except (pyogrio.errors.FeatureError, pa.ArrowInvalid, RuntimeError) as error:
            raise NotRead(gdal_words(error)) from error
    wkb = [blob for _, blobs in batches for blob in blobs]
    damaged: dict[int, Damage] = {}
    blobs = np.empty(len(wkb), dtype=object)
    blobs[:] = wkb
    geometry, deviations = formed(blobs, damaged)
    columns, left_out = columns_of(schema, [values for values, _ in batches], skip={at})
    notes = (*left_out, *of_gdal(warning.message for warning in caught))
    return Layer(layer, columns, geometry, damaged, deviations, meta["crs"], notes)


def geometry_position(schema: "pa.Schema", name: str | None) -> int:
    """Which column is the geometry; the driver's own columns stand before it."""
    names = list(schema.names)
    return len(names) - 1 - names[::-1].index(name or "wkb_geometry")


def source_of(
    layer: Layer,
    *,
    kind: SourceKind,
    stated: int,
    crs: "pyproj.CRS | None" = None,
    table: "pd.DataFrame | None" = None,
    notes: Sequence[Finding] = (),
) -> Source:
    """The source of a layer; `crs` and `table` stand in for the driver's own."""
    import geopandas as gpd
    import pandas as pd

    if table is None:
        rows = range(len(layer.geometry))
        columns = {n: pd.Series(v, rows, dtype=object) for n, v in layer.columns.items()}
        table = pd.DataFrame(columns, index=rows)
    names, renamed = beside_geometry(table.columns)
    crs_text = layer.crs_text if crs is None else ":".join(crs.to_authority() or (crs.name,))
    if crs is None and crs_text is not None:
        crs = crs_of(crs_text) or crs_of_wkt(crs_text)
    curves = [straightened(layer.deviations, crs)] if layer.deviations else []
    return Source(
        frame=gpd.GeoDataFrame(table.rename(columns=names), geometry=layer.geometry, crs=crs),
        kind=kind,
        layer=layer.name,
        crs_text=crs_text,
        encoding="utf-8",
        header_count=stated,
        damaged=layer.damaged,
        findings=(*notes, *curves, *renamed, *layer.findings),
    )
