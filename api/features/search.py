"""The address that the form of a page of features leads to.

A form without a script sends every field of it, the blank ones too, and cannot write a filter. Here
what it sends becomes the address of features, which is what a reader keeps and sends on.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.features.forms import WHOLE, Form
from api.features.page import PAGING
from api.features.properties import quoted_name, quoted_text
from api.parameters import ItemsQuery
from geo.errors import InvalidInput
from geo.filtering.columns import Kind
from geo.language import Text, texts

_SAY = texts(__name__)

Comparison = Literal[
    "equals", "contains", "at_least", "at_most", "above", "below", "not", "missing", "present"
]
COMPARISONS: Mapping[Comparison, str] = {
    "equals": "=",
    "contains": "LIKE",
    "at_least": ">=",
    "at_most": "<=",
    "above": ">",
    "below": "<",
    "not": "<>",
    "missing": "IS NULL",
    "present": "IS NOT NULL",
}
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
# With thousands parted: 80.000,5 and 80,000.5 say what they mean, 80.000 does not.
_PARTED = re.compile(
    r"[+-]?\d{1,3}(?:(?:\.\d{3})+,\d+|(?:,\d{3})+\.\d+|(?:\.\d{3}){2,}|(?:,\d{3}){2,})"
)
_DOUBTFUL = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_TRUTH = {"true": "TRUE", "ya": "TRUE", "yes": "TRUE", "1": "TRUE"}
_FALSE = {"false": "FALSE", "tidak": "FALSE", "no": "FALSE", "0": "FALSE"}
_NAME = r'(?:[A-Za-z_]\w*|"(?:[^"]|"")*")'
_TEXT = r"'(?:[^']|'')*'"
_VALUE = rf"(?:{_TEXT}|[+-]?\d[\d.eE+-]*|TRUE|FALSE|(?:DATE|TIMESTAMP)\({_TEXT}\))"
# A clause that `clause` wrote; what is anything else is shown and taken off as a whole.
_CLAUSE = re.compile(
    rf"(?P<name>{_NAME}) (?P<sign>=|<>|<=|>=|<|>) (?P<value>{_VALUE})"
    rf"|CASEI\((?P<folded>{_NAME})\) (?P<of_texts>LIKE|=|<>) CASEI\((?P<text>{_TEXT})\)"
    rf"|(?P<tested>{_NAME}) (?P<test>IS (?:NOT )?NULL)"
)
_AND = " AND "
_ESCAPED = re.compile(r"\\(.)")


class InvalidForm(InvalidInput):
    """A form of a page of features that is filled in so that it asks for nothing, or for two things."""

    title = Text(id="Isian perlu diperbaiki", en="The form needs mending")


class SearchQuery(BaseModel):
    """What the form of a page of features sends; blank is nothing."""

    model_config = ConfigDict(extra="forbid")

    kept: Annotated[
        str, Field(max_length=20_000, description="The query of the page that the form is on.")
    ] = ""
    choice: Annotated[
        list[str], Field(description="A property and one of its values, as `name=value`.")
    ] = []
    column: Annotated[str, Field(description="A property to compare.")] = ""
    comparison: Annotated[Comparison, Field(description="How it is compared.")] = "equals"
    value: Annotated[str, Field(description="What it is compared with.")] = ""
    q: Annotated[str, Field(description="Words in any text.")] = ""
    sortby: Annotated[str, Field(description="The property to sort by.")] = ""
    crs: Annotated[str, Field(description="CRS of the answer, as a URI.")] = ""
    limit: Annotated[str, Field(description="Most features in one page.")] = ""
    form: Annotated[Form, Field(description="What the features are written as.")] = "html"
    f: str | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a form taken apart; `value` is written as in CQL2, None where there is none."""

    name: str
    comparison: Comparison
    value: str | None


def query_of(
    asked: SearchQuery,
    fields: Mapping[str, Kind],
    *,
    titles: Mapping[str, str] | None = None,
    most: int | None = None,
) -> dict[str, str]:
    """The query of the features that a form asks for.

    Parameters
    ----------
    titles : mapping, optional
        What the properties are called on the form.
    most : int, optional
        Features in one answer of a form that has pages.

    Raises
    ------
    InvalidForm
        For half a comparison, for a value that is not of its property's kind, for a comparison beside
        a filter in JSON, which has no text to add to, and for a number that two readers read as two.
    """
    query = {name: value for name, value in parse_qsl(asked.kept) if name not in PAGING}
    stated = {"q": asked.q, "sortby": asked.sortby, "crs": asked.crs}
    query |= {name: value.strip() for name, value in stated.items() if value.strip()}
    for own in _clauses(asked, fields, titles or {}):
        if query.get("filter-lang") == "cql2-json":
            raise InvalidForm(reason=_SAY["filter_is_json"])
        query = _with(own, query)
    if asked.form == "html" and asked.limit.strip():
        query["limit"] = asked.limit.strip()
    # What is taken holds all that is found.
    elif asked.form not in WHOLE | {"html"} and most is not None:
        query["limit"] = str(most)
    return query | {"f": asked.form}


def kept_query(kept: str) -> ItemsQuery:
    """The query of the page that a form is on; what cannot be read of it is left out."""
    given = {name: value for name, value in parse_qsl(kept) if name not in PAGING}
    try:
        return ItemsQuery.model_validate(given)
    except ValidationError as error:
        wrong = {str(entry["loc"][0]) for entry in error.errors() if entry["loc"]}
        return ItemsQuery.model_validate({n: v for n, v in given.items() if n not in wrong})


