"""Assessments as tables that a person can read in the terminal."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from api.cli.output import number_text, output, print_line, print_notes, print_table
from geo.language import Language, Text, filled, percent, source_in, texts

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.mcda.ahp import AhpWeights
    from geo.mcda.model import Model
    from geo.planning.area_facts import AreaFacts
    from geo.planning.weigh import Weighed
    from geo.readiness.assessment import Assessment
    from geo.readiness.quadrant import Placement, QuadrantTable
    from geo.readiness.score import ConstraintResult, ZoneResult
    from geo.readiness.trends import ZoneTrend

_SAY = texts(__name__)


def print_ranking(assessment: "Assessment", zones: "gpd.GeoDataFrame", language: Language) -> None:
    """Print all zones, the ranked ones first; `zones` say whose drawn area is not their own."""
    from maps.folium.cards import geometry_mark

    kinds = zones["geometry_kind"].to_dict() if "geometry_kind" in zones else {}
    ordered = sorted(assessment.results, key=lambda r: (r.rank is None, r.rank or 0, r.name))
    rows = [
        (
            "–" if r.rank is None else str(r.rank),
            f"{r.name} ({r.area_id})",
            "–" if r.band is None else str(r.band),
            _score_and_range(r.score, (r.score_low, r.score_high), language),
            _class_words(r, assessment, language),
            r.coverage_said.to(language),
            geometry_mark(kinds.get(r.area_id), language) or "–",
        )
        for r in ordered
    ]
    heads = _SAY["ranking_heads"].to(language)
    title = f"{assessment.model.title.to(language)} {assessment.year}"
    print_table(heads, rows, title)


def print_zone(
    assessment: "Assessment", zones: "gpd.GeoDataFrame", area_id: str, language: Language
) -> None:
    """Print one zone: criteria, constraints, notes, explanation, geometry and sources.

    The explanation ends with what would lift the zone, or with what keeps it from being ranked.
    """
    from geo.readiness.lift import way_up

    result: ZoneResult = assessment.result(area_id)
    rows = [
        (
            c.title.to(language),
            number_text(c.measure, language, 2),
            c.unit.to(language),
            c.period or "–",
            number_text(c.value, language, 2),
            number_text(c.weight, language, 3),
            number_text(None if c.value is None else c.contribution, language, 2),
        )
        for c in result.criteria
    ]
    heads = _SAY["zone_heads"].to(language)
    print_table(heads, rows, result.name)
    for constraint in result.constraints:
        _print_note(constraint.title, constraint.note, language, _percent(constraint, language))
    for criterion in result.criteria:
        if criterion.note is not None:
            _print_note(criterion.title, criterion.note, language)
    place = assessment.benchmark_place(result)
    beside = None if place is None else place.sentence
    for said in (assessment.explanation(area_id), beside, way_up(assessment, area_id)):
        if said is not None:
            print_line(said.to(language))
    _print_origins(result, zones.loc[area_id].to_dict(), language)
    versions = [f"{o.dataset} {o.number} ({o.sha256[:12]})" for o in assessment.lineage]
    print_line(_SAY["versions"].to(language).format(listed=", ".join(versions)))


def _print_origins(result: "ZoneResult", facts: Mapping[str, Any], language: Language) -> None:
    """Where the zone, its geometry and its figures come from."""
    from maps.escape import text_or_none
    from maps.folium.cards import geometry_sentence
    from maps.text import translate

    sentence = geometry_sentence(facts.get("geometry_kind"), facts.get("geometry_method"), language)
    output.print(f"{translate('zone.geometry', language)}: {sentence}", markup=False)
    stated = [text_or_none(facts.get(name)) for name in ("source", "source_url")]
    figures = dict.fromkeys(source_in(s, language) for c in result.criteria for s in c.sources)
    for source in [" – ".join(s for s in stated if s), *figures]:
        if source:
            # An address that is folded cannot be opened.
            said = f"{translate('zone.sources', language)}: {source}"
            output.print(said, markup=False, soft_wrap=True)


def _print_facts(facts: "AreaFacts", language: Language) -> None:
    """What is known of a zone beside the model: its desa, and what sources say of its ground."""
    from maps.text import translate

    if facts.is_of_drawing:
        print_line(translate("facts.of_drawing", language))
    if facts.villages is not None:
        print_line(
            f"{translate('facts.villages', language)}: {facts.villages.sentence.to(language)}"
        )
    if facts.ground is not None:
        print_line(f"{translate('facts.ground', language)}: {facts.ground.sentence.to(language)}")
        print_notes(fact.sentence.to(language) for fact in facts.ground.facts)
        sources = [s.source_url for f in facts.ground.facts for s in f.statements if s.source_url]
        for source in dict.fromkeys(sources):
            said = f"{translate('zone.sources', language)}: {source}"
            output.print(said, markup=False, soft_wrap=True)


def _print_note(title: Text, note: Text | None, language: Language, measure: str = "") -> None:
    words = [f"{title.to(language)}:", measure, note.to(language) if note else ""]
    print_notes([" ".join(w for w in words if w)])


def _percent(constraint: "ConstraintResult", language: Language) -> str:
    if constraint.outcome == "unknown" and constraint.excluded_share is None:
        return ""
    share = constraint.excluded_low if constraint.failed else constraint.excluded_high
    said = percent(share, beside=constraint.limit_share).to(language)
    if constraint.excluded_share is not None:
        return said
    return f"≥ {said}" if constraint.failed else f"≤ {said}"


def _score_and_range(
    score: float | None, bounds: tuple[float | None, float | None], language: Language
) -> str:
    """Both in one column, as name and code are: nine columns are wider than most terminals."""
    from geo.readiness.class_words import range_words

    between = range_words(*bounds)
    said = number_text(score, language)
    return said if between is None else f"{said} ({between.to(language)})"


def _class_words(result: "ZoneResult", assessment: "Assessment", language: Language) -> str:
    """The class as sure as it is; beside it whatever keeps the zone from being ranked."""
    from geo.readiness.class_words import class_words

    words = class_words(result, assessment.model)
    said = [_status(result.status, language), "" if words is None else words.to(language)]
    return ": ".join(part for part in said if part)


def _status(status: str, language: Language) -> str:
    return "" if status == "ranked" else _SAY[f"status_{status}"].to(language)


def print_zones(
    assessment: "Assessment",
    zones: "gpd.GeoDataFrame",
    area_ids: Sequence[str],
    language: Language,
    *,
    facts: "Mapping[str, AreaFacts]",
) -> None:
    """Print one zone after the other, and why each is ahead of the next."""
    from geo.readiness.explain import why_ahead

    for area_id in area_ids:
        print_zone(assessment, zones, area_id, language)
        _print_facts(facts[area_id], language)
    ranked = [r for r in map(assessment.result, area_ids) if r.rank is not None]
    ranked.sort(key=lambda result: result.rank or 0)
    for ahead, behind in pairwise(ranked):
        said = why_ahead(ahead, behind).sentence.to(language)
        print_line(said)


def print_weighed(weighed: "Weighed", model: "Model", language: Language) -> None:
    """Print what is behind judged weights: consistency and what hurts it, consensus, who differs."""
    from geo.mcda.group_sentences import group_sentences

    titles = {d.id: d.title for d in model.dimensions} | {c.id: c.title for c in model.criteria}
    lines = [
        (group, sentence)
        for group, judged in weighed.together.items()
        for sentence in group_sentences(judged, titles=titles)
    ]
    lines += [
        (group, sentence)
        for group, result in weighed.judgements.items()
        if group not in weighed.together
        for sentence in _consistency(result, titles)
    ]
    print_notes(
        f"{titles.get(group, _SAY['dimensions']).to(language)}: {sentence.to(language)}"
        for group, sentence in lines
    )


def _consistency(result: "AhpWeights", titles: Mapping[str, Text]) -> list[Text]:
    """How consistent one person's judgements are, and which one to look at again."""
    from geo.language import as_written, decimal, filled
    from geo.mcda.ahp import CONSISTENCY_LIMIT

    if result.consistency_ratio is None:
        return []
    ratio = decimal(round(result.consistency_ratio, 3), digits=3)
    limit = as_written(CONSISTENCY_LIMIT)
    said = [filled(_SAY["ratio"], ratio=ratio, limit=limit, table=result.random_index)]
    harmful = result.most_harmful
    if harmful is not None:
        mend = {
            "first": titles.get(harmful.first, Text(harmful.first, harmful.first)),
            "second": titles.get(harmful.second, Text(harmful.second, harmful.second)),
            "stated": as_written(harmful.stated),
            "suggested": decimal(harmful.suggested, digits=2),
            "then": decimal(round(harmful.consistency_ratio_then, 3), digits=3),
        }
        said.append(filled(_SAY["look_again"], **mend))
    return said


