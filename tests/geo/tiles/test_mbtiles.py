"""Archives of tiles: a standard file with the tiles that would have been cut on demand."""

import gzip
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geo.errors import StoreFault, TilesNotReady
from geo.store.snapshots import one_writer
from geo.tiles.cut import encode_tile, for_zoom, tile_source, tiles_of
from geo.tiles.mbtiles import DEEPEST, ArchiveOrder, TileArchive, TileArchives, archive_tiles
from tests.geo.tile_reader import read_tile


@pytest.fixture(scope="module")
def cells():
    x, y = np.meshgrid(np.arange(114, 116, 0.25), np.arange(-4, -2, 0.25))
    shapes = shapely.segmentize(shapely.box(x, y, x + 0.25, y + 0.25).ravel(), 0.05)
    names = [f"sel {i}" for i in range(len(shapes))]
    ids = [f"sel-{i}" for i in range(len(shapes))]
    return gpd.GeoDataFrame({"name": names}, geometry=shapes, crs="OGC:CRS84", index=ids)


@pytest.fixture(scope="module")
def content(cells):
    return archive_tiles(tile_source(cells), layer="sel", title="Sel", attribution="uji")


@pytest.fixture
def order(cells, tmp_path):
    cells.rename_axis("area_id").to_parquet(tmp_path / "sel.parquet")
    return ArchiveOrder(
        snapshot=tmp_path / "sel.parquet",
        target=tmp_path / "prepared" / "tiles-1.mbtiles",
        layer="sel",
        title="Sel",
        attribution="uji",
    )


def written(content, folder):
    path = folder / "sel.mbtiles"
    path.write_bytes(content)
    return path


def test_it_holds_every_tile_that_has_something(cells, content, tmp_path):
    archive = TileArchive(written(content, tmp_path))
    source = tile_source(cells)
    for z in (0, 5, DEEPEST):
        level = for_zoom(source, z)
        for row, column in tiles_of(level, z).tolist():
            place = {"z": z, "row": row, "column": column}
            packed = archive.tile(**place)
            expected = encode_tile(level, layer="sel", **place)
            assert bool(packed) == bool(expected)
            if packed:
                ids = [f.properties["id"] for f in read_tile(gzip.decompress(packed))[3]]
                assert ids == [f.properties["id"] for f in read_tile(expected)[3]]
    assert archive.tile(z=5, row=0, column=0) == b""


def test_gdal_opens_it_as_mbtiles(content, tmp_path):
    path = written(content, tmp_path)
    info = pyogrio.read_info(path)
    assert info["driver"] == "MBTiles"
    frame = gpd.read_file(path, bbox=(12_700_000, -400_000, 12_750_000, -350_000))
    assert set(frame["name"].dropna()) <= {f"sel {i}" for i in range(64)}
    assert len(frame) > 0


def test_it_says_what_it_is(content, tmp_path):
    path = written(content, tmp_path)
    with sqlite3.connect(path) as archive:
        found = dict(archive.execute("SELECT name, value FROM metadata"))
    assert (found["name"], found["format"], found["attribution"]) == ("Sel", "pbf", "uji")
    bounds = [float(degrees) for degrees in found["bounds"].split(",")]
    assert bounds == pytest.approx([114, -4, 116, -2], abs=1e-6)


def test_the_same_layer_gives_the_same_archive(cells, content):
    again = archive_tiles(tile_source(cells), layer="sel", title="Sel", attribution="uji")
    assert again == content


def test_an_archive_is_made_beside_the_answers_and_then_read(order):
    archives = TileArchives()
    with pytest.raises(TilesNotReady):
        archives.tile(order, z=5, row=16, column=26)
    archives.wait(order)
    _, _, _, found = read_tile(gzip.decompress(archives.tile(order, z=5, row=16, column=26)))
    assert len(found) == 64
    kept = sorted(path.name for path in order.target.parent.iterdir())
    assert kept == ["tiles-1.mbtiles", "tiles-1.pmtiles"]


def test_a_failed_preparation_is_said_and_not_tried_for_ever(order):
    order.snapshot.write_bytes(b"no parquet")
    archives = TileArchives()
    archives.prepare(order)
    archives.wait(order)
    for _ in range(2):
        with pytest.raises(StoreFault, match="could not be prepared"):
            archives.tile(order, z=5, row=16, column=26)
    assert not order.target.exists()


def test_what_is_being_made_ends_with_the_service(order):
    archives = TileArchives()
    archives.prepare(order)
    assert multiprocessing.active_children()
    archives.close()
    assert multiprocessing.active_children() == []
    assert not order.target.exists()


def test_layers_are_prepared_one_after_the_other_and_first_what_is_asked_for(order):
    archives = TileArchives()
    orders = [replace(order, target=order.target.with_name(f"tiles-{i}.mbtiles")) for i in range(3)]
    with one_writer(orders[0].target):
        for one in orders:
            archives.prepare(one)
        assert len(multiprocessing.active_children()) == 1
        assert not archives.is_there(orders[2])
    archives.wait(orders[2])
    assert [one.target.exists() for one in orders] == [True, False, True]
    archives.close()
    assert multiprocessing.active_children() == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_is_being_made_ends_when_the_service_is_killed(order):
    """A process of its own begins an archive of a layer that never comes, and is killed."""
    os.mkfifo(order.snapshot.with_suffix(".never"))
    begin = (
        "import multiprocessing, pathlib, sys, time\n"
        "from geo.tiles.mbtiles import ArchiveOrder, TileArchives\n"
        "if __name__ == '__main__':\n"
        "    never, target = map(pathlib.Path, sys.argv[1:])\n"
        "    TileArchives().prepare(ArchiveOrder(never, target, 'sel', 'Sel', 'uji'))\n"
        "    print(multiprocessing.active_children()[0].pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    program = order.snapshot.with_name("begin.py")
    program.write_text(begin)
    service = subprocess.Popen(
        [sys.executable, program, order.snapshot.with_suffix(".never"), order.target],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
    )
    maker = int(service.stdout.readline())
    wait_until(order.target.with_suffix(".lock").exists)
    service.kill()
    service.wait()
    service.stdout.close()
    wait_until(lambda: not is_alive(maker))


def wait_until(is_so):
    give_up = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def is_alive(pid):
    """Whether a process runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_of_what_was_made_nothing_stays_open_but_the_last_archives(order, tmp_path, monkeypatch):
    monkeypatch.setattr("geo.tiles.mbtiles._MOST_OPEN", 1)
    archives = TileArchives()
    archives.prepare(order)
    (process,) = multiprocessing.active_children()
    archives.wait(order)
    with pytest.raises(ValueError, match="closed"):
        process.is_alive()
    archives.tile(order, z=5, row=16, column=26)
    opened = archives._open[order.target]._archive
    other = replace(order, target=tmp_path / "other.mbtiles")
    other.target.write_bytes(order.target.read_bytes())
    archives.tile(other, z=5, row=16, column=26)
    with pytest.raises(sqlite3.ProgrammingError):
        opened.total_changes  # noqa: B018
