"""The scripts and styles that pages load, and how they are named.

It knows no Folium, so that pages without a map need not import it.
"""

import base64
import hashlib
import mimetypes
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from markupsafe import Markup

from geo.errors import GeoError
from geo.language import Text

# The header to send with a page; fill in the nonce that the page was made with, and in `images` what
# `images_from` says of a basemap.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:{images}; font-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)
STATIC_DIR = Path(__file__).parent / "static"
VENDOR_DIR = STATIC_DIR / "vendor"
_CSS_URL = re.compile(r"""url\((['"]?)(?!data:|#)([^'")]+)\1\)""")
_INLINE = re.compile(r"<(script|style)\b")


class AssetNotShipped(GeoError):
    """A map asks for a script or style that the service does not carry."""

    title = Text(id="Berkas peta tidak tersedia", en="Map asset not shipped")
    sentence = Text(
        id="Peta meminta {address!r}, yang tidak ada di {manifest}. Tambahkan berkasnya atau jangan pakai fiturnya.",
        en="The map asks for {address!r}, which is not in {manifest}. Add the file or do without the feature.",
    )

    def __init__(self, address: str) -> None:
        super().__init__(address=address, manifest="maps/static/vendor/manifest.toml")


def images_from(tiles: str | None) -> str:
    """The source of a basemap's tiles for the policy; nothing without a basemap."""
    if tiles is None:
        return ""
    place = urlsplit(tiles)
    return f" {place.scheme}://{place.netloc.replace('{s}', '*')}"


@dataclass(frozen=True, slots=True)
class Assets:
    """Where a page finds its scripts and styles.

    `base` is the address under which `STATIC_DIR` is served. `nonce` is put on every inline script
    and style. `standalone` writes the files into the page, so that it opens without any server.
    """

    base: str = "/static"
    nonce: str = ""
    standalone: bool = False

    @property
    def nonce_attribute(self) -> Markup:
        """` nonce="..."`, or nothing when there is no nonce."""
        return Markup(' nonce="{}"').format(self.nonce) if self.nonce else Markup("")

    def address(self, file: str) -> str:
        """The address of a file under `STATIC_DIR`; it changes when the file's content does."""
        return f"{self.base.rstrip('/')}/{file}?v={_content_hash(file)}"

    def image(self, file: str) -> str:
        """The address of an image, or the image itself."""
        return _data_address(STATIC_DIR / file) if self.standalone else self.address(file)

    def style(self, file: str) -> Markup:
        """The element that brings a style sheet into the page."""
        if self.standalone:
            return Markup("<style{}>{}</style>").format(self.nonce_attribute, _inlined_style(file))
        return Markup('<link rel="stylesheet" href="{}">').format(self.address(file))

    def script(self, file: str) -> Markup:
        """The element that brings a script into the page."""
        if self.standalone:
            return self.inline_script(_text_of(file))
        return Markup('<script src="{}"{}></script>').format(
            self.address(file), self.nonce_attribute
        )

    def inline_script(self, source: str) -> Markup:
        """Our own or Folium's script, written into the page."""
        return Markup("<script{}>{}</script>").format(self.nonce_attribute, Markup(source))  # noqa: S704  not user text

    def with_nonce(self, html: str) -> Markup:
        """Folium's own markup, its script and style elements allowed by the nonce."""
        return Markup(_INLINE.sub(lambda tag: f"{tag.group()}{self.nonce_attribute}", html))  # noqa: S704  not user text


@cache
def vendored() -> Mapping[str, str]:
    """The file under `VENDOR_DIR` for each address that Folium writes."""
    manifest = tomllib.loads((VENDOR_DIR / "manifest.toml").read_text(encoding="utf-8"))
    return {asset["address"]: asset["file"] for asset in manifest["asset"]}


def vendored_file(address: str) -> str:
    """The file under `STATIC_DIR` that stands for an address; `AssetNotShipped` when none does."""
    if address not in vendored():
        raise AssetNotShipped(address)
    return f"vendor/{vendored()[address]}"


@cache
def _content_hash(file: str) -> str:
    return hashlib.sha256((STATIC_DIR / file).read_bytes()).hexdigest()[:12]


@cache
def _text_of(file: str) -> str:
    return (STATIC_DIR / file).read_text(encoding="utf-8")


@cache
def _inlined_style(file: str) -> Markup:
    folder = (STATIC_DIR / file).parent

    def inlined(match: re.Match[str]) -> str:
        return f"url({_data_address(folder / match.group(2))})"

    return Markup(_CSS_URL.sub(inlined, _text_of(file)))  # noqa: S704  our own file


def _data_address(path: Path) -> str:
    # A system's own table of media types may lack the web font.
    kind = mimetypes.guess_type(path.name)[0] or "font/woff2"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
