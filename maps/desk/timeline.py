"""What the pages of a layer's history say: its versions as a timeline, and what two of them differ in.

Both take the documents that the service answers (`VersionsDocument` and `DifferenceDocument` in the
API's description). Everything is text; the templates escape it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from geo.language import Language, Text, as_written
from geo.programme.publish_targets import STATED
from geo.programme.targets import ends_in_words, level_title
from maps.text import (
    MISSING,
    format_date,
    format_number,
    format_period,
    format_share,
    translate,
)

_WAYS = ("added", "removed", "changed", "unchanged")
_DIRECTIONS = {"down": "history.direction_down", "up": "history.direction_up"}
_KEYS_SHOWN = 40
# Changes of a value are told one by one up to here; the document has them all.
_CHANGES_SHOWN = 100


def timeline_page(
    document: Mapping[str, Any], *, may_roll_back: bool, language: Language
) -> dict[str, Any]:
    """Everything that `desk/versions.html` names.

    Parameters
    ----------
    document : mapping
        The versions and events in JSON types, the newest first.
    may_roll_back : bool
        Whether the reader may return to another version, by the forms of this page.
    """
    versions = {one["number"]: one for one in document["versions"]}
    current = next((one for one in versions.values() if one["current"]), None)
    entries = []
    for event in document["events"]:
        version = versions.get(event["number"])
        if event["action"] != "publish":
            entries.append({**event, "version": version})
        elif version is not None:
            entries.append({**event, "version": version, "counts": _counts(version, language)})
    return {
        "title": translate("history.title", language, title=document["title"]),
        "document": document,
        "current": current,
        "entries": entries,
        "newest": max(versions, default=0),
        "may_roll_back": may_roll_back,
    }


def _counts(version: Mapping[str, Any], language: Language) -> list[str]:
    """What a version changed, in words: only what is not nothing."""
    changed = version["changed"] or {}
    return [
        f"{translate(f'upload.count_{way}', language)}: {format_number(changed[way], language)}"
        for way in _WAYS[:3]
        if changed.get(way)
    ]


def compared_page(
    document: Mapping[str, Any],
    *,
    numbers: Sequence[tuple[int, str]],
    regencies: Mapping[str, str],
    indicators: Mapping[str, str],
    language: Language,
) -> dict[str, Any]:
    """Everything that `desk/compared.html` names.

    Parameters
    ----------
    numbers : sequence of (number, time)
        Every version that can be chosen, the oldest first.
    regencies : mapping
        Names of regencies by their codes.
    indicators : mapping
        What indicators are called, by their ids.
    """
    counts = document["counts"]
    total = sum(counts.values())
    return {
        "title": translate("history.compared", language, title=document["title"]),
        "document": document,
        "map_title": translate("history.map", language),
        "options": [{"number": number, "day": format_date(at, language)} for number, at in numbers],
        "counts": [
            {
                "text": translate(f"upload.count_{way}", language),
                "count": format_number(counts[way], language, decimals=0),
                "share": format_share(counts[way] / total, language)
                if total and document["kind"] == "raster"
                else None,
            }
            for way in _WAYS
            if way in counts
        ],
        "is_same": bool(counts)
        and not any(counts[way] for way in _WAYS[:3])
        and not document["columns_vanish"],
        "why_not": (document["why_not"] or {}).get(language),
        "lists": [
            {
                "text": translate(f"upload.count_{way}", language),
                "keys": document[way][:_KEYS_SHOWN],
                "more": counts[way] - len(document[way][:_KEYS_SHOWN]),
            }
            for way in _WAYS[:2]
            if document[way]
        ],
        "names": document.get("names") or {},
        "changes": [_change(one, language) for one in (document["changed"] or [])[:_CHANGES_SHOWN]],
        "changes_more": max(0, counts.get("changed", 0) - _CHANGES_SHOWN),
        "lost": [
            {"name": one["name"], "count": format_number(one["count"], language, decimals=0)}
            for one in document["columns_vanish"] or []
        ],
        "touched": [regencies.get(code, code) for code in document["regencies"] or []],
        "figures": [figure_row(one, regencies, language) for one in document["figures"] or []]
        + [target_row(one, regencies, language) for one in document["targets"] or []]
        + [index_row(one, regencies, indicators, language) for one in document["index"] or []],
        "figures_more": _more_figures(document),
        "raster": _raster(document["raster"], language),
    }


def _change(one: Mapping[str, Any], language: Language) -> dict[str, Any]:
    areas = one["area_ha"] or {}
    before, after = areas.get("before"), areas.get("after")
    moved = None if before is None or after is None else after - before
    return {
        "key": one["key"],
        "before": _hectares(before, language),
        "after": _hectares(after, language),
        "by": _hectares(moved, language, is_signed=True),
        "moved": format_number(one.get("moved_m"), language, decimals=1),
        "values": [
            {"name": name, "before": _value(said["before"]), "after": _value(said["after"])}
            for name, said in one["values"].items()
        ],
    }


def _hectares(value: float | None, language: Language, *, is_signed: bool = False) -> str:
    if value is None:
        return MISSING
    said = format_number(value, language, decimals=1)
    return f"+{said}" if is_signed and value > 0 else said


def _value(value: object) -> str:
    return MISSING if value is None or value == "" else str(value)


def figure_row(
    one: Mapping[str, Any], regencies: Mapping[str, str], language: Language
) -> dict[str, Any]:
    """One changed figure, its region by its name and its numbers as the language writes them."""
    return {
        "place": regencies.get(one["regency_code"], one["regency_code"]),
        "title": one["title"][language],
        "period": format_period(one["period"], language),
        "before": format_number(one["before"], language),
        "after": format_number(one["after"], language),
        "unit": one["unit"],
        "way": translate(f"upload.count_{one['way']}", language),
        "stated": [],
        "also": [translate(f"history.also_{name}", language) for name in one["also"]],
    }


def _ends(one: Mapping[str, Any], side: str) -> Text:
    least, most = one[side]
    # A report of an upload that an older program wrote names no decimals.
    decimals, is_stated = int(one.get("decimals", 0)), one["level"] != "usulan"
    unit = Text(**one["unit"])
    return ends_in_words((least, most), unit, decimals=decimals, is_stated=is_stated)


def target_row(
    one: Mapping[str, Any], regencies: Mapping[str, str], language: Language
) -> dict[str, Any]:
    """One changed target as `figure_row` has a figure: a range before and after, its year and its level."""
    ranges = {
        side: MISSING if one[side] is None else _ends(one, side).to(language)
        for side in ("before", "after")
    }
    return {
        **ranges,
        "place": regencies.get(one["regency_code"], one["regency_code"]),
        "title": one["title"][language],
        "period": f"{one['year']} · {level_title(one['level']).to(language)}",
        "unit": one["unit"][language],
        "way": translate(f"upload.count_{one['way']}", language),
        "also": [translate(f"history.also_{name}", language) for name in one["also"]],
        "stated": _stated(one, language),
    }


def _stated(one: Mapping[str, Any], language: Language) -> list[dict[str, Any]]:
    """What is said of a target: the document above all, and what was said before where that differs.

    `before` is None where it does not. A report of an older program has none of it.
    """
    sides = [_told(one, side, language) for side in ("before", "after")]
    before, after = sides[0], sides[1] or sides[0]
    return [
        {
            "label": translate(f"history.also_{name}", language),
            "before": before[name] if name in before and before[name] != after[name] else None,
            "after": after[name],
            "is_address": name == "source_url",
        }
        for name in STATED
        if after.get(name) or before.get(name)
    ]


def _told(one: Mapping[str, Any], side: str, language: Language) -> dict[str, str]:
    """What is said of a target on one side, in the reader's language where that is known."""
    stated = one.get(f"stated_{side}")
    if not stated:
        return {}
    way = translate(_DIRECTIONS[stated["direction"]], language)
    return {**stated, "direction": way, "note": one["remarks"][side][language]}


