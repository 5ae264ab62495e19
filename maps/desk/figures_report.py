"""The report of a table or an index: each fault by its place, and each change one by one."""

from collections.abc import Mapping, Sequence
from typing import Any

from geo.indicators.layout import Place
from geo.indicators.table import Indicator
from geo.ingest.encoding import ENCODINGS
from geo.language import Language
from geo.programme.indices.stored_index import is_index
from geo.programme.publish_targets import TARGETS
from maps.desk.explanation import SEVERITIES, severity_text
from maps.desk.file_form import indicator_options
from maps.desk.timeline import figure_row, index_row, target_row
from maps.text import format_number, translate

_WAYS = ("added", "changed", "removed", "unchanged")
_OF_SHEETS = frozenset({"several_layers", "layer_unknown"})
_OF_OTHERS = frozenset({"figures_foreign", "targets_foreign", "others_left_out"})

# What the report says in another way of figures and of targets.
_FIGURES_SAY = {
    "title": "figures.title",
    "choices_text": "figures.choices_text",
    "source": "figures.source",
    "leave_out": "figures.leave_out",
    "difference": "figures.difference",
    "period": "history.period",
    "before": "figures.before",
    "after": "figures.after",
}
_TARGETS_SAY = {
    "title": "targets.title",
    "choices_text": "targets.choices_text",
    "source": "targets.source",
    "leave_out": "targets.leave_out",
    "difference": "targets.difference",
    "period": "targets.year_level",
    "before": "targets.before",
    "after": "targets.after",
}
_INDEX_SAYS = {
    "difference": "indexed.difference",
    "period": "indexed.entry",
    "before": "figures.before",
    "after": "figures.after",
}


def figures_report(
    document: Mapping[str, Any],
    *,
    catalogue: Mapping[str, Indicator],
    regencies: Mapping[str, str],
    language: Language,
) -> dict[str, Any]:
    """What `desk/figures.html` names.

    Parameters
    ----------
    regencies : mapping
        The names of the regencies and of the province by their codes.
    """
    report, chosen = document.get("report") or {}, document["choices"]
    findings, counts = report.get("findings") or [], report.get("counts") or {}
    cells = [one for one in findings if "row" in one["where"]]
    difference = report.get("difference") or {}
    of_targets = document["collection"] == TARGETS
    of_index = is_index(document["collection"])
    titles = {name: one.title.to(language) for name, one in catalogue.items()}
    says = _INDEX_SAYS if of_index else _TARGETS_SAY if of_targets else _FIGURES_SAY
    return {
        "says": {name: translate(key, language) for name, key in says.items()},
        "asks_indicator": not of_targets,
        "is_of_index": of_index,
        # No assessment reads the others.
        "is_scored": not (of_targets or of_index),
        # An index says all of itself.
        "has_choices": not of_index,
        "cells": [_cell(one, language) for one in _by_row(cells)],
        "cells_more": sum(counts.get(code, 0) for code in {one["code"] for one in cells})
        - len(cells),
        "others": [_finding(one, language) for one in findings if "row" not in one["where"]],
        "read": _read(report.get("summary") or {}, language),
        "counts": [
            {
                "text": translate(f"upload.count_{way}", language),
                "count": format_number(difference["counts"][way], language),
            }
            for way in _WAYS
            if way in difference.get("counts", {})
        ],
        "changes": [
            figure_row(one, regencies, language) | {"unit": _unit(one, catalogue, language)}
            for one in difference.get("figures") or ()
        ]
        + [target_row(one, regencies, language) for one in difference.get("targets") or ()]
        + [index_row(one, regencies, titles, language) for one in difference.get("index") or ()],
        "changes_more": _more(difference),
        "themes": indicator_options(catalogue, chosen=chosen.get("indicator"), language=language),
        "is_workbook": (report.get("summary") or {}).get("format") == "xlsx"
        or bool(_OF_SHEETS & counts.keys()),
        "encodings": ENCODINGS if (report.get("summary") or {}).get("format") == "csv" else [],
        "asks_replace": not chosen.get("regencies")
        and (bool(chosen.get("replace")) or report.get("replaceable") != 0),
        "replace": _replace(report, language, of_targets=of_targets),
        "asks_others": bool(_OF_OTHERS & counts.keys()) or bool(chosen.get("leave_out_others")),
    }


def _by_row(cells: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The gravest first, then as they stand in the file."""
    order = [*SEVERITIES]
    return sorted(
        cells,
        key=lambda one: (
            order.index(one["severity"]),
            one["where"]["row"],
            one["where"].get("column", 0),
        ),
    )


def _cell(found: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """A finding of one cell, its sentence without the place that stands beside it."""
    where = found["where"]
    row = _finding(found, language)
    head = where.get("head")
    if head is not None:
        label = Place(where["row"], where["column"] - 1, head).label.to(language)
        row["sentence"] = row["sentence"].removeprefix(f"{label}: ")
    row["sentence"] = row["sentence"][:1].upper() + row["sentence"][1:]
    return row | {"row": where["row"], "letter": where.get("letter", ""), "head": head or ""}


def _finding(found: Mapping[str, Any], language: Language) -> dict[str, Any]:
    return {
        "severity": found["severity"],
        "severityText": severity_text(found["severity"], language),
        "to_accept": bool(found.get("to_accept")),
        "sentence": found["sentence"][language],
    }


def _read(summary: Mapping[str, Any], language: Language) -> str | None:
    """How many cells were read and how many of them hold a figure."""
    if "counts" not in summary:
        return None
    counts = {name: format_number(n, language) for name, n in summary["counts"].items()}
    return translate("targets.read" if "targets" in counts else "figures.read", language, **counts)


def _unit(one: Mapping[str, Any], catalogue: Mapping[str, Indicator], language: Language) -> str:
    known = catalogue.get(one["indicator"])
    return known.unit.to(language) if known and known.unit.id == one["unit"] else str(one["unit"])


def _replace(report: Mapping[str, Any], language: Language, *, of_targets: bool) -> str:
    """What the choice to remove rows does; how many, once a check has counted them."""
    count = report.get("replaceable")
    if count is None:
        key = "targets.replace_uncounted" if of_targets else "figures.replace_uncounted"
        return translate(key, language)
    key = "targets.replace" if of_targets else "figures.replace"
    return translate(key, language, n=format_number(count, language))


def _more(difference: Mapping[str, Any]) -> int:
    if "counts" not in difference:
        return 0
    listed = difference.get("figures") or difference.get("targets") or difference.get("index") or ()
    return int(sum(difference["counts"][way] for way in _WAYS[:3]) - len(listed))
