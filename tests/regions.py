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


# North of the equator and west of every shipped layer; its summit is not known.
MADE_UP = """
bounds = [99.9, -0.1, 103.1, 1.1]
time_zone = "Asia/Jakarta"
title = { id = "Perencanaan transmigrasi Nusa Contoh", en = "Transmigration planning for Sample Isle" }

[province]
code = "99"
name = { id = "Nusa Contoh", en = "Sample Isle" }

[crs]
metric = "EPSG:32647"
candidates = ["EPSG:32647", "EPSG:9487"]

[[regency]]
code = "99.01"
name = "Hulu Contoh"
kind = "Kabupaten"
aliases = ["HC"]

[[regency]]
code = "99.02"
name = "Hilir Contoh"
kind = "Kabupaten"

[[regency]]
code = "99.71"
name = "Contoh Raya"
kind = "Kota"
"""
