"""A process of its own for a file that nobody trusts: no network, no drivers, little of anything.

GDAL advises a sandbox for untrusted data, and its drivers do read, fetch and write what a file tells
them to. So reading happens in `python -m geo.validation.reader` with GDAL locked down by its environment before
it is imported (later is too late), without network where the system allows that, with limits on
memory, processor time and output where it knows them, by the clock everywhere, and in a process
group that is killed whole. Limits that a system does not know are said in the log.
"""

import atexit
import errno
import functools
import importlib.util
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import geo
from geo.errors import StoreFull
from geo.ingest.findings import Finding, finding
from geo.ingest.source import Limits
from geo.language import Text, texts
from geo.store.snapshots import full_disk

_SAY = texts(__name__)

_DOCUMENT = "document.json"
NO_MEMORY_EXIT = 77
_NO_SPACE_EXIT = 78
# Less than the notes of a reader take, and more than twice what the compiled libraries do.
_NO_SPACE_BYTES, _BYTECODE_BYTES = 64 << 10, 64 << 20
_ROOT = str(Path(geo.__file__).resolve().parent.parent)
# What most of its time goes to.
_READERS = (
    "geo.validation.reader",
    "geo.validation.validate",
    "geo.ingest.workbook",
    "pyogrio.raw",
)
_logger = logging.getLogger("kawasan")
# How a process ends whose processor time ran out, itself or under a shell; never on Windows.
_XCPU = getattr(signal, "SIGXCPU", None)
_CPU_TIME_ENDED = () if _XCPU is None else (-_XCPU, 128 + _XCPU)
# Windows' codes for crashes (an access violation is 0xC0000005) begin here.
_CRASHED_FROM = 0xC000_0000


# Which wheel a confined process imports: each carries a GDAL of its own.
Library = Literal["pyogrio", "rasterio"]
# Told now and then what a reader is at; answers whether it shall go on.
Watch = Callable[[Text], bool]
_LOOK_S = 0.25


class Stopped(Exception):
    """A reading that was ended because nobody wants it any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What the reader left behind: its document, or the finding that says how it ended."""

    document: Mapping[str, Any] | None
    failure: Finding | None = None


