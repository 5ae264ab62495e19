"""The history of a layer, a raster, the figures, the targets or an index: documents and pages of its versions."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel, Field

from api.access import caller_of
from api.collections import READINESS, Tables
from api.deps import language_or_default, links_of
from api.links import GEOJSON
from api.ogc_models import Link
from api.responses import html_response, private_page, tagged
from api.uploads.outcome import people
from api.uploads.pages import ground_of, indicator_titles
from geo.errors import InvalidInput, LayerNotFound, VersionNotFound
from geo.language import Language, Text, texts
from geo.store.region import region
from geo.store.roles import Actor, may
from geo.store.store import DatasetKind, Store, Version
from geo.store.versions import Event

_SAY = texts(__name__)

# What becomes a version by an upload has a history for everybody.
HANDED_IN: tuple[DatasetKind, ...] = ("layer", "raster", "indicators", "targets", "index")


class VersionDocument(BaseModel):
    """One published version; the public is told role and institution, never a name.

    `replaced` is the version that was current before it was published; `changed` counts what it
    changed in that one, where that is known. `unit` and `year` are a raster's. Who is logged in is
    told who sent the file (`sent_by`), what it is called, what was said when it was submitted, and of
    targets what they are of (`subject`).
    """

    number: int
    sha256: str
    published_at: str
    published_by: str
    role: str | None = None
    institution: str | None = None
    note: str
    source: str
    licence: str
    size_bytes: int
    current: bool = Field(validation_alias="is_current")
    replaced: int | None = None
    changed: dict[str, int] | None = None
    unit: str | None = None
    year: str | None = None
    upload: str | None = None
    sent_by: str | None = None
    filename: str | None = None
    sent_note: str | None = None
    subject: dict[str, str] | None = None


class EventDocument(BaseModel):
    """A version was published or returned to, or the layer withdrawn or shown again.

    `number` is the version that was current then, `before` the one until then. Who is logged in is
    told by whom and why.
    """

    at: str
    action: str
    number: int
    before: int | None = None
    by: str | None = None
    note: str | None = None


class VersionsDocument(BaseModel):
    """Every version, the newest first, and what became of them, the latest first."""

    collection: str
    title: str
    kind: str | None = None
    versions: list[VersionDocument]
    events: list[EventDocument]
    links: list[Link]


class SideDocument(BaseModel):
    """One of two versions that are compared."""

    number: int
    sha256: str
    published_at: str


class DifferenceDocument(BaseModel):
    """How a version differs from another one.

    Of a layer `counts`, `added`, `removed`, `changed`, `names`, `areas_ha`, `regencies`,
    `without_regency` and `columns_vanish` as in the report of an upload; of the table of figures `figures`, of targets
    `targets`, of an index `index`; of a raster `raster`. `why_not` says in both
    languages why nothing is compared.
    """

    collection: str
    title: str
    kind: str
    before: SideDocument
    after: SideDocument
    counts: dict[str, int]
    added: list[str] | None = None
    removed: list[str] | None = None
    changed: list[dict[str, Any]] | None = None
    names: dict[str, str] | None = None
    areas_ha: dict[str, float] | None = None
    regencies: list[str] | None = None
    without_regency: int | None = None
    columns_vanish: list[dict[str, Any]] | None = None
    figures: list[dict[str, Any]] | None = None
    targets: list[dict[str, Any]] | None = None
    index: list[dict[str, Any]] | None = None
    catalogue_changed: bool | None = None
    raster: dict[str, Any] | None = None
    why_not: dict[str, str] | None = None
    links: list[Link]


def versions_of(store: Store, dataset: str) -> list[Version]:
    """Every version of what is published by uploads, the oldest first; none of what is computed.

    Raises
    ------
    LayerNotFound
        Also for a layer that is withdrawn.
    """
    known = [name for kind in HANDED_IN for name in store.datasets(kind)]
    if dataset in known:
        return store.versions(dataset)
    if dataset == READINESS:
        return []
    raise LayerNotFound(dataset, available=sorted([*known, READINESS]))


def title_of(version: Version, tables: Tables) -> Text:
    """What a dataset is called."""
    if version.kind == "layer":
        return tables.of_version(version).title
    if version.kind == "indicators":
        return _SAY["figures"]
    if version.kind == "targets":
        return _SAY["targets"]
    if version.kind == "index":
        from geo.programme.indices.stored_index import index_of

        return index_of(version.path).title
    from geo.land.raster import land_title
    from geo.published import LAND_PREFIX

    return land_title(version.dataset.removeprefix(LAND_PREFIX))


def pair_of(
    store: Store, dataset: str, before: int | None, after: int | None
) -> tuple[Version, Version]:
    """The two versions that are asked for: by default the current one, and the one that it replaced.

    Raises
    ------
    LayerNotFound, VersionNotFound
    """
    if not (versions := versions_of(store, dataset)):
        raise InvalidInput(reason=_SAY["no_versions"])
    known = {one.number: one for one in versions}
    newer = after if after is not None else next(v.number for v in versions if v.is_current)
    older = before
    if older is None:
        replaced = {e.number: e.before for e in store.events(dataset) if e.action == "publish"}
        older = replaced.get(newer) or max((n for n in known if n < newer), default=newer)
    for number in (older, newer):
        if number not in known:
            raise VersionNotFound(str(number), available=[str(each) for each in known])
    return known[older], known[newer]


def versions_document(
    request: Request, store: Store, tables: Tables, dataset: str, *, is_html: bool
) -> VersionsDocument:
    """The versions of a dataset as its reader may see them."""
    caller, language = caller_of(request), language_or_default(request)
    versions = versions_of(store, dataset)
    events = store.events(dataset) if versions else []
    title = title_of(versions[-1], tables) if versions else tables.collection(dataset).title
    replaced = {one.number: one.before for one in events if one.action == "publish"}
    sent = _sent(store, versions) if may(caller.actor, "read_names") else {}
    path = ("collections", dataset, "versions")
    return VersionsDocument(
        collection=dataset,
        title=title.to(language),
        kind=versions[-1].kind if versions else None,
        versions=[
            _version(one, replaced.get(one.number), caller.actor, language).model_copy(
                update=sent.get(one.upload or "", {"upload": None})
            )
            for one in reversed(versions)
        ],
        events=[_event(one, caller.actor) for one in reversed(events)],
        links=[Link(**link) for link in links_of(request).representations(*path, is_html=is_html)],
    )


def versions_page(request: Request, document: VersionsDocument) -> Response:
    """The versions as a timeline, with the forms of whoever may return to one of them."""
    from maps.desk.timeline import timeline_page

    caller, language = caller_of(request), language_or_default(request)
    session = caller.session
    content = timeline_page(
        document.model_dump(),
        may_roll_back=session is not None and may(caller.actor, "roll_back"),
        language=language,
    ) | {"others": [link for link in document.links if link.rel == "alternate"]}
    if session is None:
        return tagged(request, html_response(request, "desk/versions.html", csrf="", **content))
    return private_page(request, "desk/versions.html", csrf=session.csrf, **content)


def difference_document(
    request: Request,
    tables: Tables,
    before: Version,
    after: Version,
    found: Mapping[str, Any],
    *,
    is_html: bool,
) -> DifferenceDocument:
    """What was found of two versions, with which two they are."""
    sides = {"from": before.number, "to": after.number}
    path = ("collections", after.dataset, "difference")
    links = links_of(request)
    made = links.representations(*path, query=sides, is_html=is_html)
    if after.kind == "layer":
        made.append(links.link("alternate", GEOJSON, *path, query=sides, f="geojson"))
    return DifferenceDocument(
        collection=after.dataset,
        title=title_of(after, tables).to(language_or_default(request)),
        kind=after.kind,
        before=SideDocument.model_validate(before, from_attributes=True),
        after=SideDocument.model_validate(after, from_attributes=True),
        links=[Link(**link) for link in made],
        **found,
    )


def difference_page(request: Request, store: Store, document: DifferenceDocument) -> Response:
    """The difference of two versions for people, who choose the two there."""
    from maps.desk.map import map_facts
    from maps.desk.timeline import compared_page

    language = language_or_default(request)
    differs = document.kind == "layer" and any(
        count for way, count in document.counts.items() if way != "unchanged"
    )
    planned = region(store)
    content = compared_page(
        document.model_dump(),
        numbers=[(one.number, one.published_at) for one in store.versions(document.collection)],
        regencies={code: planned.title_of(code).to(language) for code in planned.codes},
        indicators=indicator_titles(store, language) if document.index else {},
        language=language,
    )
    content["map_facts"] = map_facts(
        {},
        drawings=["difference"] if differs else [],
        ground=ground_of(request, store),
        language=language,
    )
    return tagged(request, html_response(request, "desk/compared.html", **content))


def _sent(store: Store, versions: list[Version]) -> dict[str, dict[str, Any]]:
    """By whom and how the file of each version was sent, by its upload."""
    names = people(store)
    found = store.uploads.sent([one.upload for one in versions if one.upload])
    publishers = {one.upload: one.published_by for one in versions}
    return {
        upload: {
            "published_by": names.get(by := publishers[upload], by),
            "sent_by": names.get(one.by, one.by),
            "filename": one.filename,
            "sent_note": one.note,
            "subject": one.subject,
        }
        for upload, one in found.items()
    }


def _version(
    version: Version, replaced: int | None, actor: Actor, language: Language
) -> VersionDocument:
    found = VersionDocument.model_validate(version, from_attributes=True)
    by = version.published_by if may(actor, "read_names") else version.publisher.to(language)
    said = {"source": version.source_text, "licence": version.licence_text}
    said["note"] = version.note_text
    in_language = {name: text.to(language) for name, text in said.items()}
    details = version.details
    known = {"replaced": replaced, "changed": details.get("difference")}
    if version.kind == "raster":
        known |= {name: _written(details.get(name)) for name in ("unit", "year")}
    return found.model_copy(update={"published_by": by, **in_language, **known})


def _written(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def _event(event: Event, actor: Actor) -> EventDocument:
    found = EventDocument(at=event.at, action=event.action, number=event.number)
    said: dict[str, Any] = {"before": event.before}
    if may(actor, "read_names"):
        said |= {"by": event.actor, "note": event.note}
    return found.model_copy(update=said)
