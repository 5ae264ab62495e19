"""Markdown as HTML for a page under the service's own policy: no raw HTML, no inline style.

CommonMark and tables, by markdown-it-py. Headings get an anchor; tables and blocks of code scroll
inside themselves, also by keyboard, so that the page never does.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

# Code up to so many letters stands in one line: an option cut behind its dashes is no option.
_UNBROKEN = 24
_NOT_IN_AN_ANCHOR = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the second level, as a table of contents names it."""

    title: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text as HTML without its title, which stands apart, and what a table of contents names."""

    title: str
    lead: str
    contents: Sequence[Heading]
    html: Markup


def rendered(text: str, *, address: Callable[[str], str]) -> Rendered:
    r"""A text as HTML. It begins with its title (`# …`) and a first paragraph, which is its lead.

    Parameters
    ----------
    text
        Markdown; HTML in it is shown and not obeyed.
    address
        Where a link or picture of the text leads, from how the text names it.

    Examples
    --------
    >>> found = rendered("# A\n\nLead.\n\n## B & c\n\n[d](e)", address=lambda e: f"/{e}")
    >>> found.title, found.lead, found.contents
    ('A', 'Lead.', [Heading(title='B & c', anchor='b--c')])
    >>> found.html
    Markup('<h2 id="b--c">B &amp; c</h2>\n<p><a href="/e">d</a></p>\n')
    """
    tokens = _parser().parse(text)
    # Title and lead are three tokens each: open, inline, close.
    title, lead, body = tokens[1], tokens[4], tokens[6:]
    for token in body:
        for child in token.children or ():
            for name in ("href", "src"):
                if name in child.attrs:
                    child.attrs[name] = address(str(child.attrs[name]))
    contents = [
        Heading(_plain(inline), anchor_of(_plain(inline)))
        for opening, inline in pairwise(body)
        if opening.type == "heading_open" and opening.tag == "h2"
    ]
    html = _parser().renderer.render(list(_for_a_page(body)), _parser().options, {})
    return Rendered(_plain(title), _plain(lead), contents, Markup(html))  # noqa: S704  our own texts


def anchor_of(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it, so that a link holds in both places.

    Examples
    --------
    >>> anchor_of("2. Apa yang kurang?")
    '2-apa-yang-kurang'
    """
    return _NOT_IN_AN_ANCHOR.sub("", heading.lower()).replace(" ", "-")


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("js-default", {"html": False})


def _plain(inline: Token) -> str:
    """What a reader sees of a line: words and code, without the marks."""
    return "".join(
        child.content or " " * (child.type == "softbreak") for child in inline.children or ()
    )


def _for_a_page(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens with anchors, what scrolls made a region, and no style in an attribute."""
    section = ""
    for i, token in enumerate(tokens):
        if token.type == "heading_open":
            section = _plain(tokens[i + 1])
            token.attrSet("id", anchor_of(section))
        if token.type == "fence":
            token = _html(f'<pre tabindex="0"><code>{escape(token.content)}</code></pre>\n')
        if token.type == "table_open":
            yield _html(
                f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(section)}">\n'
            )
            token.attrSet("class", "data")
        if token.type == "th_open":
            token.attrSet("scope", "col")
        for child in token.children or ():
            if child.type == "code_inline" and len(child.content) <= _UNBROKEN:
                child.attrSet("class", "whole")
        # The policy of our pages allows no style in an attribute.
        if token.attrs.pop("style", None) == "text-align:right":
            token.attrSet("class", "number")
        yield token
        if token.type == "table_close":
            yield _html("</div>\n")


def _html(content: str) -> Token:
    return Token("html_block", "", 0, content=content)
