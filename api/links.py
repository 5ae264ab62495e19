"""Links of the service: absolute, quoted, in the language that the client asked for by `lang`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

from geo.language import Language

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
# OGC's suite compares this text exactly.
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
PROBLEM = "application/problem+json"
ATOM = "application/atom+xml"

# What stands in an address as it is, and in a query; most names and numbers are of such.
_IS_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
_IS_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_.~,:/-]*").fullmatch

# A longer text is quoted each time.
_LONGEST = 500


def quoted(segment: str) -> str:
    """A part of a path, which may hold any character, as it stands in an address."""
    return segment if _IS_PLAIN(segment) else quote(segment, safe="")


def _encoded(given: Mapping[str, Any]) -> str:
    parts = []
    for name, value in given.items():
        said = str(value)
        parts.append(
            f"{name if _IS_PLAIN(name) else _quoted(name)}"
            f"={said if _IS_PLAIN_VALUE(said) else _quoted(said)}"
        )
    return "&".join(parts)


def _quoted(text: str) -> str:
    return (_kept_quoted if len(text) <= _LONGEST else _newly_quoted)(text)


def _newly_quoted(text: str) -> str:
    return quote_plus(text, safe=",:/")


# The links of one answer state the same parameters.
_kept_quoted = lru_cache(maxsize=256)(_newly_quoted)


def _is_saved(segments: tuple[str, ...], given: Mapping[str, Any]) -> bool:
    """Whether an address is of a file, or of a document for programs, and of no page."""
    is_named = "download" in segments or (segments[-1:] != () and segments[-1].endswith(".pdf"))
    return is_named or given.get("f", "html") != "html"


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of the service for one request.

    `base` has no slash at its end. `language` is set only when the client chose it in the query: it
    then stays in every link, as the client's own choice. `page` is the language of the page that the
    links stand on: what is saved from it speaks it too, whatever the browser would ask for.
    """

    base: str
    language: Language | None = None
    page: Language | None = None

    def url(self, *segments: str, query: Mapping[str, Any] | None = None, **more: Any) -> str:
        """The address of a path, each of whose `segments` may hold any character.

        Parameters of the query are keywords; those with names of any kind go into `query`. None
        leaves a parameter out.

        Examples
        --------
        >>> Links("http://kawasan.test").url("collections", "a/b", f="json")
        'http://kawasan.test/collections/a%2Fb?f=json'
        """
        path = "/".join([quoted(one) for one in segments])
        given = {n: v for n, v in {**(query or {}), **more}.items() if v is not None}
        if self.language is not None:
            given.setdefault("lang", self.language)
        elif self.page is not None and _is_saved(segments, given):
            given.setdefault("lang", self.page)
        return f"{self.base}/{path}" + (f"?{_encoded(given)}" if given else "")

    def link(
        self,
        rel: str,
        media_type: str,
        *segments: str,
        title: str | None = None,
        query: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> dict[str, str]:
        """A link object to a path of this service."""
        link = {"href": self.url(*segments, query=query, **more), "rel": rel, "type": media_type}
        return link if title is None else link | {"title": title}

    def representations(
        self,
        *segments: str,
        media_type: str = JSON,
        is_html: bool = False,
        query: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> list[dict[str, str]]:
        """`self` and `alternate` of a resource that exists as `media_type` and as HTML."""
        rels = ("alternate", "self") if is_html else ("self", "alternate")
        query = {**(query or {}), **more}
        return [
            self.link(rels[0], media_type, *segments, query=query, f="json"),
            self.link(rels[1], HTML, *segments, query=query, f="html"),
        ]
