"""Pages for people: the map of everything, and single maps to keep or to show."""

import hashlib
import secrets
from functools import lru_cache
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import LanguageDep, StoreDep, base_of
from api.links import HTML
from geo.language import Language
from geo.store import Store

router = APIRouter(tags=["pages"])

MapName = Literal["planner", "regencies", "zones", "kecamatan"]
_HTML_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {HTML: {}}, "description": "A page"}
}
# Pages are drawn once and kept; each answer gets a nonce of its own in this one's place.
_NONCE = "nonce-of-the-answer"


class MapQuery(BaseModel):
    """What the map shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Annotated[str, Field(description="A model's id: kesiapan or kebutuhan.")] = "kesiapan"
    indicator: Annotated[str, Field(description="Indicator that colours the regencies.")] = (
        "tpt_agustus"
    )
    year: Annotated[
        int | None, Field(description="Year of the indicator; its newest where it has no figures.")
    ] = None
    lang: str | None = None


class SingleMapQuery(MapQuery):
    """What a single map shows, and whether it comes as one file for a memory stick."""

    download: Annotated[
        str | None, Field(description="Give the map as one file that needs no server.")
    ] = None


@router.get("/map", response_class=Response, responses=_HTML_ANSWER, summary="The planner's map")
def read_map(
    request: Request, query: Annotated[MapQuery, Query()], store: StoreDep, language: LanguageDep
) -> Response:
    """Regencies by an indicator, zones by class, the ranking and a legend."""
    root = urlsplit(base_of(request)).path
    return _answer(_drawn(store, _state(store), "planner", query, language, root, False), language)


@router.get("/maps/{name}", response_class=Response, responses=_HTML_ANSWER, summary="A single map")
def read_single_map(
    request: Request,
    name: Literal["regencies", "zones", "kecamatan"],
    query: Annotated[SingleMapQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """One map with its legend; with `download`, a single file that opens without any server."""
    root = urlsplit(base_of(request)).path
    standalone = query.download is not None
    shown = MapQuery.model_validate(query.model_dump(exclude={"download"}))
    page = _drawn(store, _state(store), name, shown, language, root, standalone)
    if standalone:
        headers = {"Content-Disposition": f'attachment; filename="kawasan-{name}.html"'}
        return Response(page, media_type=HTML, headers=headers)
    return _answer(page, language)


def _answer(page: str, language: Language) -> Response:
    from maps.page import CONTENT_SECURITY_POLICY

    nonce = secrets.token_urlsafe(16)
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY.format(nonce=nonce),
        "Content-Language": language,
        "Cache-Control": "no-store",
        "Vary": "Accept-Language",
    }
    return Response(page.replace(_NONCE, nonce), media_type=HTML, headers=headers)


def _state(store: Store) -> str:
    """A digest of what is published: a page drawn from it is never stale."""
    return hashlib.sha256(repr(sorted(store.state().items())).encode()).hexdigest()


@lru_cache(maxsize=32)
def _drawn(
    store: Store,
    _state: str,
    name: MapName,
    query: MapQuery,
    language: Language,
    root: str,
    standalone: bool,
) -> str:
    from maps.assets import Assets
    from maps.subject import draw_planner, draw_single, read_subject

    subject = read_subject(store, model=query.model, indicator=query.indicator, year=query.year)
    state = {k: str(v) for k, v in query.model_dump(exclude_none=True, exclude_unset=True).items()}
    assets = Assets(base=f"{root}/static", nonce=_NONCE, standalone=standalone)
    if name == "planner":
        return draw_planner(
            subject,
            asked_year=query.year,
            language=language,
            state=state,
            assets=assets,
            root=root,
        )
    return draw_single(name, subject, language=language, state=state, assets=assets, root=root)