def print_comparison(before: "Assessment", after: "Assessment", language: Language) -> None:
    """Print the zones that moved, by how much, and by which criteria."""
    from geo.readiness.compare import compare

    found = compare(before, after)
    rows = [
        (
            zone.name,
            _change(_whole(zone.rank_before), _whole(zone.rank_after), "→"),
            number_text(zone.score_before, language),
            number_text(zone.score_after, language),
            number_text(zone.score, language, signed=True),
            _change(
                _words(zone.class_words_before, language), _words(zone.class_words_after, language)
            ),
            ", ".join(c.criterion for c in zone.moved_by[:3]) or "–",
        )
        for zone in found.moved
    ]
    heads = _SAY["comparison_heads"].to(language)
    if rows:
        print_table(heads, rows, _SAY["comparison"].to(language))
    for line in (*found.differs, found.sentence):
        print_line(line.to(language))


def print_trends(trends: "Sequence[ZoneTrend]", years: Sequence[int], language: Language) -> None:
    """Print scores by year; a bar stands before a year that cannot be compared with those before."""
    rows = []
    for trend in trends:
        scores = {p.year: number_text(p.score, language) for s in trend.segments for p in s}
        broken = {b.after for b in trend.breaks}
        cells = [("|" if y in broken else "") + scores.get(y, "–") for y in years]
        change = None if trend.change is None else trend.change.score
        rows.append((trend.name, *cells, number_text(change, language, signed=True)))
    listed = " | ".join(map(str, years))
    print_table(_SAY["trends_heads"].to(language).format(years=listed), rows)
    if any(trend.breaks for trend in trends):
        print_line(_SAY["broken"].to(language))
    print_notes(trend.sentence.to(language) for trend in trends if trend.segments)


