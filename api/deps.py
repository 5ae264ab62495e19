"""What a route asks for: the store, the language, the representation, links.

Use the annotated names in a route's signature, for example
`def zones(store: StoreDep, language: LanguageDep, links: LinksDep) -> Response`.
"""

import re
from contextlib import suppress
from functools import lru_cache
from ipaddress import ip_address
from typing import Annotated, Literal, cast

from fastapi import Depends, Request

from api.collection_tiles import CollectionTiles
from api.collections import Tables
from api.features.accept import by_quality, liking, ranges_of, remembered
from api.forwarded import PREFIX, host_name
from api.links import Links
from api.parameters import InvalidParameter, describes
from api.settings import Settings
from geo.errors import GeoError, InvalidInput
from geo.language import LANGUAGES, Language, Text, shortened, texts
from geo.store.region import region
from geo.store.store import Store
from geo.vector.planning_region import PlanningRegion

_SAY = texts(__name__)

Format = Literal["json", "html"]

_MOST_HOST = 200
# A name of 253 letters, and a port.
_LONGEST_AUTHORITY = 260
_MOST_SHOWN = 40
# "in" is the older code of Indonesian, still sent by some systems.
_LANGUAGE_TAGS: dict[str, Language] = {"id": "id", "in": "id", "en": "en"}
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_JSON_TYPES = ("application/json", "application/geo+json", "application/problem+json")
# Where an answer is features, and nowhere else.
_GEOJSON = re.compile(r"/items|/difference$")
_FORMATS: dict[str, Format] = {"json": "json", "geojson": "json", "html": "html"}


# Browsers hold six connections; whoever waits longer for another's preparation is told to come back.
_PATIENCE_S = 5.0


class UnknownHost(InvalidInput):
    """A request under a host name that nobody said is the service's."""

    title = Text(id="Nama host tidak dikenal", en="Unknown host name")
    sentence = Text(
        id="Layanan ini tidak dikenal dengan nama host {host!r}. Pengelola layanan menambahkan nama itu di KAWASAN_HOSTS, atau mengisi KAWASAN_BASE_URL dengan alamat umum layanan.",
        en="This service is not known by the host name {host!r}. Its operator adds the name to KAWASAN_HOSTS, or sets KAWASAN_BASE_URL to the service's public address.",
    )


def patience_s() -> float:
    """How many seconds a request waits for what another one prepares."""
    return _PATIENCE_S


def settings_of(request: Request) -> Settings:
    """The settings that the service was made with."""
    return cast(Settings, request.app.state.settings)


def store_of(request: Request) -> Store:
    """The open store; its `StoreFault` when it could not be opened."""
    if request.app.state.store is None:
        raise request.app.state.store_fault
    return cast(Store, request.app.state.store)


def region_or_none(request: Request) -> PlanningRegion | None:
    """The region that the store plans for, for a page that must not fail; None where it is not to be had."""
    with suppress(GeoError):
        return region(store_of(request))
    return None


def tables_of(request: Request) -> Tables:
    """The collections and their prepared features."""
    store_of(request)
    return cast(Tables, request.app.state.tables)


def collection_tiles_of(request: Request) -> CollectionTiles:
    """The vector tiles of the collections."""
    store_of(request)
    return cast(CollectionTiles, request.app.state.collection_tiles)


def language_of(request: Request) -> Language:
    """The language of the answer: `lang`, else Accept-Language, else the service's default.

    A page without `lang` speaks the default: browsers of district offices ask for English because
    nobody set them up, and every page has its switch.

    Raises
    ------
    InvalidParameter
        For a `lang` that the service does not speak.
    """
    chosen = _chosen_language(request)
    return chosen if chosen is not None else _accepted_language(request)


def language_or_default(request: Request) -> Language:
    """`language_of` for an answer that must not fail, such as a problem."""
    try:
        return language_of(request)
    except InvalidParameter:
        return _accepted_language(request)


def format_of(request: Request) -> Format:
    """The representation: `f`, else what Accept prefers, else JSON.

    Raises
    ------
    InvalidParameter
        For an `f` that the service does not write.
    """
    wanted = request.query_params.get("f")
    if wanted is None:
        return _accepted_format(request)
    path = request.url.path
    if path.endswith("/items"):
        # Features have more forms, and their route refuses the others.
        return "html" if wanted == "html" else "json"
    if wanted not in _FORMATS and (
        path.endswith(f".{wanted}") or (wanted == "mvt" and "/tiles/" in path)
    ):
        # A resource of one form, which a client may name.
        return "json"
    if wanted not in _FORMATS or (wanted == "geojson" and not _GEOJSON.search(path)):
        raise InvalidParameter(
            parameter="f", reason=_SAY["unknown_format"].format(f=shortened(wanted, _MOST_SHOWN))
        )
    return _FORMATS[wanted]


def form_asked(request: Request, f: str | None, *files: str) -> str:
    """`f`, else json or html as Accept prefers.

    Raises
    ------
    InvalidParameter
        For an `f` that is neither json nor html nor one of `files`.
    """
    form, known = f or format_of(request), ("json", "html", *files)
    if form not in known:
        first, last = ", ".join(known[:-1]), known[-1]
        there_are = Text(id=f"{first} dan {last}", en=f"{first} and {last}")
        facts = {"form": shortened(form, _MOST_SHOWN), "known": there_are}
        raise InvalidParameter(parameter="f", reason=_SAY["unknown_form"].format(**facts))
    return form


