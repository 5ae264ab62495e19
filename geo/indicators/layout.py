"""Where the figures of a sheet stand: its head, its columns, and the rows that are none of either.

Three layouts are known: tidy (a row a figure), wide (years or indicators as columns) and the tables
of BPS (a title above, a head of two rows, columns numbered, source and notes below). Nothing is
checked here but that every row can be understood; what the cells mean is `geo/indicators/handed_in.py`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from geo.indicators.periods import Period, parse_period
from geo.indicators.region_names import find_region
from geo.ingest.findings import Finding, Unreadable, finding
from geo.ingest.sheet import Cell, Row, Sheet, clean, is_empty, letter
from geo.language import Text, texts
from geo.vector.planning_region import PlanningRegion

_SAY = texts(__name__)

Role = Literal[
    "code",
    "name",
    "indicator",
    "year",
    "period",
    "value",
    "unit",
    "source",
    "source_url",
    "via",
    "note",
    "confidence",
]
# How offices call the columns, without anything but letters; the first is our own name.
_HEADS: Mapping[Role, tuple[str, ...]] = {
    "code": (
        *("regencycode", "kode", "kodewilayah", "kodedaerah", "kodekab", "kodekabkota", "kdkab"),
        *("kodekabupaten", "kodekabupatenkota", "kodebps", "kodekemendagri", "kdpkab", "kdkabkota"),
        *("code", "regioncode", "areaid", "bpscode", "idkab", "idwilayah"),
    ),
    "name": (
        *("regency", "regencyname", "kabupaten", "kabupatenkota", "kabkota", "kabkot", "wilayah"),
        *(
            "nama",
            "name",
            "namawilayah",
            "namakabupaten",
            "namakabupatenkota",
            "namakabkota",
            "daerah",
            "region",
        ),
        *("wadmkk", "namadaerah", "regencymunicipality", "kabupatenkotaregencymunicipality"),
    ),
    "indicator": ("indicator", "indikator", "namaindikator", "kodeindikator", "variabel"),
    "year": ("year", "tahun", "thn", "tahundata"),
    "period": ("period", "periode", "bulan", "waktu"),
    "value": ("value", "nilai", "angka", "capaian", "realisasi", "hasil", "datavalue"),
    "unit": ("unit", "satuan"),
    "source": ("source", "sumber", "sumberdata", "sourcetitle"),
    "source_url": ("sourceurl", "url", "tautan", "link", "urlsumber", "tautansumber"),
    "via": ("via", "melalui"),
    "note": ("note", "notes", "catatan", "keterangan"),
    "confidence": ("confidence", "keyakinan", "tingkatkeyakinan"),
}
_ROLES: Mapping[str, Role] = {head: role for role, heads in _HEADS.items() for head in heads}
# Columns that count the rows of a printed table.
_COUNTS_ROWS = ("no", "nomor", "nourut")
# A figure beside which the rest of a decimal comma has no business.
_WORDS: tuple[Role, ...] = ("unit", "source", "source_url", "via", "note", "confidence")
# A head such as `Kabupaten/Kota Se Kalimantan Selatan`, as BPS writes it in the first cell.
_NAME_BEGINS = ("kabupaten", "kabkota", "namakab", "namawilayah")
# The head stands among the first rows; above it are a title, a unit and blank rows.
_HEAD_WITHIN = 40
_YEAR = re.compile(r"(?<!\d)((?:19|20|21|22)\d{2})(?:[.,]0+)?(?!\d)")
# What stands beside a year in a head and says nothing of the indicator: flags and units.
_BESIDE_YEAR = re.compile(r"\*+|\b[xer]\)|\(\s*(?:persen|percent|%|jiwa|orang|rp)[^)]*\)|%", re.I)
_MOST_HEAD = 120


@dataclass(frozen=True, slots=True)
class FigureColumn:
    """A column of figures: what its head says of the indicator and the period; None where it does not."""

    column: int
    head: str
    indicator: str | None = None
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the row of the spreadsheet, the column from 0 and its head."""

    row: int
    column: int
    head: str

    @property
    def label(self) -> Text:
        """`Row 3, column value (E)`."""
        return _SAY["place"].format(row=self.row, head=self.head, letter=letter(self.column))


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One figure as it is written, with the cells of its row by what they are."""

    row: int
    value: Cell
    figure: FigureColumn
    texts: Mapping[Role, Cell]
    columns: Mapping[Role, tuple[int, str]]

    def place(self, role: Role | None = None) -> Place:
        """Where a cell of this row stands; the figure itself without a role."""
        if role is None or role not in self.columns:
            return Place(self.row, self.figure.column, self.figure.head)
        return Place(self.row, *self.columns[role])


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The figures of a sheet, and its own words on their source; `findings` tells faults and skips.

    `above` are the texts over the head, such as the title of the table.
    """

    entries: tuple[Entry, ...]
    roles: frozenset[Role]
    source: str | None
    findings: tuple[Finding, ...]
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What is known before a sheet is read; see `find_figures`."""

    region: PlanningRegion
    names: Mapping[str, str]
    stated: str | None


@dataclass(frozen=True, slots=True, eq=False)
class _Head:
    """The head of a sheet: roles by column, columns of figures, and the last of its rows."""

    rows: tuple[Row, ...]
    columns: Mapping[Role, tuple[int, str]]
    figures: tuple[FigureColumn, ...]
    unused: tuple[str, ...]
    width: int

    def texts(self, row: Row) -> dict[Role, Cell]:
        return {role: row.cell(column) for role, (column, _) in self.columns.items()}


@dataclass(slots=True)
class _Read:
    """What the rows below the head have come to."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    source: str | None = None


