"""How long a printed sheet takes: `python tests/benchmarks/sheets.py [DATA]`.

Each figure is of the whole work of a request: reading the subject from the store, the map, typst.
"""

import datetime
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from geo.planning.reference import load_reference
from geo.store.store import Store
from maps.sheets import sheets
from maps.sheets.sheet_subject import read_province_subject, read_zone_subject

DATA = Path(__file__).parents[2] / "data"
TODAY = datetime.date(2026, 11, 24)
REPEATS = 15


def measured(name: str, make: Callable[[], bytes]) -> None:
    started = time.perf_counter()
    size = len(make())
    cold = time.perf_counter() - started
    warm = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        make()
        warm.append(time.perf_counter() - started)
    middle, worst = statistics.median(warm), max(warm)
    print(f"{name:<24} {cold:>7.3f} s {middle:>7.3f} s {worst:>7.3f} s {size / 1024:>8.0f} KiB")


def zone(store: Store, area_id: str, *, raster: bool = False) -> bytes:
    subject = read_zone_subject(store, area_id, printed=TODAY, language="id")
    make = sheets.zone_raster if raster else sheets.zone_sheet
    return make(subject, area_id)


def changing(store: Store) -> Callable[[], bytes]:
    """Another zone at each call, so that nothing typst remembers of the last one helps."""
    ids = [str(i) for i in sheets.published.layer(store, "kecamatan").index]
    return lambda: zone(store, ids.pop())


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(Path(scratch) / "store")
        load_reference(store, folder)
        print(f"{'':<24} {'first':>9} {'median':>9} {'worst':>9} {'size':>12}")
        measured("zone", lambda: zone(store, "cahaya-baru"))
        measured("bare location", lambda: zone(store, "cintapuri"))
        measured("kecamatan, always new", changing(store))
        measured(
            "province",
            lambda: sheets.province_sheet(
                read_province_subject(store, printed=TODAY, language="id")
            ),
        )
        measured("map for tablets", lambda: zone(store, "cahaya-baru", raster=True))
        store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
