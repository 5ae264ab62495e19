"""The commands that score, rank, explain and compare: `kawasan assess`, `trends`, `quadrant`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.assess_options import (
    AssessedOptions,
    CompareOption,
    ExplainOption,
    MethodOptions,
    ScenarioOption,
    StudyOptions,
    WeightOptions,
    YearOption,
    read_scenario,
)
from api.cli.assessment_tables import (
    print_comparison,
    print_quadrant,
    print_ranking,
    print_trends,
    print_weighed,
    print_zones,
)
from api.cli.confidence_tables import print_confidence, print_sensitivity, print_variance
from api.cli.output import print_json, print_notes, spinner
from api.cli.shared_options import (
    Common,
    DemoOption,
    JsonOption,
    LayerOption,
    ModelOption,
    gathered,
    warn_where_synthetic,
)
from geo.language import Language, Text, texts

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.planning.area_facts import AreaFacts
    from geo.planning.confidence import Confidence
    from geo.planning.weigh import Weighed
    from geo.readiness.assessment import Assessment
    from geo.readiness.scenario import Scenario
    from geo.store.versions import Published
    from geo.uncertainty.one_weight import WeightSensitivity
    from geo.uncertainty.sobol import ScoreIndex

_SAY = texts(__name__)


@gathered
def assess(
    zones: ExplainOption = None,
    *,
    assessed: AssessedOptions,
    weights: WeightOptions,
    way: MethodOptions,
    scenario: ScenarioOption = None,
    compare: CompareOption = False,
    study: StudyOptions,
    as_json: JsonOption = False,
    demo: DemoOption = False,
    common: Common,
) -> None:
    """Score and rank the zones, show why, and how sure it is.

    Examples: kawasan assess · kawasan assess --explain cahaya-baru · kawasan assess --model
    kebutuhan --year 2024 · kawasan assess -w huni=.4 -w usaha=.3 -w berkembang=.2 -w lingkungan=.1
    --compare · kawasan assess --layer kecamatan --method owa --risk 0.3 --uncertainty 10000
    """
    study.require_meant()
    language = common.language()
    with common.opened(demo=demo) as store:
        from geo import published
        from geo.planning.assess import assess as assess_published
        from geo.planning.weigh import weigh_and_assess

        warn_where_synthetic(store, language)
        now = store.current()
        requested, changes = weights.request(), read_scenario(scenario)
        with spinner(_SAY["assessing"].to(language)):
            found, weighed = weigh_and_assess(
                now,
                requested,
                model_id=assessed.model,
                layer=assessed.layer,
                year=assessed.year,
                method=way.method,
                risk=way.risk,
                scenario=changes,
            )
            answer = _Answer(
                found=found,
                weighed=weighed,
                explained=[found.find(zone).area_id for zone in zones or ()],
                notes=_notes(changes, found),
                facts=_facts(now, found) if zones else {},
                before=assess_published(now, assessed.model, layer=assessed.layer)
                if compare
                else None,
                studied=_studied(now, found, asked=study, scenario=changes),
            )
        if as_json:
            print_json(_document(answer, language))
        else:
            _print(answer, published.layer(now, assessed.layer), language)


@dataclass(frozen=True, slots=True)
class _Studied:
    """What was asked of how sure an assessment is; None where it was not."""

    seed: int
    sure: "Confidence | None"
    moved: "Mapping[str, tuple[WeightSensitivity, ...]] | None"
    zone: str | None
    indices: "tuple[ScoreIndex, ...]"


@dataclass(frozen=True, slots=True)
class _Answer:
    """An assessment and whatever was asked beside it.

    `explained` are the zones to be explained, `facts` what is known of them beside the model, `notes`
    say what of a scenario has no effect, and `before` is the assessment to compare with.
    """

    found: "Assessment"
    weighed: "Weighed"
    explained: list[str]
    notes: tuple[Text, ...]
    facts: "Mapping[str, AreaFacts]"
    before: "Assessment | None"
    studied: _Studied


def _notes(scenario: "Scenario | None", found: "Assessment") -> tuple[Text, ...]:
    if scenario is None:
        return ()
    from geo.readiness.scenario import idle_changes

    return idle_changes(scenario, found.model, year=found.year)


def _facts(now: "Published", found: "Assessment") -> "Mapping[str, AreaFacts]":
    from geo.planning.area_facts import area_facts

    return area_facts(now, found.layer)


def _studied(
    now: "Published", found: "Assessment", *, asked: StudyOptions, scenario: "Scenario | None"
) -> _Studied:
    from geo.planning.confidence import Simulation, confidence, score_variance, sensitivities

    draws = Simulation(draws=asked.uncertainty, seed=asked.seed)
    if asked.any_weights:
        draws = replace(draws, concentration=None)
    zone = None if asked.sobol is None else found.find(asked.sobol).area_id
    indices: tuple[ScoreIndex, ...] = ()
    if zone is not None:
        indices = score_variance(now, found, zone, seed=asked.seed, scenario=scenario)
    return _Studied(
        seed=asked.seed,
        sure=confidence(now, found, draws, scenario=scenario) if asked.uncertainty else None,
        moved=sensitivities(found) if asked.sensitivity else None,
        zone=zone,
        indices=indices,
    )


def _document(answer: _Answer, language: Language) -> dict[str, Any]:
    from geo.planning.area_facts import facts_document
    from geo.planning.weigh import weighed_document
    from geo.readiness.compare import compare, comparison_document
    from geo.readiness.documents import as_document, zone_document

    found = answer.found
    entries = [
        zone_document(found, area_id, language) | facts_document(answer.facts[area_id], language)
        for area_id in answer.explained
    ]
    document = entries[0] if len(entries) == 1 else as_document(found, language)
    if len(entries) > 1:
        document["zones"] = entries
    document |= weighed_document(answer.weighed, found.model, language)
    if answer.before is not None:
        document["comparison"] = comparison_document(compare(answer.before, found), language)
    notes = [note.to(language) for note in answer.notes]
    return document | _studied_document(answer.studied, language) | {"notes": notes}


def _studied_document(studied: _Studied, language: Language) -> dict[str, Any]:
    from geo.planning import confidence
    from geo.uncertainty.sobol import DEFAULT_SAMPLES

    document: dict[str, Any] = {}
    if studied.sure is not None:
        document["uncertainty"] = confidence.confidence_document(studied.sure, language)
    if studied.moved is not None:
        document["sensitivity"] = confidence.sensitivity_document(studied.moved, language)
    if studied.zone is not None:
        document["score"] = confidence.variance_document(
            studied.indices, studied.zone, samples=DEFAULT_SAMPLES, seed=studied.seed
        )
    return document


def _print(answer: _Answer, zones: "gpd.GeoDataFrame", language: Language) -> None:
    found, studied = answer.found, answer.studied
    if answer.explained:
        print_zones(found, zones, answer.explained, language, facts=answer.facts)
    else:
        print_ranking(found, zones, language)
    print_weighed(answer.weighed, found.model, language)
    print_notes(note.to(language) for note in answer.notes)
    if answer.before is not None:
        print_comparison(answer.before, found, language)
    if studied.sure is not None:
        print_confidence(studied.sure, found, language, chosen=answer.explained)
    if studied.moved is not None:
        print_sensitivity(studied.moved, found, language)
    if studied.zone is not None:
        print_variance(studied.indices, found, studied.zone, language)


@gathered
def trends(
    zone: Annotated[str | None, typer.Argument(help="One zone by its id or name.")] = None,
    model: ModelOption = "kesiapan",
    layer: LayerOption = "zones",
    *,
    way: MethodOptions,
    as_json: JsonOption = False,
    common: Common,
) -> None:
    """Show how zones did over the years; what cannot be compared is not.

    Example: kawasan trends cahaya-baru
    """
    language = common.language()
    with common.opened() as store:
        from geo.planning.assess import assess_years
        from geo.planning.weigh import require_used
        from geo.published import series_breaks
        from geo.readiness.trends import trend_document, zone_trends

        with spinner(_SAY["assessing"].to(language)):
            years = assess_years(store, model, layer=layer, method=way.method, risk=way.risk)
            require_used(way.risk, of=years[-1])
            only = None if zone is None else years[-1].find(zone).area_id
            found = [
                t
                for t in zone_trends(years, breaks=series_breaks(store))
                if only in (None, t.area_id)
            ]
        if as_json:
            print_json([trend_document(trend, language) for trend in found])
        else:
            print_trends(found, [a.year for a in years], language)


@gathered
def quadrant(
    layer: LayerOption = "zones",
    year: YearOption = None,
    model: ModelOption = "kesiapan",
    need: Annotated[str, typer.Option(help="The need model.")] = "kebutuhan",
    as_json: JsonOption = False,
    *,
    common: Common,
) -> None:
    """Show readiness against need: who is ready and needs it, and who only one of the two.

    Example: kawasan quadrant --layer kecamatan
    """
    language = common.language()
    with common.opened() as store:
        from geo.planning.assess import assess as assess_published
        from geo.readiness.quadrant import quadrant_document, quadrants

        now = store.current()
        with spinner(_SAY["assessing"].to(language)):
            table = quadrants(
                assess_published(now, model, layer=layer, year=year),
                assess_published(now, need, layer=layer, year=year),
                any_years=year is None,
            )
        if as_json:
            print_json(quadrant_document(table, language))
        else:
            print_quadrant(table, language)
