"""Zones, each with the geometry that its rule in zones.toml makes."""

import tomllib
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from data.steps.boundaries import places_of
from data.steps.files import DATA, write_geojson
from data.steps.tessellation import disc_within
from geo.crs import LONLAT
from geo.vector.regions import to_kemendagri
from geo.vector.schema import ZONES


def build_zones(
    target: Path, regencies: gpd.GeoDataFrame, kecamatan: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """The zones of zones.toml, each with the geometry that its rule makes."""
    entries = tomllib.loads((DATA / "zones/zones.toml").read_text("utf-8"))
    places = places_of()

    rows, geometries = {}, []
    for zone_id, entry in sorted(entries.items()):
        regency = regencies.geometry[to_kemendagri(entry["regency_code"])]
        geometries.append(_zone_geometry(entry, regency, kecamatan, places))
        rows[zone_id] = _zone_properties(entry)
    zones = gpd.GeoDataFrame.from_dict(rows, orient="index")
    zones = zones.set_geometry(gpd.GeoSeries(geometries, index=zones.index, crs=LONLAT))

    write_geojson(target / "zones/zones.geojson", zones, ZONES)
    return zones


def _zone_properties(entry: dict[str, Any]) -> dict[str, Any]:
    further = entry.get("further_sources", [])
    remarks = entry["remarks"] + (f" Sumber lain: {' ; '.join(further)}" if further else "")
    return {
        "name": entry["name"],
        "regency_code": entry["regency_code"],
        "status": entry["status"],
        "area_ha": entry.get("area_ha"),
        "geometry_kind": entry["geometry"]["kind"],
        "geometry_method": entry["geometry_method"],
        "source": entry["source"],
        "source_url": entry["source_url"],
        "source_year": entry.get("source_year"),
        "remarks": remarks,
    }


def _zone_geometry(
    entry: dict[str, Any],
    regency: shapely.Geometry,
    kecamatan: gpd.GeoDataFrame,
    places: pd.DataFrame,
) -> shapely.Geometry:
    rule = entry["geometry"]
    kind = rule["kind"]
    if kind == "published_extent":
        west, south, east, north = (
            _degrees(rule[side]) * sign
            for side, sign in (("west", 1), ("south", -1), ("east", 1), ("north", -1))
        )
        return shapely.box(west, south, east, north)
    if kind in ("named_kecamatan", "enclosing_kecamatan"):
        return shapely.coverage_union_all(kecamatan.geometry[rule["kecamatan"]].to_numpy())

    place = places.loc[rule["place"]]
    lon, lat = float(place["lon_centroid"]), float(place["lat_centroid"])
    if kind == "location_only":
        return shapely.Point(lon, lat)
    size = {
        "equal_area_disc": entry.get("area_ha"),
        "enclosing_desa_disc": place["area_ha_geodesic"],
    }
    return disc_within(lon, lat, within=regency, area_ha=float(size[kind]))


def _degrees(dms: list[int]) -> float:
    degrees, minutes, seconds = dms
    return degrees + minutes / 60 + seconds / 3600
