"""The demo says that its land is made up wherever it is shown, and never touches the real store."""

import json
import tomllib
from pathlib import Path

import pytest
import rasterio
from typer.testing import CliRunner

from api.cli.app import app
from geo import published
from geo.land.synthetic_notice import has_synthetic_land
from geo.planning import demo
from geo.raster.derive import DERIVED
from geo.store.store import Store
from maps.assets import Assets
from maps.pages.map_subject import draw_planner, draw_single, read_map_subject
from tests.conftest import DATA


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A demo of 30 arc seconds, made once by the command line; the real store's folder."""
    folder = tmp_path_factory.mktemp("demo") / "kawasan"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "CELL_DEG", 1 / 120)
        patch.setenv("COLUMNS", "300")
        patch.setenv("KAWASAN_STORE", str(folder))
        result = CliRunner().invoke(app, ["assess", "--demo", "--json"])
    assert result.exit_code == 0, result.output
    (folder.parent / "said.json").write_text(result.stdout)
    (folder.parent / "warned.txt").write_text(result.stderr)
    return folder


@pytest.fixture
def store(folder):
    opened = Store(demo.demo_folder(folder))
    yield opened
    opened.close()


def test_the_demo_has_a_store_of_its_own(folder):
    assert not folder.exists()
    assert demo.demo_folder(folder).name == "kawasan-demo"
    assert demo.demo_folder(Path(".kawasan")) != Path(".kawasan")


def test_every_made_up_raster_says_so_in_both_languages(store):
    made = [published.LAND_PREFIX + name for name in ("elevation", "peat_depth_m", *DERIVED)]
    assert set(made) <= set(store.datasets("raster"))
    for name in made:
        version = store.version(name)
        assert version.source.startswith("SINTETIS")
        assert "synthetic" in version.source
        assert version.licence.startswith("SINTETIS (synthetic)")
        assert version.details["year"] == "SINTETIS"
    for name in set(store.datasets("raster")) - set(made):
        assert "SINTETIS" not in store.version(name).source


def test_lineage_and_figures_show_it(folder):
    document = json.loads((folder.parent / "said.json").read_text())
    assert "SINTETIS" in json.dumps(document["lineage"])
    zone = next(z for z in document["zones"] if z["area_id"] == "cahaya-baru")
    assert "SINTETIS" in json.dumps(zone)
    assert "bukan data nyata" in (folder.parent / "warned.txt").read_text()


@pytest.mark.parametrize(
    ("language", "words"), [("id", "Data contoh sintetis"), ("en", "Synthetic demo data")]
)
def test_the_page_has_a_banner(store, language, words):
    subject = read_map_subject(store, model="kesiapan", indicator="tpt_agustus", year=None)
    how = {"language": language, "state": {}, "assets": Assets(), "root": ""}
    page = draw_planner(subject, asked_year=None, **how)
    assert words in page.split('class="notice" role="status"')[1][:200]
    assert words.lower() in draw_single("zones", subject, **how).split("</h1>")[0].lower()
    assert words.lower() not in draw_single("regencies", subject, **how).split("</h1>")[0].lower()


def test_the_default_run_has_no_made_up_land_and_no_banner(reference_store):
    assert not has_synthetic_land(reference_store.current())
    subject = read_map_subject(
        reference_store, model="kesiapan", indicator="tpt_agustus", year=None
    )
    assert not subject.is_synthetic
    page = draw_planner(subject, asked_year=None, language="id", state={}, assets=Assets(), root="")
    assert "Data contoh sintetis" not in page


def test_a_second_start_makes_nothing_again(store):
    before = store.state()
    assert demo.load_demo(store, DATA) == []
    assert store.state() == before


def test_the_demo_is_the_same_everywhere(store, tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "CELL_DEG", 1 / 120)
    other = Store(tmp_path / "other")
    demo.load_demo(other, DATA)
    for name in ("land-elevation", "land-slope_percent", "land-wetness", "land-peat_depth_m"):
        with (
            rasterio.open(store.version(name).path) as one,
            rasterio.open(other.version(name).path) as two,
        ):
            assert one.read(1).tobytes() == two.read(1).tobytes()
    other.close()


def test_no_shipped_file_is_made_up():
    for manifest in DATA.glob("*/manifest.toml"):
        for entry in tomllib.loads(manifest.read_text("utf-8"))["file"]:
            assert "SINTETIS" not in json.dumps(entry)
