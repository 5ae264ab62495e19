"""Planning regions that tests speak of: the shipped one, and a made-up province of three regencies."""

from geo.planning.publish import publish_region
from geo.store.store import Provenance
from geo.vector.region_file import parse_region
from tests.conftest import DATA

SHIPPED = (DATA / "region/region.toml").read_text("utf-8")
SOUTH_KALIMANTAN = parse_region(SHIPPED)


def give_region(store, text=SHIPPED):
    """Let a store plan for a region."""
    publish_region(store, text, provenance=Provenance("tester", "test", "test", "test"))