def find_figures(
    sheet: Sheet,
    *,
    region: PlanningRegion,
    known: Mapping[str, str],
    stated: str | None = None,
) -> Layout:
    """The figures of a sheet with what its head and rows say of each.

    Parameters
    ----------
    region : PlanningRegion
        Whose names are no heads and no notes.
    known : mapping
        The id of an indicator by each of its names, letters and digits only.
    stated : str, optional
        The indicator that all figures are of, where the table does not say it.

    Raises
    ------
    Unreadable
        When no head is found, or it does not say which columns hold figures.
    """
    head = _find_head(sheet.rows, _Known(region, known, stated))
    read = _Read()
    below = sheet.rows[sheet.rows.index(head.rows[-1]) + 1 :]
    for row in below:
        _read_row(row, head, sheet, region=region, into=read)
    above = [row for row in sheet.rows if row.number < head.rows[0].number]
    notes = _notes_on(head, [row.number for row in above], read)
    return Layout(
        tuple(read.entries),
        frozenset(head.columns),
        read.source,
        (*read.faults, *notes),
        tuple(cell for row in above for cell in row.cells if isinstance(cell, str)),
    )


def told(found: Finding, place: Place) -> Finding:
    """A finding whose sentence begins with its place in the file."""
    label = place.label
    said = Text(id=f"{label.id}: {found.sentence.id}", en=f"{label.en}: {found.sentence.en}")
    where = {"row": place.row, "column": place.column + 1, "letter": letter(place.column)}
    where["head"] = place.head
    return replace(found, sentence=said, where=where)


def letters(text: object) -> str:
    """A text in lower case with nothing but letters and digits."""
    return re.sub(r"[^a-z0-9]", "", str(text).lower())


def as_written(text: object) -> str:
    """A text in lower case with single spaces."""
    return clean(str(text)).casefold()


def meant(text: object, names: Mapping[str, str]) -> str | None:
    """What a text names among `geo.indicators.handed_in.names_of`: as it stands, else by its letters."""
    return names.get(as_written(text)) or names.get(letters(text))


def _find_head(rows: Sequence[Row], known: _Known) -> _Head:
    region = known.region
    regional = [r for r in rows[:_HEAD_WITHIN] if _roles(r, region).keys() & {"code", "name"}]
    for row in regional:
        at = rows.index(row)
        below = next(iter(rows[at + 1 : at + 2]), None)
        if below is not None and _is_second_row(row, below, region):
            return _head((row, below), known)
        head = _head((row,), known)
        if head.figures:
            return head
    first = next(iter(regional), rows[0])
    shown = ", ".join(_shown(cell) for cell in first.cells if not is_empty(cell))[:200]
    code = "table_no_figures" if regional else "table_no_head"
    raise Unreadable(finding(code, row=first.number, heads=shown))


def _roles(row: Row, region: PlanningRegion) -> dict[Role, tuple[int, str]]:
    """Which columns a head names; the first of several of one name."""
    roles: dict[Role, tuple[int, str]] = {}
    for column, cell in enumerate(row.cells):
        if role := _role(cell, region):
            roles.setdefault(role, (column, _shown(cell)))
    return roles


