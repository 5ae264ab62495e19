"""What was found in a file, as an upload's page tells it: by kinds, what is wrong apart from its remedy."""

from collections.abc import Mapping
from typing import Any

from geo.ingest.findings import Feature
from geo.language import Language
from maps.desk.explanation import SEVERITIES, severity_text

# Of one kind, at once; the rest unfolds.
MOST_AT_ONCE = 20


def groups(report: Mapping[str, Any], language: Language) -> list[dict[str, Any]]:
    """The findings of a report by their code, errors first; each kind with its count and sentences.

    `gist` is what the first sentence says of any feature. `mend` is the remedy where all sentences
    of a kind have the same; else each sentence has its own.
    """
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in report.get("findings", ()):
        found.setdefault(one["code"], []).append(one)
    told = [
        _group(alike, report["counts"].get(code, len(alike)), language)
        for code, alike in found.items()
    ]
    return sorted(told, key=lambda group: [*SEVERITIES].index(group["severity"]))


def _group(alike: list[Mapping[str, Any]], count: int, language: Language) -> dict[str, Any]:
    first = alike[0]
    sentences = [_sentence(found, language) for found in alike]
    remedies = {one["mend"] for one in sentences}
    shared = remedies.pop() if len(remedies) == 1 else ""
    return {
        "code": first["code"],
        "severity": first["severity"],
        "severityText": severity_text(first["severity"], language),
        "to_accept": bool(first.get("to_accept")),
        "count": count,
        "gist": sentences[0]["what"].removeprefix(_label(first, language)),
        "mend": shared,
        "sentences": [one | {"mend": "" if shared else one["mend"]} for one in sentences],
    }


def _sentence(found: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """What is wrong, its remedy, and where: a position, or the row and key of a feature."""
    # A report that was kept before has no remedy apart.
    mend = (found.get("mend") or {}).get(language, "")
    where, feature = place_of(found) or {}, found.get("feature") or {}
    return {
        "what": found["sentence"][language].removesuffix(mend).rstrip(),
        "mend": mend,
        "severity": found["severity"],
        "lon": where.get("lon"),
        "lat": where.get("lat"),
        "row": feature.get("row"),
        "key": feature.get("key"),
    }


def place_of(found: Mapping[str, Any]) -> Mapping[str, float] | None:
    """Where a finding is, in lon/lat; None where its coordinates are those of a CRS not known yet."""
    where = found.get("where") or {}
    lon, lat = where.get("lon"), where.get("lat")
    if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    return where


def _label(found: Mapping[str, Any], language: Language) -> str:
    feature = found.get("feature")
    return f"{Feature(**feature).label.to(language)}: " if feature else ""
