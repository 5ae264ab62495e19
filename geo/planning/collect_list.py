"""The list of data to collect as a regency's office reads it: what, in which form, from whom, why.

One row for each area and datum, in plain words; a page, a workbook and a terminal show the same rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from geo.json_types import as_json
from geo.language import Language, Text, decimal, filled, joined, listed, percent, texts
from geo.mcda.model import Model
from geo.planning.collect import AreaGaps, Collecting, Gap
from geo.published import layer
from geo.readiness.assessment import Assessment
from geo.store.versions import Published
from geo.uncertainty.data_to_bring import Datum

_SAY = texts(__name__)

# Less is printed as 0.0 points.
PRINTED = 0.05
_MOST_SHEET_NAME = 31


@dataclass(frozen=True, slots=True)
class ListRow:
    """One datum that one area lacks; `measures` are the criteria and constraints that it serves."""

    area: AreaGaps
    regency: str
    gap: Gap
    datum: Datum
    measures: Text
    why: Text


def list_rows(
    found: Collecting, model: Model, *, regencies: Mapping[str, str]
) -> tuple[ListRow, ...]:
    """The rows of all areas, the regencies and the areas by name, the datum worth most first.

    Parameters
    ----------
    regencies : mapping
        Names by Kemendagri code.
    """
    data = {one.datum.id: one.datum for one in found.data}
    titles = {c.id: c.title for c in model.criteria} | {c.id: c.title for c in model.constraints}
    rows = [
        ListRow(
            area=area,
            regency=regencies.get(area.regency_code or "", "–"),
            gap=gap,
            datum=data[gap.datum],
            measures=listed([titles[i] for i in (*gap.criteria, *gap.constraints)]),
            why=why(area, gap, k=found.k, model=model),
        )
        for area in found.areas
        for gap in area.gaps
    ]
    return tuple(sorted(rows, key=lambda row: (row.regency, row.area.name, row.area.area_id)))


def collecting_document(
    found: Collecting, assessment: Assessment, language: Language, *, area_id: str | None = None
) -> dict[str, Any]:
    """What to collect as JSON types, texts in `language`; of one area alone where one is named."""
    areas = []
    for area in found.areas:
        if area_id in (None, area.area_id):
            said = [why(area, gap, k=found.k, model=assessment.model) for gap in area.gaps]
            gaps = [
                as_json(gap, language) | {"why": text.to(language)}
                for gap, text in zip(area.gaps, said, strict=True)
            ]
            areas.append(as_json(area, language) | {"gaps": gaps})
    document: dict[str, Any] = as_json(replace(found, areas=()), language)
    return document | {
        "areas": areas,
        "model": assessment.model.id,
        "layer": assessment.layer,
        "year": assessment.year,
        "coverage_floor": assessment.model.coverage_floor,
    }


def regency_names(now: Published) -> dict[str, str]:
    """The names of the regencies by Kemendagri code."""
    return {str(code): str(name) for code, name in layer(now, "regencies")["name"].items()}


def why(area: AreaGaps, gap: Gap, *, k: int, model: Model) -> Text:
    """Why a datum pays, or that it does not: what it lets be ranked, settles, changes and checks."""
    parts = []
    if gap.is_needed and area.fewest is not None:
        n = len(area.fewest)
        parts.append(_SAY["needed_alone"] if n == 1 else _SAY["needed_with"].format(n=n))
    if area.is_settled and gap.criteria:
        parts.append(_SAY["settled"])
    elif gap.settles is not None:
        parts.append(filled(_SAY["settles"], percent=percent(gap.settles)))
    if gap.points is not None:
        parts.append(points_sentence(gap.points, k=k))
    if gap.constraints:
        titles = {c.id: c.title for c in model.constraints}
        parts.append(filled(_SAY["checks"], titles=listed([titles[c] for c in gap.constraints])))
    return joined(parts, by=" ")


def points_sentence(points: float, *, k: int) -> Text:
    """What knowing something adds to the mean score of the k areas that are taken."""
    if points < PRINTED:
        return _SAY["no_points"].format(k=k)
    return filled(_SAY["points"], points=decimal(points), k=k)


def list_tables(
    found: Collecting,
    model: Model,
    *,
    regencies: Mapping[str, str],
    language: Language,
) -> dict[str, pd.DataFrame]:
    """The list as tables by the names of a workbook's sheets: all data first, then each regency's."""
    heads = [head.strip() for head in _SAY["heads"].to(language).split("|")]
    rows = list_rows(found, model, regencies=regencies)
    cells = [
        (
            row.regency,
            row.area.name,
            row.datum.title.to(language),
            row.measures.to(language),
            row.datum.form.to(language),
            row.datum.unit.to(language),
            row.datum.holder.to(language),
            row.datum.upload.to(language),
            row.gap.points,
            row.gap.settles,
            row.why.to(language),
        )
        for row in rows
    ]
    table = pd.DataFrame(cells, columns=heads)
    tables = {_SAY["sheet"].to(language): _overview(found, language)}
    for regency, part in table.groupby(heads[0], sort=False):
        tables[_sheet_name(str(regency), tables)] = part.drop(columns=heads[0])
    return tables


def _overview(found: Collecting, language: Language) -> pd.DataFrame:
    heads = [head.strip() for head in _SAY["overview_heads"].to(language).split("|")]
    rows = [
        (
            one.datum.title.to(language),
            one.datum.form.to(language),
            one.datum.unit.to(language),
            one.datum.holder.to(language),
            one.datum.upload.to(language),
            one.n_areas,
            one.points,
        )
        for one in found.data
    ]
    return pd.DataFrame(rows, columns=heads)


def _sheet_name(name: str, taken: Mapping[str, pd.DataFrame]) -> str:
    r"""A name that a workbook takes: 31 characters, none of []:*?/\, and no other sheet's."""
    plain = (
        "".join("-" if c in "[]:*?/\\" else c for c in name)[:_MOST_SHEET_NAME].strip("'") or "–"
    )
    used, number = plain, 1
    while used.casefold() in {other.casefold() for other in taken}:
        number += 1
        used = f"{plain[: _MOST_SHEET_NAME - 4]} ({number})"
    return used