def _role(cell: Cell, region: PlanningRegion) -> Role | None:
    if not isinstance(cell, str):
        return None
    text = letters(cell)
    if text in _ROLES:
        return _ROLES[text]
    is_name = text.startswith(_NAME_BEGINS) and len(text) < 60 and find_region(cell, region) is None
    return "name" if is_name else None


def _is_second_row(first: Row, second: Row, region: PlanningRegion) -> bool:
    """Whether the row below a head goes on with it: years under a title that spans them."""
    years = [i for i, cell in enumerate(second.cells) if _years_of(cell)]
    others = [
        i
        for i, cell in enumerate(second.cells)
        if not (is_empty(cell) or i in years or cell == first.cell(i) or _role(cell, region))
    ]
    has_own = any(_years_of(first.cell(i)) for i in years)
    return bool(years) and not others and not has_own


def _head(rows: tuple[Row, ...], known: _Known) -> _Head:
    roles, stated = _roles(rows[0], known.region), known.stated
    if len(rows) > 1:
        # `Tahun` or `Nilai` above a row of years is their title.
        spanned = {i for i, cell in enumerate(rows[1].cells) if _years_of(cell)}
        roles = {role: at for role, at in roles.items() if at[0] not in spanned}
    taken = {column for column, _ in roles.values()}
    width = max(len(row.cells) for row in rows)
    labels = _labels(rows, width)
    named = {
        i: label
        for i, label in labels.items()
        if i not in taken and label and letters(label) not in _COUNTS_ROWS
    }
    if len(rows) == 1:
        _require_told_apart(rows[0], known.region)
    figures = _figure_columns(
        named, known.names, is_open=stated is not None or "indicator" in roles
    )
    if "value" in roles:
        # Beside a column of figures others only say something of them.
        figures = [FigureColumn(*roles["value"])]
    elif not figures and len(named) == 1 and (stated or "indicator" in roles):
        figures = [FigureColumn(i, label) for i, label in named.items()]
    used = {f.column for f in figures}
    unused = tuple(label for i, label in named.items() if i not in used)
    last = max([*taken, *named, 0]) + 1
    return _Head(rows, roles, tuple(figures), unused, last)


def _require_told_apart(row: Row, region: PlanningRegion) -> None:
    """Refuse a head that names two columns alike, or two of figures: nobody knows which is meant."""
    heads = [_shown(cell) for cell in row.cells if not is_empty(cell)]
    values = [head for head in heads if letters(head) in _HEADS["value"]]
    twice = [head for head in heads if _role(head, region) and heads.count(head) > 1]
    if twice or len(values) > 1:
        raise Unreadable(finding("head_unclear", row=row.number, head=(twice or values)[0]))


def _labels(rows: tuple[Row, ...], width: int) -> dict[int, str]:
    """The head of each column; a title that spans several stands over each of them."""
    above, labels = "", {}
    for column in range(width):
        first = _shown(rows[0].cell(column))
        if len(rows) == 1:
            labels[column] = first
            continue
        above = first or above
        below = _shown(rows[1].cell(column))
        labels[column] = f"{above} {below}".strip() if below and below != above else first
    return labels


def _figure_columns(
    labels: Mapping[int, str], known: Mapping[str, str], *, is_open: bool
) -> list[FigureColumn]:
    """Columns whose heads name a year, an indicator or both."""
    found = []
    for column, label in labels.items():
        period, rest = _period_of(label)
        titles = (rest, _YEAR.sub(" ", label), label)
        indicator = next((one for t in titles if (one := meant(t, known))), None)
        if indicator or period:
            found.append(FigureColumn(column, label, indicator, period))
    strange = {letters(_period_of(f.head)[1]) for f in found if not f.indicator}
    if is_open and len(strange) > 1:
        raise Unreadable(
            finding("several_figures", heads=", ".join(f.head for f in found if not f.indicator))
        )
    return found


def _period_of(label: str) -> tuple[Period | None, str]:
    """The period that a head names, and what else it says."""
    text = _BESIDE_YEAR.sub(" ", label)
    years = _YEAR.findall(text)
    if len(years) != 1:
        return None, text
    words, month = [], 0
    for word in _YEAR.sub(" ", text).split():
        found = parse_period(f"{word} {years[0]}")
        if found and found.month and not word.isdigit():
            month = found.month
        elif not found:
            words.append(word)
    return Period(int(years[0]), month), " ".join(words)


def _years_of(cell: Cell) -> bool:
    return not is_empty(cell) and _period_of(_shown(cell))[0] is not None


