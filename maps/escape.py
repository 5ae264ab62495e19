"""Values of unknown origin made safe to write into a page: inert, and not endless.

Jinja's own escaping covers our templates. What passes through Folium does not meet it, and may land
in `innerHTML` or in a JavaScript template literal: there, `escape_attribute` is used.
"""

from urllib.parse import urlsplit

import numpy as np
import orjson
from markupsafe import Markup, escape

from geo.language import MOST_NAME, Language
from maps.text import format_number, translate

# Folium's templates put values between backticks, where ${...} is evaluated.
_TEMPLATE_LITERAL = str.maketrans({"`": "&#96;", "$": "&#36;", "{": "&#123;", "}": "&#125;"})
# Harmless in JSON, but they would end the script element or (the two separators) its line.
_IN_SCRIPT = str.maketrans(
    {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
)


_MOST_ADDRESS = 2_000


def escape_attribute(value: object) -> Markup:
    """A value as text that is inert in HTML, in an attribute and in a template literal.

    Examples
    --------
    >>> str(escape_attribute("<b>${1}`"))
    '&lt;b&gt;&#36;&#123;1&#125;&#96;'
    """
    return Markup(str(escape(str(value))).translate(_TEMPLATE_LITERAL))  # noqa: S704  escaped above


def safe_address(value: object) -> str | None:
    """`value` when it is an http or https address that a browser takes, else None.

    Examples
    --------
    >>> safe_address("javascript:alert(1)") is None
    True
    """
    if not isinstance(value, str) or len(value) > _MOST_ADDRESS:
        return None
    address = value.strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    usable = (
        parts.scheme in {"http", "https"} and parts.netloc and not any(map(str.isspace, address))
    )
    return address if usable else None


def text_or_none(value: object) -> str | None:
    """A cell of a table as text, a list as its members; None for what is missing or blank."""
    if isinstance(value, np.ndarray | list | tuple):
        return ", ".join(str(member) for member in value) or None
    if value is None or (not isinstance(value, str) and _is_missing(value)):
        return None
    return str(value).strip() or None


def _is_missing(value: object) -> bool:
    # Most pages have no table, and the first after a start must not wait for pandas.
    import pandas as pd

    return bool(pd.isna(value))  # type: ignore[call-overload]


def shown_text(value: object, language: Language) -> str | None:
    """`text_or_none`; of a long text its beginning and a word on where the whole is."""
    text = text_or_none(value)
    if text is None or len(text) <= MOST_NAME:
        return text
    length = format_number(len(text), language)
    return translate("page.cut", language, text=text[:MOST_NAME].rstrip(), n=length)


def json_in_page(value: object) -> Markup:
    """JSON for a `<script type="application/json">` element; NaN becomes null."""
    text = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    return Markup(text.translate(_IN_SCRIPT))  # noqa: S704  no markup is left
