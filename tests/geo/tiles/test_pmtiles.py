"""PMTiles of an archive, read back by the reader of its authors and by GDAL."""

import gzip
import json
import sqlite3

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.reader import MemorySource, Reader, all_tiles
from pmtiles.tile import Compression, TileType, zxy_to_tileid

from geo.tiles.cut import tile_source
from geo.tiles.mbtiles import DEEPEST, archive_tiles
from geo.tiles.pmtiles import pmtiles, tile_number
from tests.conftest import DATA


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    frame = gpd.read_parquet(DATA / "boundaries" / "regencies.parquet")
    content = archive_tiles(
        tile_source(frame), layer="regencies", title="Kabupaten", attribution="BIG", description="x"
    )
    path = tmp_path_factory.mktemp("archive") / "regencies.mbtiles"
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module")
def content(archive):
    return pmtiles(archive)


@given(st.integers(0, 24), st.data())
def test_tiles_are_numbered_along_the_curve_of_the_specification(z, data):
    row, column = (data.draw(st.integers(0, 2**z - 1)) for _ in range(2))
    assert tile_number(z, row=row, column=column) == zxy_to_tileid(z, column, row)


def test_the_header_says_where_everything_is(content):
    header = Reader(MemorySource(content)).header()
    assert header["root_offset"] == 127
    assert header["root_offset"] + header["root_length"] < 16_384
    assert header["tile_data_offset"] + header["tile_data_length"] == len(content)
    assert header["clustered"]
    assert header["tile_type"] is TileType.MVT
    assert header["tile_compression"] is header["internal_compression"] is Compression.GZIP
    assert (header["min_zoom"], header["max_zoom"]) == (0, DEEPEST)
    bounds = [header[f"{end}_{axis}_e7"] / 1e7 for end in ("min", "max") for axis in ("lon", "lat")]
    assert bounds == pytest.approx([114.3466, -4.9427, 117.4582, -1.3126], abs=1e-3)
    assert bounds[0] < header["center_lon_e7"] / 1e7 < bounds[2]


def test_it_holds_the_tiles_of_the_archive_and_no_other(archive, content):
    source = MemorySource(content)
    found = dict(all_tiles(source))
    with sqlite3.connect(archive) as tiles:
        kept = {
            (z, column, 2**z - 1 - row): tile
            for z, column, row, tile in tiles.execute("SELECT * FROM tiles")
        }
    assert found == kept
    header = Reader(source).header()
    assert header["addressed_tiles_count"] == len(kept)
    assert header["tile_contents_count"] == len(set(kept.values()))
    assert Reader(source).get(5, 0, 0) is None


def test_the_metadata_names_layers_and_source(content):
    metadata = Reader(MemorySource(content)).metadata()
    assert (metadata["name"], metadata["attribution"]) == ("Kabupaten", "BIG")
    [layer] = metadata["vector_layers"]
    assert (layer["id"], layer["fields"]) == ("regencies", {"id": "String", "name": "String"})


def test_gdal_opens_it(content, tmp_path):
    path = tmp_path / "regencies.pmtiles"
    path.write_bytes(content)
    assert pyogrio.read_info(path)["driver"] == "PMTiles"
    frame = pyogrio.read_dataframe(path)
    assert frame["id"].nunique() == 13
    assert frame["name"].notna().all()


def made(tiles, path):
    """An MBTiles file of tiles by zoom, column and row from the north."""
    with sqlite3.connect(path) as archive:
        archive.execute("CREATE TABLE metadata (name text, value text)")
        archive.execute(
            "CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)"
        )
        told = {name: name for name in ("name", "description", "attribution", "type")} | {
            "json": json.dumps({"vector_layers": []}),
            "minzoom": "0",
            "maxzoom": "10",
            "bounds": "-180,-85,180,85",
            "center": "0,0,0",
        }
        archive.executemany("INSERT INTO metadata VALUES (?, ?)", told.items())
        rows = [(z, column, 2**z - 1 - row, tile) for (z, column, row), tile in tiles.items()]
        archive.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    return path


def test_equal_tiles_are_kept_once_and_runs_of_them_are_one_entry(tmp_path):
    sea, land = gzip.compress(b"sea"), gzip.compress(b"land")
    tiles = {(1, x, y): sea for x in range(2) for y in range(2)} | {(0, 0, 0): land}
    tiles[2, 3, 3] = sea
    content = pmtiles(made(tiles, tmp_path / "a.mbtiles"))
    source = MemorySource(content)
    assert dict(all_tiles(source)) == tiles
    header = Reader(source).header()
    assert header["tile_data_length"] == len(sea) + len(land)
    assert header["addressed_tiles_count"] == 6
    assert (header["tile_entries_count"], header["tile_contents_count"]) == (3, 2)


def test_a_root_without_room_for_all_points_to_leaves(tmp_path):
    # Lengths that compress badly, as those of real tiles do.
    rng = np.random.default_rng(1)
    tiles = {
        (8, x, y): rng.bytes(int(size))
        for (x, y), size in zip(np.ndindex(160, 128), rng.integers(8, 250, 160 * 128), strict=True)
    }
    source = MemorySource(pmtiles(made(tiles, tmp_path / "a.mbtiles")))
    header = Reader(source).header()
    assert header["leaf_directory_length"] > 0
    assert header["root_offset"] + header["root_length"] < 16_384
    assert dict(all_tiles(source)) == tiles
    assert Reader(source).get(8, 127, 3) == tiles[8, 127, 3]


def test_the_same_archive_gives_the_same_bytes(archive, content):
    assert pmtiles(archive) == content
