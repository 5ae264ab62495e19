"""The address that the form of a page of features leads to.

A form without a script sends every field of it, the blank ones too, and cannot write a filter. Here
what it sends becomes the address of features, which is what a reader keeps and sends on.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field

from api.features.forms import WHOLE, Form
from api.features.page import PAGING
from api.features.properties import quoted_name, quoted_text
from api.parameters import InvalidParameter
from geo.filtering.columns import Kind
from geo.language import texts

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
    rf"{_NAME} (?:=|<>|<=|>=|<|>) {_VALUE}|CASEI\({_NAME}\) LIKE CASEI\({_TEXT}\)"
    rf"|{_NAME} IS (?:NOT )?NULL"
)
_AND = " AND "


class SearchQuery(BaseModel):
    """What the form of a page of features sends; blank is nothing."""

    model_config = ConfigDict(extra="forbid")

    kept: Annotated[
        str, Field(max_length=20_000, description="The query of the page that the form is on.")
    ] = ""
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


def query_of(
    asked: SearchQuery, fields: Mapping[str, Kind], *, most: int | None = None
) -> dict[str, str]:
    """The query of the features that a form asks for; `most` are in one answer of a form that has pages.

    Raises
    ------
    InvalidParameter
        For a comparison beside a filter in JSON, which has no text to add to, and for a number that
        two readers read as two.
    """
    query = {name: value for name, value in parse_qsl(asked.kept) if name not in PAGING}
    stated = {"q": asked.q, "sortby": asked.sortby, "crs": asked.crs}
    query |= {name: value.strip() for name, value in stated.items() if value.strip()}
    own = clause(asked, fields.get(asked.column, "text")) if asked.column else None
    if own is not None:
        if query.get("filter-lang") == "cql2-json":
            raise InvalidParameter(parameter="column", reason=_SAY["filter_is_json"])
        query["filter"] = joined([*clauses_of(query.get("filter", "")), own])
    if asked.form == "html" and asked.limit.strip():
        query["limit"] = asked.limit.strip()
    # What is taken holds all that is found.
    elif asked.form not in WHOLE | {"html"} and most is not None:
        query["limit"] = str(most)
    return query | {"f": asked.form}


def clause(asked: SearchQuery, kind: Kind) -> str | None:
    r"""What a form compares, as CQL2 text; None where it names no value.

    Examples
    --------
    >>> clause(SearchQuery(column="area_ha", comparison="at_least", value="12,5"), "number")
    'area_ha >= 12.5'
    >>> clause(SearchQuery(column="name", comparison="contains", value="50%"), "text")
    "CASEI(name) LIKE CASEI('%50\\%%')"
    """
    name, value = quoted_name(asked.column), asked.value.strip()
    if asked.comparison in ("missing", "present"):
        return f"{name} {COMPARISONS[asked.comparison]}"
    if not value:
        return None
    if asked.comparison == "contains":
        pattern = re.sub(r"([\\%_])", r"\\\1", value)
        return f"CASEI({name}) LIKE CASEI({quoted_text(f'%{pattern}%')})"
    return f"{name} {COMPARISONS[asked.comparison]} {_literal(value, kind)}"


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


def _literal(value: str, kind: Kind) -> str:
    """A value as CQL2 text; one that is not of its kind stays text, which the filter then refuses."""
    if kind in ("integer", "number"):
        return _number(value) or quoted_text(value)
    if kind == "boolean" and value.lower() in _TRUTH | _FALSE:
        return (_TRUTH | _FALSE)[value.lower()]
    if kind in ("date", "instant"):
        return f"{'TIMESTAMP' if 'T' in value else 'DATE'}({quoted_text(value)})"
    return quoted_text(value)


def _number(value: str) -> str | None:
    """A number as people write it, as CQL2 text; None for what is none."""
    value = value.lstrip("+")
    if _DOUBTFUL.fullmatch(value):
        reason = _SAY["doubtful_number"].format(
            value=value, whole=re.sub("[.,]", "", value), decimal=value.replace(",", ".") + "0"
        )
        raise InvalidParameter(parameter="value", reason=reason)
    if _PARTED.fullmatch(value):
        # Two different signs: the last one parts the decimals; one sign only parts thousands.
        decimal = max(".,", key=value.rfind) if {*".,"} <= {*value} else ""
        whole, _, rest = value.partition(decimal) if decimal else (value, "", "")
        return re.sub("[.,]", "", whole) + (f".{rest}" if rest else "")
    return value.replace(",", ".") if _NUMBER.fullmatch(value) else None
