"""Layers withdrawn and shown again; their files and versions stay."""

from typing import Annotated

from fastapi import Body, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Allowed
from api.deps import CollectionTilesDep, LanguageDep, LinksDep, StoreDep, TablesDep
from api.links import JSON
from api.parameters import CollectionId, StatedText
from api.responses import PRIVATE, json_response
from api.serving.router import Router
from api.uploads.documents import PublishedDocument, published_document
from geo.language import Language
from geo.store.roles import Actor
from geo.store.store import Version

router = Router("uploads")

WithdrawerDep = Annotated[Actor, Depends(Allowed("withdraw_layer"))]


class WithdrawalRequest(BaseModel):
    """Why a layer is withdrawn, or shown again."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[StatedText, Field(min_length=1, max_length=1000)]


class WithdrawnLayer(BaseModel):
    """A layer that nobody is shown, and the version that it would be shown at."""

    layer: str
    title: str
    version: int
    published_at: str


class WithdrawnDocument(BaseModel):
    """The withdrawn layers, by id."""

    layers: list[WithdrawnLayer]
    links: list[dict[str, str]]


@router.get("/layers/withdrawn", summary="The withdrawn layers", response_model=WithdrawnDocument)
def read_withdrawn(
    request: Request,
    _actor: WithdrawerDep,
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """What can be shown again; only whoever may withdraw a layer sees it."""
    standing = [version for name in store.withdrawn() if (version := store.standing(name))]
    found = [
        WithdrawnLayer(
            layer=version.dataset,
            title=_title(version, language),
            version=version.number,
            published_at=version.published_at,
        )
        for version in standing
    ]
    own = [links.link("self", JSON, "layers", "withdrawn")]
    return json_response(request, WithdrawnDocument(layers=found, links=own), headers=PRIVATE)


def _title(version: Version, language: Language) -> str:
    from geo.vector.definition import definition_of

    definition = definition_of(version.dataset, version.details)
    return version.dataset if definition is None else definition.title.to(language)


@router.post("/collections/{collectionId}/withdraw", summary="Withdraw a layer", status_code=204)
def withdraw(
    collection_id: CollectionId,
    asked: Annotated[WithdrawalRequest, Body()],
    actor: WithdrawerDep,
    store: StoreDep,
) -> Response:
    """Show a layer to nobody any more; its versions stay. Not for layers that scores are made of."""
    from geo.submission import layers

    layers.withdraw(store, collection_id, actor=actor, note=asked.note)
    return Response(status_code=204)


@router.post(
    "/collections/{collectionId}/restore",
    summary="Show a withdrawn layer again",
    response_model=PublishedDocument,
)
def restore(
    request: Request,
    collection_id: CollectionId,
    asked: Annotated[WithdrawalRequest, Body()],
    actor: WithdrawerDep,
    store: StoreDep,
    tables: TablesDep,
    tiles: CollectionTilesDep,
    links: LinksDep,
) -> Response:
    """Show a withdrawn layer again, at the version that it had."""
    from geo.submission import layers

    version = layers.restore(store, collection_id, actor=actor, note=asked.note)
    tiles.prepare(tables.collection(collection_id))
    return json_response(request, published_document(version, links))
