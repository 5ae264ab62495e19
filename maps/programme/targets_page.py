"""The page of targets with the form by which an office enters its own, and their files."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from geo.errors import IndicatorNotFound
from geo.indicators.figures import number_text
from geo.indicators.table import Indicator
from geo.language import Language, Text
from geo.programme.province import unit_code
from geo.programme.publish_targets import targets
from geo.programme.target_file import BETTER
from geo.programme.targets import (
    COLUMNS,
    LEVELS,
    Target,
    ends_in_words,
    level_title,
    range_in_words,
    targets_of,
    with_targets,
)
from geo.published import indicator_catalogue, region
from geo.store.region import local_day
from geo.store.roles import Actor
from geo.store.store import Store
from geo.store.versions import Published
from geo.submission.steps import may_publish_own
from geo.vector.losses import guarded
from geo.vector.regions import to_kemendagri
from maps.desk.file_form import indicator_options
from maps.programme.words import target_note
from maps.programme.workbook import Cell, Column, Precise, Sheet, workbook
from maps.text import translate

# The years that the form offers: this one and those of a plan of five, and two before, whose targets
# the performance report (LKIP) is written against.
_YEARS, _PAST_YEARS = 5, 2
_ENDS = ("least", "most")
# As many decimals as a target has where its indicator has fewer.
_DECIMALS = 2


def targets_page(
    store: Store, asked: Mapping[str, Any], *, actor: Actor | None, language: Language
) -> dict[str, Any]:
    """Everything that `programme/targets.html` names.

    Parameters
    ----------
    asked : mapping
        What the targets are chosen by: indicator, region, year and level, where they are.
    actor : Actor, optional
        Who may enter targets on this page; None for everybody else.
    """
    now = store.current()
    catalogue, planned = with_targets(indicator_catalogue(now)), region(now)
    regions = [
        {"code": code, "name": planned.title_of(code).to(language)}
        for code in sorted(planned.codes)
    ]
    chosen = _chosen(asked)
    return {
        "title": translate("target.title", language),
        "rows": [
            _row(one, catalogue, planned.title_of(one.region).to(language), language)
            for one in _found(now, asked)
        ],
        "themes": indicator_options(catalogue, chosen=chosen.get("indicator"), language=language),
        "regions": regions,
        "levels": [{"name": one, "title": level_title(one).to(language)} for one in LEVELS],
        "chosen": chosen,
        "has_history": "targets" in now.datasets("targets"),
        "form": None if actor is None else _form(store, chosen, regions, actor),
    }


def require_known(now: Published, asked: Mapping[str, Any]) -> None:
    """Raise unless the indicator and the region that are asked for are known.

    Raises
    ------
    IndicatorNotFound, RegionNotFound, InvalidCode
    """
    if "region" in asked:
        unit_code(asked["region"], region=region(now))
    known = indicator_catalogue(now)
    if asked.get("indicator", next(iter(known), None)) not in known:
        raise IndicatorNotFound(asked["indicator"], available=list(known))


def _chosen(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {**asked, **({"region": to_kemendagri(asked["region"])} if "region" in asked else {})}


def _found(now: Published, asked: Mapping[str, Any]) -> list[Target]:
    chosen = _chosen(asked)
    wanted = {name: chosen.get(name) for name in ("indicator", "region", "level")}
    found = targets_of(targets(now), **wanted)
    return [one for one in found if chosen.get("year") in (None, one.year)]


def _row(
    one: Target, catalogue: Mapping[str, Indicator], name: str, language: Language
) -> dict[str, Any]:
    known = catalogue.get(one.indicator)
    return {
        "indicator": one.indicator,
        "title": one.indicator if known is None else known.title.to(language),
        "region": one.region,
        "name": name,
        "year": one.year,
        "range": _range(one, known, language),
        "unit": "" if known is None else known.unit.to(language),
        "level": level_title(one.level).to(language),
        "is_binding": one.level != "usulan",
        "document": one.document,
        "page": one.page,
        "source": one.source,
        "source_url": one.source_url,
        "note": one.note if known is None else target_note(one, known, language),
    }


def _range(one: Target, known: Indicator | None, language: Language) -> str:
    if known is None:
        return ends_in_words((one.least, one.most), Text("", ""), decimals=0).to(language)
    return range_in_words(one, known).to(language)


def _form(
    store: Store,
    chosen: Mapping[str, Any],
    regions: list[dict[str, str]],
    actor: Actor,
) -> dict[str, Any]:
    """The form: a row for each year of the plan and of what is published; scripts fill them in."""
    own = actor.regencies
    known = {
        one.year
        for one in targets_of(targets(store), indicator=chosen.get("indicator"))
        if (one.region, one.level) == (chosen.get("region"), chosen.get("level", "rpjmd"))
    }
    first = local_day(store).year
    return {
        "regions": [one for one in regions if own is None or one["code"] in own],
        "years": sorted({*range(first - _PAST_YEARS, first + _YEARS), *known}),
        "may_publish": may_publish_own(store, actor),
        "directions": {
            one.id: BETTER.get(one.direction, "") for one in indicator_catalogue(store).values()
        },
    }


def target_records(
    now: Published, asked: Mapping[str, Any], language: Language
) -> list[dict[str, Any]]:
    """The targets in JSON types, with the names of their indicators and regions."""
    catalogue, planned = indicator_catalogue(now), region(now)
    return [
        {
            **{name: getattr(one, name) for name in COLUMNS if name != "regency_code"},
            "title": row["title"],
            "range": row["range"],
            "unit": row["unit"],
            "region": one.region,
            "name": row["name"],
        }
        for one in _found(now, asked)
        for row in [_row(one, catalogue, planned.title_of(one.region).to(language), language)]
    ]


def targets_csv(now: Published, asked: Mapping[str, Any]) -> str:
    """The targets as a table that can be handed in again, UTF-8; nothing in it runs."""
    catalogue, written = indicator_catalogue(now), io.StringIO(newline="")
    table = csv.writer(written)
    table.writerow((*COLUMNS, "unit"))
    for one in _found(now, asked):
        facts = {name: getattr(one, name, one.region) for name in COLUMNS}
        facts |= {end: _written(getattr(one, end)) for end in _ENDS}
        unit = catalogue[one.indicator].unit.id if one.indicator in catalogue else ""
        cells = [facts[name] if name in _ENDS else guarded(str(facts[name])) for name in COLUMNS]
        table.writerow([*cells, guarded(unit)])
    return written.getvalue()


def _written(value: float | None) -> str:
    return "" if value is None else number_text(value)


def _filed(
    one: Mapping[str, Any], name: str, catalogue: Mapping[str, Indicator], language: Language
) -> Cell:
    """A cell of the workbook: ends in the decimals of their own indicator."""
    value: str | float | None = one[name]
    if name == "level":
        return level_title(one["level"]).to(language)
    if name == "direction":
        return translate(f"target.{value}", language)
    known = catalogue.get(one["indicator"])
    if name in _ENDS and known is not None and value is not None:
        return Precise(float(value), known.decimals)
    return value


def targets_workbook(
    now: Published, asked: Mapping[str, Any], language: Language, *, address: str
) -> bytes:
    """The targets as a workbook with human heads; its notes say where the same are found again."""
    catalogue = indicator_catalogue(now)
    known = (catalogue.get(one.indicator) for one in _found(now, asked))
    decimals = max([_DECIMALS, *(one.decimals for one in known if one is not None)])
    heads = {
        "title": None,
        "region": None,
        "name": None,
        "year": None,
        "least": decimals,
        "most": decimals,
        "unit": None,
        "level": None,
        "direction": None,
        "document": None,
        "page": None,
        "source": None,
        "source_url": None,
        "note": None,
    }
    columns = [
        Column(translate(f"target.head_{name}", language), decimals=count)
        for name, count in heads.items()
    ]
    rows = [
        [_filed(one, name, catalogue, language) for name in heads]
        for one in target_records(now, asked, language)
    ]
    title = translate("target.title", language)
    notes = [
        (translate("target.head_source", language), translate("target.files_note", language)),
        (translate("target.address", language), address),
    ]
    if "targets" in now.datasets("targets"):
        version = now.version("targets")
        said = translate("target.version_note", language, number=version.number)
        notes.insert(0, (title, f"{said} {version.source_text.to(language)}"))
    return workbook([Sheet(title, columns, rows, frozen=3)], notes=notes, language=language)