def print_quadrant(table: "QuadrantTable", language: Language) -> None:
    """Print the zones by quadrant, those without a place last."""
    from geo.readiness.certainty import SURE_SHARE
    from geo.readiness.quadrant import QUADRANTS

    rows = [
        (
            _quadrant_said(place).to(language),
            place.name,
            _score_and_range(
                place.readiness, (place.readiness_low, place.readiness_high), language
            ),
            _score_and_range(place.need, (place.need_low, place.need_high), language),
            "; ".join(
                f"{QUADRANTS[one].title.to(language)}, {percent(chance, beside=SURE_SHARE).to(language)}"
                for one, chance in place.candidates.items()
            )
            or "–",
        )
        for quadrant in (*QUADRANTS, None)
        for place in table.zones_in(quadrant)
    ]
    heads = (
        _SAY["quadrant_heads"].format(ready=table.readiness_year, need=table.need_year).to(language)
    )
    print_table(heads, rows)
    print_notes(
        f"{quadrant.title.to(language)}: {quadrant.sentence.to(language)}"
        for quadrant in QUADRANTS.values()
        if table.zones_in(quadrant.id)
    )


def _quadrant_said(place: "Placement") -> Text:
    """The likeliest quadrant, with that of the scores where it is another."""
    from geo.readiness.quadrant import QUADRANTS

    if place.quadrant is None or place.score_quadrant is None:
        return Text(id="–", en="–")
    title = QUADRANTS[place.quadrant].title
    if place.score_quadrant == place.quadrant:
        return title
    by_scores = QUADRANTS[place.score_quadrant].title
    return filled(_SAY["quadrant_by_scores"], title=title, by_scores=by_scores)


def print_models(
    models: "Mapping[str, Model]", waiting: Mapping[str, Sequence[str]], language: Language
) -> None:
    """Print the models: whether an office has set weights and classes, and which data they wait for."""
    kinds = {
        "readiness": _SAY["kind_readiness"],
        "need": _SAY["kind_need"],
    }
    rows = [
        (
            name,
            model.title.to(language),
            model.version,
            kinds[model.kind].to(language),
            _yes(model.weights_confirmed, language),
            _yes(model.classes_confirmed, language),
            ", ".join(waiting[name]) or "–",
        )
        for name, model in models.items()
    ]
    heads = _SAY["models_heads"].to(language)
    print_table(heads, rows)


def _yes(is_so: bool, language: Language) -> str:
    return _SAY["set" if is_so else "not_set"].to(language)


def _change(before: str, after: str, arrow: str = " → ") -> str:
    return after if before == after else f"{before}{arrow}{after}"


def _whole(rank: int | None) -> str:
    return "–" if rank is None else str(rank)


def _words(words: Text | None, language: Language) -> str:
    return "–" if words is None else words.to(language)