def index_row(
    one: Mapping[str, Any],
    regencies: Mapping[str, str],
    indicators: Mapping[str, str],
    language: Language,
) -> dict[str, Any]:
    """One changed entry of an index as `figure_row` has a figure; of a figure with its place, year and source.

    Parameters
    ----------
    indicators : mapping
        What indicators are called, by their ids.
    """
    place, is_named = one["place"], one["entry"] == "indicator"
    sides = [_index_entry(one, side, language) for side in ("before", "after")]
    before, after = (indicators.get(said, said) if is_named else said for said in sides)
    return {
        "place": translate("indexed.all", language)
        if place is None
        else regencies.get(place, place),
        "title": one["title"][language],
        "period": one["year"] or translate(f"indexed.{one['entry']}", language),
        "before": before,
        "after": after,
        "unit": "",
        "way": translate(f"upload.count_{one['way']}", language),
        "stated": _figure_source(one, language),
        "also": [translate(f"history.also_{name}", language) for name in one["also"]],
    }


def _figure_source(one: Mapping[str, Any], language: Language) -> list[dict[str, Any]]:
    """Where the figure of an index is from, and was before; a report of an older program does not say."""
    before, after = one.get("source_before"), one.get("source_after")
    if not (before or after):
        return []
    now, is_other = after or before, before and after and before != after
    label = translate("history.also_source", language)
    said = {"label": label, "before": before if is_other else None, "after": now}
    return [{**said, "is_address": False}]


def _index_entry(one: Mapping[str, Any], side: str, language: Language) -> str:
    value = one[side]
    if value is None:
        return MISSING
    if one["entry"] == "confirmed":
        return translate("indexed.is_confirmed", language)
    if one["entry"] == "direction":
        return translate(f"indices.way_{value}", language)
    # As many decimals as were entered, six at the most.
    return value if isinstance(value, str) else as_written(value).to(language)


def _more_figures(document: Mapping[str, Any]) -> int:
    listed = len(document["figures"] or document["targets"] or document["index"] or ())
    if not listed:
        return 0
    return int(sum(document["counts"][way] for way in _WAYS[:3]) - listed)


def _raster(
    sides: Mapping[str, Mapping[str, Any]] | None, language: Language
) -> list[dict[str, str]]:
    """What both rasters say of themselves, a row a fact."""
    if sides is None:
        return []
    rows = []
    for name in ("unit", "year", "bounds", "size", "crs", "sha256"):
        said = [_fact(name, sides[side], language) for side in ("before", "after")]
        text = translate(f"history.raster_{name}", language)
        rows.append({"name": name, "text": text, "before": said[0], "after": said[1]})
    return rows


def _fact(name: str, side: Mapping[str, Any], language: Language) -> str:
    if name == "size":
        width, height = (format_number(side[each], language) for each in ("width", "height"))
        return f"{width} × {height}"
    if name == "bounds":
        return "; ".join(f"{value:.5g}" for value in side["bounds"])
    return _value(side[name])
