"""Achievement of targets as its page, its workbook and its sheet say it, in one language."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from geo.indicators.amounts import value_in_words
from geo.indicators.table import Indicator
from geo.language import Language
from geo.programme.achievement import Achievement, Categories, Category, worked
from geo.programme.targets import LEVELS, level_title, plan_in_words, range_in_words
from geo.vector.planning_region import PlanningRegion
from maps.programme.workbook import Column, Precise, Sheet, workbook
from maps.sheets.table_sheet import PrintedTable, TableSheet
from maps.text import MISSING, format_date, format_number, format_period, translate

_COLUMNS = (
    *("indicator", "region", "year", "target", "realisation"),
    *("percent", "percent_far", "category", "how"),
)


# Columns of words on a printed sheet; the others are numbers.
_WORDS = frozenset({"indicator", "region", "target", "realisation", "category", "how"})
_DECIMALS = 2
# So many regions a printed sheet names at its head; of more it names the province.
_MOST_NAMED = 3


def achievement_form(
    targets: pd.DataFrame,
    *,
    asked: Mapping[str, Any],
    catalogue: Mapping[str, Indicator],
    region: PlanningRegion,
    language: Language,
) -> list[dict[str, Any]]:
    """The fields that choose targets: what there are targets of, and all of it first."""
    every = [("", translate("achievement.all", language))]
    levels = [one for one in LEVELS if one in set(targets["level"])]
    choices = {
        "indicator": [
            (one, catalogue[one].title.to(language)) for one in sorted({*targets["indicator"]})
        ],
        "region": [
            (one, region.title_of(one).to(language)) for one in sorted({*targets["regency_code"]})
        ],
        "year": [(str(one), str(one)) for one in sorted({*targets["year"]})],
        "level": [(one, level_title(one).to(language)) for one in levels],
    }
    return [
        {
            "name": name,
            "label": translate(f"achievement.head_{name}", language),
            "choices": [*every, *found],
            "chosen": str(asked.get(name, "")),
        }
        for name, found in choices.items()
    ]


def achievement_content(
    found: Sequence[Achievement],
    *,
    catalogue: Mapping[str, Indicator],
    categories: Categories,
    region: PlanningRegion,
    language: Language,
) -> dict[str, Any]:
    """What the page says: a row for each target, and the table of categories with its source."""
    return {
        "heads": dict(zip(_COLUMNS, _heads(language), strict=True)),
        "rows": [_row(one, catalogue, region, language) for one in found],
        "n_measured": sum(one.percent is not None for one in found),
        "categories": _cut_offs(categories, language),
        "confirmed": categories.confirmed,
        "note": categories.note.to(language),
        "source": categories.source.to(language),
        "source_url": categories.source_url,
    }


def _cut_offs(categories: Categories, language: Language) -> list[dict[str, str]]:
    """What each category is called and from which percent on it is given, best first."""
    every = categories.categories
    return [
        {"title": category.title.to(language), "from": _from(category, above, language)}
        for above, category in zip((None, *every), every, strict=False)
    ]


def _from(category: Category, above: Category | None, language: Language) -> str:
    """From which percent on a category is given; of the lowest, under which."""
    if category.from_percent or above is None:
        percent = format_number(category.from_percent, language)
        return translate("achievement.from_percent", language, percent=percent)
    percent = format_number(above.from_percent, language)
    return translate("achievement.under_percent", language, percent=percent)


def _row(
    one: Achievement, catalogue: Mapping[str, Indicator], region: PlanningRegion, language: Language
) -> dict[str, Any]:
    target, indicator = one.target, catalogue[one.target.indicator]
    return {
        "id": target.indicator,
        "code": target.region,
        "indicator": indicator.title.to(language),
        "region": region.title_of(target.region).to(language),
        "year": str(target.year),
        "target": range_in_words(target, indicator).to(language),
        "plan": plan_in_words(target),
        "source": target.source,
        "realisation": MISSING
        if one.realisation is None
        else value_in_words(one.realisation, indicator.unit, decimals=indicator.decimals).to(
            language
        ),
        "period": format_period(one.period, language) if one.period else "",
        "percent": _percent(one.percent, language),
        "percent_far": _percent(one.percent_far, language),
        "category": one.category.title.to(language) if one.category else "",
        "how": worked(one, decimals=indicator.decimals).to(language),
        "reason": one.reason.to(language) if one.reason else "",
        "so_far": _so_far(one, indicator, language),
        "note": f"“{one.note.to(language)}”" if one.note else "",
    }


def _so_far(one: Achievement, indicator: Indicator, language: Language) -> str:
    if one.so_far is None:
        return ""
    value = value_in_words(one.so_far.value, indicator.unit, decimals=indicator.decimals)
    return translate(
        "achievement.so_far",
        language,
        value=value.to(language),
        period=format_period(one.so_far.period, language),
        percent=_percent(one.so_far.percent, language),
    )


def _percent(percent: float | None, language: Language) -> str:
    return MISSING if percent is None else format_number(percent, language, decimals=2) + "%"


def _heads(language: Language) -> list[str]:
    return [translate(f"achievement.head_{key}", language) for key in _COLUMNS]


def achievement_workbook(
    found: Sequence[Achievement],
    *,
    catalogue: Mapping[str, Indicator],
    categories: Categories,
    region: PlanningRegion,
    language: Language,
    printed: datetime.date,
) -> bytes:
    """The same as XLSX, with the units in a column since every row has its own."""
    heads = dict(zip(_COLUMNS, _heads(language), strict=True))
    ends = (translate("achievement.least", language), translate("achievement.most", language))
    columns = [
        Column(translate("split.code", language)),
        Column(heads["region"]),
        Column(heads["indicator"]),
        Column(translate("achievement.unit", language)),
        Column(heads["year"]),
        Column(translate("achievement.head_level", language)),
        *(Column(head, decimals=_DECIMALS) for head in (*ends, heads["realisation"])),
        Column(translate("achievement.period", language)),
        Column(heads["percent"], "%", decimals=2),
        Column(heads["percent_far"], "%", decimals=2),
        Column(heads["category"]),
        Column(heads["how"]),
        Column(translate("achievement.remark", language)),
        Column(translate("achievement.document", language)),
        Column(translate("split.source", language)),
    ]
    rows = []
    for one in found:
        target, indicator = one.target, catalogue[one.target.indicator]
        row = _row(one, catalogue, region, language)
        rows.append(
            [
                *(target.region, row["region"], row["indicator"]),
                *(indicator.unit.to(language), target.year, level_title(target.level).to(language)),
                *(_exact(number, indicator) for number in (target.least, target.most)),
                *(_exact(one.realisation, indicator), row["period"]),
                *(one.percent, one.percent_far, row["category"], row["how"]),
                *(
                    _remark(row),
                    target.document,
                ),
                "; ".join(filter(None, [target.source, target.source_url])),
            ]
        )
    title = translate("achievement.title", language)
    return workbook(
        [Sheet(title, columns, rows, frozen=3)],
        notes=[
            (title, translate("achievement.rule", language)),
            (translate("split.made", language), format_date(printed, language)),
            (heads["category"], categories.note.to(language)),
            *((one["title"], one["from"]) for one in _cut_offs(categories, language)),
            (
                translate("split.source", language),
                f"{categories.source.to(language)} {categories.source_url}",
            ),
        ],
        language=language,
    )


def _realised(row: Mapping[str, str]) -> str:
    """What was reached as a printed sheet says it, or why nothing is known; with what the newest figure is."""
    figure = " ".join([row["realisation"], row["period"]]) if row["period"] else ""
    return "; ".join(filter(None, [figure, row["reason"], row["so_far"]]))


def _remark(row: Mapping[str, str]) -> str:
    """What is remarked on a row, a sentence each."""
    said = [row["reason"][:1].upper() + row["reason"][1:], row["so_far"], row["note"]]
    return " ".join(one if one[-1] in ".”" else one + "." for one in said if one)


def _exact(number: float | None, indicator: Indicator) -> Precise | None:
    return None if number is None else Precise(number, indicator.decimals)


def achievement_sheet(
    found: Sequence[Achievement],
    *,
    catalogue: Mapping[str, Indicator],
    categories: Categories,
    region: PlanningRegion,
    language: Language,
    printed: datetime.date,
) -> TableSheet:
    """The same as a printed sheet."""
    content = achievement_content(
        found, catalogue=catalogue, categories=categories, region=region, language=language
    )
    has_category = any(row["category"] for row in content["rows"])
    rows = [
        [
            *(row[key] for key in ("indicator", "region", "year")),
            f"{row['target']}; {row['plan']}",
            _realised(row),
            *(row["percent"], row["percent_far"]),
            *([row["category"] or MISSING] if has_category else []),
            row["how"],
        ]
        for row in content["rows"]
    ]
    columns = [key for key in _COLUMNS if key != "category" or has_category]
    heads = [translate(f"achievement.head_{key}", language) for key in columns]
    words = frozenset(at for at, key in enumerate(columns) if key in _WORDS)
    regions = list(dict.fromkeys(row["region"] for row in content["rows"]))
    cuts = "; ".join(f"{one['title']} {one['from']}" for one in content["categories"])
    remarks = dict.fromkeys(
        f"{row['indicator']}, {row['region']}: {row['note']}"
        for row in content["rows"]
        if row["note"]
    )
    plans = dict.fromkeys(f"{row['plan']} ({row['source']})" for row in content["rows"])
    return TableSheet(
        overline=translate("achievement.overline", language),
        name=translate("achievement.title", language),
        place=" · ".join(regions) if len(regions) <= _MOST_NAMED else "",
        lead=[translate("achievement.rule", language)],
        tables=[PrintedTable("", heads, rows, words=words)],
        notes=[cuts, content["note"], *remarks],
        sources=[*plans, f"{content['source']} {content['source_url']}"],
        region=region,
        language=language,
        printed=printed,
        footer=translate("achievement.footer", language),
    )
