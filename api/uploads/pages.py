"""The pages of the desk: what waits and was sent, and one upload with the steps that its reader may take."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastapi import Request, Response

from api.access import caller_of
from api.deps import language_or_default, links_or_default, settings_of, tables_of
from api.responses import html_response, private_page, tagged
from api.uploads.documents import UploadDocument, entry_document, part_document
from api.uploads.outcome import outcomes, people
from geo.errors import LayerNotFound
from geo.language import Language, Text
from geo.store.roles import Actor, may
from geo.store.snapshots import kept_by_content
from geo.store.store import Store, Upload, UploadEntry
from geo.store.uploads import CHECKED, SUBJECT
from geo.submission.receiving import unfinished

if TYPE_CHECKING:
    from maps.desk.map import Ground

REGENCIES = "regencies"
# Asks which land raster a file is.
ANY_RASTER = "land"
# Of what was decided, at first and at most; of what waits, those of which the reason is read.
_MOST_DECIDED, _MOST_LISTED, _MOST_TOLD = 20, 1000, 50


def desk_page(request: Request, store: Store, *, most: int | None = None) -> Response:
    """`/uploads` for people: who is in and what waits for them; how it works, for everybody."""
    from maps.desk.explanation import desk

    caller, inbox = caller_of(request), _inbox(request, store, most=most or _MOST_DECIDED)
    settings = settings_of(request)
    content = desk(
        language_or_default(request),
        limits=settings.reader_limits(),
        keep_days=settings.upload_days,
    )
    if inbox is not None and inbox["may_send"]:
        content["sending"] = _sending(request, store)
    content |= {"active": "desk", "caller": caller, "inbox": inbox}
    if inbox is None:
        return tagged(request, html_response(request, "desk/inbox.html", **content))
    return private_page(request, "desk/inbox.html", **content)


def _inbox(request: Request, store: Store, *, most: int) -> dict[str, Any] | None:
    """What is listed for who is logged in, `most` of what was decided; None for everybody else."""
    from geo.submission.waiting import MOST, waiting_for
    from maps.desk.desk_lists import inbox_lists

    caller, links = caller_of(request), links_or_default(request)
    if caller.session is None:
        return None
    actor, uploads = caller.actor, store.uploads
    waiting = waiting_for(store, actor)
    listed = {one.entry.upload for one in waiting}
    under_way = uploads.newest("received", "checking", "submitted", by=actor.name, most=MOST)
    # Whoever decides sees what others decided too.
    by = None if may(actor, "approve") else actor.name
    # And what went back to its sender, which may come again.
    under_way += uploads.newest("returned", by=by, is_end=False, most=MOST)
    ended = uploads.newest(by=by, is_end=True, most=most + len(listed))
    ended = [one for one in ended if one.upload not in listed][:most]
    in_all = uploads.count_ended(by=by) - sum(one.entry.is_end for one in waiting)
    under_way = [one for one in under_way if one.upload not in listed]
    entries = [*(one.entry for one in waiting), *under_way, *ended]
    rows = {one.upload: entry_document(store, one, links).model_dump() for one in entries}
    found = inbox_lists(
        waiting=[
            {
                **rows[one.entry.upload],
                "reason": one.reason,
                "since": one.since,
                "said": _said(store, one.entry) if number < _MOST_TOLD else None,
            }
            for number, one in enumerate(waiting)
        ],
        on_the_way=[rows[one.upload] for one in under_way],
        decided=[rows[one.upload] for one in ended],
        decided_in_all=in_all,
        titles=_titles(request, store, {one.dataset for one in entries}),
        names=people(store),
        outcomes=outcomes(store, ended),
        language=language_or_default(request),
    )
    more = min(5 * most, _MOST_LISTED)
    found |= {"may_send": may(actor, "upload"), "may_manage": may(actor, "manage_people")}
    return found | {"more": more if more > most else None}


def _said(store: Store, entry: UploadEntry) -> Any:
    """Why an upload came back: the words of whoever returned it, else the first error of its check."""
    if entry.state not in ("returned", "needs_choices"):
        return None
    if entry.state == "returned" and (comments := store.comments.of(SUBJECT, entry.upload)):
        return comments[-1].text
    findings = store.uploads.one(entry.upload).report.get("findings", ())
    return next((one["sentence"] for one in findings if one["severity"] == "error"), None)


def _titles(request: Request, store: Store, datasets: Collection[str]) -> dict[str, Text]:
    """What datasets are called; a layer that was never published has only its id."""
    from geo.land.raster import land_title
    from geo.planning.publish import INDICATORS
    from geo.programme.indices.stored_index import is_index
    from geo.programme.publish_targets import TARGETS
    from geo.published import LAND_PREFIX
    from maps.text import both

    found = {}
    for name in datasets:
        if name == INDICATORS:
            found[name] = both("sending.figures")
        elif name == TARGETS:
            found[name] = both("targets.title")
        elif is_index(name):
            found[name] = _index_title(request, store, name)
        elif name.startswith(LAND_PREFIX):
            title = land_title(name.removeprefix(LAND_PREFIX))
            found[name] = Text(*(each[:1].upper() + each[1:] for each in title))
        elif (version := store.standing(name)) is not None:
            found[name] = tables_of(request).of_version(version).title
    return found


def _index_title(request: Request, store: Store, dataset: str) -> Text:
    from geo.programme.indices.stored_index import INDEX_PREFIX, stored_index

    name = dataset.removeprefix(INDEX_PREFIX)
    return stored_index(store, name, data_dir=settings_of(request).data_dir).index.title


def _sending(request: Request, store: Store) -> dict[str, Any]:
    """What the form by which a file is sent says, to whoever may send one."""
    from geo.planning.publish import INDICATORS
    from geo.programme.publish_targets import TARGETS
    from maps.desk.handing_in import sending

    actor, links = caller_of(request).actor, links_or_default(request)
    return sending(
        language_or_default(request),
        layers=_layers(request),
        figures=INDICATORS,
        targets=TARGETS,
        has_figures=INDICATORS in store.datasets(),
        parts=[part_document(part, links).model_dump() for part in unfinished(store, actor=actor)],
        most_bytes=settings_of(request).max_upload_bytes,
    )


def upload_page(
    request: Request, store: Store, found: Upload, document: UploadDocument, actor: Actor
) -> Response:
    """One upload for people: its report, and the forms of the steps that its reader may take."""
    from geo.submission.drawings import drawn
    from geo.submission.steps import is_own, steps_of
    from maps.desk.raster_report import TOLD_APART
    from maps.desk.sender import standing
    from maps.desk.upload_page import upload_page as page_of

    session = caller_of(request).session
    # A key sends no forms: its program asks for JSON.
    steps: list[str] = [] if session is None else [*steps_of(store, found, actor)]
    if session is not None and may(actor, "comment"):
        steps.append("comment")
    if document.progress is not None:
        # What an earlier check found is about to be replaced, and says nothing of this one.
        document = document.model_copy(update={"report": None})
    said = document.model_dump()
    content = page_of(
        said,
        comments=store.comments.of(SUBJECT, found.upload),
        steps=steps,
        layers=_layers(request),
        language=language_or_default(request),
        drawings=drawn(store, found),
        ground=ground_of(request, store, layer=document.collection),
    )
    content |= standing(
        said,
        is_own=is_own(found, actor),
        names=people(store),
        deciding=_deciding(store, found),
        language=language_or_default(request),
    )
    content["user"] = actor.name
    content["sent_by"] = people(store).get(found.created_by, found.created_by)
    csrf = "" if session is None else session.csrf
    moved = _moved(store, found)
    content |= {"moved": moved, "anew": None if moved else _anew(found), "csrf": csrf}
    content["outcome"] = outcomes(store, [found]).get(found.upload)
    content["is_own"] = is_own(found, actor)
    content |= _of_its_kind(request, store, found, said)
    if content["raster"] is not None or content["figures"] is not None:
        # Neither has features to draw.
        content["map_facts"] = None
    if content["raster"] is not None:
        content["groups"] = [g for g in content["groups"] if g["code"] not in TOLD_APART]
    return private_page(request, "desk/upload.html", active="desk", **content)


def _deciding(store: Store, upload: Upload) -> list[str]:
    """What those people are called who may decide of an upload, its sender apart."""
    own = (upload.created_by, upload.submitted_by)
    return [
        row["name"]
        for row in store.users.all()
        if row["disabled_at"] is None
        and row["user"] not in own
        and may(Actor(row["user"], row["role"]), "approve")
    ]


def _of_its_kind(
    request: Request, store: Store, found: Upload, said: Mapping[str, Any]
) -> dict[str, Any]:
    """The report of a raster, or of figures, targets or an index in words; None of what it is not."""
    from geo.programme.indices.stored_index import is_index
    from geo.published import indicator_catalogue, region
    from geo.submission.tables import is_table
    from maps.desk.figures_report import figures_report
    from maps.desk.raster_report import raster_report

    figures, language = None, language_or_default(request)
    if is_table(said["collection"]):
        of_index = is_index(said["collection"])
        planned = region(store)
        figures = figures_report(
            said,
            catalogue=indicator_catalogue(store),
            regencies={code: planned.title_of(code).to(language) for code in planned.codes},
            language=language,
        )
        figures["moves"] = _moves(store, found, language) if of_index else None
        if of_index:
            figures["says"]["title"] = _index_title(request, store, said["collection"]).to(language)
    return {"raster": raster_report(said, language=language), "figures": figures}


def _moves(store: Store, found: Upload, language: Language) -> dict[str, Any] | None:
    """The places whose index an upload would change; None where nothing is to be decided."""
    from geo import published
    from geo.submission.tables import index_sides
    from maps.programme.index_moves import index_moves

    sides = index_sides(store, found)
    if sides is None:
        return None
    table, here = published.indicators(store), published.region(store)
    return index_moves(*sides, table=table, region=here, language=language)


def indicator_titles(store: Store, language: Language) -> dict[str, str]:
    """What indicators are called, by their ids."""
    from geo.programme.targets import with_targets
    from geo.published import indicator_catalogue

    catalogue = with_targets(indicator_catalogue(store))
    return {name: one.title.to(language) for name, one in catalogue.items()}


def form_page(request: Request, store: Store, asked: str, *, indicator: str | None) -> Response:
    """The form for one kind of file: a land raster, the figures, or a layer.

    Raises
    ------
    RasterRefused
        For what no land raster can be called.
    LayerNotFound
        For a layer that is not there.
    """
    content = _form(request, store, asked, indicator)
    content |= {"sending": _sending(request, store), "caller": caller_of(request)}
    return private_page(request, "desk/form.html", active="desk", **content)


def _form(request: Request, store: Store, asked: str, indicator: str | None) -> dict[str, Any]:
    from geo.planning.publish import INDICATORS
    from geo.planning.publish_land import rasters_read, require_land_name
    from geo.programme.publish_targets import TARGETS
    from geo.published import LAND_PREFIX, indicator_catalogue
    from geo.vector.schema import SCHEMAS
    from maps.desk.file_form import figures_form, layer_form, raster_form, targets_form

    language = language_or_default(request)
    if asked == INDICATORS:
        return figures_form(indicator_catalogue(store), asked=indicator, language=language)
    if asked == TARGETS:
        return targets_form(language)
    if asked == ANY_RASTER or asked.startswith(LAND_PREFIX):
        name = None if asked == ANY_RASTER else asked.removeprefix(LAND_PREFIX)
        if name is not None:
            require_land_name(name)
        published = [one.removeprefix(LAND_PREFIX) for one in store.datasets("raster")]
        return raster_form(name, others=[*published, *rasters_read(store)], language=language)
    titles = _layers(request)
    known = {name: schema.title for name, schema in SCHEMAS.items()} | titles
    if asked not in known:
        raise LayerNotFound(asked, available=sorted({*known, INDICATORS, TARGETS, ANY_RASTER}))
    return layer_form(asked, title=known[asked], is_published=asked in titles, language=language)


def _moved(store: Store, found: Upload) -> dict[str, int] | None:
    """The version that a waiting upload was compared with, and the present one.

    None where it is that, or where it would change of this one what its report says.
    """
    from geo.submission.tables import is_as_reported

    if found.state not in CHECKED or found.is_end:
        return None
    standing = store.standing(found.dataset)
    current = 0 if standing is None else standing.number
    base = found.compared_with
    is_same = base == current or is_as_reported(store, found)
    return None if is_same else {"base": base, "current": current}


def _anew(found: Upload) -> dict[str, int] | None:
    """The version that was seen at submission, and the later one it is compared with now."""
    from geo.submission.accepting import seen_version

    seen, now = seen_version(found), found.compared_with
    return None if seen == now else {"base": seen, "current": now}


def impact_page(request: Request, document: Mapping[str, Any]) -> Response:
    """What an upload would change in the assessments, for people."""
    from maps.desk.effects import effects_page

    content = effects_page(document, language=language_or_default(request))
    return private_page(request, "desk/effects.html", active="desk", **content)


def ground_of(request: Request, store: Store, *, layer: str | None = None) -> "Ground":
    """The published regencies, and one layer as it is published, below a map of the desk.

    Without them only land and sea.
    """
    from geo.store.region import region
    from maps.desk.map import Ground

    links = links_or_default(request)
    ground = Ground(bounds=region(store).bounds, static=f"{urlsplit(links.base).path}/static")
    layers = store.current()
    if layer is not None and layer != REGENCIES and layer in layers.datasets("layer"):
        tiles = links.url("collections", layer, "tiles", "WebMercatorQuad")
        ground = replace(ground, published=tiles, layer=layer)
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
