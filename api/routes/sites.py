"""Candidate settlement sites inside a zone, over HTTP."""

from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import READS
from api.deps import LanguageDep, LinksDep, PatienceDep, StoreDep
from api.links import GEOJSON, JSON
from api.responses import conditional, etag_of, json_response
from api.serving.router import Router
from geo.land.settlement import AREA_PER_HOUSEHOLD_HA, HOUSEHOLDS, MIN_SUITABILITY
from geo.language import Language

router = Router("readiness", dependencies=[READS])

_GEOJSON_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {GEOJSON: {}}, "description": "Sites as features, best first"}
}


class SitesQuery(BaseModel):
    """What a settlement needs."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    households: Annotated[
        int, Field(ge=1, le=100_000, description="Households of the settlement.")
    ] = HOUSEHOLDS
    area_per_household_ha: Annotated[
        float, Field(ge=0.1, le=100, description="Gross hectares per household.")
    ] = AREA_PER_HOUSEHOLD_HA
    min_suitability: Annotated[
        float, Field(ge=0, le=100, description="Least suitability of every cell, 0..100.")
    ] = MIN_SUITABILITY
    model: Annotated[str, Field(description="The model whose suitability counts.")] = "kesiapan"
    layer: Annotated[str, Field(description="Layer of the zone: zones, kecamatan or desa.")] = (
        "zones"
    )
    limit: Annotated[int, Field(ge=1, le=1000, description="Most sites, the best first.")] = 20
    f: str | None = None
    lang: str | None = None


@router.get(
    "/readiness/{zone}/sites",
    response_class=Response,
    responses=_GEOJSON_ANSWER,
    summary="Where in a zone the next settlement could go",
)
def read_sites(
    request: Request,
    zone: str,
    query: Annotated[SitesQuery, Query()],
    store: StoreDep,
    patience_s: PatienceDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Patches of suitable land, large enough, ranked.

    `status` says whether the search could answer: `found`, `none`, or why it could not: `too_coarse`
    maps, an area `too_small` for one settlement, or `no_area`. `summary` says what was sought, what was
    found, what hinders and which data would help; `notes` what could not be checked.
    `place_is_known` is false where a site may lie outside the area, whose boundary is not known.
    """
    from geo.land import surfaces

    asked = query.model_dump(exclude={"f", "lang"})
    now = store.current()
    key = etag_of("sites", now.identity, zone, asked, language, links.base, links.language)

    def answer() -> Response:
        found = surfaces.zone_sites(
            store,
            zone,
            query.model,
            now=now,
            layer=query.layer,
            households=query.households,
            area_per_household_ha=query.area_per_household_ha,
            min_suitability=query.min_suitability,
            patience_s=patience_s,
        )
        document = site_document(found, language, limit=query.limit) | {
            "asked": asked,
            "links": [
                links.link("self", GEOJSON, "readiness", zone, "sites", query=asked),
                links.link("up", JSON, "readiness", zone),
                links.link("item", GEOJSON, "collections", query.layer, "items", zone),
            ],
        }
        return json_response(request, document, media_type=GEOJSON)

    return conditional(request, key, answer)


def site_document(found: Any, language: Language, *, limit: int) -> dict[str, Any]:
    """The best sites of a zone (`geo.land.surfaces.ZoneSites`) as a FeatureCollection of JSON types."""
    import shapely

    sites = found.search.sites.iloc[:limit]
    rows = sites.drop(columns=["geometry", "reasons_id", "reasons_en"]).to_dict("records")
    reasons = sites[f"reasons_{language}"]
    return {
        "type": "FeatureCollection",
        "zone": found.zone,
        "name": found.name,
        "numberMatched": len(found.search.sites),
        "numberReturned": len(sites),
        "status": found.status,
        "place_is_known": found.place_is_known,
        "summary": [sentence.to(language) for sentence in found.summary],
        "notes": [note.to(language) for note in found.notes],
        "dropped": {
            reason: {"patches": dropped.patches, "area_ha": round(dropped.area_ha, 1)}
            for reason, dropped in found.search.dropped.items()
        },
        "sources": [source.to(language) for source in found.surface.sources],
        "features": [
            {
                "type": "Feature",
                "id": area_id,
                "properties": {**row, "reasons": reason},
                "geometry": shapely.geometry.mapping(
                    shapely.transform(shape, lambda xy: xy.round(7))
                ),
            }
            for area_id, row, reason, shape in zip(
                sites.index, rows, reasons, sites.geometry, strict=True
            )
        ],
    }
