"""Engines run the same plan to the same bytes; a cluster outlives the death of a worker."""

import os
import signal

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from geo.errors import InvalidInput
from geo.raster.files import RasterFile
from geo.raster.parallel import dask, named, threads
from geo.raster.zonal import serial, zonal_statistics


@pytest.fixture(scope="module")
def cluster():
    import distributed

    # Port 0: any free one, so that tests never meet a cluster of somebody's.
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, scheduler_port=0, dashboard_address=None
    ) as running:
        yield running


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    rng = np.random.default_rng(3)
    path = tmp_path_factory.mktemp("world") / "values.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=2000, height=2000, count=1, dtype="float32",
        crs="EPSG:32750", transform=Affine(1, 0, 0, 0, -1, 2000), tiled=True, blockxsize=128,
        blockysize=128,
    ) as raster:  # fmt: skip
        raster.write(rng.random((2000, 2000), dtype="float32"), 1)
    centres = shapely.points(rng.uniform(0, 2000, (300, 2)))
    zones = shapely.buffer(centres, rng.uniform(5, 200, 300))
    return path, gpd.GeoDataFrame(geometry=zones, crs="EPSG:32750")


WANTED = {"stats": ["mean", "variance", "max"], "quantiles": [0.5], "memory_mib": 16}


def test_a_cluster_of_two_workers_gives_identical_numbers(cluster, world):
    path, zones = world
    alone = zonal_statistics(zones, RasterFile(path), **WANTED)
    spread = zonal_statistics(
        zones, RasterFile(path), engine=dask(cluster.scheduler_address), **WANTED
    )
    assert spread.to_numpy().tobytes() == alone.to_numpy().tobytes()


def test_the_death_of_a_worker_in_mid_job_changes_nothing(cluster, world):
    import distributed

    path, zones = world
    alone = zonal_statistics(zones, RasterFile(path), **WANTED)
    killed = []

    def kill_one(done, total):
        if done == total // 3 and not killed:
            with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
                killed.append(next(iter(client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    spread = zonal_statistics(
        zones,
        RasterFile(path),
        engine=dask(cluster.scheduler_address),
        progress=kill_one,
        **WANTED,
    )
    assert killed
    assert spread.to_numpy().tobytes() == alone.to_numpy().tobytes()


def test_an_engine_is_chosen_by_name():
    assert named("serial") is serial
    assert list(named("threads", workers=2)(abs, [-1])) == [1]
    assert list(threads(2)(abs, range(-3, 0))) != []


@pytest.mark.parametrize(
    ("name", "words"), [("spark", "no engine 'spark'"), ("dask", "--scheduler")]
)
def test_an_unknown_engine_or_one_without_a_scheduler_is_refused(name, words):
    with pytest.raises(InvalidInput, match=words):
        named(name)


def test_a_scheduler_that_does_not_answer_is_named():
    with pytest.raises(InvalidInput, match="127"):
        list(dask("tcp://127.0.0.1:9", patience_s=0.5)(abs, [1]))
