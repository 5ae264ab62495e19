"""What the page of data to collect next shows, in one language."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from geo import published
from geo.language import Language, Text, listed, percent
from geo.planning.collect import AreaGaps, Collecting
from geo.planning.collect_list import (
    PRINTED,
    ListRow,
    list_rows,
    regency_names,
)
from geo.readiness.assessment import Assessment
from geo.store.versions import Published
from geo.submission.template import TEMPLATES
from maps.pages.sliders import choice
from maps.text import MISSING, format_number, format_share, translate

# QGIS reads its own style beside a template.
_STYLE = "qml"
_LAYERS = {"zones": "layer.zones", "kecamatan": "layer.kecamatan"}
# So many areas stand open under their regency; more are folded.
_MOST_OPEN = 30
# So many areas are named as those to begin with.
_FIRST_FEW = 5


def collecting_page(
    now: Published,
    found: Collecting,
    assessment: Assessment,
    *,
    language: Language,
    area_id: str | None = None,
) -> dict[str, Any]:
    """Everything that the page says; of one area alone where one is named."""
    rows = list_rows(found, assessment.model, regencies=regency_names(now))
    areas = [a for a in found.areas if a.status != "excluded" and area_id in (None, a.area_id)]
    names = dict(assessment.measures.names)
    return {
        "title": translate("collect.title", language),
        "lead": translate(
            "collect.lead",
            language,
            model=assessment.model.title.to(language),
            year=assessment.year,
            layer=_layer_title(assessment.layer, language),
        ),
        "choice": choice(assessment, language),
        "form": _form(now, found, assessment, language),
        "decision": _decision(
            found, names, floor=assessment.model.coverage_floor, language=language
        ),
        "data": [
            {
                "title": one.datum.title.to(language),
                "form": one.datum.form.to(language),
                "holder": one.datum.holder.to(language),
                "upload": one.datum.upload.to(language),
                "asks": one.datum.form_query,
                "form_note": one.datum.form_note.to(language),
                "formats": begun_in(one.datum.collection),
                "n_areas": format_number(one.n_areas, language),
                "points": _points(one.points, language),
            }
            for one in found.data
        ],
        "groups": _groups(areas, rows, assessment, language),
        "is_open": len(areas) <= _MOST_OPEN,
        "n_excluded": sum(a.status == "excluded" for a in found.areas),
        "area": None if area_id is None else names[area_id],
        "layer": assessment.layer,
        "draws": format_number(found.n_draws, language),
        "settled_from": format_share(found.settled_from, language),
    }


def _form(
    now: Published, found: Collecting, assessment: Assessment, language: Language
) -> dict[str, Any]:
    """What can be asked instead: the model, the layer, how many are taken."""
    most = min(found.n_candidates, 10)
    return {
        "models": [
            (model_id, published.model(now, model_id).title.to(language))
            for model_id in published.models(now)
        ],
        "model": assessment.model.id,
        "layers": [
            (name, _layer_title(name, language))
            for name in dict.fromkeys([*_LAYERS, assessment.layer])
            if name in now.datasets("layer")
        ],
        "layer": assessment.layer,
        "ks": [(str(k), str(k)) for k in sorted({*range(1, most + 1), found.k})],
        "k": str(found.k),
    }


def begun_in(collection: str) -> list[str]:
    """The formats of the template in which a file of a collection is begun; empty where there is none."""
    return [form for form in TEMPLATES.get(collection, ()) if form != _STYLE]


def _layer_title(name: str, language: Language) -> str:
    return translate(_LAYERS[name], language) if name in _LAYERS else name


def _decision(
    found: Collecting, names: dict[str, str], *, floor: float, language: Language
) -> dict[str, str]:
    """What is chosen now, and what knowing everything would add; that nothing can be chosen yet."""
    perfect = format_number(found.perfect, language, decimals=1)
    if not found.taken:
        said = translate("collect.undecided", language, floor=percent(floor).to(language))
        return {"now": said, "all_data": "", "perfect": perfect, "begin": ""}
    unranked = {a.area_id for a in found.areas if a.status != "ranked"}
    marked = [
        translate("collect.unranked", language, name=names[i]) if i in unranked else names[i]
        for i in found.taken
    ]
    taken = listed([Text(name, name) for name in marked]).to(language)
    first = sorted(found.areas, key=lambda a: -(a.points or 0.0))[:_FIRST_FEW]
    begin = [
        f"{a.name} ({_points(a.points, language)})" for a in first if (a.points or 0.0) >= PRINTED
    ]
    return {
        "now": translate(
            "collect.now",
            language,
            k=found.k,
            taken=taken,
            score=format_number(found.expected, language, decimals=1),
        ),
        "all_data": translate(
            "collect.with_all", language, points=_points(found.all_data, language)
        )
        if found.all_data >= PRINTED
        else translate("collect.with_all_same", language),
        "perfect": perfect,
        "begin": ", ".join(begin),
    }


def _groups(
    areas: Sequence[AreaGaps],
    rows: Sequence[ListRow],
    assessment: Assessment,
    language: Language,
) -> list[dict[str, Any]]:
    """The areas by regency, each with the data that it lacks."""
    shown = {area.area_id for area in areas}
    kept = [row for row in rows if row.area.area_id in shown]
    return [
        {
            "regency": regency,
            "areas": [
                _area(list(of_area), assessment, language)
                for _, of_area in groupby(of_regency, key=lambda row: row.area.area_id)
            ],
        }
        for regency, of_regency in groupby(kept, key=lambda row: row.regency)
    ]


def _area(rows: Sequence[ListRow], assessment: Assessment, language: Language) -> dict[str, Any]:
    area = rows[0].area
    titles = {row.datum.id: row.datum.title for row in rows}
    checks = [row.datum.title for row in rows if not row.gap.criteria]
    stated_floor = assessment.model.coverage_floor
    floor = percent(stated_floor).to(language)
    coverage = translate(
        "collect.coverage",
        language,
        share=percent(area.data_coverage, beside=stated_floor).to(language),
        floor=floor,
    )
    if area.fewest is None:
        needs = translate("collect.never", language, floor=floor)
    elif not area.fewest:
        needs = translate("collect.enough", language)
    else:
        listing = listed([titles[one] for one in area.fewest]).to(language)
        needs = translate("collect.fewest", language, n=len(area.fewest), data=listing)
    return {
        "area_id": area.area_id,
        "name": area.name,
        "coverage": coverage,
        "needs": needs,
        "is_settled": bool(area.is_settled),
        "is_short": bool(area.fewest) or area.fewest is None,
        "settles": translate("collect.is_settled", language)
        if area.is_settled
        else MISSING
        if area.settles is None
        else percent(area.settles).to(language),
        "points": _points(area.points, language),
        "gaps": [
            {
                "title": row.datum.title.to(language),
                "measures": row.measures.to(language),
                "asks": row.datum.form_query,
                "why": row.why.to(language),
            }
            for row in rows
            if row.gap.criteria
        ],
        "checks": translate("collect.checks", language, data=listed(checks).to(language))
        if checks
        else "",
    }


def _points(points: float | None, language: Language) -> str:
    return format_number(points, language, decimals=1)
