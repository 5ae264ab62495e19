"""Rebuild every derived file of this folder from the source files beside it.

    uv run python data/build.py

The same sources give the same bytes. Sources, rules and known faults are written in each folder's
manifest.toml by hand; this script writes the derived files and the SHA256SUMS of each folder.
"""

import hashlib
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.tessellation import disc_within, grow_cells
from geo.crs import LONLAT
from geo.indicators.table import parse_catalogue, parse_indicators
from geo.vector.regions import BY_CODE, match_regencies, to_kemendagri
from geo.vector.schema import KECAMATAN, REGENCIES, ZONES, LayerSchema
from geo.vector.topology import clean_coverage

HERE = Path(__file__).parent
DERIVED = (
    "boundaries/regencies.geojson",
    "indicators/indicators.csv",
    "zones/kecamatan.geojson",
    "zones/zones.geojson",
)
FOLDERS = ("boundaries", "indicators", "land", "models", "rules", "zones")

# The widest of the 27 simplification gaps holds a circle of 765 m; none is water, see the manifest.
MAX_GAP_WIDTH_M = 1_000.0

MONTHS = {"maret": "Maret", "agustus": "Agustus", "september": "September", "februari": "Februari"}

# The source's unit texts: unit, factor, note, confidence. Spelled out so that no caveat is lost.
_PANEL_RUPIAH = (
    "Kepala kolom sumber menulis Rupiah; dibaca juta rupiah karena cocok dengan jumlah 17 sektor."
)
_REGISTER = "Kepmendagri 300.2.2-2138/2025; tanggal registrasi tidak disebut sumber."
_MILLIONS = "Dicetak sumber dalam juta dengan dua desimal."
UNITS: dict[str, tuple[str, float, str, str]] = {
    "percent of households": ("% rumah tangga", 1, "", "ok"),
    "million persons": ("jiwa", 1e6, _MILLIONS, "ok"),
    "persons (rounded to 10)": ("jiwa", 1, "Dibulatkan ke puluhan oleh sumber.", "ok"),
    "persons": ("jiwa", 1, "", "ok"),
    "persons (inconsistent: 3.41% of 351327 = about 11980)": (
        "jiwa",
        1,
        "Tidak cocok dengan sumbernya sendiri: 3,41% dari 351.327 jiwa kira-kira 11.980.",
        "low",
    ),
    "persons (list in Kepmendagri 300.2.2-2138/2025; register date not stated in source)": (
        "jiwa",
        1,
        _REGISTER,
        "ok",
    ),
    "IDR per person per month": ("Rp per orang per bulan", 1, "", "ok"),
    "index 0-1": ("indeks 0-1", 1, "", "ok"),
    "index 0-100 (older UHH series - do not mix with ipm_sp2020lf)": (
        "indeks 0-100",
        1,
        "Seri UHH lama; jangan dicampur dengan seri UHH SP2020 LF.",
        "ok",
    ),
    "index 0-100 (UHH from SP2020 long form series)": (
        "indeks 0-100",
        1,
        "Seri UHH SP2020 LF; jangan dicampur dengan IPM seri lama.",
        "ok",
    ),
    "years": ("tahun", 1, "", "ok"),
    "years (older series)": ("tahun", 1, "Seri lama.", "ok"),
    "km2 (BIG letter B-16.10/DIGD-BIG/IGD.04.04/12/2024)": (
        "km²",
        1,
        "Surat BIG B-16.10/DIGD-BIG/IGD.04.04/12/2024.",
        "ok",
    ),
    "percent of population": ("% penduduk", 1, "", "ok"),
    "percent of population (LOW CONFIDENCE: aggregator site, not checked with BPS)": (
        "% penduduk",
        1,
        "Keyakinan rendah: situs pengumpul berita, tidak dicocokkan dengan BPS.",
        "low",
    ),
    "percent of population (derived: 3.73 + 0.11 point change stated)": (
        "% penduduk",
        1,
        "Turunan: 3,73 (September) ditambah penurunan 0,11 poin yang disebut sumber.",
        "ok",
    ),
    "million IDR (constant prices, by expenditure; source header says Rupiah)": (
        "juta Rp",
        1,
        _PANEL_RUPIAH,
        "ok",
    ),
    "billion IDR (constant 2010 prices; sum of 17 sectors)": (
        "miliar Rp",
        1,
        "Harga konstan 2010; jumlah 17 sektor.",
        "ok",
    ),
    "thousand IDR per person per year (current prices)": (
        "ribu Rp per orang per tahun",
        1,
        "Harga berlaku.",
        "ok",
    ),
    "thousand IDR per person per year": ("ribu Rp per orang per tahun", 1, "", "ok"),
    "percent of GRDP (constant 2010 prices)": ("% PDRB", 1, "Harga konstan 2010.", "ok"),
    "percent of employed": ("% penduduk bekerja", 1, "", "ok"),
    "percent of labour force": ("% angkatan kerja", 1, "", "ok"),
    "percent of population 15+": ("% penduduk 15 tahun ke atas", 1, "", "ok"),
    "IDR per month (no own UMK - follows UMP)": (
        "Rp per bulan",
        1,
        "Tidak menetapkan UMK sendiri; mengikuti UMP.",
        "ok",
    ),
    "IDR per month (own UMK)": ("Rp per bulan", 1, "UMK ditetapkan sendiri.", "ok"),
    "IDR per month": ("Rp per bulan", 1, "", "ok"),
    "count": ("", 1, "", "ok"),  # what is counted is in the catalogue's unit
    "percent": ("", 1, "", "ok"),  # of what is in the catalogue's unit
}