def confine(limits: Limits) -> list[str]:
    """Limit this process as far as the system can; the names of the limits that it does not know.

    It also ends with the service: the pipe that is its input closes when the service dies, however.
    """
    threading.Thread(target=_end_with_service, daemon=True).start()
    try:
        import resource
    except ImportError:  # Windows has no limits of this kind
        return ["memory", "output", "cpu"]
    unlimited = []
    for name, what, soft, hard in (
        ("memory", resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
        ("output", resource.RLIMIT_FSIZE, limits.output_bytes, limits.output_bytes),
        ("core", resource.RLIMIT_CORE, 0, 0),
        # At the soft limit comes SIGXCPU, which says why; at the hard one only SIGKILL.
        ("cpu", resource.RLIMIT_CPU, limits.cpu_s, limits.cpu_s + 2),
    ):
        try:
            resource.setrlimit(what, (soft, hard))
        except (ValueError, OSError):  # macOS does not limit address space
            unlimited.append(name)
    return unlimited


def _end_with_service() -> None:
    os.read(0, 1)
    os._exit(1)


@contextmanager
def ending() -> Iterator[None]:
    """What a confined process does; memory or a disk that runs out ends it with a code that says so."""
    try:
        yield
    except MemoryError:
        os._exit(NO_MEMORY_EXIT)
    except OSError as error:
        if full_disk(error) is None or error.errno == errno.EFBIG:  # its own limit of output
            raise
        os._exit(_NO_SPACE_EXIT)


def leave_document(folder: Path, document: Mapping[str, Any]) -> None:
    """Leave what a confined process found, whole or not at all; however it ends later, that counts."""
    unfinished = folder / f"{_DOCUMENT}.unfinished"
    unfinished.write_text(json.dumps(document), encoding="utf-8")
    os.replace(unfinished, folder / _DOCUMENT)


def leave_driver(name: str) -> None:
    """Let GDAL, which must not be imported yet, have this one driver of all.

    The environment of a confined process skips every driver, and only what the file was found to be,
    after it was unpacked, says which one it needs. Called too late it leaves none.
    """
    skipped = os.environ.get("GDAL_SKIP", "").split(",")
    os.environ["GDAL_SKIP"] = ",".join(driver for driver in skipped if driver != name)


def run_confined(
    module: str,
    folder: Path,
    *,
    limits: Limits,
    watch: Watch | None = None,
    library: Library = "pyogrio",
) -> Outcome:
    """Run `python -m MODULE FOLDER` confined; it leaves `document.json` (`leave_document`) in `folder`.

    `library` is the one of the two that carry a GDAL which it imports; it must not import the other.

    Raises
    ------
    StoreFull
        When there was no space for what it unpacks and makes; that says nothing of the file.
    Stopped
        When `watch` said so.
    """
    command = [*without_network(), sys.executable, "-P", "-m", module, str(folder)]
    with (folder / "messages").open("wb") as messages:
        process = subprocess.Popen(  # noqa: S603 - a fixed command; the upload's name is not in it
            command,
            cwd=folder,
            env=locked_environment(folder, library),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=messages,
            start_new_session=True,
        )
        code = _waited(process, limits, lambda: watch is None or watch(_step(folder)))
    if not (folder / _DOCUMENT).exists():
        return Outcome(None, _failure(code, folder, limits))
    if code != 0:
        _logger.warning("%s ended by %s after its document was there", module, code)
    document = json.loads((folder / _DOCUMENT).read_bytes())
    unlimited = document.pop("unlimited")
    _say_once(tuple(unlimited if without_network() else ["network", *unlimited]))
    return Outcome(document)


def _waited(
    process: "subprocess.Popen[bytes]", limits: Limits, goes_on: Callable[[], bool]
) -> int | None:
    """The exit code of the reader, None when its time ran out; nothing of it is left running."""
    end = time.monotonic() + limits.wall_s
    try:
        while (left_s := end - time.monotonic()) > 0:
            try:
                return process.wait(min(_LOOK_S, left_s))
            except subprocess.TimeoutExpired:
                if not goes_on():
                    raise Stopped from None
        return None
    finally:
        _kill(process)
        process.wait()
        assert process.stdin is not None  # noqa: S101  it was asked for
        process.stdin.close()


def _kill(process: "subprocess.Popen[bytes]") -> None:
    if not hasattr(os, "killpg"):
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


@functools.cache
def _say_once(unlimited: tuple[str, ...]) -> None:
    if unlimited:
        _logger.warning("this system does not limit uploads by: %s", ", ".join(unlimited))


def _failure(code: int | None, folder: Path, limits: Limits) -> Finding:
    # A reader that has no room for its own notes either may end by any code.
    if code == _NO_SPACE_EXIT or shutil.disk_usage(folder).free < _NO_SPACE_BYTES:
        raise StoreFull
    step, messages = _step(folder), _tail(folder / "messages")
    if code is None or code in _CPU_TIME_ENDED:
        seconds = f"{limits.wall_s if code is None else limits.cpu_s:g}"
        return finding("reader_timeout", seconds=seconds, step=step)
    if code == NO_MEMORY_EXIT or "bad_alloc" in messages or "MemoryError" in messages:
        return finding("reader_memory", limit_mb=limits.memory_bytes >> 20, step=step)
    if code < 0 or code >= _CRASHED_FROM:
        reason = signal.Signals(-code).name if code < 0 else f"{code:#x}"
        return finding("reader_crashed", reason=reason, step=step)
    # The last line names the exception; its text may quote a path, so only its type is told.
    reason = messages.strip().rpartition("\n")[2].partition(":")[0][:80] or f"exit {code}"
    return finding("reader_failed", reason=reason, step=step)


def _step(folder: Path) -> Text:
    try:
        return Text(**json.loads((folder / "step.json").read_bytes()))
    except (OSError, ValueError, TypeError):
        return _SAY["starting"]


def _tail(path: Path) -> str:
    return path.read_bytes()[-4000:].decode("utf-8", "replace")


def locked_environment(folder: Path, library: Library = "pyogrio") -> dict[str, str]:
    """Nothing of the service's own environment but where programs and Windows itself are.

    Every driver of GDAL is skipped; `leave_driver` gives one back.
    """
    system = {n: os.environ[n] for n in ("SYSTEMROOT",) if n in os.environ}
    return system | {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": _ROOT,
        "PYTHONDONTWRITEBYTECODE": "1",
        **_bytecode(),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "TEMP": str(folder),
        "LC_ALL": "C.UTF-8",
        "GDAL_SKIP": ",".join(_drivers(library)),
        "GDAL_PAM_ENABLED": "NO",
        "GDAL_HTTP_PROXY": "127.0.0.1:9",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "SHAPE_RESTORE_SHX": "NO",
        "PROJ_NETWORK": "OFF",
        # Every thread reserves address space, which the memory limit counts.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }


_LISTED: Mapping[Library, str] = {
    # What pyogrio imports where it is there, and needs for no list of drivers, takes 0.3 s.
    "pyogrio": (
        "import json, sys; "
        "sys.modules.update(dict.fromkeys(('geopandas', 'pandas', 'pyarrow', 'shapely'))); "
        "import pyogrio; print(json.dumps(sorted(pyogrio.list_drivers())))"
    ),
    "rasterio": (
        "import json, rasterio\n"
        "with rasterio.Env() as environment: print(json.dumps(sorted(environment.drivers())))"
    ),
}


@functools.cache
def _drivers(library: Library = "pyogrio") -> tuple[str, ...]:
    """Every driver of the GDAL that the reader will import, asked in a process of its own."""
    asked = subprocess.run(  # noqa: S603 - fixed command
        [sys.executable, "-P", "-c", _LISTED[library]], capture_output=True, check=True, timeout=60
    )
    return tuple(json.loads(asked.stdout))


@functools.cache
def _bytecode() -> dict[str, str]:
    """Where a confined process finds the libraries compiled, beside the place where they lie.

    It writes no bytecode, and compiling the libraries anew takes it 1.3 s every time. Where an
    installation has none, as one that nobody may write to, one process that sees no file of anybody
    compiles them once for this service, into a folder that ends with it.
    """
    if sys.pycache_prefix is not None:
        return {"PYTHONPYCACHEPREFIX": sys.pycache_prefix}
    library = importlib.util.find_spec("pandas")
    if library is None or Path(importlib.util.cache_from_source(str(library.origin))).exists():
        return {}
    if shutil.disk_usage(tempfile.gettempdir()).free < _BYTECODE_BYTES:
        # What is compiled would take the room of the file that is to be read.
        return {}
    folder = tempfile.mkdtemp(prefix="kawasan-bytecode-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    place = {"PYTHONPYCACHEPREFIX": folder}
    compiling = {n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(  # noqa: S603 - fixed command
        [sys.executable, "-P", "-c", f"import {', '.join(_READERS)}"],
        env=compiling | place | {"PYTHONPATH": _ROOT},
        capture_output=True,
        check=False,
        timeout=120,
    )
    return place


def prepare() -> None:
    """Ask the system now what every confined process needs to be told, and not at the first file."""
    without_network()
    _bytecode()
    _drivers()


@functools.cache
def without_network() -> tuple[str, ...]:
    """The words that start a program without network; empty where the system forbids it.

    The other locks hold without it; `os.unshare` exists from Python 3.12 only.
    """
    unshare = shutil.which("unshare")
    for options in (("--net",), ("--net", "--map-root-user")):
        if unshare is None:
            break
        command = (unshare, *options)
        tried = subprocess.run(  # noqa: S603 - fixed command
            [*command, "true"], capture_output=True, check=False
        )
        if tried.returncode == 0:
            return command
    return ()
