"""Planning regions that tests speak of: the shipped one, and a made-up province of three regencies."""

from geo.vector.region_file import parse_region
from tests.conftest import DATA

SOUTH_KALIMANTAN = parse_region((DATA / "region/region.toml").read_text("utf-8"))
