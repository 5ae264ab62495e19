"""How a file is read, as its page lets it be chosen: layer, CRS, encoding, columns, repairs, losses.

It takes an upload's document and gives what `desk/choices.html` and `desk/accepting.html` name. What
needs no choice is folded, so that an officer sees first what the file does not say by itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from geo.ingest.encoding import ENCODINGS
from geo.language import Language, Text
from geo.submission.accepting import Warned, accepted_before, warned
from geo.submission.rasters import is_raster
from geo.submission.tables import is_table
from maps.text import format_number, translate

# A file of another province's regencies, or one of which theirs were left out.
_OF_OTHERS = frozenset(
    {
        "regency_foreign",
        "regencies_foreign",
        "figures_foreign",
        "targets_foreign",
        "others_left_out",
    }
)
# What another CRS, encoding or column would mend.
_OF_CRS = frozenset(
    {"crs_missing", "crs_unknown", "outside_region", "coordinates_impossible", "crs_area_of_use"}
)
_OF_ENCODING = frozenset({"encoding_unknown", "table_encoding", "encoding_declared_wrong"})
_OF_COLUMNS = frozenset(
    {"field_missing", "field_ambiguous", "column_asked_unknown", "columns_remembered"}
)
_OF_LAYERS = frozenset({"several_layers", "layer_unknown", "dxf_layers"})
_LOSSES = frozenset(
    {
        *("columns_vanish", "values_vanish", "outlines_vanish"),
        *("outline_kind_vanishes", "features_removed", "zones_like_published"),
        "figures_removed",
        "targets_removed",
        "index_emptied",
        "undoes_newer",
    }
)


def reading(
    document: Mapping[str, Any], *, layers: Mapping[str, Text], language: Language
) -> dict[str, Any]:
    """What can be chosen of an upload's file.

    Parameters
    ----------
    document : mapping
        The upload in JSON types.
    layers : mapping
        The titles of the layers that it may become.
    """
    report, chosen = document.get("report") or {}, document["choices"]
    offered, counts = report.get("choices") or {}, report.get("counts") or {}
    return {
        "is_layer": not (is_table(document["collection"]) or is_raster(document["collection"])),
        "collections": _collections(
            document["collection"], layers, language, title=chosen.get("title")
        ),
        "definition": chosen if chosen.get("title") else {},
        "layers": offered.get("layers") or [],
        "layers_open": bool(_OF_LAYERS & counts.keys()),
        "systems": _systems(offered.get("crs") or {}, chosen.get("crs"), language),
        "systems_open": bool(_OF_CRS & counts.keys()),
        "encodings": _encodings(offered.get("encoding") or {}, chosen.get("encoding")),
        "encodings_open": bool(_OF_ENCODING & counts.keys()),
        "every_encoding": ENCODINGS,
        "columns": _columns(offered, report, chosen, language),
        "columns_open": bool(_OF_COLUMNS & counts.keys()),
        "repairs": _repairs(offered.get("repairs") or [], chosen, language),
        "missing": _missing(report, language),
        "alike": _alike(report, chosen),
        "asks_others": bool(_OF_OTHERS & counts.keys()) or bool(chosen.get("leave_out_others")),
    }


def _missing(report: Mapping[str, Any], language: Language) -> dict[str, Any] | None:
    """The published features that the file does not have, and whether they stay; None for none."""
    for code in ("missing_kept", "features_removed"):
        for found in report.get("findings", ()):
            if found["code"] == code and "named" in found["facts"]:
                facts = found["facts"]
                return {
                    "count": facts["count"],
                    "named": facts["named"][language],
                    "is_kept": code == "missing_kept",
                }
    return None


def _alike(report: Mapping[str, Any], chosen: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The features that may be published zones, each with those; `is_chosen` marks what was said."""
    said = dict(chosen.get("same_as") or {})
    rows = []
    for found in report.get("findings", ()):
        if found["code"] not in ("zones_like_published", "zones_same_as"):
            continue
        for one in found["facts"]["rows"]:
            key = said.pop(str(one["row"]), None)
            options = [{**each, "is_chosen": each["key"] == key} for each in one["published"]]
            rows.append({"row": one["row"], "label": one["label"], "published": options})
    # What was said and is no longer so can still be taken back.
    for row, key in said.items():
        options = [{"key": key, "name": key, "is_chosen": True}]
        rows.append({"row": int(row), "label": row, "published": options})
    return sorted(rows, key=lambda one: int(one["row"]))


