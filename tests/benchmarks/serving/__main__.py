"""Requests a second of features and tiles against TiPG on PostGIS and pygeoapi, in one run.

    uv run --group dev python -m tests.benchmarks.serving [--bench FOLDER] [--connections 1,8,32]
        [--seconds 5] [--only NAME] [--ours] [--workers N]

Needs wrk, PostgreSQL with PostGIS (Debian) and uv, which brings the peers from PyPI. Layers: 5,000
SYNTHETIC polygons of 100 vertices, and the 514 regencies of Indonesia where FOLDER has them. Each
peer runs two workers, ours one process or N workers, one service at a time under load. First the answers are compared: the
same features, the same coordinates to 1e-7 degrees, so that nobody is fast with less. Then wrk asks
each case for `--seconds`: requests a second, p50 and p95 in milliseconds. `static` is the limit: the same
server with our answer's bytes and nothing else. Nothing is judged here; the figures are printed.
"""

import argparse
import gzip
import io
import json
import tempfile
import urllib.error
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import geopandas as gpd
import numpy as np
import shapely

from geo.store.store import Provenance, Store
from tests.benchmarks.serving import layers, peers
from tests.benchmarks.serving.load import Load, fetched, load
from tests.service import running

PROVENANCE = Provenance(actor="benchmark", note="", source="SYNTHETIC", licence="CC0-1.0")
DEGREES = 1e-7
ENCODINGS = (None, "gzip")


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that is asked; `paths` gives each service's addresses, none where it has no such door."""

    name: str
    paths: Callable[[str], list[str]]
    encodings: tuple[str | None, ...] = ENCODINGS
    is_json: bool = True


def items(service: str, layer: str, query: str) -> str:
    if service == "tipg":
        return f"/collections/public.{layer}/items?{query}"
    return f"/collections/{layer}/items?{query}" + ("&f=json" if service == "pygeoapi" else "")


def item(service: str, layer: str, key: str) -> str:
    return items(service, layer, "").replace("?", f"/{key}?").rstrip("?&")


def cql2(one: int, other: int, last: int) -> str:
    """The query of a filter whose constants these numbers make."""
    text = f"(amount > {250_000 + 1_000 * one} AND kind IN ('kind {one}', 'kind {other}'))"
    text += f" OR name LIKE '%{50 + last}'"
    return "limit=100&filter-lang=cql2-text&filter=" + quote(text)


def tile(service: str, layer: str, z: int, x: int, y: int) -> list[str]:
    if service == "pygeoapi":
        return []
    name, at = (f"public.{layer}", (x, y)) if service == "tipg" else (layer, (y, x))
    return [f"/collections/{name}/tiles/WebMercatorQuad/{z}/{at[0]}/{at[1]}"]


def cases(*, has_big: bool) -> Iterator[Case]:
    def whole(name: str, layer: str, query: str) -> Case:
        return Case(name, lambda service: [items(service, layer, query)])

    keys = [f"s{n:05}" for n in np.random.default_rng(1).integers(0, layers.POLYGONS, 500)]
    yield whole("items 1000", "polygons", "limit=1000")
    yield whole("items 10", "polygons", "limit=10")
    yield Case("one item", lambda s: [item(s, "polygons", key) for key in keys], (None,))
    yield whole("wide bbox", "polygons", "limit=1000&bbox=114.5,-4,116,-2")
    yield whole("property", "polygons", "limit=100&kind=kind%207")
    # Other constants for each request, and the same again. TiPG answers every BBOX and POLYGON of a
    # filter with 500: geometries without an SRID.
    varied = [cql2(*some) for some in np.random.default_rng(2).integers(0, 50, (500, 3)).tolist()]
    yield Case("CQL2", lambda service: [items(service, "polygons", query) for query in varied])
    yield whole("CQL2 again", "polygons", cql2(7, 8, 49))
    if has_big:
        yield whole("514 big, 100", "regencies", "limit=100")
    for z, x, y in ((6, 52, 32), (4, 13, 8)):
        yield Case(
            f"tile z{z}", lambda s, z=z, x=x, y=y: tile(s, "polygons", z, x, y), is_json=False
        )  # type: ignore[misc]