def _with(own: str, query: Mapping[str, str]) -> dict[str, str]:
    """A query with one more clause; a property that equals something equals nothing else any more."""
    clauses = list(clauses_of(query.get("filter", "")))
    new, rest = parts_of(own), dict(query)
    if new is not None and new.comparison == "equals":
        rest.pop(new.name, None)
        clauses = [
            one
            for one in clauses
            if (old := parts_of(one)) is None or (old.name, old.comparison) != (new.name, "equals")
        ]
    return rest | {"filter": joined([*clauses, own])}


def _clauses(
    asked: SearchQuery, fields: Mapping[str, Kind], titles: Mapping[str, str]
) -> list[str]:
    """What a form compares: the values that were chosen, and the comparison that was written."""
    found = []
    for chosen in filter(None, asked.choice):
        names = [name for name in fields if chosen.startswith(f"{name}=")]
        if not names:
            raise InvalidForm(reason=_SAY["no_choice"].format(choice=chosen[:80]))
        name = max(names, key=len)
        value = chosen.removeprefix(f"{name}=")
        found.append(f"{quoted_name(name)} = {_literal(value, fields[name])}")
    if asked.column:
        title = titles.get(asked.column, asked.column)
        found.append(clause(asked, fields.get(asked.column, "text"), title=title))
    elif asked.value.strip():
        raise InvalidForm(reason=_SAY["no_column"].format(value=asked.value.strip()[:80]))
    return found


def clause(asked: SearchQuery, kind: Kind, *, title: str = "") -> str:
    r"""What a form compares, as CQL2 text; texts without regard to case.

    Raises
    ------
    InvalidForm

    Examples
    --------
    >>> clause(SearchQuery(column="area_ha", comparison="at_least", value="12,5"), "number")
    'area_ha >= 12.5'
    >>> clause(SearchQuery(column="name", comparison="contains", value="50%"), "text")
    "CASEI(name) LIKE CASEI('%50\\%%')"
    """
    name, value, title = quoted_name(asked.column), asked.value.strip(), title or asked.column
    sign = COMPARISONS[asked.comparison]
    if asked.comparison in ("missing", "present"):
        return f"{name} {sign}"
    if not value:
        raise InvalidForm(reason=_SAY["no_value"].format(title=title))
    if asked.comparison == "contains":
        if kind != "text":
            raise InvalidForm(reason=_SAY["contains_no_text"].format(title=title))
        pattern = re.sub(r"([\\%_])", r"\\\1", value)
        return f"CASEI({name}) LIKE CASEI({quoted_text(f'%{pattern}%')})"
    if kind == "text" and asked.comparison in ("equals", "not"):
        return f"CASEI({name}) {sign} CASEI({quoted_text(value)})"
    literal = _literal(value, kind)
    if literal is None:
        raise InvalidForm(reason=_SAY[f"no_{kind}"].format(title=title, value=value[:80]))
    return f"{name} {sign} {literal}"


def parts_of(text: str) -> Clause | None:
    r"""A clause that a form wrote, taken apart; None for anything else.

    Examples
    --------
    >>> parts_of("CASEI(name) LIKE CASEI('%50\\%%')")
    Clause(name='name', comparison='contains', value="'50%'")
    """
    found = _CLAUSE.fullmatch(text)
    if found is None:
        return None
    name = found["name"] or found["folded"] or found["tested"]
    sign = found["sign"] or found["of_texts"] or found["test"]
    value = found["value"] or found["text"]
    if name.startswith('"'):
        name = name[1:-1].replace('""', '"')
    comparison = next(one for one, written in COMPARISONS.items() if written == sign)
    if comparison == "contains" and value is not None:
        pattern = value[1:-1]
        if not (len(pattern) > 1 and pattern.startswith("%") and pattern.endswith("%")):
            return None
        value = "'" + _ESCAPED.sub(r"\1", pattern[1:-1]) + "'"
    return Clause(name, comparison, value)


def clauses_of(text: str) -> Sequence[str]:
    """The parts of a filter that each can be taken off: those of forms, else the whole in one."""
    if not text.strip():
        return []
    parts, place = [], 0
    while (found := _CLAUSE.match(text, place)) is not None:
        parts.append(found[0])
        if found.end() == len(text):
            return parts
        if not text.startswith(_AND, found.end()):
            break
        place = found.end() + len(_AND)
    return [text]


def joined(clauses: Sequence[str]) -> str:
    """A filter of all of the clauses; one that is not of forms is put in brackets."""
    if len(clauses) == 1:
        return clauses[0]
    return _AND.join(one if _CLAUSE.fullmatch(one) else f"({one})" for one in clauses)


def _literal(value: str, kind: Kind) -> str | None:
    """A value as CQL2 text; None for one that is not of its kind."""
    if kind in ("integer", "number"):
        return _number(value)
    if kind == "boolean":
        return (_TRUTH | _FALSE).get(value.lower())
    if kind in ("date", "instant"):
        try:
            datetime.fromisoformat(value.upper())
        except ValueError:
            return None
        return f"{'TIMESTAMP' if 'T' in value else 'DATE'}({quoted_text(value)})"
    return quoted_text(value) if kind == "text" else None


def _number(value: str) -> str | None:
    """A number as people write it, as CQL2 text; None for what is none."""
    value = value.lstrip("+")
    if _DOUBTFUL.fullmatch(value):
        reason = _SAY["doubtful_number"].format(
            value=value, whole=re.sub("[.,]", "", value), decimal=value.replace(",", ".") + "0"
        )
        raise InvalidForm(reason=reason)
    if _PARTED.fullmatch(value):
        # Two different signs: the last one parts the decimals; one sign only parts thousands.
        decimal = max(".,", key=value.rfind) if {*".,"} <= {*value} else ""
        whole, _, rest = value.partition(decimal) if decimal else (value, "", "")
        return re.sub("[.,]", "", whole) + (f".{rest}" if rest else "")
    return value.replace(",", ".") if _NUMBER.fullmatch(value) else None
