"""Tables that a person can read in the terminal."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text as Plain

from geo.language import Language, Text

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.assessment import Assessment
    from geo.readiness import ConstraintResult, ZoneResult
    from geo.surfaces import ZoneSites

output = Console()


def print_json(document: dict[str, Any]) -> None:
    """Write a document of JSON types to standard output."""
    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print rows of text under their heads; no markup in them is read."""
    # Folded, never cut: an id that lost its end could not be typed again.
    heads = (Column(head, overflow="fold") for head in columns)
    table = Table(*heads, title=title or None, title_justify="left")
    for row in rows:
        table.add_row(*(Plain(cell) for cell in row))
    output.print(table)


def print_ranking(assessment: "Assessment", zones: "gpd.GeoDataFrame", language: Language) -> None:
    """Print all zones, the ranked ones first; `zones` say whose drawn area is not their own."""
    from geo.explain import whole_percent
    from maps.cards import geometry_mark

    kinds = zones["geometry_kind"].to_dict() if "geometry_kind" in zones else {}
    titles = {c.id: c.title.to(language) for c in assessment.model.classes}
    ordered = sorted(assessment.results, key=lambda r: (r.rank is None, r.rank or 0, r.name))
    rows = [
        (
            "–" if r.rank is None else str(r.rank),
            r.area_id,
            r.name,
            _number(r.score, language),
            titles.get(r.rank_class or "", _status(r.status, language)),
            f"{whole_percent(r.data_coverage)}%",
            geometry_mark(kinds.get(r.area_id), language) or "–",
        )
        for r in ordered
    ]
    heads = (
        ("Peringkat", "Zona", "Nama", "Skor", "Kelas", "Cakupan data", "Geometri")
        if language == "id"
        else ("Rank", "Zone", "Name", "Score", "Class", "Data coverage", "Geometry")
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
    print_counts((report["difference"] or {}).get("counts") or {})


def print_counts(counts: Mapping[str, int]) -> None:
    """Print what a file adds, changes and removes."""
    for change, count in counts.items():
        output.print(f"{change}: {count}", markup=False)


def print_zone(
    assessment: "Assessment", zones: "gpd.GeoDataFrame", area_id: str, language: Language
) -> None:
    """Print one zone: criteria, constraints, notes, explanation, geometry and sources."""
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
    _print_origins(result, zones.loc[area_id].to_dict(), language)


def _print_origins(result: "ZoneResult", facts: Mapping[str, Any], language: Language) -> None:
    """Where the zone, its geometry and its figures come from."""
    from maps.cards import geometry_sentence, text_or_none
    from maps.text import translate

    sentence = geometry_sentence(facts.get("geometry_kind"), facts.get("geometry_method"), language)
    output.print(f"{translate('zone.geometry', language)}: {sentence}", markup=False)
    stated = [text_or_none(facts.get(name)) for name in ("source", "source_url")]
    figures = dict.fromkeys(s for c in result.criteria for s in c.sources)
    for source in [" – ".join(s for s in stated if s), *figures]:
        if source:
            output.print(f"{translate('zone.sources', language)}: {source}", markup=False)


def print_sites(found: "ZoneSites", language: Language, *, limit: int) -> None:
    """Print the best candidate sites of a zone, and what could not be checked."""
    rows = [
        (
            str(site["rank"]),
            str(area_id),
            _number(site["area_ha"], language),
            str(site["households"]),
            _number(site["suitability_mean"], language),
            _number(site["suitability_min"], language),
            _number(site["compactness"], language, 2),
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
    more = ("Jalan m", "Lereng ≤ 5 %") if language == "id" else ("Road m", "Slope ≤ 5 %")
    print_table((*heads, *more), rows, f"{found.name}: {len(rows)}/{len(found.search.sites)}")
    for note in found.notes:
        output.print("• " + note.to(language), markup=False, highlight=False)


def _known(value: float, language: Language) -> str:
    return _number(None if value != value else value, language, 0)


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
