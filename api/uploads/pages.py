"""The pages of the desk: what waits and was sent, and one upload with the steps that its reader may take."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastapi import Request, Response

from api.access import caller_of
from api.deps import language_or_default, links_or_default, settings_of, tables_of
from api.responses import PRIVATE, html_response, tagged
from api.uploads.documents import UploadDocument, entry_document, part_document
from geo.language import Text
from geo.store.roles import Actor, may
from geo.store.snapshots import kept_by_content
from geo.store.store import Store, Upload
from geo.store.uploads import FROM, SUBJECT
from geo.submission.receiving import unfinished

if TYPE_CHECKING:
    from maps.desk.map import Ground

REGENCIES = "regencies"
# Of one's own, on the page.
_MOST_SENT = 200


def desk_page(request: Request, store: Store) -> Response:
    """`/uploads` for people: who is in and what waits for them; how it works, for everybody."""
    from maps.desk.explanation import desk

    caller, inbox = caller_of(request), _inbox(request, store)
    content = desk(language_or_default(request), most_bytes=settings_of(request).max_upload_bytes)
    if inbox is not None and inbox["may_send"]:
        content["sending"] = _sending(request, store)
    page = html_response(
        request, "desk/inbox.html", active="desk", caller=caller, inbox=inbox, **content
    )
    if inbox is None:
        return tagged(request, page)
    page.headers.update(PRIVATE)
    return page


def _inbox(request: Request, store: Store) -> dict[str, Any] | None:
    """What waits for who is logged in, and what they sent; None for everybody else."""
    from geo.submission.waiting import waiting_for

    caller, language = caller_of(request), language_or_default(request)
    if caller.session is None:
        return None
    sent = store.uploads.newest(by=caller.actor.name, most=_MOST_SENT)
    return {
        "waiting": [
            {"upload": one.entry.upload, "title": one.title.to(language), "since": one.since}
            for one in waiting_for(store, caller.actor)
        ],
        "sent": [
            entry_document(store, one, links_or_default(request)).model_dump() for one in sent
        ],
        "may_send": may(caller.actor, "upload"),
    }


def _sending(request: Request, store: Store) -> dict[str, Any]:
    """What the form by which a file is sent says, to whoever may send one."""
    from geo.planning.publish import INDICATORS
    from maps.desk.handing_in import sending

    actor, links = caller_of(request).actor, links_or_default(request)
    return sending(
        language_or_default(request),
        layers=_layers(request),
        figures=INDICATORS,
        parts=[part_document(part, links).model_dump() for part in unfinished(store, actor=actor)],
        most_bytes=settings_of(request).max_upload_bytes,
    )


def upload_page(
    request: Request, store: Store, found: Upload, document: UploadDocument, actor: Actor
) -> Response:
    """One upload for people: its report, and the forms of the steps that its reader may take."""
    from geo.submission.steps import steps_of
    from maps.desk.upload_page import upload_page as page_of

    session = caller_of(request).session
    # A key sends no forms: its program asks for JSON.
    steps: list[str] = [] if session is None else [*steps_of(store, found, actor)]
    if session is not None and may(actor, "comment"):
        steps.append("comment")
    content = page_of(
        document.model_dump(),
        comments=store.comments.of(SUBJECT, found.upload),
        steps=steps,
        layers=_layers(request),
        language=language_or_default(request),
        drawings=_drawings(store, found),
        ground=ground_of(request, store),
    )
    csrf = "" if session is None else session.csrf
    content |= {"moved": _moved(store, found), "csrf": csrf}
    page = html_response(request, "desk/upload.html", active="desk", **content)
    page.headers.update(PRIVATE)
    return page


def _moved(store: Store, found: Upload) -> dict[str, int] | None:
    """The version that a waiting upload was compared with, and the present one; None where it is that."""
    if found.state not in FROM["publish"]:
        return None
    standing = store.standing(found.dataset)
    current = 0 if standing is None else standing.number
    base = found.compared_with
    return None if base == current else {"base": base, "current": current}


def impact_page(request: Request, document: Mapping[str, Any]) -> Response:
    """What an upload would change in the assessments, for people."""
    from maps.desk.effects import effects_page

    content = effects_page(document, language=language_or_default(request))
    page = html_response(request, "desk/effects.html", active="desk", **content)
    page.headers.update(PRIVATE)
    return page


def _drawings(store: Store, found: Upload) -> tuple[str, ...]:
    """What a map of it may ask for."""
    return ()


def ground_of(request: Request, store: Store) -> "Ground":
    """The published regencies below a map of the desk; without them only land and sea."""
    from geo.store.region import region
    from maps.desk.map import Ground

    links = links_or_default(request)
    ground = Ground(bounds=region(store).bounds, static=f"{urlsplit(links.base).path}/static")
    layers = store.current()
    if REGENCIES not in layers.datasets("layer"):
        return ground
    return replace(
        ground,
        tiles=links.url("collections", REGENCIES, "tiles", "WebMercatorQuad"),
        names=_names(layers.version(REGENCIES, "layer").path),
    )


@kept_by_content(maxsize=2)
def _names(path: Path) -> "tuple[Mapping[str, Any], ...]":
    from geo.published import read_layer
    from maps.folium.context import regency_labels

    return tuple(regency_labels(read_layer(path)))


def _layers(request: Request) -> dict[str, Text]:
    """The titles of the published layers."""
    collections = tables_of(request).collections()
    return {one.id: one.title for one in collections if one.version is not None}