def features(body: bytes, encoding: str | None) -> dict[str, Any]:
    document = json.loads(gzip.decompress(body) if encoding == "gzip" else body)
    found = document.get("features", [document])
    return {str(f["id"]): shapely.geometry.shape(f["geometry"]) for f in found}


def compare(case: Case, services: Mapping[str, str]) -> tuple[str, list[str]]:
    """Whether all services give the same features, said; and the services that answer at all."""
    found, said = {}, []
    for name, base in services.items():
        if not (paths := case.paths(name)):
            continue
        try:
            body, encoding = fetched(base + paths[0])
            found[name] = features(body, encoding) if case.is_json else {}
        except urllib.error.HTTPError as error:
            said.append(f"{name}: answers {error.code}")
    for name in found.keys() - {"ours"} if case.is_json else ():
        said.append(f"{name}: {_difference(found['ours'], found[name])}")
    return "; ".join(said), list(found)


def _difference(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    common = ours.keys() & theirs.keys()
    apart = max((shapely.hausdorff_distance(ours[k], theirs[k]) for k in common), default=0.0)
    if len(common) == len(ours) == len(theirs) and apart <= 2 * DEGREES:
        return f"the same {len(ours)}"
    counts = f"{len(common)} common of ours {len(ours)}, theirs {len(theirs)}"
    return f"{counts}, {apart:.1e} degrees apart"


def published(store: Path, frames: Mapping[str, gpd.GeoDataFrame]) -> None:
    with_store = Store(store)
    for name, frame in frames.items():
        content = io.BytesIO()
        frame.to_parquet(content)
        with_store.publish(
            name, "layer", content.getvalue(), suffix=".parquet", provenance=PROVENANCE
        )
    with_store.close()


def measure(
    case: Case, services: Mapping[str, str], *, connections: Sequence[int], seconds: int
) -> None:
    """Every service under one case, printed; ratios are to TiPG's requests a second."""
    said, answering = compare(case, services)
    print(f"\n{case.name}: {said}", flush=True)
    for encoding in case.encodings:
        ours = services["ours"] + case.paths("ours")[0]
        body, _ = fetched(ours, encoding=encoding)
        with peers.static_file(body) as static:
            everyone = {**{name: services[name] for name in answering}, "static": static}
            for count in connections:
                told = {}
                for name, base in everyone.items():
                    paths = ["/"] if name == "static" else case.paths(name)
                    if paths:
                        told[name] = load(
                            base, paths, connections=count, encoding=encoding, seconds=seconds
                        )
                print(_line(encoding or "identity", len(body), count, told), flush=True)


def _line(encoding: str, size: int, connections: int, told: Mapping[str, Load]) -> str:
    ours = told["ours"].rate
    parts = [f"  {encoding:8} {size:>9,} B  c={connections:<3}"]
    for name, one in told.items():
        ratio = "" if name == "ours" else f" ours ×{ours / one.rate:.2f}" if one.rate else ""
        failed = f" FAILED {one.failed}" if one.failed else ""
        parts.append(
            f"{name} {one.rate:,.0f}/s {one.p50_ms:.1f}/{one.p95_ms:.1f} ms{ratio}{failed}"
        )
    return " | ".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", type=Path, default=Path("../shared/bench"))
    parser.add_argument("--connections", default="1,8,32")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--only", default="", help="cases whose name begins so")
    parser.add_argument("--ours", action="store_true", help="without the peers")
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    big = layers.big_polygons(asked.bench)
    frames = {"polygons": layers.polygons()} | ({} if big is None else {"regencies": big})
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        published(folder / "store", frames)
        services = {"ours": stack.enter_context(running(folder / "store", workers=asked.workers))}
        if not asked.ours:
            database = stack.enter_context(peers.postgis(folder, frames))
            services["tipg"] = stack.enter_context(peers.tipg(database))
            services["pygeoapi"] = stack.enter_context(
                peers.pygeoapi(database, folder, list(frames))
            )
        for case in cases(has_big=big is not None):
            if case.name.startswith(asked.only):
                measure(
                    case,
                    services,
                    connections=[int(n) for n in asked.connections.split(",")],
                    seconds=asked.seconds,
                )


if __name__ == "__main__":
    main()
