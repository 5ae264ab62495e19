"""Zones, each with the geometry that its rule in zones.toml makes."""

import tomllib
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from data.steps.discs import disc_within
from data.steps.files import DATA, write_geojson
from geo.crs import LONLAT
from geo.vector.regions import to_kemendagri
from geo.vector.schema import ZONES


def build_zones(target: Path, layers: dict[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """The zones of zones.toml, each with the geometry that its rule makes of desa, kecamatan, regencies."""
    entries = tomllib.loads((DATA / "zones/zones.toml").read_text("utf-8"))

    rows, geometries = {}, []
    for zone_id, entry in sorted(entries.items()):
        geometries.append(_zone_geometry(entry, layers))
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


def _zone_geometry(entry: dict[str, Any], layers: dict[str, gpd.GeoDataFrame]) -> shapely.Geometry:
    rule = entry["geometry"]
    kind = rule["kind"]
    if kind == "published_extent":
        west, south, east, north = (
            _degrees(rule[side]) * sign
            for side, sign in (("west", 1), ("south", -1), ("east", 1), ("north", -1))
        )
        return shapely.box(west, south, east, north)
    if kind in ("named_kecamatan", "enclosing_kecamatan"):
        return shapely.coverage_union_all(
            layers["kecamatan"].geometry[rule["kecamatan"]].to_numpy()
        )

    # A desa's code has three dots, a kecamatan's two.
    place = layers["desa" if rule["place"].count(".") == 3 else "kecamatan"].loc[rule["place"]]
    centre = shapely.centroid(place.geometry)
    if kind == "location_only":
        return centre
    regency = layers["regencies"].geometry[to_kemendagri(entry["regency_code"])]
    size = {"equal_area_disc": entry.get("area_ha"), "enclosing_desa_disc": place["area_ha"]}
    return disc_within(centre.x, centre.y, within=regency, area_ha=float(size[kind]))


def _degrees(dms: list[int]) -> float:
    degrees, minutes, seconds = dms
    return degrees + minutes / 60 + seconds / 3600
