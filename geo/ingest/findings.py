"""What was found in an uploaded file: one sentence each, in both languages, with its evidence.

A finding says what is wrong, where, and how to mend it. The sentences stand in
`geo/texts/findings.toml` by their severity; their codes are the stable names that programs read. Of
an error or a warning the first sentence says what is wrong, and what follows how to mend it.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, Literal, get_args

from geo.errors import UploadRejected
from geo.json_types import as_json
from geo.language import Text, filled, localized, number, read_catalogue

Severity = Literal["error", "warning", "info"]
# A file with one fault in every row is told so in this many sentences; the rest is counted.
LISTED_PER_CODE = 50
# Warnings that somebody must accept before the file is published: what they tell of would mislead
# whoever trusts the map, and only its sender can know that it is right.
TO_ACCEPT = frozenset(
    {
        *(
            "features_removed",
            "columns_vanish",
            "outline_kind_vanishes",
            "outlines_vanish",
            "values_vanish",
            "undoes_newer",
            "figures_removed",
            "targets_removed",
            "index_emptied",
            "index_overtaken",
            "index_area_like",
            "target_near_open_down",
            "target_near_open_up",
            "assessment_year_moves",
            "raster_loses",
            "raster_partial",
            "figure_implausible",
            "figure_jumps",
            "count_fraction",
        ),
        *("dash_for_count", "period_not_over"),
        *("codes_running", "zones_like_published"),
    }
)


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature of an uploaded file: its row (1 is the first) and, where known, its key and name.

    `shown` is the number that its sender's program shows beside it, where that is another one, as in
    a spreadsheet with a head.
    """

    row: int
    key: str | None = None
    name: str | None = None
    shown: int | None = None

    @property
    def number(self) -> int:
        """The number of its row as its sender sees it."""
        return self.row if self.shown is None else self.shown

    @property
    def label(self) -> Text:
        """`Row 3 (angsana, Angsana)` for the head of a sentence."""
        names = ", ".join(dict.fromkeys(text for text in (self.key, self.name) if text))
        rest = f" ({names})" if names else ""
        return Text(id=f"Baris {self.number}{rest}", en=f"Row {self.number}{rest}")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a file.

    `where` narrows it down: a column, a member of an archive, or a position in lon/lat. An error
    refuses the file, a warning asks for a look, an info says what was done. `mend` is the end of an
    error's or a warning's `sentence` that says how to mend it; None where it only tells.
    """

    code: str
    severity: Severity
    sentence: Text
    feature: Feature | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    mend: Text | None = None


def finding(
    code: str,
    /,
    *,
    feature: Feature | None = None,
    where: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Finding:
    """The finding of that code; `facts` fill its sentence and travel with it.

    Examples
    --------
    >>> finding("geometry_missing", feature=Feature(3, "angsana")).sentence.en
    'Row 3 (angsana): has no geometry. Draw it, or delete the row.'
    """
    severity, sentence, remedy = _sentences()[code]
    words = {name: _in_words(name, fact) for name, fact in facts.items()}
    said, mend = filled(sentence, **words), remedy and filled(remedy, **words)
    if feature is not None:
        label = feature.label
        said = Text(id=f"{label.id}: {said.id}", en=f"{label.en}: {said.en}")
    # A hint that has nothing to say leaves no remedy.
    return Finding(
        code, severity, said, feature, where or {}, facts, mend if mend and all(mend) else None
    )


def _in_words(name: str, fact: Any) -> Any:
    """A measured number as each language writes it; positions keep the point, as maps and GPS do."""
    if not isinstance(fact, float) or not math.isfinite(fact) or name in ("lon", "lat"):
        return fact
    if abs(fact) >= 1:
        return number(fact, ",.1f" if round(fact, 1) % 1 else ",.0f")
    # Of less than one, two digits of its own, whatever it takes.
    digits = f"{Decimal(f'{fact:.2g}'):f}"
    return localized(digits)


@cache
def _sentences() -> dict[str, tuple[Severity, Text, Text | None]]:
    tables = read_catalogue("geo", "findings")
    return {
        code: (severity, sentence, None if severity == "info" else _remedy(sentence))
        for severity in get_args(Severity)
        for code, sentence in tables[severity].items()
    }


# Where the second sentence of a template begins; a fact is filled in later, so its stops do not count.
_NEXT_SENTENCE = re.compile(r"\. (?=[A-Z{])")


def _remedy(sentence: Text) -> Text | None:
    """What follows the first sentence of a template; None where nothing does."""
    rest = [_NEXT_SENTENCE.split(said, maxsplit=1)[1:] for said in sentence]
    return Text(id=rest[0][0], en=rest[1][0]) if all(rest) else None


# What GDAL warns of, and the finding that says it; None where nothing is lost, or another check names it.
_OF_GDAL: Mapping[re.Pattern[str], str | None] = {
    re.compile(pattern): code
    for pattern, code in {
        r"Measured \(M\)": "measures_dropped",
        r"winding order": "rings_turned",
        r"(?i)organizePolygons\(\) received an unexpected|cannot be translated to Simple": "rings_unclear",
        # A ring that is not closed is named later, by its feature; a layer of many parts is only slow.
        r"(?i)closed ring|more than \d+ parts|Several features with id": None,
    }.items()
}


def of_gdal(said: Iterable[object]) -> list[Finding]:
    """What GDAL warned of while it read a file, each once; its own words are evidence only."""
    found: dict[object, Finding] = {}
    for message in dict.fromkeys(map(gdal_words, said)):
        code = next((c for known, c in _OF_GDAL.items() if known.search(message)), "gdal_message")
        if code == "gdal_message":
            found[message] = finding(code, message=message)
        elif code is not None:
            found[code] = finding(code)
    return list(found.values())


def gdal_words(error: object) -> str:
    """GDAL's words without the folder that the file lies in."""
    return re.sub(r"(/[^\s/'\"]+)+/", "", str(error))[:300]


