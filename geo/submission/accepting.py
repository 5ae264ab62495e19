"""The warnings that somebody must accept before a file is published, each under a name of its own.

What would leave the published layer is accepted by name: a column or the values of one, so that
whoever accepts one loss has not accepted the next one that a later check finds.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from geo.ingest.findings import TO_ACCEPT
from geo.language import Text
from geo.store.store import Upload

_MOST_NAME = 200


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
    kinds that it names.
    """

    name: str
    code: str
    count: int
    sentence: Text
    column: str | None = None
    named: Text = Text("", "")  # noqa: RUF009  a tuple


def warned(report: Mapping[str, Any]) -> list[Warned]:
    """What a report asks to be accepted, each once."""
    found: dict[str, Warned] = {}
    for told in report.get("findings", ()):
        code = told["code"]
        if code not in TO_ACCEPT:
            continue
        sentence, facts = Text(**told["sentence"]), told.get("facts") or {}
        lost = facts.get("lost") or {}
        each = [
            Warned(f"{code}:{column[:_MOST_NAME]}", code, count, sentence, column)
            for column, count in lost.items()
        ]
        count = facts.get("count") or report["counts"].get(code, 1)
        keys = str(facts.get("keys") or facts.get("kinds") or "")
        named = Text(**(facts.get("named") or {"id": keys, "en": keys}))
        name = f"{code}:{report.get('against')}" if code == "undoes_newer" else code
        for one in each or [Warned(name, code, int(count), sentence, named=named)]:
            found.setdefault(one.name, one)
    return list(found.values())


def still_open(report: Mapping[str, Any], accepted: Collection[str]) -> list[Warned]:
    """What a report asks to be accepted and nobody has."""
    return [one for one in warned(report) if one.name not in accepted]


def known(report: Mapping[str, Any], accepted: Collection[str]) -> list[str]:
    """Those of the accepted names that the report asks for."""
    return [one.name for one in warned(report) if one.name in accepted]
