"""The table of the gap as a file: XLSX with what it rests on in the notes, and CSV for programs."""

from collections.abc import Iterable, Mapping, Sequence

from geo.language import Language
from geo.programme.gap.gaps import Gaps
from geo.programme.targets import target_in_words
from geo.vector.losses import guarded
from geo.vector.writers.text import csv_row
from maps.programme.gap.table import gap_columns, gap_record
from maps.programme.workbook import MOST_DECIMALS, Cell, Precise, Sheet, workbook
from maps.text import format_period, translate


def gap_workbook(found: Gaps, language: Language) -> bytes:
    """The table of the page as an XLSX file: numbers as numbers, what they rest on in the notes."""
    columns = gap_columns(found, language)
    sheet = Sheet(
        found.indicator.title.to(language),
        list(columns.values()),
        [[row[name] for name in columns] for row in _records(found, language)],
        frozen=2,
    )
    return workbook([sheet], notes=gap_notes(found, language), language=language)


def gap_csv(found: Gaps, language: Language) -> str:
    """The same rows by names for programs, UTF-8; what is not known is empty, and nothing in it runs."""
    return csv_rows(list(gap_columns(found, language)), _records(found, language))


def csv_rows(names: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> str:
    """A line of names and the rows in their order."""
    written = [[_plain(row[name]) for name in names] for row in rows]
    return "".join(csv_row(cells) for cells in (names, *written))


def _plain(cell: Cell) -> str | int | float | None:
    """A cell for programs: its bare number, or a text that no spreadsheet runs."""
    value = cell.value if isinstance(cell, Precise) else cell
    if isinstance(value, float):
        # As in the workbook: what lies beyond is left by the arithmetic of a computer.
        return round(value, MOST_DECIMALS)
    return guarded(value) if isinstance(value, str) else value


def _records(found: Gaps, language: Language) -> list[dict[str, Cell]]:
    return [gap_record(gap, found, language) for gap in (found.province, *found.regencies)]


def gap_notes(found: Gaps, language: Language) -> list[tuple[str, str]]:
    """What the file rests on: target, window, denominator, caveat and every source."""
    one, target = found.denominator, found.province.target
    notes: Sequence[tuple[str, str]] = [
        (translate("gap.rule_title", language), found.rule.to(language)),
        (translate("gap.caveat_title", language), found.indicator.caveat.to(language)),
    ]
    if target is not None:
        words = target_in_words(target, found.indicator).to(language)
        said = "; ".join(filter(None, (words, target.document, target.page, target.source)))
        notes = [(translate("gap.target_title", language), said), *notes]
    if one is not None:
        method = f"{one.title.to(language)}, {format_period(one.period, language)}: {one.method.to(language)}. {one.source}"
        notes = [*notes, (translate("gap.people_title", language), method)]
    sources = dict.fromkeys(
        source
        for gap in (found.province, *found.regencies)
        for segment in gap.trend.segments
        for point in segment
        for source in point.sources
    )
    return [*notes, *((translate("gap.source", language), source) for source in sources)]
