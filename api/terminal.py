"""Tables that a person can read in the terminal."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text as Plain

from geo.language import Language, Text

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from geo.readiness import ConstraintResult, ZoneResult

output = Console()


def print_json(document: dict[str, Any]) -> None:
    """Write a document of JSON types to standard output."""
    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print rows of text under their heads; no markup in them is read."""
    table = Table(*columns, title=title or None, title_justify="left")
    for row in rows:
        table.add_row(*(Plain(cell) for cell in row))
    output.print(table)


def print_ranking(assessment: "Assessment", language: Language) -> None:
    """Print all zones, the ranked ones first."""
    titles = {c.id: c.title.to(language) for c in assessment.model.classes}
    ordered = sorted(assessment.results, key=lambda r: (r.rank is None, r.rank or 0, r.name))
    rows = [
        (
            "–" if r.rank is None else str(r.rank),
            r.area_id,
            r.name,
            _number(r.score, language),
            titles.get(r.rank_class or "", _status(r.status, language)),
            f"{r.data_coverage:.0%}",
        )
        for r in ordered
    ]
    heads = (
        ("Peringkat", "Zona", "Nama", "Skor", "Kelas", "Cakupan data")
        if language == "id"
        else ("Rank", "Zone", "Name", "Score", "Class", "Data coverage")
    )
    title = f"{assessment.model.title.to(language)} {assessment.year}"
    print_table(heads, rows, title)


def print_report(report: Mapping[str, Any], language: Language) -> None:
    """Print what was found in an uploaded file, errors first."""
    order = {"error": 0, "warning": 1, "info": 2}
    found = sorted(report["findings"], key=lambda finding: order[finding["severity"]])
    rows = [(f["severity"], f["sentence"][language]) for f in found]
    heads = ("", "Temuan") if language == "id" else ("", "Finding")
    print_table(heads, rows, report["filename"])
    for change, count in ((report["difference"] or {}).get("counts") or {}).items():
        output.print(f"{change}: {count}", markup=False)


def print_zone(assessment: "Assessment", area_id: str, language: Language) -> None:
    """Print one zone: every criterion, every constraint, the notes and the explanation."""
    result: ZoneResult = assessment.result(area_id)
    rows = [
        (
            c.title.to(language),
            _number(c.measure, language, 2),
            c.unit.to(language),
            c.period or "–",
            _number(c.value, language, 2),
            _number(c.weight, language, 3),
            _number(c.contribution, language, 2),
        )
        for c in result.criteria
    ]
    heads = (
        ("Kriteria", "Ukuran", "Satuan", "Periode", "Nilai", "Bobot", "Sumbangan")
        if language == "id"
        else ("Criterion", "Measure", "Unit", "Period", "Value", "Weight", "Contribution")
    )
    print_table(heads, rows, result.name)
    for constraint in result.constraints:
        _print_note(constraint.title, constraint.note, language, _percent(constraint))
    for criterion in result.criteria:
        if criterion.note is not None:
            _print_note(criterion.title, criterion.note, language)
    output.print(assessment.explanation(area_id).to(language), markup=False, highlight=False)


def _print_note(title: Text, note: Text | None, language: Language, measure: str = "") -> None:
    words = [f"{title.to(language)}:", measure, note.to(language) if note else ""]
    output.print("• " + " ".join(w for w in words if w), markup=False, highlight=False)


def _percent(constraint: "ConstraintResult") -> str:
    return "" if constraint.excluded_share is None else f"{constraint.excluded_share:.0%}"


def _number(number: float | None, language: Language, digits: int = 1) -> str:
    if number is None:
        return "–"
    text = f"{number:.{digits}f}"
    return text.replace(".", ",") if language == "id" else text


def _status(status: str, language: Language) -> str:
    texts = {
        "excluded": ("dikecualikan", "excluded"),
        "insufficient_data": ("data belum cukup", "not enough data"),
    }
    return texts.get(status, ("", ""))[0 if language == "id" else 1]
