"""The words of a PDF as typst writes it: what a reader would copy out of it."""

import re
import zlib

_STREAM = re.compile(rb"\n(\d+) 0 obj\n<<([^\n]*)>>\nstream\n(.*?)\nendstream", re.DOTALL)
_DICTIONARY = re.compile(rb"\n(\d+) 0 obj\n<<(.*?)>>\nendobj", re.DOTALL)
_SHOWN = re.compile(rb"/(f\d+) [\d.]+ Tf|(\()|(\bET\b)")
_IN_STRING = re.compile(rb"\\.|[()]", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf: bytes) -> str:
    """All words, page by page, with one blank between them and between lines."""
    streams = {
        int(number): zlib.decompress(body) if b"/FlateDecode" in head else body
        for number, head, body in _STREAM.findall(pdf)
    }
    objects = {int(number): entries for number, entries in _DICTIONARY.findall(pdf)}
    tree = next(entries for entries in objects.values() if b"/Type/Pages" in entries)
    kids = re.findall(rb"(\d+) 0 R", re.search(rb"/Kids ?\[([^]]*)\]", tree)[1])
    said = " ".join(_page(objects[int(kid)], objects, streams) for kid in kids)
    return " ".join(said.replace("\u200b", "").split())


def _page(page: bytes, objects: dict[int, bytes], streams: dict[int, bytes]) -> str:
    resources = objects[_reference(page, b"Resources")]
    fonts = re.findall(rb"/(f\d+) (\d+) 0 R", resources)
    letters = {
        name: _letters(streams[_reference(objects[int(number)], b"ToUnicode")])
        for name, number in fonts
    }
    content = streams[_reference(page, b"Contents")]
    said, font, at = [], {}, 0
    while found := _SHOWN.search(content, at):
        name, is_string, _ = found.groups()
        at = found.end()
        if name:
            font = letters[name]
        elif is_string:
            end = _end_of_string(content, at)
            glyphs = _ESCAPED.sub(_unescaped, content[at:end])
            said += [font.get(glyphs[i : i + 2], "") for i in range(0, len(glyphs), 2)]
            at = end + 1
        else:
            said.append(" ")
    return "".join(said)


def _end_of_string(content: bytes, start: int) -> int:
    """Where a string ends; brackets inside it come in pairs or behind a backslash."""
    depth, at = 1, start
    while depth:
        found = _IN_STRING.search(content, at)
        depth += {b"(": 1, b")": -1}.get(found[0], 0)
        at = found.end()
    return at - 1


def _reference(entries: bytes, name: bytes) -> int:
    return int(re.search(rb"/%s (\d+) 0 R" % name, entries)[1])


def _letters(cmap: bytes) -> dict[bytes, str]:
    pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>\n", cmap)
    return {
        bytes.fromhex(code.decode()): bytes.fromhex(letter.decode()).decode("utf-16-be")
        for code, letter in pairs
    }


def _unescaped(match: re.Match[bytes]) -> bytes:
    escaped = match[1]
    if escaped.isdigit():
        return bytes([int(escaped, 8)])
    return _LETTERS.get(escaped, escaped)