def main(target: Path = HERE) -> None:
    """Write every derived file and the checksums into `target`."""
    indicators = build_indicators(target)
    regencies = build_regencies(target, indicators)
    kecamatan = build_kecamatan(target, regencies)
    build_zones(target, regencies, kecamatan)
    write_checksums(target)


def build_indicators(target: Path) -> pd.DataFrame:
    """The tidy indicator table: codes, periods, units and caveats of source.csv put in order."""
    source = pd.read_csv(HERE / "indicators/source.csv", dtype="str", keep_default_na=False)
    catalogue = parse_catalogue((HERE / "indicators/catalogue.toml").read_text("utf-8"))
    units = pd.DataFrame([UNITS[text] for text in source["unit"]])
    meant = source["indicator"].map({name: entry.unit.id for name, entry in catalogue.items()})

    # A unit that the source spells out must be the catalogue's; "percent" and "count" leave it open.
    if not units[0].where(units[0] != "", meant).equals(meant):
        raise ValueError(source[units[0] != meant])
    values = source["value"].astype("float64") * units[1]
    table = parse_indicators(
        source.assign(
            unit=meant,
            period=[_period(*row) for row in zip(source["indicator"], source["year"], strict=True)],
            value=values.round(6),
            source=source["source_title"],
            note=units[2],
            confidence=units[3],
        )
    )
    if len(table) != len(source):
        raise ValueError("an indicator row was lost")

    path = _ready(target / "indicators/indicators.csv")
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return table


def _period(indicator: str, year: str) -> str:
    """`Agustus 2025` for an indicator whose name ends in its month, else the year."""
    month = MONTHS.get(indicator.rsplit("_", 1)[-1])
    return f"{month} {year}" if month else year


def build_regencies(target: Path, indicators: pd.DataFrame) -> gpd.GeoDataFrame:
    """The 13 regencies as a clean coverage with official codes and names."""
    source = gpd.read_file(HERE / "boundaries/source.geojson").set_crs(LONLAT, allow_override=True)
    matched = match_regencies(source["name"])
    if len(matched.matched) != len(BY_CODE) or list(matched.codes) != list(source["code"]):
        raise ValueError(matched.table)
    official = indicators[indicators["indicator"] == "luas_wilayah_km2"].set_index("regency_code")

    cleaned, moved = clean_coverage(source.set_index("code"), max_gap_width_m=MAX_GAP_WIDTH_M)
    regions = [BY_CODE[code] for code in cleaned.index]
    regencies = gpd.GeoDataFrame(
        {
            "bps_code": [region.bps_code for region in regions],
            "name": [region.name for region in regions],
            "kind": [region.kind for region in regions],
            "area_official_ha": (official["value"] * 100).reindex(cleaned.index).round(1),
        },
        index=cleaned.index,
        geometry=cleaned.geometry,
        crs=LONLAT,
    ).sort_index()

    write_geojson(target / "boundaries/regencies.geojson", regencies, REGENCIES)
    moved["official_ha"] = regencies["area_official_ha"]
    moved["difference_percent"] = 100 * (moved["after_ha"] / moved["official_ha"] - 1)
    print(moved.round(2).to_string())  # noqa: T201 - the table that the manifest quotes
    return regencies


