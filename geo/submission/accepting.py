"""The warnings that somebody must accept before a file is published, each under a name of its own.

What would leave the published layer is accepted by name: a column or the values of one, so that
whoever accepts one loss has not accepted the next one that a later check finds. What was accepted
at submission is kept by its marks too: what a later check finds besides is nobody's yet.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from geo.ingest.findings import TO_ACCEPT
from geo.language import Text
from geo.store.store import Upload

_MOST_NAME = 200
_MARK_DIGITS = 16
# Where a report lists, one by one, what a warning says in one sentence.
_LEAVING = {
    "features_removed": "removed",
    "figures_removed": "figures",
    "targets_removed": "targets",
    "index_emptied": "index",
}


def seen_version(upload: Upload) -> int:
    """The version that an upload was compared with when somebody last asked to have it published.

    Before anybody has, the one of its first check. Where `compared_with` is another one, the layer has
    moved meanwhile, and whoever publishes it must have seen the new comparison.
    """
    submitted = upload.submission or {}
    # Of an upload that was submitted before this was kept nothing is known, and nothing asked.
    first = (upload.report.get("first") or {}).get("version", upload.compared_with)
    return int(submitted.get("base", upload.compared_with if "note" in submitted else first))


@dataclass(frozen=True, slots=True)
class Warned:
    """One thing to accept: `name` is what is answered, `count` how many features it concerns.

    `column` is None where it is no column's; `sentence` is the finding's own, `named` the features or
    kinds that it names. `marks` tell its findings, or the rows that leave, from any others of its name.
    """

    name: str
    code: str
    count: int
    sentence: Text
    column: str | None = None
    named: Text = Text("", "")  # noqa: RUF009  a tuple
    marks: frozenset[str] = frozenset()


def warned(report: Mapping[str, Any]) -> list[Warned]:
    """What a report asks to be accepted, each once."""
    found: dict[str, Warned] = {}
    for told in report.get("findings", ()):
        if told["code"] not in TO_ACCEPT:
            continue
        for one in _each(told, report):
            first = found.get(one.name, one)
            found[one.name] = replace(first, marks=first.marks | one.marks)
    return list(found.values())


def _each(told: Mapping[str, Any], report: Mapping[str, Any]) -> Iterator[Warned]:
    """What one finding asks to be accepted: each column that it names, else the finding."""
    code, sentence, facts = told["code"], Text(**told["sentence"]), told.get("facts") or {}
    if lost := facts.get("lost"):
        for column, count in lost.items():
            name, marks = f"{code}:{column[:_MOST_NAME]}", frozenset({_mark([column, count])})
            yield Warned(name, code, count, sentence, column, marks=marks)
        return
    count = facts.get("count") or report["counts"].get(code, 1)
    keys = str(facts.get("keys") or facts.get("kinds") or "")
    named = Text(**(facts.get("named") or {"id": keys, "en": keys}))
    name = f"{code}:{report.get('against')}" if code == "undoes_newer" else code
    marks = frozenset(_marks(told, report))
    yield Warned(name, code, int(count), sentence, named=named, marks=marks)


def _marks(told: Mapping[str, Any], report: Mapping[str, Any]) -> Iterator[str]:
    """What tells a finding from others of its code: by the rows that leave, where a report lists them."""
    code, facts = told["code"], told.get("facts") or {}
    listed = (report.get("difference") or {}).get(_LEAVING.get(code, ""), ())
    rows = [one for one in listed if isinstance(one, str) or one["way"] == "removed"]
    shown = sum(one["code"] == code for one in report["findings"])
    yield from map(_mark, rows)
    if not rows:
        yield _mark([told.get("where"), told.get("feature"), told["sentence"], facts])
    is_cut = shown < report["counts"].get(code, 0)
    if is_cut or (code in _LEAVING and len(rows) < facts.get("count", 0)):
        # What is not listed may be anything once the version is another.
        yield _mark(report.get("against"))


def _mark(what: object) -> str:
    return sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:_MARK_DIGITS]


def marks_of(report: Mapping[str, Any]) -> dict[str, list[str]]:
    """The marks of all that a report asks to be accepted, by name, as a submission keeps them."""
    return {one.name: sorted(one.marks) for one in warned(report)}


def accepted_before(report: Mapping[str, Any], submission: Mapping[str, Any] | None) -> list[str]:
    """What a report asks to be accepted and was in the report that its sender accepted: the names.

    Of a submission without marks (of an older store) that is known as long as the version is the same.
    """
    said = submission or {}
    has_all, named = bool(said.get("accept_warnings")), said.get("accepted") or ()
    marks: Mapping[str, list[str]] = said.get("warnings") or {}
    if "warnings" not in said and said.get("base") == int(report.get("against") or 0):
        marks = marks_of(report)
    return [
        one.name
        for one in warned(report)
        if (has_all or one.name in named) and one.marks <= {*marks.get(one.name, ())}
    ]


def still_open(report: Mapping[str, Any], accepted: Collection[str]) -> list[Warned]:
    """What a report asks to be accepted and nobody has."""
    return [one for one in warned(report) if one.name not in accepted]


def known(report: Mapping[str, Any], accepted: Collection[str]) -> list[str]:
    """Those of the accepted names that the report asks for."""
    return [one.name for one in warned(report) if one.name in accepted]
