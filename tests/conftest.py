"""Factories of small layers and rasters whose answers can be checked by hand."""

import os
import shutil
import threading
from collections.abc import Generator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from _pytest.doctest import DoctestModule
from filelock import FileLock
from hypothesis import settings
from rasterio.transform import from_origin

# xdist hands its workers the width of its own terminal; a console without one has the usual width.
os.environ.pop("COLUMNS", None)
# The name under which a test client calls a service, which no service knows by itself.
os.environ["KAWASAN_HOSTS"] = "testserver"

# A shared machine's slowness is no failure. The same examples are tried at every run, so that a
# change is judged by what it changed; `--hypothesis-profile=random` tries new ones, and more.
settings.register_profile("kawasan", deadline=None, derandomize=True)
settings.register_profile("random", deadline=None, max_examples=500)
settings.load_profile("kawasan")


# Files that begin in this order, before all others of their kind.
LONGEST = [
    # Whoever needs the shipped data first loads them, and others who need them wait for that one.
    "api/test_readiness.py",
    # These do not, and are long: they fill that time.
    "geo/readiness/test_lift.py",
    "geo/validation/test_upload.py",
    "geo/test_upload_crash.py",
    "api/test_uploads.py",
    # Browser tests come last, so of them the longest first: begun last, one would keep a single worker
    # busy after all others have ended.
    "browser/test_accessibility.py",
    "browser/test_hostile_values.py",
    "browser/test_surface.py",
    "browser/test_desk.py",
    "browser/test_weights.py",
    "browser/test_years.py",
    "browser/test_service.py",
    "browser/test_desk_rasters.py",
    "browser/test_compare.py",
    "browser/test_map_page.py",
    "browser/test_layer_page.py",
    "browser/test_desk_choices.py",
    "browser/test_desk_history.py",
    "browser/test_desk_map.py",
    "browser/test_desk_send.py",
    "browser/test_split.py",
    "browser/test_card_details.py",
    "browser/test_desk_people.py",
    "browser/test_basemap.py",
    "browser/test_themes.py",
    "browser/test_panel.py",
    "browser/test_search.py",
    "browser/test_targets.py",
    "browser/test_context.py",
    "browser/test_tour.py",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest; all others keep their order."""
    tests = Path(__file__).parent
    places = {tests / name: place for place, name in enumerate(LONGEST)}
    if lost := [path for path in places if not path.exists()]:
        raise pytest.UsageError(f"LONGEST of {__file__} names no file: {lost}")
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Below this folder no docstring shows an example: what is no file of tests is not even imported."""
    return [found for found in (yield) if not isinstance(found, DoctestModule)]


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """One worker more than there are cores: each waits a good part of its time, for a child or a page."""
    return (yield) + 1


@pytest.fixture
def make_layer():
    """Build a layer: `make_layer({"a": geometry}, crs=…, column=[…])`."""

    def make(geometries, *, crs="EPSG:32750", **columns):
        index = list(geometries)
        return gpd.GeoDataFrame(
            columns or {"name": index},
            geometry=list(geometries.values()),
            crs=crs,
            index=gpd.pd.Index(index, name="area_id"),
        )

    return make


@pytest.fixture
def make_raster(tmp_path):
    """Write a one-band GeoTIFF of `array` whose upper left corner is `origin`; return its path."""

    def make(array, *, cell=1.0, origin=(0.0, 0.0), crs="EPSG:32750", nodata=None, name="r.tif"):
        values = np.asarray(array)
        path: Path = tmp_path / name
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            height=values.shape[-2],
            width=values.shape[-1],
            count=1 if values.ndim == 2 else values.shape[0],
            dtype=values.dtype,
            crs=crs,
            transform=from_origin(*origin, cell, cell),
            nodata=nodata,
        ) as target:
            target.write(values, *([1] if values.ndim == 2 else []))
        return path

    return make


@pytest.fixture
def read_here():
    """Uploaded files are read in this process."""
    from tests.reading import reading_here

    with reading_here():
        yield


@pytest.fixture
def square():
    """Build an axis-parallel square: `square(x, y, side)`."""
    return lambda x, y, side=1.0: shapely.box(x, y, x + side, y + side)


DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="session")
def reference_folder(tmp_path_factory):
    """A store's folder with the shipped data, to be copied and not changed; one for all workers."""
    base, is_whole_run = tmp_path_factory.getbasetemp(), "PYTEST_XDIST_WORKER" in os.environ
    folder = (base.parent if is_whole_run else base) / "reference-store"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            _load_reference(folder, with_views=is_whole_run)
    return folder


def _load_reference(folder, *, with_views):
    from geo.planning.reference import load_reference
    from geo.store.store import Store

    store = Store(folder)
    load_reference(store, DATA)
    if with_views:
        # A dozen services start over copies, and would each make what is looked at first.
        from api.collections import Tables
        from api.serving.first_views import make_first_views
        from api.settings import Settings

        settings = Settings(store=folder)
        make_first_views(store, settings, tables=Tables(store), ending=threading.Event())
    store.close()


@pytest.fixture
def reference_store(reference_folder, tmp_path):
    """An open store of the test's own with the shipped data."""
    from geo.store.store import Store

    folder = tmp_path / "reference-store"
    shutil.copytree(reference_folder, folder, copy_function=_linked_or_copied)
    store = Store(folder)
    yield store
    store.close()


def _linked_or_copied(source, target):
    # Prepared layers are most of a store, and are replaced but never written into.
    return os.link(source, target) if source.endswith(".features") else shutil.copy2(source, target)


@pytest.fixture
def earlier_store(reference_store):
    """The shipped data with readiness as version 2 had it: one raster read three times, any road."""
    reference_store.rollback("model-kesiapan", 1, actor="tester", note="version 2")
    return reference_store
