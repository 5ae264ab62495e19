"""What the shipped data say in Indonesian can be read in English as well."""

import csv
import json
from pathlib import Path

import pytest

from geo.indicators.table import note_of, parse_catalogue
from geo.vector.zone_words import zone_text

DATA = Path(__file__).parents[2] / "data"


def test_every_note_of_a_shipped_figure_or_target_is_known_in_english():
    said = set()
    for table in ("indicators/indicators.csv", "programme/targets.csv"):
        with (DATA / table).open(encoding="utf-8", newline="") as file:
            said |= {(row["indicator"], row["note"]) for row in csv.DictReader(file) if row["note"]}
    catalogue = parse_catalogue((DATA / "indicators/catalogue.toml").read_text("utf-8"))
    known = {(name, note.id) for name, entry in catalogue.items() for note in entry.notes}
    assert said == known
    assert all(note.id != note.en for entry in catalogue.values() for note in entry.notes)


@pytest.mark.parametrize("field", ["geometry_method", "status"])
def test_every_outline_and_status_of_a_shipped_zone_is_known_in_english(field):
    features = json.loads((DATA / "zones/zones.geojson").read_text("utf-8"))["features"]
    said = {feature["properties"].get(field) for feature in features} - {None}
    assert {sentence for sentence in said if zone_text(sentence).en == sentence} == set()


def test_an_older_store_says_an_outline_in_the_words_of_now():
    features = json.loads((DATA / "zones/zones.geojson").read_text("utf-8"))["features"]
    now = next(f["properties"]["geometry_method"] for f in features if f["id"] == "cahaya-baru")
    assert now.startswith("Lingkaran berpusat di Desa Cahaya Baru, ")
    written = now.replace("Lingkaran berpusat di", "Lingkaran di sekitar")
    assert zone_text(written) == zone_text(now) == (now, zone_text(now).en)


def test_what_an_office_wrote_stands_as_it_was_written():
    assert note_of("Diukur ulang.", ()).en == "Diukur ulang."
    assert zone_text("Diukur ulang.").en == "Diukur ulang."
