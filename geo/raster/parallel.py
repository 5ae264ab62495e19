"""Engines: each takes a function and task numbers and yields the results in any order.

See `geo.raster.zonal.Engine`; what is computed is not known here.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from functools import partial
from typing import Any, TypeVar

from geo.errors import InvalidInput
from geo.language import texts
from geo.raster.zonal import Engine, serial

_SAY = texts(__name__)

T = TypeVar("T")

# How long an operator waits for a scheduler before hearing that none answers.
_PATIENCE_S = 10.0


def threads(workers: int | None = None) -> Engine:
    """Threads of this process: they share what they read, and need no start."""
    return partial(_in_threads, workers or os.cpu_count() or 1)


def processes(workers: int | None = None) -> Engine:
    """Processes of this machine; the function is sent to each once."""
    return partial(_in_processes, workers or os.cpu_count() or 1)


def dask(address: str, *, patience_s: float = _PATIENCE_S) -> Engine:
    """A Dask cluster by its scheduler's address, such as `tcp://10.0.0.5:8786`.

    Needs the optional dependency `cluster`. Workers read rasters by the same paths. The loss of a
    worker costs its unfinished windows, which others take over.

    Raises
    ------
    InvalidInput
        When the dependency is missing or no scheduler answers within `patience_s`.
    """
    return partial(_on_cluster, address, patience_s)


def named(name: str, *, scheduler: str | None = None, workers: int | None = None) -> Engine:
    """The engine that an operator names: `serial`, `threads`, `processes` or `dask`.

    Raises
    ------
    InvalidInput
        For another name, or `dask` without a scheduler.
    """
    if name == "dask" and scheduler:
        return dask(scheduler)
    engines = {"serial": serial, "threads": threads(workers), "processes": processes(workers)}
    if name not in engines:
        raise InvalidInput(reason=_SAY["no_engine"].format(name=name))
    return engines[name]


def _on_cluster(
    address: str, patience_s: float, function: Callable[[int], T], tasks: Iterable[int]
) -> Iterator[T]:
    try:
        import distributed
    except ImportError as error:
        raise InvalidInput(reason=_SAY["no_dask"]) from error
    try:
        client: Any = distributed.Client(address, timeout=patience_s, set_as_default=False)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise InvalidInput(reason=_SAY["no_scheduler"].format(address=address)) from error
    with client:
        # On every worker, so that the plan outlives any of them.
        plan = client.scatter(function, broadcast=True, hash=False)
        futures = [client.submit(_run_part, plan, task, pure=False) for task in tasks]
        completed: Any = distributed.as_completed(futures, loop=client.loop, with_results=True)  # type: ignore[no-untyped-call]
        for _, result in completed:
            yield result


def _run_part(function: Callable[[int], T], task: int) -> T:
    return function(task)


def _in_threads(workers: int, function: Callable[[int], T], tasks: Iterable[int]) -> Iterator[T]:
    with ThreadPoolExecutor(workers) as pool:
        yield from _as_they_come([pool.submit(function, task) for task in tasks])


def _in_processes(workers: int, function: Callable[[int], T], tasks: Iterable[int]) -> Iterator[T]:
    # Spawned, not forked: a fork beside running threads (GDAL's, the service's) may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _keep, (function,)) as pool:
        yield from _as_they_come([pool.submit(_run_kept, task) for task in tasks])


def _as_they_come(futures: list[Future[T]]) -> Iterator[T]:
    for future in as_completed(futures):
        yield future.result()


_kept: dict[str, Callable[[int], Any]] = {}


def _keep(function: Callable[[int], Any]) -> None:
    _kept["function"] = function


def _run_kept(task: int) -> Any:
    return _kept["function"](task)