def require_spoken(request: Request) -> None:
    """Raise for a language or a form that the service does not have, also where a route reads neither.

    A route that says of its `f` which forms it has refuses the others itself.

    Raises
    ------
    InvalidParameter
    """
    _chosen_language(request)
    if not describes(request, "f"):
        format_of(request)


def wants_html(request: Request) -> bool:
    """Whether the answer is a page; see `format_of`."""
    return format_of(request) == "html"


def links_of(request: Request) -> Links:
    """Links for this request: from the configured address, else from the request's own host."""
    page = settings_of(request).default_language if _is_page(request) else None
    return Links(base_of(request), language=_chosen_language(request), page=page)


def links_or_default(request: Request) -> Links:
    """`links_of` for a page that must not fail: without a host or a language that we refuse."""
    base = prefix_of(request)
    language: Language | None = None
    with suppress(UnknownHost):
        base = base_of(request)
    with suppress(InvalidParameter):
        language = _chosen_language(request)
    return Links(base, language=language)


def base_of(request: Request) -> str:
    """The public address of the service, without a slash at its end.

    Raises
    ------
    UnknownHost
        As `require_host`.
    """
    configured = settings_of(request).base_url
    if configured is not None:
        return configured
    require_host(request)
    scope = request.scope
    root = scope.get("app_root_path", scope.get("root_path", ""))
    stated, server = request.headers.get("host"), scope.get("server")
    own = _own_base(scope["scheme"], stated, None if server is None else tuple(server), root)
    return own + prefix_of(request)


@lru_cache(maxsize=64)
def _own_base(scheme: str, host: str | None, server: tuple[str, int] | None, root: str) -> str:
    """The address that was called; a host was looked at by `require_host`, so it is short."""
    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    scope = {"type": "http", "scheme": scheme, "headers": headers, "server": server}
    return str(Request(scope | {"root_path": root, "path": "/"}).base_url).rstrip("/")


def prefix_of(request: Request) -> str:
    """The part of the public address that a proxy takes off the path; empty or `/…`."""
    return str(request.scope.get(PREFIX, ""))


def require_host(request: Request) -> None:
    """Raise unless the request's host is this machine's, an IP literal or a configured one.

    A name that anybody may point here would stand in links, and its pages would be of our origin.
    With a configured address links never follow the host, which then is the proxy's own business.

    Raises
    ------
    UnknownHost
    """
    settings = settings_of(request)
    stated = request.headers.get("host")
    # Before HTTP/1.1 none is sent: links then have the address that was called.
    if settings.base_url is not None or stated is None:
        return
    if len(stated) > _LONGEST_AUTHORITY or not _is_known(stated, tuple(settings.hosts)):
        raise UnknownHost(host=stated[:_MOST_HOST])


@lru_cache(maxsize=64)
def _is_known(stated: str, hosts: tuple[str, ...]) -> bool:
    name = host_name(stated)
    return name is not None and (is_own_host(name) or name in hosts)


def is_own_host(name: str) -> bool:
    """Whether a host is an IP literal or this machine's own name."""
    with suppress(ValueError):
        ip_address(name)
        return True
    return name == "localhost" or name.endswith(".localhost")


SettingsDep = Annotated[Settings, Depends(settings_of)]
StoreDep = Annotated[Store, Depends(store_of)]
TablesDep = Annotated[Tables, Depends(tables_of)]
CollectionTilesDep = Annotated[CollectionTiles, Depends(collection_tiles_of)]
LanguageDep = Annotated[Language, Depends(language_of)]
HtmlDep = Annotated[bool, Depends(wants_html)]
PatienceDep = Annotated[float, Depends(patience_s)]
LinksDep = Annotated[Links, Depends(links_of)]


def _chosen_language(request: Request) -> Language | None:
    wanted = request.query_params.get("lang")
    if wanted is None:
        return None
    if wanted not in LANGUAGES:
        raise InvalidParameter(
            parameter="lang",
            reason=_SAY["unknown_language"].format(lang=shortened(wanted, _MOST_SHOWN)),
        )
    return wanted


def _accepted_language(request: Request) -> Language:
    if _is_page(request):
        return settings_of(request).default_language
    liked = _liked_language(request.headers.get("accept-language", ""))
    return liked or settings_of(request).default_language


def _is_page(request: Request) -> bool:
    return (request.query_params.get("f") or _accepted_format(request)) == "html"


@remembered
def _liked_language(accepted: str) -> Language | None:
    tags = (_LANGUAGE_TAGS.get(tag.split("-")[0].lower()) for tag, _ in by_quality(accepted))
    return next((language for language in tags if language is not None), None)


def _accepted_format(request: Request) -> Format:
    return _liked_format(request.headers.get("accept", ""))


@remembered
def _liked_format(accept: str) -> Format:
    # Only who prefers HTML gets HTML: */* is what programs send.
    ranges = ranges_of(accept)
    html, json = liking(ranges, *_HTML_TYPES), liking(ranges, *_JSON_TYPES)
    return "html" if html[:2] > json[:2] else "json"
