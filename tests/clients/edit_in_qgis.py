"""A layer opened, edited and sent back as GIS staff do it, by the real QGIS without a window.

    python -m tests.clients.edit_in_qgis

A service with the shipped data gives every template and the zones with their style; QGIS
(`--qgis-python`, that of the system) opens them, loads every style, moves one corner and changes
one attribute, and saves; the file is sent back and published. What the report calls changed must be
that one feature, by those metres; every warning of QGIS is told.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import httpx2
from pyproj import Geod

from geo.planning.reference import load_reference
from geo.store.store import Store
from tests.service import running

DATA = Path(__file__).parents[2] / "data"
LAYERS = ("zones", "kecamatan", "regencies", "desa")
KEY, MOVED_DEG = "cahaya-baru", 0.002
# Run by QGIS' own Python, which has none of ours.
IN_QGIS = textwrap.dedent(
    """
    import json, sys
    from qgis.core import Qgis, QgsApplication, QgsVectorLayer

    folder, key, moved, layers = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:]
    QgsApplication.setPrefixPath("/usr", True)
    app = QgsApplication([], False)
    app.initQgis()
    said = []
    app.messageLog().messageReceived.connect(lambda text, tag, level: said.append(f"{tag}: {text}"))
    told = {"version": Qgis.version(), "layers": {}}
    for name in layers:
        layer = QgsVectorLayer(f"{folder}/templat-{name}.gpkg", name, "ogr")
        # The file itself: a layer of a GeoPackage takes the style that is in it.
        fields = "field=name:string&field=geometry_kind:string"
        plain = QgsVectorLayer(f"MultiPolygon?crs=EPSG:4326&{fields}", name, "memory")
        reason, done = plain.loadNamedStyle(f"{folder}/{name}.qml")
        assert plain.renderer().dump() == layer.renderer().dump()
        rules = [rule.label() for rule in layer.renderer().rootRule().children()]
        told["layers"][name] = [layer.isValid(), layer.crs().authid(), done, reason, rules]
    layer = QgsVectorLayer(f"{folder}/zones.gpkg", "zones", "ogr")
    told["styled_by_itself"] = layer.renderer().type() == "RuleRenderer"
    told["alias"] = layer.attributeDisplayName(layer.fields().indexOf("name"))
    (feature,) = [f for f in layer.getFeatures() if f["zone_id"] == key]
    corner = feature.geometry().vertexAt(0)
    told["editing"] = layer.startEditing()
    told["moved"] = layer.moveVertex(corner.x() + moved, corner.y(), feature.id(), 0)
    told["named"] = layer.changeAttributeValue(
        feature.id(), layer.fields().indexOf("remarks"), "Diubah di QGIS"
    )
    told["saved"] = layer.commitChanges()
    told["said"] = said
    told["from"] = [corner.x(), corner.y()]
    print("TOLD " + json.dumps(told))
    """
)


def run(folder, *, qgis_python):
    """Everything that was found, in JSON types."""
    store = Store(folder / "store")
    load_reference(store, DATA)
    key = store.keys.add("gis", approves_own=True)
    store.close()
    with running(folder / "store", env=os.environ | {"KAWASAN_LANGUAGE": "id"}) as address:
        with httpx2.Client(base_url=address, timeout=120) as client:
            _fetch(client, folder)
            told, errors = _edit(folder, qgis_python)
            client.headers["Authorization"] = f"Bearer {key}"
            report, published = _send_back(client, folder / "zones.gpkg")
    metres = Geod(ellps="WGS84").inv(*told["from"], told["from"][0] + MOVED_DEG, told["from"][1])[2]
    return {"qgis": told, "stderr": errors, "expected_m": round(metres, 2)} | {
        "difference": report["difference"]["counts"],
        "changed": report["difference"]["changed"],
        "to_accept": report["to_accept"],
        "published": published,
    }


def _fetch(client, folder):
    files = {f"templat-{name}.gpkg": f"/templates/{name}?f=gpkg" for name in LAYERS}
    files |= {f"{name}.qml": f"/templates/{name}?f=qml" for name in LAYERS}
    files["zones.gpkg"] = "/collections/zones/download/gpkg?style=true"
    for name, path in files.items():
        (folder / name).write_bytes(client.get(path).raise_for_status().content)


def _edit(folder, qgis_python):
    command = [qgis_python, "-c", IN_QGIS, str(folder), KEY, str(MOVED_DEG), *LAYERS]
    # QGIS keeps its settings here, and draws on no screen.
    own = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "QT_QPA_PLATFORM": "offscreen"}
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"} | own
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    line = next((one for one in done.stdout.splitlines() if one.startswith("TOLD ")), None)
    if line is None:
        raise SystemExit(done.stdout + done.stderr)
    return json.loads(line.removeprefix("TOLD ")), done.stderr.splitlines()


def _send_back(client, path):
    with path.open("rb") as file:
        data = {"collection": "zones"}
        sent = client.post("/uploads", files={"file": (path.name, file)}, data=data)
    document = sent.json()
    if sent.status_code != 201:
        raise SystemExit(json.dumps(document, indent=1)[:4000])
    said = {"note": "diubah di QGIS", "source": "uji", "accept_warnings": True}
    done = client.post(f"/uploads/{document['upload']}/publish", json=said)
    return document["report"], done.json().get("version", done.json())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--qgis-python", default="/usr/bin/python3")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = run(Path(name), qgis_python=asked.qgis_python)
    sys.stdout.write(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    is_exact = found["difference"]["changed"] == 1 and found["difference"]["added"] == 0
    sys.exit(not (is_exact and found["qgis"]["saved"] and found["difference"]["removed"] == 0))
