"""What the map on an upload's page is told: what it may ask for, what lies around, its words."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from geo.language import Language, read_catalogue
from maps.context import FILE, map_context
from maps.desk.findings import place_of
from maps.escape import json_in_page

# Findings that leave it open where the coordinates lie.
_CRS_OPEN = frozenset(
    {"crs_missing", "crs_unknown", "outside_region", "coordinates_impossible", "crs_area_of_use"}
)

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What an upload is seen upon.

    `tiles` is the address of the TileJSON of the published regencies, None where there are none;
    `names` is how they are called and where (see `maps.folium.context.regency_labels`); `bounds` are
    west, south, east and north of the region, lon/lat; `static` is where our own files are served.
    `published` is the address of the TileJSON of the layer that an upload is for and `layer` its id,
    both None where that is not published or is the regencies themselves.
    """

    tiles: str | None = None
    names: tuple[Mapping[str, Any], ...] = ()
    bounds: Bounds | None = None
    static: str = "/static"
    published: str | None = None
    layer: str | None = None


def map_facts(
    report: Mapping[str, Any], *, drawings: Collection[str], ground: Ground, language: Language
) -> Markup | None:
    """The map's facts as JSON to be written into the page; None where an upload has no place.

    `drawings` are those of `/uploads/{id}/…` that the service has: preview, changes.
    """
    crs = (report.get("choices") or {}).get("crs") or {}
    findings = report.get("findings", ())
    # Once a CRS holds, the boxes of the others would only lie over what is to be seen.
    is_open = any(found["code"] in _CRS_OPEN for found in findings)
    candidates = [one for one in crs.get("candidates") or () if is_open and one.get("bounds")]
    has_place = any(place_of(found) for found in findings)
    if not (drawings or candidates or has_place):
        return None
    context = map_context()
    return json_in_page(
        {
            "text": {
                f"drawn.{key}": said.to(language)
                for key, said in read_catalogue("maps", "desk")["drawn"].items()
            },
            "drawings": sorted(drawings),
            "candidates": [
                {key: one[key] for key in ("code", "name", "bounds")} for one in candidates
            ],
            "regencies": ground.tiles,
            "names": ground.names,
            "published": ground.published and {"tiles": ground.published, "layer": ground.layer},
            "bounds": ground.bounds,
            "context": None
            if context is None
            else {
                "address": f"{ground.static}/context/{FILE}?v={context.digest}",
                "attribution": context.attribution.to(language),
            },
        }
    )
