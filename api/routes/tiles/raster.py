"""Raster tiles of the suitability surface and of the land rasters, with their legends."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import READS
from api.deps import LanguageDep, LinksDep, PatienceDep, StoreDep
from api.links import JSON
from api.responses import FOREVER, conditional, etag_of, json_response
from api.serving.router import Router
from api.tile_documents import WEB_MERCATOR_QUAD, TilesNotFound, require_picture
from geo.language import Language, Text
from geo.store.store import Store
from geo.store.versions import Published

router = Router("tiles", dependencies=[READS])

PNG = "image/png"
_TILE_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {PNG: {}}, "description": "A tile of 256 by 256 pixels"}
}


class LegendQuery(BaseModel):
    """Which surface is meant; a land raster is the same for every model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Annotated[str, Field(description="The model whose suitability is shown.")] = "kesiapan"
    f: str | None = None
    lang: str | None = None


class TileQuery(LegendQuery):
    """The same, with the version that a map was drawn for."""

    v: Annotated[
        str | None,
        Field(description="Current version, from the TileJSON: the tile may then be kept forever."),
    ] = None


@router.get("/tiles/{name}", summary="TileJSON and legend of a raster layer")
def read_tile_layer(
    request: Request,
    name: str,
    query: Annotated[LegendQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Where the tiles of `suitability` or of a land raster are, and what their colours mean."""
    now = store.current()
    _require_known(now, name)
    key, document = _layer(now, name, query.model, language)
    # A layer that was found has a plain name; a link of ours would quote the braces.
    address = f"{links.base}/tiles/{name}/{{z}}/{{x}}/{{y}}.png"
    tiles = f"{address}?model={query.model}&v={key[:16]}" if name == _suitability() else address
    document |= {
        "tilejson": "2.2.0",
        "scheme": "xyz",
        "tiles": [tiles],
        "links": [links.link("self", JSON, "tiles", name, model=query.model)],
    }
    tag = etag_of(key, name, query.model, language, links.base, links.language)
    return conditional(request, tag, lambda: json_response(request, document))


@router.get(
    "/tiles/{name}/{z}/{x}/{y}.png",
    response_class=Response,
    responses=_TILE_ANSWER,
    summary="A raster tile",
)
def read_tile(
    request: Request,
    name: str,
    z: int,
    x: int,
    y: int,
    query: Annotated[TileQuery, Query()],
    store: StoreDep,
    patience_s: PatienceDep,
) -> Response:
    """The layer in one Web Mercator tile (zoom, column, row); transparent without data."""
    require_picture(z, x, y)
    now = store.current()
    key, draw = _drawing(store, now, name, query.model, patience_s)
    answer = conditional(
        request,
        etag_of("tile", key, z, x, y),
        lambda: Response(draw(z=z, x=x, y=y), media_type=PNG),
    )
    if query.v is not None and len(query.v) >= 16 and key.startswith(query.v):
        answer.headers["Cache-Control"] = FOREVER
    return answer


def _require_known(now: Published, name: str) -> None:
    from geo.land import surfaces

    known = surfaces.land_raster_names(now)
    if name not in (*known, _suitability()):
        raise TilesNotFound(name, [WEB_MERCATOR_QUAD, _suitability(), *known])


def _suitability() -> str:
    from maps.tiles import SUITABILITY

    return SUITABILITY


def _drawing(
    store: Store, now: Published, name: str, model: str, patience_s: float
) -> tuple[str, Callable[..., bytes]]:
    """What decides a layer's tiles (the hash of a raster, or of all that goes in), and who draws one."""
    from geo.land import surfaces
    from geo.land.raster import named_classes
    from maps.tiles import land_palette, suitability_palette, tile_png

    if name != _suitability():
        raster = surfaces.land_raster(now, name)
        is_classes, classes = surfaces.is_of_classes(now, name), named_classes(raster.details)

        def land_tile(**place: int) -> bytes:
            palette = land_palette(
                raster.path, is_classes=is_classes, name=name, ranked=tuple(classes)
            )
            return tile_png(raster.path, palette=palette, **place)

        return f"{raster.sha256} {is_classes}", land_tile

    def suitability_tile(**place: int) -> bytes:
        kept = surfaces.surface(store, model, now=now, patience_s=patience_s)
        return tile_png(kept.path, palette=suitability_palette(), **place)

    return surfaces.require_surface_key(now, model), suitability_tile


def _layer(now: Published, name: str, model: str, language: Language) -> tuple[str, dict[str, Any]]:
    """The key of a layer, and what its TileJSON says of it."""
    from geo import published
    from geo.land import surfaces
    from geo.land.raster import named_classes
    from maps.tiles import MAX_ZOOM, land_legend, land_palette, suitability_legend

    faults: list[dict[str, str]] = []
    if name == _suitability():
        key = surfaces.require_surface_key(now, model)
        bounds = surfaces.region_bounds(now)
        source = "; ".join(s.to(language) for s in surfaces.surface_sources(now, model))
        legend = suitability_legend(published.model(now, model).title, source, language)
    else:
        raster = surfaces.land_raster(now, name)
        is_classes, classes = surfaces.is_of_classes(now, name), named_classes(raster.details)
        palette = land_palette(raster.path, is_classes=is_classes, name=name, ranked=tuple(classes))
        key, source = raster.sha256, raster.credit.to(language)
        unit = str(raster.details.get("unit", ""))
        legend = land_legend(name, unit, palette, language, titles=classes)
        faults = raster.details.get("known_faults", [])
        bounds = raster.details["bounds"]
    return key, {
        "name": legend.title,
        "description": legend.unit,
        "attribution": source,
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "bounds": bounds,
        "colours": [{"label": e.label, "colour": e.colour} for e in legend.entries],
        "known_faults": [Text(**fault).to(language) for fault in faults],
    }
