"""What the page of the areas says: where the people of a gap could be reached, by regency."""

from collections.abc import Mapping, Sequence
from typing import Any

from geo.language import Language
from geo.programme.gap.behind import AreaBehind, ScoreRange
from geo.programme.gap.gaps import Gaps
from geo.programme.gap.region_gap import RegionGap
from geo.programme.gap.standing import gap_in_words
from geo.programme.targets import target_in_words
from maps.text import MISSING, format_number, format_period, translate


def gap_areas_page(
    found: Gaps,
    areas: Mapping[str, Sequence[AreaBehind]],
    *,
    layer: str,
    language: Language,
) -> dict[str, Any]:
    """Everything that the page says; `areas` as `geo.programme.gap.behind.areas_behind` gives them."""
    indicator = found.indicator.title.to(language)
    return {
        "title": translate(
            "gap.zones_title" if layer == "zones" else "gap.kecamatan_title", language
        ),
        "indicator_title": indicator,
        "layer": layer,
        "target": _target(found, language),
        "people": _counted_on(found, language),
        "regencies": [
            {
                "code": gap.region,
                "name": gap.title.to(language),
                "gap": _gap(gap, found, language),
                "note": city_note(gap, layer, language),
                "areas": [_area(one, language) for one in areas.get(gap.region, ())],
            }
            for gap in found.behind
        ],
    }


def area_table(
    found: Gaps,
    areas: Mapping[str, Sequence[AreaBehind]],
    *,
    layer: str,
    language: Language,
) -> tuple[list[str], list[str], list[list[str]]]:
    """The page as a terminal shows it: sentences, heads, and a row for each area."""
    said = gap_areas_page(found, areas, layer=layer, language=language)
    sentences = [said["title"], said["target"], said["people"]]
    rows: list[list[str]] = []
    for regency in said["regencies"]:
        sentences += [f"{regency['name']}: {regency['gap']}", regency["note"]]
        for one in regency["areas"]:
            scores = (_plain_score(one[name]) for name in ("readiness", "need"))
            rows.append([regency["name"], one["name"], *scores])
        if not regency["areas"]:
            key = "gap.no_zones" if layer == "zones" else "gap.no_kecamatan"
            rows.append([regency["name"], translate(key, language), MISSING, MISSING])
    if not rows:
        sentences.append(translate("gap.none_behind", language))
    keys = ("gap.region", "gap.area", "gap.readiness", "gap.need")
    return [*filter(None, sentences)], [translate(key, language) for key in keys], rows


def _plain_score(score: Mapping[str, str]) -> str:
    return f"{score['score']} ({score['range']})".strip() if score["range"] else score["score"]


def _target(found: Gaps, language: Language) -> str:
    """The province's target, with its document and source, where a regency is behind it."""
    target = found.province.target
    if target is None or all(gap.target != target for gap in found.behind):
        return ""
    whose = "gap.target_title_nation" if found.province.whose == "nation" else "gap.target_title"
    return translate(
        "gap.areas_target",
        language,
        whose=translate(whose, language),
        target=target_in_words(target, found.indicator).to(language),
        document=target.document,
        source=target.source,
    )


def _counted_on(found: Gaps, language: Language) -> str:
    """The people that numbers of people are estimated on; empty where there are none."""
    one = found.denominator
    if one is None or not found.behind:
        return ""
    period = format_period(one.period, language)
    return translate("gap.areas_people", language, title=one.title.to(language), period=period)


def _gap(gap: RegionGap, found: Gaps, language: Language) -> str:
    """The sentence that the region's own pages say."""
    said = gap_in_words(gap, found.indicator)
    return "" if said is None else said.to(language)


def city_note(gap: RegionGap, layer: str, language: Language) -> str:
    """What to bear in mind of the kecamatan of a city; empty of all else."""
    # Kemendagri gives the cities of a province its codes from 71 on.
    is_city = gap.region.rpartition(".")[2] >= "71"
    return translate("gap.areas_city", language) if is_city and layer == "kecamatan" else ""


def _area(one: AreaBehind, language: Language) -> dict[str, Any]:
    return {
        "area_id": one.area_id,
        "name": one.name,
        "readiness": _score(one.readiness, language),
        "need": _score(one.need, language),
    }


def _score(one: ScoreRange, language: Language) -> dict[str, str]:
    """A score and the range that the data allow; no range where it is the score itself."""
    numbers = (one.score, one.low, one.high)
    score, low, high = (format_number(n, language, decimals=0) for n in numbers)
    if one.low is None or low == high:
        return {"score": score, "range": ""}
    between = translate("legend.range", language, low=low, high=high)
    return {"score": "" if score == MISSING else score, "range": between}
