"""The prepared file of a layer against the same content as Arrow IPC, memory-mapped: CPU time and size.

    uv run --group dev python -m tests.benchmarks.prepared_file [LAYER.parquet KEY]

Layers: the SYNTHETIC polygons that services are compared with, and the one that is named. Nothing is
judged here; the figures are printed.
"""

import mmap
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.tiles.feature_encoder import encode_features
from geo.tiles.features import FeatureTable
from geo.tiles.features_written import zipped_parts
from tests.benchmarks.serving import layers

TIMES = 200
IMPORTING = "import time; t = time.process_time(); import {}; print(round(1e3 * (time.process_time() - t)), open('/proc/self/status').read().split('VmRSS:')[1].split()[0])"


def cpu_us(work: Callable[[], object]) -> float:
    work()
    begin = time.process_time()
    for _ in range(TIMES):
        work()
    return (time.process_time() - begin) / TIMES * 1e6


def as_arrow(table: FeatureTable) -> pa.RecordBatch:
    """A row a feature: its id, its bytes, its exact shape and bounds, and its properties."""
    every = np.arange(len(table))
    columns = {
        "id": pa.array(table.ids().each().tolist(), pa.large_string()),
        "json": pa.array([table.page(every[i : i + 1]) for i in every], pa.large_binary()),
        "wkb": pa.array([bytes(table._slice("wkb", int(i))) for i in every], pa.large_binary()),
        "type": pa.array(table.type_ids),
    }
    columns |= {f"bounds.{i}": pa.array(values) for i, values in enumerate(table._bounds.T)}
    if table.is_deflated:
        deflated = [bytes(table._slice("deflate", int(i))) for i in every]
        columns["deflate"] = pa.array(deflated, pa.large_binary())
    for name, kind in table.fields.items():
        if kind in ("text", "date", "instant"):
            column = pa.array(table.texts(name).each().tolist(), pa.string()).dictionary_encode()
            columns[f"property.{name}"] = column
        elif kind != "json":
            columns[f"property.{name}"] = pa.array(table._array(table._column(name)))
    return pa.record_batch(columns)


def arrow_item(batch: pa.RecordBatch, area_id: str) -> bytes:
    return batch["json"][pc.index(batch["id"], area_id).as_py()].as_buffer().to_pybytes()


def arrow_page(batch: pa.RecordBatch, places: np.ndarray) -> bytes:
    """Nothing stands between the values of a column, so that commas are put there one by one."""
    taken = batch["json"].take(pa.array(places))
    _, offsets, content = taken.buffers()
    ends = np.frombuffer(offsets, np.int64, len(taken) + 1, taken.offset * 8).tolist()
    values = memoryview(content)
    return b",".join([values[i:j] for i, j in pairwise(ends)])


def compare(name: str, frame: gpd.GeoDataFrame, folder: Path) -> None:
    begin = time.process_time()
    content = encode_features(frame)
    took = time.process_time() - begin
    ours, arrow = folder / f"{name}.features", folder / f"{name}.arrow"
    ours.write_bytes(content)
    batch = as_arrow(FeatureTable(content))
    with pa.OSFile(str(arrow), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)

    def open_ours() -> FeatureTable:
        with ours.open("rb") as file:
            return FeatureTable(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def open_arrow() -> pa.RecordBatch:
        return pa.ipc.open_file(pa.memory_map(str(arrow))).get_batch(0)

    table, batch = open_ours(), open_arrow()
    area_id = table.ids().each()[len(table) // 2]
    size = min(1_000, len(table))
    pages = {
        "natural": np.arange(size),
        "mixed": np.random.default_rng(1).permutation(len(table))[:size],
    }
    assert arrow_item(batch, area_id) == table.feature(area_id)
    print(f"{name}: {len(table)} features, encoded in {took:.2f} s; microseconds of CPU")
    print(f"  {'':34}{'ours':>12}{'Arrow':>12}")
    print(f"  {'size, bytes':34}{ours.stat().st_size:12}{arrow.stat().st_size:12}")
    row("open", open_ours, open_arrow)
    row("one feature by its id", lambda: table.feature(area_id), lambda: arrow_item(batch, area_id))
    for order, places in pages.items():
        assert arrow_page(batch, places) == table.page(places)
        what = f"page of {size}, {order} order"
        row(what, lambda p=places: table.page(p), lambda p=places: arrow_page(batch, p))
        if table.is_deflated:
            how = {"head": b"[", "tail": b"]"}
            row(
                f"{what}, gzip",
                lambda p=places, how=how: b"".join(zipped_parts(table, p, **how)[0]),
            )


def row(what: str, ours: Callable[[], object], arrow: Callable[[], object] | None = None) -> None:
    other = "" if arrow is None else f"{cpu_us(arrow):12.1f}"
    print(f"  {what:34}{cpu_us(ours):12.1f}{other}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        compare("polygons", layers.polygons(), Path(folder))
        if len(sys.argv) > 1:
            path, key = sys.argv[1:]
            frame = gpd.read_parquet(path).set_index(key).rename_axis("area_id")
            compare(Path(path).stem, frame, Path(folder))
    for modules in ("numpy", "numpy, pyarrow"):
        command = [sys.executable, "-c", IMPORTING.format(modules)]
        print(f"import {modules}: ms, kB:", subprocess.check_output(command, text=True).strip())


if __name__ == "__main__":
    main()
