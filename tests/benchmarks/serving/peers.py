"""The services that are compared, each over the same layers: ours, TiPG on PostGIS, pygeoapi on PostGIS.

PostgreSQL and PostGIS are Debian's, the peers come from PyPI, each into an environment of its own.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import shapely

TIPG, PYGEOAPI = "tipg==1.6.1", "pygeoapi==0.21.0"
_DATABASE = "serving"
_PATIENCE_S = 180
_PYGEOAPI = """
server:
  bind: {{host: 127.0.0.1, port: {port}}}
  url: http://127.0.0.1:{port}
  mimetype: application/json; charset=UTF-8
  encoding: utf-8
  languages: [en-US]
  limits: {{default_items: 10, max_items: 10000, on_exceed: throttle}}
  gzip: true
  map: {{url: about:blank, attribution: none}}
logging: {{level: ERROR}}
metadata:
  identification: {{title: peer, description: peer, keywords: [peer], terms_of_service: none, url: http://127.0.0.1}}
  license: {{name: none, url: http://127.0.0.1}}
  provider: {{name: none, url: http://127.0.0.1}}
  contact: {{name: none, position: none, address: none, city: none, stateorprovince: none, postalcode: none, country: none, phone: none, fax: none, email: none, url: http://127.0.0.1, hours: none, instructions: none, role: none}}
resources:
"""
_RESOURCE = """
  {name}:
    type: collection
    title: {name}
    description: {name}
    keywords: [peer]
    links: []
    extents: {{spatial: {{bbox: [-180, -90, 180, 90], crs: http://www.opengis.net/def/crs/OGC/1.3/CRS84}}}}
    providers:
      - type: feature
        name: PostgreSQL
        data: {{host: 127.0.0.1, port: {port}, dbname: {database}, user: postgres, password: '', search_path: [public]}}
        id_field: area_id
        table: {name}
        geom_field: geom
"""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


@contextmanager
def postgis(folder: Path, layers: Mapping[str, gpd.GeoDataFrame]) -> Iterator[int]:
    """A PostgreSQL of its own with each layer as an indexed, analysed table; its port."""
    data, port = folder / "postgres", free_port()
    data.mkdir()
    if os.geteuid() == 0:
        shutil.chown(data, "postgres")
        folder.chmod(0o755)
    _postgres("initdb", "-D", str(data), "-U", "postgres", "--auth=trust")
    options = (
        f"-p {port} -k {data} -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=512MB"
    )
    _postgres("pg_ctl", "-D", str(data), "-w", "-l", str(data / "log"), "-o", options, "start")
    try:
        _sql(port, "postgres", f"CREATE DATABASE {_DATABASE}")
        _sql(port, _DATABASE, "CREATE EXTENSION postgis")
        for name, frame in layers.items():
            _filled(port, name, frame)
        yield port
    finally:
        _postgres("pg_ctl", "-D", str(data), "-m", "immediate", "stop")


def _filled(port: int, name: str, frame: gpd.GeoDataFrame) -> None:
    kinds = {"i": "bigint", "f": "double precision"}
    plain = frame.drop(columns=frame.geometry.name)
    columns = [f"{c} {kinds.get(plain[c].dtype.kind, 'text')}" for c in plain]
    _sql(
        port,
        _DATABASE,
        f"CREATE TABLE {name} (area_id text PRIMARY KEY, {', '.join(columns)}, geom geometry(Geometry, 4326))",
    )
    rows = plain.assign(geom=shapely.to_wkb(frame.geometry.to_numpy(), hex=True, include_srid=True))
    rows["geom"] = shapely.to_wkb(
        shapely.set_srid(frame.geometry.to_numpy(), 4326), hex=True, include_srid=True
    )
    _sql(port, _DATABASE, f"COPY {name} FROM STDIN CSV", given=rows.to_csv(header=False))
    _sql(port, _DATABASE, f"CREATE INDEX ON {name} USING gist (geom)")
    if "kind" in plain:
        _sql(port, _DATABASE, f"CREATE INDEX ON {name} (kind)")
    _sql(port, _DATABASE, f"VACUUM ANALYZE {name}")


def _sql(port: int, database: str, statement: str, *, given: str | None = None) -> None:
    command = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(port)]
    subprocess.run(
        [*command, "-U", "postgres", "-d", database, "-c", statement],
        input=given,
        text=True,
        check=True,
    )


def _postgres(program: str, *arguments: str) -> None:
    found = shutil.which(program) or next(
        Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), None
    )
    assert found is not None, f"{program} is not installed"
    # PostgreSQL refuses to run as the superuser.
    user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    subprocess.run(
        [str(found), *arguments],
        user=user and user.pw_uid,
        group=user and user.pw_gid,
        cwd="/",
        stdout=subprocess.DEVNULL,
        check=True,
    )


@contextmanager
def tipg(database: int, *, workers: int = 2) -> Iterator[str]:
    """TiPG with uvloop and httptools, as its own image starts it; its address."""
    port = free_port()
    url = f"postgresql://postgres@127.0.0.1:{database}/{_DATABASE}"
    command = _tool(TIPG, "uvicorn", "uvicorn[standard]")
    command += [
        "tipg.main:app",
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--log-level",
        "error",
    ]
    environment = os.environ | {"DATABASE_URL": url, "TIPG_MAX_FEATURES_PER_QUERY": "10000"}
    with _running(command, environment, f"http://127.0.0.1:{port}/healthz"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def pygeoapi(database: int, folder: Path, names: Sequence[str]) -> Iterator[str]:
    """pygeoapi under gunicorn with two workers; its address."""
    port = free_port()
    settings, document = folder / "pygeoapi.yml", folder / "openapi.yml"
    resources = [_RESOURCE.format(name=n, port=database, database=_DATABASE) for n in names]
    settings.write_text(_PYGEOAPI.format(port=port) + "".join(resources))
    environment = os.environ | {"PYGEOAPI_CONFIG": str(settings), "PYGEOAPI_OPENAPI": str(document)}
    extras = ("gunicorn", "psycopg2-binary", "sqlalchemy", "geoalchemy2")
    making = [*_tool(PYGEOAPI, "pygeoapi", *extras), "openapi", "generate", str(settings)]
    subprocess.run(
        [*making, "--output-file", str(document)],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    command = _tool(PYGEOAPI, "gunicorn", *extras)
    command += ["--workers", "2", "--bind", f"127.0.0.1:{port}", "pygeoapi.flask_app:APP"]
    with _running(command, environment, f"http://127.0.0.1:{port}/conformance?f=json"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def static_file(content: bytes) -> Iterator[str]:
    """The same server as ours with nothing behind it than these bytes; its address."""
    port = free_port()
    with _running(
        [sys.executable, "-m", "tests.benchmarks.serving.static_bytes", str(port)],
        dict(os.environ),
        f"http://127.0.0.1:{port}/",
        given=content,
    ):
        yield f"http://127.0.0.1:{port}"


def _tool(package: str, program: str, *beside: str) -> list[str]:
    uv = shutil.which("uv")
    assert uv is not None, "uv is not installed"
    around = [part for name in beside for part in ("--with", name)]
    return [uv, "tool", "run", "--quiet", "--from", package, *around, program]


@contextmanager
def _running(
    command: Sequence[str], environment: Mapping[str, str], address: str, *, given: bytes = b""
) -> Iterator[None]:
    server = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert server.stdin is not None
        server.stdin.write(given)
        server.stdin.close()
        _wait_for(address, server)
        yield
    finally:
        os.killpg(server.pid, 15)
        server.wait(timeout=30)


def _wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(address).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"no answer from {address}")
