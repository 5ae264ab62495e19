"""What waits for a reader as an Atom feed (RFC 4287), for mail programs and feed readers."""

import hashlib
import re
from collections.abc import Sequence
from xml.etree import ElementTree

from api.links import ATOM, JSON, Links
from geo.language import Language, texts
from geo.store.roles import Actor
from geo.submission.waiting import Waiting

_SAY = texts(__name__)

_NAMESPACE = "http://www.w3.org/2005/Atom"
# What XML 1.0 has no way to write.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The feed of a reader for whom nothing ever waited.
_NEVER = "1970-01-01T00:00:00Z"


def feed_of(found: Sequence[Waiting], *, actor: Actor, links: Links, language: Language) -> bytes:
    """The feed of an actor; ids stay the same whatever the address, the language or the state."""
    ElementTree.register_namespace("", _NAMESPACE)
    feed = ElementTree.Element(f"{{{_NAMESPACE}}}feed", {"xml:lang": language})
    reader = hashlib.sha256(actor.name.encode()).hexdigest()[:16]
    _add(feed, "id", f"urn:kawasan:uploads:waiting:{reader}")
    _add(feed, "title", _SAY["title"].to(language))
    _add(feed, "updated", max((one.since for one in found), default=_NEVER))
    _add(_add(feed, "author"), "name", "Kawasan")
    _add(feed, "link", rel="self", type=ATOM, href=links.url("uploads", "feed"))
    for one in found:
        _entry(feed, one, links, language)
    content: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content


def _entry(feed: ElementTree.Element, one: Waiting, links: Links, language: Language) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", f"urn:kawasan:upload:{one.entry.upload}")
    _add(entry, "title", one.title.to(language))
    _add(entry, "updated", one.since)
    _add(entry, "published", one.entry.created_at)
    _add(entry, "summary", one.summary.to(language), type="text")
    _add(entry, "category", term=one.reason)
    href = links.url("uploads", one.entry.upload)
    _add(entry, "link", rel="alternate", type=JSON, href=href)


def _add(
    parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str
) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{_NAMESPACE}}}{name}", attributes)
    child.text = None if text is None else _NO_XML.sub("\ufffd", text)
    return child
