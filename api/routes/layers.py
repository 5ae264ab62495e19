"""Layers withdrawn and shown again; their files and versions stay."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Allowed
from api.deps import CollectionTilesDep, LinksDep, StoreDep, TablesDep
from api.parameters import CollectionId, StatedText
from api.responses import json_response
from api.uploads.documents import PublishedDocument, published_document
from geo.store.roles import Actor

router = APIRouter(tags=["uploads"])

WithdrawerDep = Annotated[Actor, Depends(Allowed("withdraw_layer"))]


class WithdrawalRequest(BaseModel):
    """Why a layer is withdrawn, or shown again."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[StatedText, Field(min_length=1, max_length=1000)]


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