def build_kecamatan(target: Path, regencies: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The 156 kecamatan as cells grown from their published centroids and areas."""
    table = _places("kecamatan")
    centroids = gpd.GeoDataFrame(
        {"parent": table.index.str[:5]},
        index=table.index,
        geometry=gpd.points_from_xy(table["lon_centroid"], table["lat_centroid"]),
        crs=LONLAT,
    )

    cells = grow_cells(centroids, regencies, area_ha=table["area_ha_geodesic"])
    kecamatan = gpd.GeoDataFrame(
        {
            "name": table["nama"],
            "regency_code": cells["parent"],
            "area_source_ha": table["area_ha_geodesic"],
            "geometry_kind": "approximate_cell",
            "geometry_method": (
                "Sel perkiraan: kabupaten dibagi menurut titik pusat dan luas kecamatan dalam tabel "
                "(diagram daya); bukan batas resmi."
            ),
            "source": table["source_title"],
        },
        index=cells.index,
        geometry=cells.geometry,
        crs=LONLAT,
    ).sort_index()

    write_geojson(target / "zones/kecamatan.geojson", kecamatan, KECAMATAN)
    return kecamatan


def _places(level: str | None = None) -> pd.DataFrame:
    places = pd.read_csv(HERE / "zones/places.csv", dtype={"kode_kemendagri": "str"})
    chosen = places if level is None else places[places["level"] == level]
    return chosen.set_index("kode_kemendagri").sort_index()


def build_zones(
    target: Path, regencies: gpd.GeoDataFrame, kecamatan: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """The zones of zones.toml, each with the geometry that its rule makes."""
    entries = tomllib.loads((HERE / "zones/zones.toml").read_text("utf-8"))
    places = _places()

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


def write_geojson(path: Path, frame: gpd.GeoDataFrame, schema: LayerSchema) -> None:
    """RFC 7946: lon/lat with six decimals, rings counter-clockwise, one feature a line, by key."""
    names = [field.name for field in schema.fields if field.name != schema.key]
    features = [
        {
            "type": "Feature",
            "id": key,
            "properties": {schema.key: key} | {name: _json(frame.at[key, name]) for name in names},
            "geometry": _json_geometry(frame.geometry[key]),
        }
        for key in sorted(frame.index)
    ]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    text = f'{{"type": "FeatureCollection", "name": "{schema.layer}", "features": [\n{lines}\n]}}\n'
    _ready(path).write_text(text, "utf-8", newline="\n")


def _json(value: Any) -> Any:
    """A property as JSON: missing is null, a whole number has no point."""
    if isinstance(value, str) or value is None:
        return value
    number = float(value)
    if np.isnan(number):
        return None
    return int(number) if number.is_integer() else number


def _json_geometry(geometry: shapely.Geometry) -> Any:
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, 6))
    if not rounded.is_valid:
        raise ValueError("rounding broke a geometry")
    return shapely.geometry.mapping(shapely.orient_polygons(shapely.normalize(rounded)))


def write_checksums(target: Path) -> None:
    """SHA256SUMS of each folder, in the format of sha256sum, its derived files taken from `target`."""
    for folder in FOLDERS:
        lines = []
        for path in sorted((HERE / folder).iterdir()):
            relative = f"{folder}/{path.name}"
            if path.name not in ("SHA256SUMS", "manifest.toml"):
                origin = target / relative if relative in DERIVED else path
                lines.append(f"{hashlib.sha256(origin.read_bytes()).hexdigest()}  {path.name}\n")
        _ready(target / folder / "SHA256SUMS").write_text("".join(lines), "utf-8", newline="\n")


def _ready(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
