"""The report of a land raster in words: what it is, what it covers, who reads it, and what is asked.

What must be answered before it can be read (a unit, a band, what it is fit for) is asked where it is told.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from geo.land.raster import KNOWN_RASTERS, land_title, land_unit
from geo.language import Language, Text, first_of, listed
from geo.published import LAND_PREFIX
from geo.submission.raster_reader import NO_SHARE, WHOLE_SHARE
from maps.desk.file_form import raster_title
from maps.text import format_number, format_share, translate

# Told by the table of readers, and by the form of what is asked, in other words than for a terminal.
TOLD_APART: Final = frozenset(
    {
        *("raster_read_by", "raster_not_read", "raster_unread"),
        *("raster_fitness", "raster_unit", "raster_band", "raster_smaller"),
    }
)
# Of these the first sentence of the finding says what no text of the page knows.
_WITH_FACTS = ("raster_band", "raster_smaller")
_MOST_NAMES = 10


def raster_report(document: Mapping[str, Any], *, language: Language) -> dict[str, Any] | None:
    """What `desk/raster.html` names; None for an upload that is no land raster."""
    if not document["collection"].startswith(LAND_PREFIX):
        return None
    name = document["collection"].removeprefix(LAND_PREFIX)
    report, chosen = document.get("report") or {}, document["choices"]
    counts, summary = report.get("counts") or {}, report.get("summary") or {}
    questions = (report.get("choices") or {}).get("fitness") or []
    return {
        "title": raster_title(name, language),
        "facts": _facts(name, summary, language) if "width" in summary else [],
        "regencies": _regencies(summary.get("regencies") or [], language),
        "areas": _areas(summary.get("areas") or {}, language),
        "readers": _readers(report.get("readers") or [], language),
        "was_checked": "readers" in report,
        "questions": (answers := _questions(questions, chosen, language)),
        "stated": _stated(document, answers, language) if "width" in summary else [],
        "said": _said(report, language),
        "asks_unit": name not in KNOWN_RASTERS,
        "asks_band": bool(chosen.get("band")) or "raster_band" in counts or _bands(summary) > 1,
        "asks_smaller": "raster_smaller" in counts or bool(chosen.get("replace_smaller")),
        "is_asked": any(
            code in counts for code in TOLD_APART if not code.startswith("raster_read")
        ),
    }


def _bands(summary: Mapping[str, Any]) -> int:
    return int(summary.get("bands") or 1)


def _facts(name: str, summary: Mapping[str, Any], language: Language) -> list[dict[str, str]]:
    unit = land_unit(name, summary["unit"]).to(language)
    told = {
        "unit": unit,
        "values": translate(
            "rasters.from_to",
            language,
            least=format_number(summary["least"], language),
            greatest=format_number(summary["greatest"], language),
        ),
        "nodata": translate("rasters.no_nodata", language)
        if summary["nodata"] is None
        else format_number(summary["nodata"], language),
        "grid": translate(
            "rasters.cells",
            language,
            width=format_number(summary["width"], language),
            height=format_number(summary["height"], language),
        ),
        "cell": f"{_metres(summary['cell_width_m'], language)} × "
        f"{_metres(summary['cell_height_m'], language)} m",
        "crs": summary["crs"],
        "share": format_share(summary["valid_share"], language),
    }
    if _bands(summary) > 1:
        said = {"band": summary["band"], "bands": _bands(summary)}
        told["bands"] = translate("rasters.band_of", language, **said)
    if summary.get("derived"):
        told["derived"] = listed([land_title(one) for one in summary["derived"]]).to(language)
    return [
        {"text": translate(f"rasters.fact_{key}", language), "value": value}
        for key, value in told.items()
    ]


def _metres(value: float, language: Language) -> str:
    return format_number(value, language, decimals=0 if value >= 10 else 1)


def _regencies(shares: Sequence[Mapping[str, Any]], language: Language) -> list[str]:
    """Which regencies have values everywhere, in part, and nowhere: a sentence each."""
    whole = [one for one in shares if one["valid_share"] >= WHOLE_SHARE]
    empty = [one for one in shares if one["valid_share"] < NO_SHARE]
    part = [one for one in shares if one not in whole and one not in empty]
    if shares and len(whole) == len(shares):
        return [translate("rasters.covers_all", language, n=len(shares))]
    said = []
    if whole:
        said.append(translate("rasters.covers", language, n=len(whole), of=len(shares)))
    if part:
        names = [f"{one['name']} ({format_share(one['valid_share'], language)})" for one in part]
        said.append(translate("rasters.covers_part", language, names=_listed(names, language)))
    if empty:
        names = [one["name"] for one in empty]
        said.append(translate("rasters.covers_none", language, names=_listed(names, language)))
    return said


def _listed(names: Sequence[str], language: Language) -> str:
    return listed([Text(name, name) for name in names]).to(language)


def _areas(areas: Mapping[str, Mapping[str, Any]], language: Language) -> list[str]:
    """How many areas of each layer are measured, before and after."""
    return [
        translate(
            "rasters.measured",
            language,
            layer=translate(f"layer.{name}", language),
            **{key: format_number(said[key], language) for key in ("before", "after", "of")},
        )
        + _without(said, language)
        for name, said in areas.items()
    ]


def _without(said: Mapping[str, Any], language: Language) -> str:
    """Which areas are not measured, as far as they are few; a report of an older check has no names."""
    names = said.get("without") or []
    if not names:
        return ""
    shown = first_of(names, _MOST_NAMES)
    return " " + translate("rasters.not_measured", language, names=shown)


def _readers(readers: Sequence[Mapping[str, Any]], language: Language) -> list[dict[str, Any]]:
    """The criteria and constraints that ask for the raster, those that will read it first."""
    rows = [
        {
            "title": one["title"][language],
            "model": one["model_title"][language] if "model_title" in one else one["model"],
            "raster": raster_title(one["raster"], language),
            "why_not": one["why_not"] and one["why_not"][language],
        }
        for one in readers
    ]
    return sorted(rows, key=lambda row: row["why_not"] is not None)


def _questions(
    asked: Sequence[Mapping[str, Any]], chosen: Mapping[str, Any], language: Language
) -> list[dict[str, str]]:
    """Each criterion of which it must be said whether the raster is fit for it, with what was said."""
    fit, unfit = (chosen.get(name) or {} for name in ("fit", "unfit"))
    rows: dict[str, dict[str, Any]] = {}
    for one in asked:
        reader = one["id"]
        verdict = "fit" if reader in fit else "unfit" if reader in unfit else ""
        row = rows.setdefault(
            reader,
            {
                "reader": reader,
                "title": one["title"][language],
                "models": [],
                "verdict": verdict,
                "why": (fit | unfit).get(reader, ""),
            },
        )
        row["models"].append(one.get("model_title", {}).get(language, one["model"]))
    return [row | {"models": ", ".join(row["models"])} for row in rows.values()]


def _stated(
    document: Mapping[str, Any], answers: Sequence[Mapping[str, str]], language: Language
) -> list[dict[str, str]]:
    """What is said of the raster beside its file, for whoever reads of it: origin, year and fitness."""
    chosen, submission = document["choices"], document.get("submission") or {}
    nothing = translate("rasters.stated_none", language)
    rows = [
        {
            "text": translate(f"rasters.{name}", language),
            "value": str(submission.get(name) or chosen.get(name) or nothing),
        }
        for name in ("source", "licence", "year")
    ]
    for one in answers:
        said = "unanswered" if not one["verdict"] else f"{one['verdict']}_answer"
        verdict = translate(f"rasters.is_{said}", language)
        value = translate("rasters.stated_answer", language, verdict=verdict, why=one["why"])
        rows.append(
            {
                "text": translate("rasters.stated_fit", language, criterion=one["title"]),
                "value": value if one["verdict"] else verdict,
            }
        )
    return rows


def _said(report: Mapping[str, Any], language: Language) -> list[str]:
    """What is asked before the raster can be read, in the words of the page."""
    said = []
    for found in report.get("findings") or ():
        code = found["code"]
        if code not in TOLD_APART or code.startswith("raster_read") or code == "raster_unread":
            continue
        first = re.split(r"(?<=\.)\s", found["sentence"][language])[0]
        ask = translate(f"rasters.ask_{code.removeprefix('raster_')}", language)
        said.append(f"{first} {ask}" if code in _WITH_FACTS else ask)
    return said
