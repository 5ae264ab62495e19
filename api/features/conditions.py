"""Each condition of an address of features in the words of a reader, with the address without it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api.features.crs import CRS84
from api.features.forms import Form
from api.features.search import clauses_of, joined, parts_of
from api.features.words import Said, is_year
from api.links import Links
from geo.crs import crs_of
from geo.language import Language, localized, texts

_SAY = texts(__name__)

_MOST_SHOWN = 120
# What only says how another parameter is written goes with it.
_OF_OTHERS = ("filter-lang", "filter-crs", "bbox-crs")
_TOLD = ("bbox", "datetime", "q", "crs", "properties", "exclude-properties", "skipGeometry")


@dataclass(frozen=True, slots=True)
class Asked:
    """An address of features, and what its properties and their values are called."""

    collection: str
    given: Mapping[str, str]
    titles: Mapping[str, str]
    said: Said
    links: Links
    language: Language


def conditions_of(asked: Asked) -> Iterable[dict[str, str]]:
    """Each condition, and the address without it."""
    given = asked.given
    for name, value in given.items():
        if name in _OF_OTHERS:
            continue
        clauses = clauses_of(value) if name == "filter" else []
        if len(clauses) > 1:
            for place, clause in enumerate(clauses):
                others = joined([*clauses[:place], *clauses[place + 1 :]])
                yield _condition(_clause_said(clause, asked), {**given, "filter": others}, asked)
            continue
        rest = {n: v for n, v in given.items() if n != name}
        if name in ("filter", "bbox"):
            rest = {n: v for n, v in rest.items() if not n.startswith(f"{name}-")}
        yield _condition(_said(name, value, asked), rest, asked)


def address(links: Links, collection: str, given: Mapping[str, str], form: Form) -> str:
    """Where the features of a query are in a form."""
    return links.url("collections", collection, "items", query={**given, "f": form})


def crs_title(uri: str) -> str:
    """A CRS as a reader knows it."""
    if uri == CRS84:
        return "CRS84 (WGS 84)"
    crs = crs_of(uri)
    return uri if crs is None else f"EPSG:{uri.rsplit('/', 1)[-1]} – {crs.name}"


def _condition(text: str, rest: Mapping[str, str], asked: Asked) -> dict[str, str]:
    shown = text[:_MOST_SHOWN] + ("…" if len(text) > _MOST_SHOWN else "")
    return {"text": shown, "href": address(asked.links, asked.collection, rest, "html")}


def _said(name: str, value: str, asked: Asked) -> str:
    language = asked.language
    if name == "filter":
        return _clause_said(value, asked)
    if name == "sortby":
        return f"{_SAY['sortby'].to(language)}: {_order_said(value, asked)}"
    if name == "version":
        return _SAY["version"].format(number=value).to(language)
    if name in _TOLD:
        said = _SAY[f"told_{name.replace('-', '_')}"].to(language)
        return f"{said}: {crs_title(value) if name == 'crs' else value}"
    if name in asked.titles:
        return f"{asked.titles[name]} = {asked.said(name, value) or value}"
    return f"{name} = {value}"


def _order_said(value: str, asked: Asked) -> str:
    parts = [part.strip() for part in value.split(",")]
    return ", ".join(
        f"{asked.titles.get(part.lstrip('+-'), part.lstrip('+-'))} {'↓' if part[:1] == '-' else '↑'}"
        for part in parts
        if part
    )


def _clause_said(clause: str, asked: Asked) -> str:
    """A clause of a form in words; what somebody wrote in CQL2 as it stands."""
    from maps.text import translate

    parts = parts_of(clause)
    if parts is None or parts.name not in asked.titles:
        return clause
    words = translate(f"api.compare_{parts.comparison}", asked.language)
    title = asked.titles[parts.name]
    if parts.value is None:
        return f"{title} {words}"
    return f"{title} {words} {_value_said(parts.name, parts.value, asked)}"


def _value_said(name: str, literal: str, asked: Asked) -> str:
    if literal.startswith("'"):
        text = literal[1:-1].replace("''", "'")
        return asked.said(name, text) or f"“{text}”"
    if literal in ("TRUE", "FALSE"):
        return _SAY["true" if literal == "TRUE" else "false"].to(asked.language)
    if literal[:1].isalpha():
        return literal.split("'")[1]
    if is_year(name):
        return literal
    try:
        whole, _, decimals = literal.partition(".")
        shown = f"{int(whole):,}" + (f".{decimals}" if decimals else "")
    except ValueError:
        return literal
    return localized(shown).to(asked.language)
