"""The token by which a walk of `next` links goes on: after which feature, of which edition and question.

A version of a layer never changes and is read in one order, so the place of a page's last feature
stands for its sort keys and its id, whatever these hold, and the token stays short. It is no
secret: who makes one up reads what an `offset` would give. It is checked so that nobody goes on in
another collection, edition or question than the walk began in, which would miss features unseen.
"""

import hashlib
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Hashable

from api.parameters import InvalidParameter
from geo.errors import GeoError
from geo.language import Text, texts

_SAY = texts(__name__)

PARAMETER = "after"
_CONTENT = struct.Struct(">I6s6s")
_CHECK_BYTES = 4
_SIZE = _CONTENT.size + _CHECK_BYTES
_PADDING = "=" * (-_SIZE % 3)
# Four characters for three bytes.
_LENGTH = -(-_SIZE * 4 // 3)


class CollectionChanged(GeoError):
    """A walk through a collection that is another one by now, and of which no version is kept."""

    title = Text(id="Data sudah berubah", en="The data has changed")
    sentence = Text(
        id="Koleksi {collection!r} sudah berubah sejak halaman pertama dibaca. Mulai lagi dari halaman pertama, tanpa parameter after.",
        en="Collection {collection!r} has changed since its first page was read. Begin anew at the first page, without the parameter after.",
    )


def token_after(place: int, *, edition: str, question: Hashable) -> str:
    """The token of the page that follows the feature at `place`."""
    content = _content(place, edition, question)
    return urlsafe_b64encode(content + _digest(content)[:_CHECK_BYTES]).decode().rstrip("=")


def place_of(
    token: str, *, edition: str, question: Hashable, collection: str, count: int, is_pinned: bool
) -> int:
    """The place that a page follows.

    Parameters
    ----------
    count : int
        Features of the edition.
    is_pinned : bool
        Whether the request names its version itself.

    Raises
    ------
    InvalidParameter
        For what is no token, or one of another question or version.
    CollectionChanged
        For one of another edition, where none is named.
    """
    content = _decoded(token)
    place: int
    place, *found = _CONTENT.unpack(content)
    _, *expected = _CONTENT.unpack(_content(place, edition, question))
    if found[1] == expected[1] and found[0] != expected[0] and not is_pinned:
        raise CollectionChanged(collection=collection)
    if found != expected or place >= count:
        raise InvalidParameter(parameter=PARAMETER, reason=_SAY["foreign"])
    return place


def _decoded(token: str) -> bytes:
    raw = b""
    if len(token) == _LENGTH and token.isascii():
        raw = urlsafe_b64decode(token + _PADDING)
    content, check = raw[:-_CHECK_BYTES], raw[-_CHECK_BYTES:]
    # Another spelling of the same bytes is none of ours.
    is_ours = len(raw) == _SIZE and check == _digest(content)[:_CHECK_BYTES]
    if not is_ours or urlsafe_b64encode(raw).decode().rstrip("=") != token:
        raise InvalidParameter(parameter=PARAMETER, reason=_SAY["no_token"])
    return content


def _content(place: int, edition: str, question: Hashable) -> bytes:
    parts = (_digest(edition.encode())[:6], _digest(repr(question).encode())[:6])
    return _CONTENT.pack(place, *parts)


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
