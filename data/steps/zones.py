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


# What a source states of a zone besides its area; the field of a zone for each.
PROFILE = (
    *("desa_stated", "kecamatan_stated", "people_stated", "decree", "land_status"),
    *("titles_issued", "titles_open", "families_placed", "families_left"),
    *("ipktrans", "ipktrans_year"),
)


def _zone_properties(entry: dict[str, Any]) -> dict[str, Any]:
    further = entry.get("further_sources", [])
    remarks = entry["remarks"] + (f" Sumber lain: {' ; '.join(further)}" if further else "")
    profile = entry.get("profile", {})
    if profile.keys() - {*PROFILE, "source"}:
        raise ValueError(profile)
    return {
        "name": entry["name"],
        "regency_code": entry["regency_code"],
        "status": entry["status"],
        "area_ha": entry.get("area_ha"),
        "place_codes": " ".join(_places(entry["geometry"])) or None,
        **{name: profile.get(name) for name in PROFILE},
        "profile_source": profile.get("source"),
        "geometry_kind": entry["geometry"]["kind"],
        "geometry_method": entry["geometry_method"],
        "source": entry["source"],
        "source_url": entry["source_url"],
        "source_year": entry.get("source_year"),
        "remarks": remarks,
    }


def _places(rule: dict[str, Any]) -> list[str]:
    """The codes of the desa or kecamatan that a rule names."""
    named = rule.get("desa", rule.get("kecamatan", []))
    return [named] if isinstance(named, str) else list(named)


def _zone_geometry(entry: dict[str, Any], layers: dict[str, gpd.GeoDataFrame]) -> shapely.Geometry:
    rule = entry["geometry"]
    if rule["kind"] == "published_extent":
        west, south, east, north = (
            _degrees(rule[side]) * sign
            for side, sign in (("west", 1), ("south", -1), ("east", 1), ("north", -1))
        )
        return shapely.box(west, south, east, north)

    places = layers["desa" if "desa" in rule else "kecamatan"].geometry[_places(rule)]
    if rule["kind"] == "equal_area_disc":
        centre = shapely.centroid(places.iloc[0])
        regency = layers["regencies"].geometry[to_kemendagri(entry["regency_code"])]
        return disc_within(centre.x, centre.y, within=regency, area_ha=entry["area_ha"])
    return shapely.coverage_union_all(places.to_numpy())


def _degrees(dms: list[int]) -> float:
    degrees, minutes, seconds = dms
    return degrees + minutes / 60 + seconds / 3600