def _collections(
    now: str, layers: Mapping[str, Text], language: Language, *, title: str | None
) -> list[dict[str, Any]]:
    titles = {name: title.to(language) for name, title in layers.items()}
    if now not in titles:
        titles[now] = title or now
    return [
        {"name": name, "title": title, "is_chosen": name == now}
        for name, title in sorted(titles.items(), key=lambda one: one[1].casefold())
    ]


def _systems(crs: Mapping[str, Any], chosen: str | None, language: Language) -> dict[str, Any]:
    """The CRSs as radio buttons, what the file states first; `other` is a code that is none of them.

    A file that states none has no first one to take back to, but for a choice that was made.
    """
    stated, asked = crs.get("stated"), crs.get("asked")
    buttons = [_system(stated, "", language, said="choosing.as_stated")] if stated else []
    known = {stated["code"]} if stated else set()
    for one in (asked, *(crs.get("candidates") or ())):
        if one is not None and one["code"] not in known:
            known.add(one["code"])
            buttons.append(_system(one, one["code"], language))
    is_known = chosen is None or any(one["value"].lower() == chosen.lower() for one in buttons)
    # What was asked for under another spelling is the button of its code.
    named = asked["code"] if asked and not is_known and asked["code"] in known else chosen
    for one in buttons:
        one["is_chosen"] = one["value"].lower() == (named or "").lower()
    if named is not None and stated and named == stated["code"]:
        buttons[0]["is_chosen"] = True
    is_shown = any(one["is_chosen"] for one in buttons)
    return {"buttons": buttons, "other": "" if is_shown else chosen or "", "text": crs.get("text")}


def _system(
    one: Mapping[str, Any], value: str, language: Language, *, said: str | None = None
) -> dict[str, Any]:
    return {
        "value": value,
        "code": one["code"],
        "name": one["name"] if one["name"] != one["code"] else None,
        "bounds": " ".join(f"{edge:g}" for edge in one["bounds"]),
        "place": one["place"][language],
        "in_region": one["in_region"],
        "why": (one.get("why") or {}).get(language),
        "apart": one.get("apart_m") and format_number(one["apart_m"], language, decimals=0),
        "said": said and translate(said, language),
    }


def _encodings(encoding: Mapping[str, Any], chosen: str | None) -> dict[str, Any]:
    """The encodings as radio buttons with a few names as each reads them; none where none differs."""
    used, candidates = encoding.get("name"), encoding.get("candidates") or []
    buttons = [
        {
            # The first is how it is read without being told, unless somebody has told.
            "value": "" if one["name"] == used and chosen is None else one["name"],
            "name": one["name"],
            "samples": one["samples"],
            "is_chosen": one["name"] == used,
        }
        for one in candidates
    ]
    is_shown = any(one["is_chosen"] for one in buttons)
    return {"buttons": buttons, "used": used, "other": "" if is_shown else chosen or ""}


def _columns(
    offered: Mapping[str, Any],
    report: Mapping[str, Any],
    chosen: Mapping[str, Any],
    language: Language,
) -> dict[str, Any]:
    """The fields with their columns: those that are required or may have one, then the others."""
    fields = offered.get("fields") or []
    asked = chosen.get("columns") or (report.get("remembered") or {}).get("columns") or {}
    # What the empty choice of a field means: the tool fills it by itself.
    made = {"zone_id": translate("choosing.of_name", language)}
    without = _filled_fields(report, language) | made
    each = [
        {
            "name": field["name"],
            "title": field["title"][language],
            # What the tool has filled is not asked for.
            "is_required": field["required"]
            and (field["column"] is not None or field["name"] not in without),
            "column": field["column"],
            "without": (made if field["column"] else without).get(field["name"]),
            "is_suggested": field["column"] is not None and field["name"] not in asked,
        }
        for field in fields
    ]
    near = {f["name"] for f in fields if f["required"] or f["candidates"] or f["column"]}
    near |= asked.keys()
    return {
        "asked": dict(asked),
        "remembered": report.get("remembered"),
        "is_forgotten": bool(chosen.get("forget_columns")),
        "fields": [one for one in each if one["name"] in near],
        "more": [one for one in each if one["name"] not in near],
        "of_file": offered.get("columns") or [],
    }


