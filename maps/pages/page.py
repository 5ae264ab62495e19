"""A page from a template, with the header, the navigation and the language switch of the site.

It knows no HTTP: addresses, choices and state are arguments. Every page needs only what
`Assets.base` serves, and runs under a Content-Security-Policy of
`maps.assets.CONTENT_SECURITY_POLICY` with the same nonce.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2

from geo.language import LANGUAGES, Language, Text
from maps.assets import Assets
from maps.escape import json_in_page, safe_address, shown_text
from maps.pages.compiled import CompiledTemplates
from maps.text import (
    format_date,
    format_figure,
    format_moment,
    format_number,
    format_share,
    translate,
)

_TEMPLATES = Path(__file__).parents[1] / "templates"
# Where the head has who reads the page. Drawn pages are kept for all readers, and values in them are
# escaped, so that none can hold it.
_READER_PLACE = "<!-- reader -->"


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=CompiledTemplates(_TEMPLATES / "__pycache__"),
    )


def load_templates() -> None:
    """Compile every template, which otherwise the first reader of each page waits for."""
    for name in _templates().list_templates(extensions=["html"]):
        _templates().get_template(name)


def render(
    template: str,
    language: Language,
    *,
    assets: Assets | None = None,
    root: str = "",
    state: Mapping[str, str] | None = None,
    active: str = "",
    tagline: Text | None = None,
    time_zone: str | None = None,
    **context: Any,
) -> str:
    """A page from one of `templates/`, with the site's header and language switch.

    Parameters
    ----------
    template
        File name under `templates/`; a page of ours extends `base.html` and needs a `title`.
    assets
        Where scripts and styles are, and the nonce.
    root
        Address before `/map` and the other doors, without a slash at its end.
    state
        Query parameters of the page as it is, kept by the language switch.
    active
        Which entry of the navigation the page is: home, map, indicators, data, desk, api or guide.
    tagline
        What the service is for, of the region that it plans for; without it no region is named.
    time_zone
        Whose days and clock instants are told by, UTC by default.
    **context
        What the template names besides.

    Notes
    -----
    Templates have `t(key, **facts)`, `number(value, decimals=)`, `share(value)`, `date(value)`,
    `moment(value)` of an instant and `shown(text)`, which cuts an endless text, in the page's language, and `address(value)` and `json(value)`, see
    `maps.escape`. Everything is escaped. `linked`, where it is given, makes the JSON-LD of the page;
    `others` are links to its other forms.
    """

    def t(key: str, **facts: object) -> str:
        return translate(key, language, **facts)

    return (
        _templates()
        .get_template(template)
        .render(
            {
                "language": language,
                "assets": assets or Assets(),
                "navigation": _navigation(root, language),
                "languages": _language_links(state or {}),
                "active": active,
                "tagline": t("site.tagline") if tagline is None else tagline.to(language),
                "t": t,
                "as_published": lambda value: format_figure(value, language),
                "number": lambda value, decimals=None: format_number(
                    value, language, decimals=decimals
                ),
                "share": lambda value: format_share(value, language),
                "address": safe_address,
                "json": json_in_page,
                "shown": lambda value: shown_text(value, language),
                "date": lambda value: format_date(value, language, time_zone=time_zone),
                "moment": lambda value: format_moment(value, language, time_zone=time_zone),
                **context,
            }
        )
    )


def with_reader(page: str, language: Language, *, reader: Mapping[str, Any] | None) -> str:
    """A drawn page with who reads it in its head; None leaves the place empty.

    Parameters
    ----------
    reader
        `name`, how many uploads are `waiting` (None where that is not known), `csrf`, and the addresses
        `desk` and `logout`; of somebody who is not logged in, `name` is None and `login` the address.
    """
    head = "" if reader is None else render("_reader.html", language, reader=reader)
    return page.replace(_READER_PLACE, head, 1)


def _navigation(root: str, language: Language) -> list[dict[str, str]]:
    return [
        {"key": key, "address": f"{root}{path}{'&' if '?' in path else '?'}lang={language}"}
        for key, path in (
            ("home", "/"),
            ("map", "/map"),
            ("indicators", "/indicators"),
            ("data", "/collections"),
            ("desk", "/uploads?f=html"),
            ("api", "/api.html"),
            ("guide", "/guide"),
        )
    ]


def _language_links(state: Mapping[str, str]) -> list[dict[str, str]]:
    kept = {name: value for name, value in state.items() if name != "lang"}
    return [
        {"language": language, "address": "?" + urlencode({"lang": language, **kept})}
        for language in LANGUAGES
    ]