def _read_row(row: Row, head: _Head, sheet: Sheet, *, region: PlanningRegion, into: _Read) -> None:
    """One row below the head: figures, a repeated head, a note, or a fault."""
    if _is_head_again(row, head):
        into.heads.append(row.number)
        return
    if _is_numbering(row):
        into.notes.append(row.number)
        return
    if (note := _note(row, region)) is not None:
        into.notes.append(row.number)
        if source := re.match(r"(?:sumber|source)\b[^:]*:\s*(.+)", note, re.I):
            into.source = source[1]
        return
    if (fault := _misfit(row, head, sheet)) is not None:
        into.faults.append(fault)
        return
    texts = head.texts(row)
    for figure in head.figures:
        entry = Entry(row.number, row.cell(figure.column), figure, texts, head.columns)
        if (row.number, figure.column) in sheet.spread and not is_empty(entry.value):
            into.faults.append(told(finding("figure_merged"), entry.place()))
        into.entries.append(entry)


def _is_head_again(row: Row, head: _Head) -> bool:
    own = [letters(cell) for cell in row.cells if not is_empty(cell)]
    return any(
        own == [letters(cell) for cell in first.cells if not is_empty(cell)] for first in head.rows
    )


def _is_numbering(row: Row) -> bool:
    """The row (1), (2), (3) under a head of BPS; a spreadsheet makes -1, -2, -3 of it."""
    cells = [clean(_plain(cell)) for cell in row.cells if not is_empty(cell)]
    marks = [re.fullmatch(r"\((\d{1,2})\)|-(\d{1,2})", cell) for cell in cells]
    numbers = [int(mark[1] or mark[2]) for mark in marks if mark]
    return len(cells) > 1 and numbers == list(range(1, len(cells) + 1))


def _note(row: Row, region: PlanningRegion) -> str | None:
    """The text of a row that is no figure: a note, a source, the head of a group of regencies."""
    said = {_plain(cell) for cell in row.cells if not is_empty(cell)}
    if len(said) != 1:
        return None
    text = clean(said.pop())
    # A region without figures, a figure without a region and a mark of BPS are no notes.
    is_data = find_region(text, region) is not None or not re.search(r"[A-Za-z]{3}", text)
    return None if is_data else text


def _misfit(row: Row, head: _Head, sheet: Sheet) -> Finding | None:
    """A row with more or fewer fields than the head has columns."""
    last = max((i for i, cell in enumerate(row.cells) if not is_empty(cell)), default=-1)
    if last >= head.width:
        found = finding("row_too_wide", row=row.number, fields=last + 1, columns=head.width)
        return replace(found, where={"row": row.number})
    if sheet.is_text and _is_split(row, head):
        return replace(finding("figure_split", row=row.number), where={"row": row.number})
    needed = max((f.column for f in head.figures), default=0)
    needed = max([needed, *(column for column, _ in head.columns.values())])
    if sheet.is_text and len(row.cells) <= needed:
        fields = len(row.cells)
        found = finding("row_cut", row=row.number, fields=fields, columns=head.width)
        return replace(found, where={"row": row.number})
    return None


def _is_split(row: Row, head: _Head) -> bool:
    """Whether 4,25 was cut at its comma, so that 25 stands where words should."""
    words = {head.columns[role][0] for role in _WORDS if role in head.columns}
    return any(
        f.column + 1 in words
        and re.fullmatch(r"[-+]?\d+", _plain(row.cell(f.column)).strip()) is not None
        and re.fullmatch(r"\d{1,3}", _plain(row.cell(f.column + 1)).strip()) is not None
        for f in head.figures
    )


def _notes_on(head: _Head, above: Sequence[int], read: _Read) -> Iterable[Finding]:
    if skipped := sorted([*above, *read.notes, *read.heads]):
        yield finding("rows_skipped", rows=_listed(skipped))
    if head.unused:
        yield finding("columns_unused", columns=", ".join(head.unused))


def _listed(rows: Sequence[int]) -> str:
    more = f" (+{len(rows) - 10})" if len(rows) > 10 else ""
    return ", ".join(map(str, rows[:10])) + more


def _plain(cell: Cell) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else "" if cell is None else str(cell)


def _shown(cell: Cell) -> str:
    """A head as far as it helps to find it."""
    text = clean(_plain(cell))
    return text if len(text) <= _MOST_HEAD else text[: _MOST_HEAD - 1] + "…"
