"""Small made layers whose answers can be counted by hand, and how they get into a store."""

import io
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import shapely

from geo.store.store import Provenance

HOSTILE = "<script>alert('x')</script> \"&${1}`"
ODD_LAYER = "uji coba.<b>'é?#%"
PROVENANCE = Provenance(actor="tester", note="", source="made by hand", licence="CC0-1.0")
ODD_ID = "a b/c'\"<ü>?#%"


def made_layer(geometries, ids, crs="OGC:CRS84", **columns):
    index = pd.Index(ids, name="area_id")
    return gpd.GeoDataFrame(columns, geometry=list(geometries), index=index, crs=crs)


def regencies():
    """Twelve one-degree cells from 105°E, 4°S eastward, in two rows."""
    cells = [shapely.box(105 + i % 6, -4 + i // 6, 106 + i % 6, -3 + i // 6) for i in range(12)]
    ids = [f"63.{i + 1:02}" for i in range(12)]
    return made_layer(
        cells,
        ids,
        code=ids,
        bps_code=[code.replace(".", "") for code in ids],
        name=[f"Kabupaten {i + 1}" for i in range(12)],
        kind=["Kabupaten"] * 10 + ["Kota"] * 2,
        area_official_ha=[float("nan")] + [100.5 * i for i in range(1, 12)],
    )


def zones():
    """A polygon, a point at the antimeridian and a zone without geometry."""
    return made_layer(
        [shapely.box(105.25, -3.75, 105.75, -3.25), shapely.Point(179.5, 66), None],
        ["angsana", "timur-jauh", "tanpa-lokasi"],
        name=["Angsana", HOSTILE, "Tanpa lokasi"],
        regency_code=["63.01", "63.02", "63.03"],
        area_ha=[1234.5, float("nan"), 10.0],
        source_year=[2019.0, float("nan"), 2021.0],
    )


def odd():
    return made_layer([shapely.Point(0, 0)], [ODD_ID], **{"kata kunci": ["ñ"], "f": ["x"]})


def publish(store, layer, frame, *, note="made for a test", **said):
    content = io.BytesIO()
    frame.to_parquet(content)
    provenance = replace(PROVENANCE, note=note, **said)
    return store.publish(
        layer, "layer", content.getvalue(), suffix=".parquet", provenance=provenance
    )
