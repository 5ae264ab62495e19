"""Compare two folders of answers: what differs, grouped, with the first difference of each.

    uv run python tests/recorder/compare.py before/ after/

Set aside: moments of publication, entity tags and the hashes of our own paths in addresses, the random ids and nonces of
pages, the times inside XLSX, GeoPackage and PDF, the fourth digit of Sobol' indices, and the words
of an error (its status and code count). A PDF is compared by its words.
"""

import difflib
import gzip
import io
import json
import re
import sqlite3
import sys
import tempfile
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.pdf_text import text_of

_VERSIONED = re.compile(r"([?&]|&amp;|\\u0026)v=[0-9a-f]{6,64}")
_RANDOM = re.compile(
    r'nonce="[^"]*"|\b(?:map|geo_json|layer_control|tile_layer|marker|popup|circle_marker|'
    r"feature_group|html|scale|pane|icon|div_icon)_[0-9a-f]{32}|[0-9a-f]{32}"
)
_MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SOBOL = {"first_order", "total", "total_order", "first", "interaction"}


def comparable(name: str, media_type: str, body: bytes, status: int) -> Any:
    """What of an answer counts."""
    if body[:2] == b"\x1f\x8b":
        body = gzip.decompress(body)
    if "json" in media_type:
        found = _without_hashes(json.loads(body))
        if status >= 400:
            return {k: v for k, v in found.items() if k in ("status", "code", "type")}
        return found
    if "pdf" in media_type:
        return text_of(body).split(". ")
    if "spreadsheetml" in media_type:
        parts = zipfile.ZipFile(io.BytesIO(body))
        return {n: parts.read(n).decode() for n in parts.namelist() if "docProps" not in n}
    if "geopackage" in media_type:
        return _rows(body)
    if media_type.startswith("text/"):
        text = re.sub(r"/static/(?:css|js)/", "/static/", body.decode())
        text = _RANDOM.sub("RANDOM", _VERSIONED.sub(r"\1v=HASH", text))
        text = _MOMENT.sub("MOMENT", re.sub(r"/tmp/[\w./-]+", "PLACE", text))
        return [] if status >= 400 else text.splitlines()
    return body


def _without_hashes(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            k: _without_hashes(v) for k, v in value.items() if k not in ("timeStamp", "prepared")
        }
    if isinstance(value, list):
        return [_without_hashes(v) for v in value]
    if isinstance(value, str):
        return _MOMENT.sub("MOMENT", _VERSIONED.sub(r"\1v=HASH", value))
    return value


def _rows(body: bytes) -> dict[str, list[str]]:
    with tempfile.NamedTemporaryFile(suffix=".gpkg") as file:
        file.write(body)
        file.flush()
        opened = sqlite3.connect(file.name)
        tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        kept = [t for (t,) in tables if not t.startswith(("rtree", "gpkg_contents", "sqlite"))]
        rows = {t: sorted(map(repr, opened.execute(f'SELECT * FROM "{t}"'))) for t in kept}
        opened.close()
    return rows


def differences(before: Any, after: Any, at: str = "") -> list[str]:
    """Where two values differ and how, deepest first place of each."""
    if isinstance(before, dict) and isinstance(after, dict):
        found = [f"{at}.{k}: gone" for k in before.keys() - after.keys()]
        found += [f"{at}.{k}: new" for k in after.keys() - before.keys()]
        for key in before.keys() & after.keys():
            found += differences(before[key], after[key], f"{at}.{key}")
        return found
    if is_text(before) and is_text(after):
        return [f"{at} {line}" for line in ndiff_changes(before, after)]
    if isinstance(before, list) and isinstance(after, list):
        found = [f"{at}: {len(before)} → {len(after)} items"] if len(before) != len(after) else []
        for n, (one, other) in enumerate(zip(before, after, strict=False)):
            found += differences(one, other, f"{at}[{n}]")
        return found
    if before == after or _is_close_sobol(before, after, at):
        return []
    return [f"{at}: {_short(before)} → {_short(after)}"]


def is_text(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], str)


def ndiff_changes(before: list[str], after: list[str]) -> list[str]:
    """Lines that went (`-`) and came (`+`), without those between them."""
    changed = difflib.unified_diff(before, after, n=0, lineterm="")
    return [line for line in changed if not line.startswith(("---", "+++", "@@"))]


def _is_close_sobol(before: Any, after: Any, at: str) -> bool:
    is_index = at.rpartition(".")[2].split("[")[0] in _SOBOL
    return is_index and isinstance(before, float) and abs(before - after) < 5e-5


def _short(value: Any) -> str:
    return (f"{len(value)} bytes" if isinstance(value, bytes) else repr(value))[:160]


def compare(before: Path, after: Path) -> int:
    """Print every kind of difference; how many answers differ."""
    indexes = [json.loads((f / "index.json").read_text(encoding="utf-8")) for f in (before, after)]
    old, new = indexes
    kinds: dict[str, list[str]] = defaultdict(list)
    for name in sorted(old.keys() - new.keys()):
        kinds["asked before only"].append(name)
    for name in sorted(new.keys() - old.keys()):
        kinds["asked after only"].append(name)
    for name in sorted(old.keys() & new.keys()):
        one, other = old[name], new[name]
        if (one["status"], one["type"]) != (other["status"], other["type"]):
            kinds[f"{one['status']} {one['type']} → {other['status']} {other['type']}"].append(name)
        elif one["body"] != other["body"]:
            bodies = [
                (f / "bodies" / e["body"]).read_bytes() for f, e in ((before, one), (after, other))
            ]
            values = [comparable(name, one["type"], body, one["status"]) for body in bodies]
            for found in differences(*values)[:40]:
                kinds[re.sub(r"\[\d+\]", "[]", found)].append(name)
    for kind, names in sorted(kinds.items(), key=lambda item: -len(item[1])):
        sys.stdout.write(f"{len(names):5d} × {kind[:300]}\n        {names[0][:150]}\n")
    changed = {name for names in kinds.values() for name in names}
    sys.stdout.write(f"{len(old)} answers before, {len(new)} after, {len(changed)} differ\n")
    return len(changed)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    compare(Path(sys.argv[1]), Path(sys.argv[2]))
