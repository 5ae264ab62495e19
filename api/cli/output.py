"""Tables that a person can read in the terminal."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text as Plain

from geo.language import Language

if TYPE_CHECKING:
    from geo.land.surfaces import ZoneSites

output = Console()


def print_json(document: Any) -> None:
    """Write a document of JSON types to standard output."""
    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print rows of text under their heads; no markup in them is read."""
    # Folded, never cut: an id that lost its end could not be typed again.
    heads = (Column(head, overflow="fold") for head in columns)
    table = Table(*heads, title=Plain(title) if title else None, title_justify="left")
    for row in rows:
        table.add_row(*(Plain(cell) for cell in row))
    output.print(table)


def print_report(report: Mapping[str, Any], language: Language) -> None:
    """Print what was found in an uploaded file, errors first."""
    order = {"error": 0, "warning": 1, "info": 2}
    found = sorted(report["findings"], key=lambda finding: order[finding["severity"]])
    rows = [(f["severity"], f["sentence"][language]) for f in found]
    heads = ("", "Temuan") if language == "id" else ("", "Finding")
    print_table(heads, rows, report["filename"])
    print_counts((report["difference"] or {}).get("counts") or {})


def print_counts(counts: Mapping[str, int]) -> None:
    """Print what a file adds, changes and removes."""
    for change, count in counts.items():
        output.print(f"{change}: {count}", markup=False)


def print_sites(found: "ZoneSites", language: Language, *, limit: int) -> None:
    """Print the best candidate sites of a zone, and what could not be checked."""
    rows = [
        (
            str(site["rank"]),
            str(area_id),
            number_text(site["area_ha"], language),
            str(site["households"]),
            number_text(site["suitability_mean"], language),
            number_text(site["suitability_min"], language),
            number_text(site["compactness"], language, 2),
            _known(site["road_distance_m"], language),
            _known(100 * (site["slope_0_2_share"] + site["slope_2_5_share"]), language),
        )
        for area_id, site in found.search.sites.iloc[:limit].iterrows()
    ]
    heads = (
        ("No.", "Calon", "Luas ha", "KK", "Kesesuaian", "Terendah", "Kekompakan")
        if language == "id"
        else ("No.", "Site", "Area ha", "Households", "Suitability", "Least", "Compactness")
    )
    more = ("Jalan m", "Lereng ≤ 5%") if language == "id" else ("Road m", "Slope ≤ 5%")
    print_table((*heads, *more), rows, f"{found.name}: {len(rows)}/{len(found.search.sites)}")
    for note in found.notes:
        output.print("• " + note.to(language), markup=False, highlight=False)


def _known(value: float, language: Language) -> str:
    return number_text(None if value != value else value, language, 0)


def number_text(
    number: float | None, language: Language, digits: int = 1, *, signed: bool = False
) -> str:
    """A number in the language's form, a dash where there is none."""
    if number is None:
        return "–"
    text = f"{number:{'+' if signed else ''}.{digits}f}"
    return text.replace(".", ",") if language == "id" else text
