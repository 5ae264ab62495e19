"""Offices run Windows: what it lacks is taken away from our code, and everything still works.

The machine of the tests may be of another kind, so a process is made poor: modules and functions
that Windows does not have are gone, and no folder opens. The reader of uploads and the maker of
tile archives begin poor too.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
POSIX_MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}

# Python runs a module of this name at its start. The standard library and packages look at the
# platform and not at what is there, so what they need stays for them.
SITE = f"""
import builtins, os, signal, subprocess, sys

POSIX_MODULES = {POSIX_MODULES!r}
GONE = "killpg setsid setpgid getpgid fork forkpty nice getuid geteuid getgid sched_getaffinity".split()

def asked_by_us():
    return sys._getframe(2).f_globals.get("__name__", "").split(".")[0] in ("geo", "maps", "api")

def asked_by_the_reader():
    return sys._getframe(2).f_globals.get("__spec__") is not None and (
        sys._getframe(2).f_globals["__spec__"].name.startswith("geo."))

real_import, real_open = builtins.__import__, os.open

def poor_import(name, *args, **more):
    if name in POSIX_MODULES and (asked_by_us() or asked_by_the_reader()):
        raise ImportError(name)
    return real_import(name, *args, **more)

def poor_open(path, *args, **more):
    if asked_by_us() and os.path.isdir(path):
        raise PermissionError(13, "Permission denied", os.fspath(path))
    return real_open(path, *args, **more)

builtins.__import__, os.open = poor_import, poor_open
for name in GONE:
    if hasattr(os, name):
        delattr(os, name)
subprocess.Popen.kill = subprocess.Popen.terminate
del signal.SIGKILL, signal.SIGXCPU

# The reader gets an environment of its own; it shall begin poor as well.
real_init = subprocess.Popen.__init__

def poor_init(self, *args, env=None, **more):
    if env is not None:
        env = env | {{"PYTHONPATH": os.environ["POOR"] + os.pathsep + env.get("PYTHONPATH", "")}}
    real_init(self, *args, env=env, **more)

subprocess.Popen.__init__ = poor_init
"""

STORY = """
import os
import signal
import sys
from pathlib import Path

import numpy as np
from affine import Affine
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.land.synthetic import synthetic_land
from geo.planning.publish_land import add_land
from geo.planning.reference import load_reference
from geo.raster.files import write_cog
from geo.raster.grid import Grid
from geo.store.store import Store
from tests import hostile


def main(folder):
    assert not hasattr(os, "killpg") and not hasattr(signal, "SIGKILL")
    store = Store(folder / "store")
    load_reference(store, Path("data"))
    grid = Grid("EPSG:4326", Affine(1 / 60, 0, 114, 0, -1 / 60, -1), 162, 246)
    peat = folder / "peat.tif"
    land = synthetic_land(grid, rng=np.random.default_rng(1))
    write_cog(peat, grid, land.peat_depth_m, dtype="float32", nodata=None)
    add_land(store, peat, name="peat_depth_m", source="uji", licence="uji")
    app = create_app(Settings(store=store.folder), store=store)
    with TestClient(app) as client:
        assert client.get("/map").status_code == 200
        tile = client.get("/tiles/peat_depth_m/7/104/65.png")
        assert tile.content.startswith(b"\\x89PNG"), tile.text
        tile = client.get("/collections/regencies/tiles/WebMercatorQuad/7/65/104")
        assert tile.status_code == 200 and tile.content, tile.text
        tell(client, store, folder)
    archive(store, folder)
    print("all told")


def tell(client, store, folder):
    key = {"Authorization": "Bearer " + store.keys.add("uji", approves_own=True), "Accept-Language": "en"}
    good = hostile.zipped(folder / "zones.zip", hostile.shapefile_parts(folder / "parts"))
    told = client.post("/uploads", files=hostile.multipart_of(good), headers=key).json()
    assert told.get("report"), told
    assert not [f for f in told["report"]["findings"] if f["code"].startswith("reader_")], told


def archive(store, folder):
    from geo.tiles.mbtiles import ArchiveOrder, TileArchives

    order = ArchiveOrder(
        snapshot=store.version("regencies").path, target=folder / "prepared" / "tiles-1.mbtiles",
        layer="regencies", title="regencies", attribution="uji",
    )
    archives = TileArchives()
    archives.prepare(order)
    archives.wait(order)
    assert archives.tile(order, z=7, row=65, column=104)
    kept = sorted(path.name for path in order.target.parent.iterdir())
    assert kept == ["tiles-1.mbtiles", "tiles-1.pmtiles"]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
"""

LATE = """
import sys
from dataclasses import replace
from pathlib import Path

from geo.ingest.source import Limits
from tests import hostile
from tests.geo.validation.test_upload import ingest

bomb = hostile.self_intersection_bomb(Path(sys.argv[1]))
stopped = ingest(bomb, corrections={"make_valid": True}, limits=replace(Limits(), wall_s=2.5))
print([finding["code"] for finding in stopped.report["findings"]])
"""


@pytest.fixture
def run_poor(tmp_path):
    """Run a program in a process that has only what Windows has; what it printed."""

    def run(program):
        site = tmp_path / "site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(SITE, encoding="utf-8")
        (tmp_path / "program.py").write_text(program, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, str(tmp_path / "program.py"), str(tmp_path)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": f"{site}{os.pathsep}{ROOT}", "POOR": str(site)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return done

    return run


def test_it_starts_publishes_maps_tiles_and_takes_uploads(run_poor):
    done = run_poor(STORY)
    assert done.stdout.strip() == "all told"
    # What holds the reader of uploads no longer is said, once.
    assert done.stderr.count("does not limit uploads by: ") == 1
    assert "memory, output, cpu" in done.stderr


def test_a_reader_that_takes_too_long_is_stopped(run_poor):
    assert run_poor(LATE).stdout.strip() == "['reader_timeout']"


def test_nothing_imports_at_its_start_what_one_system_alone_has():
    for package in ("geo", "maps", "api"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not POSIX_MODULES & set(names), path


def test_no_file_is_opened_in_the_systems_own_encoding():
    """Windows' is not UTF-8."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "ruff",
            "check",
            "--preview",
            "--select",
            "PLW1514",
            "geo",
            "maps",
            "api",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
