"""Layers read, filtered and drawn as GIS staff do it, by the real QGIS without a window.

    python -m tests.clients.read_in_qgis --pictures FOLDER

A service with the shipped data and a layer that mixes areas, points and features without a place;
between it and QGIS (`--qgis-python`, that of the system) stands a door that counts requests, features
and bytes. Told are, for each layer: whether it is valid, its type, its count and how many come; for a
box and for a filter, how many match and how many were fetched for it; the CRS that is asked for; and
whether what is drawn, of features by the style file and of vector tiles by the style of MapLibre, has
the colours of the map. The pictures are to be looked at.
"""

import argparse
import http.server
import json
import os
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import geopandas as gpd
import shapely

from geo.planning.reference import load_reference
from geo.store.store import Store
from maps.style import SEQUENTIAL
from tests.api.examples import publish
from tests.service import running

DATA = Path(__file__).parents[2] / "data"
MIXED, AREAS, POINTS, NOWHERE = "uji-campur", 2_500, 1_200, 40
PAGE = 1_000
BOX = (114.7, -3.6, 115.3, -3.0)
# Of the map: what covers much of a layer is among the colours of its picture.
COLOURS = {
    "zones": {"#dfc27d", "#1d2b33"},
    "kecamatan": {"#dfc27d", "#80cdc1"},
    "regencies": set(SEQUENTIAL),
    f"{MIXED}-points": {"#cfe4e0"},
    f"{MIXED}-areas": {"#cfe4e0", "#2f6e68"},
}
# Run by QGIS' own Python, which has none of ours.
IN_QGIS = textwrap.dedent(
    """
    import json, sys, time, urllib.request
    from qgis.PyQt.QtCore import QSize
    from qgis.PyQt.QtGui import QColor
    from qgis.core import (
        Qgis, QgsApplication, QgsCoordinateReferenceSystem, QgsFeatureRequest, QgsMapRendererParallelJob,
        QgsMapSettings, QgsProject, QgsRectangle, QgsVectorLayer, QgsVectorTileLayer, QgsWkbTypes,
        QgsCoordinateTransform,
    )

    address, folder, plan = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    QgsApplication.setPrefixPath("/usr", True)
    app = QgsApplication([], False)
    app.initQgis()
    said = []
    app.messageLog().messageReceived.connect(lambda text, tag, level: said.append(f"{tag}: {text}"))

    def counted(work):
        urllib.request.urlopen(address + "/__count", data=b"")
        found = work()
        told = json.load(urllib.request.urlopen(address + "/__count"))
        return found, told

    def opened(name, crs="OGC:CRS84", bbox="0"):
        uri = (f"pagingEnabled='true' restrictToRequestBBOX='{bbox}' srsname='{crs}' "
               f"typename='{name}' url='{address}'")
        return QgsVectorLayer(uri, name, "OAPIF")

    def drawn(layer, name, extent, crs="EPSG:3857", size=700):
        settings = QgsMapSettings()
        settings.setLayers([layer])
        target = QgsCoordinateReferenceSystem(crs)
        move = QgsCoordinateTransform(QgsCoordinateReferenceSystem("OGC:CRS84"), target, QgsProject.instance())
        settings.setDestinationCrs(target)
        settings.setExtent(move.transformBoundingBox(QgsRectangle(*extent)))
        settings.setOutputSize(QSize(size, size))
        settings.setBackgroundColor(QColor("#ffffff"))
        job = QgsMapRendererParallelJob(settings)
        job.start()
        job.waitForFinished()
        image = job.renderedImage()
        image.save(f"{folder}/{name}.png")
        colours = {}
        for x in range(0, size, 2):
            for y in range(0, size, 2):
                colour = image.pixelColor(x, y).name()
                colours[colour] = colours.get(colour, 0) + 1
        return sorted(colours.items(), key=lambda one: -one[1])[:12]

    told = {"version": Qgis.version(), "layers": {}, "filters": [], "drawn": {}, "crs": {}}
    for name in plan["layers"]:
        started = time.monotonic()
        layer, opening = counted(lambda: opened(name))
        ids, whole = counted(lambda: [f.attributes() and f.id() for f in layer.getFeatures()])
        told["layers"][name] = {
            "valid": layer.isValid(), "crs": layer.crs().authid(),
            "type": QgsWkbTypes.displayString(layer.wkbType()),
            "featureCount": layer.featureCount(), "iterated": len(ids),
            "shapes": sum(1 for f in layer.getFeatures() if f.hasGeometry()),
            "to open": opening, "to read all": whole, "at server": json.load(urllib.request.urlopen(
                f"{address}/collections/{name}/items?f=json&limit=1"))["numberMatched"], "s": round(time.monotonic() - started, 2),
        }
    for name, expression in plan["filters"]:
        # A new layer has nothing in its cache.
        layer = opened(name)
        request = QgsFeatureRequest().setFilterExpression(expression)
        found, cost = counted(lambda: sum(1 for _ in layer.getFeatures(request)))
        subset = opened(name)
        taken = subset.setSubsetString(expression)
        kept, subset_cost = counted(lambda: sum(1 for _ in subset.getFeatures()))
        told["filters"].append([name, expression, {"found": found} | cost,
                                {"taken": taken, "found": kept} | subset_cost])
    layer = opened(plan["boxes"][0])
    taken = layer.setSubsetString(plan["moment"])
    found, cost = counted(lambda: sum(1 for _ in layer.getFeatures()))
    told["filters"].append([plan["boxes"][0], plan["moment"], {"taken": taken, "found": found} | cost])
    for name in plan["boxes"]:
        layer = opened(name, bbox="1")
        request = QgsFeatureRequest().setFilterRect(QgsRectangle(*plan["box"]))
        found, cost = counted(lambda: sum(1 for _ in layer.getFeatures(request)))
        told["filters"].append([name, "box", {"found": found} | cost])
    # The same service by QGIS' other door, the driver of GDAL.
    told["GDAL"] = []
    for name, expression in plan["filters"]:
        uri = f"OAPIF:{address}|layername={name}|option:PAGE_SIZE=1000"
        layer = QgsVectorLayer(uri, name, "ogr")
        taken = layer.setSubsetString(expression)
        found, cost = counted(lambda: sum(1 for _ in layer.getFeatures()))
        told["GDAL"].append([name, expression, {"valid": layer.isValid(), "found": found} | cost])
    for crs in plan["crs"]:
        layer = opened("zones", crs=crs)
        told["crs"][crs] = [layer.isValid(), layer.crs().authid(), layer.featureCount(),
                            [round(edge, 3) for edge in (layer.extent().xMinimum(), layer.extent().yMinimum())],
                            [round(edge, 3) for edge in next(iter(layer.getFeatures())).geometry().boundingBox().center()]]
    for name, style, extent in plan["drawn"]:
        layer = opened(name)
        path = f"{folder}/{name}.qml"
        urllib.request.urlretrieve(f"{address}/collections/{name}/styles/{style}?f=qml&lang=id", path)
        reason, done = layer.loadNamedStyle(path)
        rules = [rule.label() for rule in layer.renderer().rootRule().children()]
        found, cost = counted(lambda: drawn(layer, f"{name}-features", extent))
        for crs in plan["crs"][1:]:
            drawn(layer, f"{name}-features-{crs[5:]}", extent, crs=crs)
        told["drawn"][f"{name} features"] = {"style": done, "reason": reason, "rules": rules, "colours": found} | cost
        url = f"{address}/collections/{name}/styles/{style}?f=mbs&lang=id"
        source = json.load(urllib.request.urlopen(url))["sources"][name]
        tiles = source["tiles"][0].split("?")[0]
        tiled = QgsVectorTileLayer(f"type=xyz&url={tiles}&zmin=0&zmax=14&styleUrl={url.replace('&', '%26')}", name)
        errors = []
        loaded = tiled.loadDefaultStyle()
        found, cost = counted(lambda: drawn(tiled, f"{name}-tiles", extent))
        styles = [s.styleName() for s in tiled.renderer().styles()]
        filters = [s.filterExpression() for s in tiled.renderer().styles()][:3]
        told["drawn"][f"{name} tiles"] = {"valid": tiled.isValid(), "style": loaded, "styles": styles,
                                          "filters": filters, "colours": found} | cost
    told["said"] = said
    print("TOLD " + json.dumps(told))
    """
)