def is_refused(findings: Iterable[Finding]) -> bool:
    """Whether any finding is an error."""
    return any(found.severity == "error" for found in findings)


def to_json(findings: Iterable[Finding]) -> dict[str, Any]:
    """Findings for a report: errors first, at most `LISTED_PER_CODE` of a code.

    Returns
    -------
    dict
        `findings` (code, severity, `to_accept`, feature, where, sentence, `mend`, facts), `counts` of every
        code, so that nothing is lost where the list is cut, and `errors`, `warnings`, `to_accept`
        (those among the warnings that must be accepted before publication).
    """
    order = {"error": 0, "warning": 1, "info": 2}
    ranked = sorted(findings, key=lambda found: order[found.severity])
    listed: Counter[str] = Counter()
    shown = []
    for found in ranked:
        listed[found.code] += 1
        if listed[found.code] <= LISTED_PER_CODE:
            shown.append(finding_json(found))
    return {
        "findings": shown,
        "counts": dict(listed),
        "errors": sum(found.severity == "error" for found in ranked),
        "warnings": sum(found.severity == "warning" for found in ranked),
        "to_accept": sum(found.code in TO_ACCEPT for found in ranked),
    }


def finding_json(found: Finding) -> dict[str, Any]:
    """One finding for a report."""
    feature = found.feature
    return {
        "code": found.code,
        "severity": found.severity,
        "to_accept": found.code in TO_ACCEPT,
        "feature": feature and {"row": feature.number, "key": feature.key, "name": feature.name},
        "where": as_json(found.where),
        "sentence": found.sentence._asdict(),
        "mend": found.mend and found.mend._asdict(),
        "facts": as_json(found.facts),
    }


class Unreadable(UploadRejected):
    """A file that cannot be read far enough to look at its features; carries its findings."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        super().__init__(reason=findings[0].sentence)
