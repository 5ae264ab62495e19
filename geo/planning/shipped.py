"""Which datasets the program ships with, known without reading any of them.

`geo/planning/reference.py` publishes them; a start that finds all of them does not have to load it.
"""

import sys
from pathlib import Path

# By file under the data folder.
LAYERS = {
    "regencies": "boundaries/regencies.parquet",
    "zones": "zones/zones.geojson",
    "kecamatan": "boundaries/kecamatan.parquet",
    "desa": "boundaries/desa.parquet",
}
# Statements and figures of desa and kecamatan, published with the outlines of these layers by code.
TABLES = {"idm": "villages/idm_2024.csv", "ground": "land/ground.csv"}
RASTERS = (
    "landcover",
    "landmask",
    "elevation_coarse",
    "main_road_distance_m",
    "population_per_km2",
)
MODELS = ("kesiapan", "kebutuhan", "ipktrans")
# The prefixes are those of `geo/planning/assess.py`, which is too heavy to load for them; a test compares.
DATASETS = frozenset(
    {
        "indicators",
        *LAYERS,
        *TABLES,
        *(f"land-{n}" for n in RASTERS),
        *(f"model-{n}" for n in MODELS),
    }
)


def shipped_data() -> Path:
    """The folder of the data that ship: beside a checkout's project file, or under a wheel's prefix."""
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / "data").is_dir():
        return checkout / "data"
    return Path(sys.prefix) / "share" / "kawasan" / "data"