class Door(http.server.BaseHTTPRequestHandler):
    """Passes every request on, and counts what comes back."""

    protocol_version = "HTTP/1.1"
    behind = ""
    lock = threading.Lock()
    counts = None

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        with self.lock:
            Door.counts = {"requests": 0, "features": 0, "kB": 0.0, "paths": []}
        self._answer(204, [], b"")

    def do_GET(self):
        if self.path == "/__count":
            self._answer(200, [], json.dumps(Door.counts).encode())
            return
        names = ("accept", "accept-language", "if-none-match")
        headers = {name: self.headers[name] for name in names if self.headers[name]}
        request = urllib.request.Request(self.behind + self.path, headers=headers)
        try:
            with urllib.request.urlopen(request) as answer:
                status, body, heads = answer.status, answer.read(), answer.headers.items()
        except urllib.error.HTTPError as refused:
            status, body, heads = refused.code, refused.read(), refused.headers.items()
        with self.lock:
            self._count(body, status)
        self._answer(status, heads, body)

    def _count(self, body, status):
        counted = Door.counts or {"requests": 0, "features": 0, "kB": 0.0, "paths": []}
        features = json.loads(body)["numberReturned"] if b'"numberReturned":' in body[:4000] else 0
        counted["requests"] += 1
        counted["features"] += features
        counted["kB"] = round(counted["kB"] + len(body) / 1e3, 1)
        counted["paths"] = [*counted["paths"], f"{status} {self.path}"][:4]
        Door.counts = counted

    def _answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing: figures are told at the end."""


def mixed():
    """Areas, points and features without a place, the point first as QGIS likes it least."""
    squares = [
        shapely.box(x, y, x + 0.01, y + 0.01)
        for x, y in ((114.5 + i % 50 * 0.03, -4 + i // 50 * 0.03) for i in range(AREAS))
    ]
    points = [shapely.Point(114.52 + i % 40 * 0.03, -3.98 + i // 40 * 0.03) for i in range(POINTS)]
    shapes = [*points[:1], *squares, *points[1:], *[None] * NOWHERE]
    ids = [f"f{i:05}" for i in range(len(shapes))]
    columns = {
        "nama": [f"Fitur {i}" for i in range(len(shapes))],
        "kelas": [["sawah", "hutan", "kebun", "tambak"][i % 4] for i in range(len(shapes))],
        "nilai": list(range(len(shapes))),
        "waktu": [f"20{14 + i % 12}-06-01T00:00:00Z" for i in range(len(shapes))],
    }
    index = gpd.pd.Index(ids, name="area_id")
    return gpd.GeoDataFrame(columns, geometry=shapes, index=index, crs="OGC:CRS84")


def run(folder, pictures, *, qgis_python):
    """Everything that was found, in JSON types."""
    store = Store(folder / "store")
    load_reference(store, DATA)
    publish(store, MIXED, mixed())
    store.close()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    plan = {
        "layers": [MIXED, f"{MIXED}-areas", f"{MIXED}-points", "zones", "desa"],
        "filters": [
            [f"{MIXED}-areas", "\"kelas\" = 'hutan'"],
            [f"{MIXED}-areas", '"kelas" = \'hutan\' AND "nilai" = 5'],
            [f"{MIXED}-areas", '"nilai" > 2490'],
            ["desa", "\"name\" = 'Sungai Pinang'"],
        ],
        "boxes": [f"{MIXED}-areas", f"{MIXED}-points"],
        "box": BOX,
        "crs": ["OGC:CRS84", "EPSG:32750", "EPSG:9470"],
        "moment": "\"waktu\" >= '2024-01-01T00:00:00Z'",
        "drawn": [
            ["zones", "kesiapan", [114.4, -4.3, 116.6, -2.2]],
            ["regencies", "tpt_agustus", [114.2, -4.9, 116.8, -1.2]],
            ["kecamatan", "kesiapan", [114.2, -4.9, 116.8, -1.2]],
            [f"{MIXED}-points", "outlines", [114.4, -4.1, 116.1, -2.4]],
            [f"{MIXED}-areas", "outlines", [114.4, -4.1, 116.1, -2.4]],
            [MIXED, "outlines", [114.4, -4.1, 115.1, -3.4]],
        ],
    }
    env = os.environ | {"KAWASAN_LANGUAGE": "id", "KAWASAN_BASE_URL": address}
    # So that layers of some thousands come in several pages.
    env |= {"KAWASAN_MAX_LIMIT": str(PAGE)}
    with running(folder / "store", env=env) as behind:
        Door.behind = behind
        door = http.server.ThreadingHTTPServer(("127.0.0.1", port), Door)
        threading.Thread(target=door.serve_forever, daemon=True).start()
        # The first answers of a service are prepared; QGIS gives up before they are.
        for path in ("collections", "collections/kecamatan/styles/kesiapan"):
            urllib.request.urlopen(f"{behind}/{path}").read()
        started = time.monotonic()
        told = _read(folder, pictures, address, plan, qgis_python=qgis_python)
        told["seconds"] = round(time.monotonic() - started, 1)
        door.shutdown()
    return told


def faults(told):
    """What is not as it must be, in words; nothing when all is well."""
    return [
        *(f"QGIS says: {text}" for text in told["said"]),
        *_misread(told["layers"]),
        *(
            f"a box of {name} fetched what it does not need: {cost}"
            for name, what, cost, *_ in told["filters"]
            if what == "box" and cost["found"] != cost["features"]
        ),
        *_misdrawn(told["drawn"]),
    ]


def _misread(layers):
    types = {f"{MIXED}-areas": "MultiPolygon", f"{MIXED}-points": "Point"}
    for name, one in layers.items():
        if not one["valid"] or not one["at server"] == one["featureCount"] == one["iterated"]:
            yield f"{name}: {one}"
        if one["type"] != types.get(name, one["type"]):
            yield f"{name} is {one['type']}"


def _misdrawn(layers):
    for name, one in layers.items():
        done = one["style"] if isinstance(one["style"], bool) else one["style"][1]
        lacking = COLOURS.get(name.split()[0], set()) - {colour for colour, _ in one["colours"]}
        if not done or lacking:
            yield f"{name} is not drawn by its style, or lacks {sorted(lacking)}"


def _read(folder, pictures, address, plan, *, qgis_python):
    command = [qgis_python, "-c", IN_QGIS, address, str(pictures), json.dumps(plan)]
    # QGIS keeps its settings here, and draws on no screen.
    own = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "QT_QPA_PLATFORM": "offscreen"}
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"} | own
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600)
    line = next((one for one in done.stdout.splitlines() if one.startswith("TOLD ")), None)
    if line is None:
        raise SystemExit(done.stdout + done.stderr)
    return json.loads(line.removeprefix("TOLD "))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qgis-python", default="/usr/bin/python3")
    parser.add_argument("--pictures", type=Path, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        shown = options.pictures or Path(made)
        shown.mkdir(parents=True, exist_ok=True)
        found = run(Path(made), shown, qgis_python=options.qgis_python)
    json.dump(found, sys.stdout, indent=1)
    sys.exit("\n".join(faults(found)) or 0)
