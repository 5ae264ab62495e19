"""A printed sheet that is mostly one table: what it says, as JSON types for `templates/table.typ`."""

import datetime
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geo.language import Language
from geo.vector.planning_region import PlanningRegion
from maps.sheets.paper_text import printable
from maps.text import format_date, template, translate

_MOST_CELL, _MOST_TITLE, _MOST_PARAGRAPH = 160, 90, 900
_SHORT_DIGEST = 12


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """Heads and cells in words. `words` counts the columns that are text; the others are numbers."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: frozenset[int] = frozenset({0})
    last_is_total: bool = False


@dataclass(frozen=True, slots=True)
class TableSheet:
    """A sheet of tables: `lead` are its first sentences, `notes` what stands below them.

    `footer` stands at the foot of each page beside the service's name; `place` is what the sheet is of,
    the province by default.
    """

    overline: str
    name: str
    lead: Sequence[str]
    tables: Sequence[PrintedTable]
    notes: Sequence[str]
    sources: Sequence[str]
    region: PlanningRegion
    language: Language
    printed: datetime.date
    footer: str
    notice: str = ""
    place: str = ""


def table_content(sheet: TableSheet) -> dict[str, Any]:
    """Everything that the sheet says; its key is a digest of that."""
    language = sheet.language
    said = {
        "overline": printable(sheet.overline, _MOST_TITLE),
        "name": printable(sheet.name, _MOST_CELL),
        "running": printable(sheet.name, _MOST_TITLE),
        "lead": [printable(words, _MOST_PARAGRAPH) for words in sheet.lead],
        "tables": [_table(table) for table in sheet.tables],
        "notes": [printable(words, _MOST_PARAGRAPH) for words in sheet.notes if words],
        "sources": [printable(words, _MOST_PARAGRAPH) for words in sheet.sources],
        "notice": printable(sheet.notice, _MOST_PARAGRAPH),
    }
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    return {
        **said,
        "language": language,
        "site": template("site.name", language),
        "footer": printable(sheet.footer, _MOST_CELL),
        "place": printable(sheet.place, _MOST_TITLE) or sheet.region.name.to(language),
        "subject": "",
        "version": "",
        "choice": "",
        "chosen": "",
        "printed": translate("sheet.printed", language, date=format_date(sheet.printed, language)),
        "key": translate("sheet.content_key", language, digest=digest[:_SHORT_DIGEST]),
        "t": {
            name: template(f"sheet.{name}", language)
            for name in ("page", "of", "remarks", "sources")
        },
    }


def _table(table: PrintedTable) -> dict[str, Any]:
    return {
        "title": printable(table.title, _MOST_TITLE),
        "heads": [printable(head, _MOST_TITLE) for head in table.heads],
        "rows": [[printable(cell, _MOST_CELL) for cell in row] for row in table.rows],
        "words": [at in table.words for at in range(len(table.heads))],
        "total": table.last_is_total,
    }