def _filled_fields(report: Mapping[str, Any], language: Language) -> dict[str, str]:
    """By field without a column, from what it was filled."""
    filled = {}
    for found in report.get("findings", ()):
        field = str((found.get("where") or {}).get("column"))
        if found["code"] == "regencies_placed":
            filled[field] = translate("choosing.by_place", language)
        elif found["code"] == "codes_filled":
            by = found["facts"]["by"][language]
            filled[field] = translate("choosing.filled_by", language, by=by)
    return filled


def _repairs(
    repairs: Sequence[Mapping[str, Any]], chosen: Mapping[str, Any], language: Language
) -> dict[str, Any] | None:
    """What can be mended, polygon by polygon, and the common borders; None where nothing is to mend."""
    of = {one["of"]: one for one in repairs}
    polygons, borders = of.get("polygons"), of.get("borders")
    if polygons is None and borders is None:
        return None
    rows = [_repair(one, chosen, language) for one in (polygons or {}).get("features", ())]
    count = 0 if polygons is None else polygons["count"] + polygons["done"]
    is_asked = bool(chosen.get("repairs"))
    return {
        "rows": rows,
        "ticks": len(rows) + (borders is not None),
        "count": count,
        "not_listed": count - len(rows),
        "is_asked": is_asked,
        "is_whole": is_asked and all(row["is_chosen"] for row in rows),
        "borders": borders,
        "borders_chosen": is_asked and "borders" not in (chosen.get("unrepaired") or ()),
    }


def _repair(
    one: Mapping[str, Any], chosen: Mapping[str, Any], language: Language
) -> dict[str, Any]:
    feature = one["feature"]
    names = dict.fromkeys(name for name in (feature["key"], feature["name"]) if name)
    return {
        "row": str(feature["row"]),
        "feature": feature,
        "label": ", ".join(names),
        "reason": one["reason"][language],
        "before_ha": one["before_ha"],
        "after_ha": one["after_ha"],
        "percent": _signed(one["percent"], language),
        "is_done": one["is_done"],
        "is_chosen": bool(chosen.get("repairs"))
        and str(feature["row"]) not in (chosen.get("unrepaired") or ()),
    }


def _signed(percent: float | None, language: Language) -> str | None:
    """A change in percent with its sign; None where it is not known."""
    if percent is None:
        return None
    shown = format_number(percent, language)
    return f"+{shown}%" if percent > 0 else f"{shown}%"


def accepting(document: Mapping[str, Any], language: Language) -> dict[str, list[dict[str, str]]]:
    """What is to be accepted before the file is published, and what of it its sender has accepted."""
    report = document.get("report") or {}
    found, accepted = warned(report), accepted_before(report, document.get("submission"))
    done = [one for one in found if one.name in accepted]
    return {
        "all": [_acceptance(one, language) for one in found],
        "open": [_acceptance(one, language) for one in found if one not in done],
        "done": [_acceptance(one, language) for one in done],
    }


def _acceptance(one: Warned, language: Language) -> dict[str, str]:
    said = f"lose_{one.code}" if one.code in _LOSSES else "lose_other"
    # A report of an older check does not name each column.
    if one.code in ("columns_vanish", "values_vanish") and one.column is None:
        said = "lose_other"
    label = translate(
        f"choosing.{said}",
        language,
        column=one.column or "",
        n=format_number(one.count, language),
        named=one.named.to(language),
        sentence=one.sentence.to(language),
    )
    return {"name": one.name, "label": label}
