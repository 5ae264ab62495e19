"""The commands that score, rank, explain and compare: `kawasan assess`, `trends`, `quadrant`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.assess_options import (
    AnyWeightsOption,
    CompareOption,
    ExplainOption,
    JsonOption,
    JudgementsOption,
    LayerOption,
    MethodOption,
    ModelOption,
    RankOption,
    RiskOption,
    ScenarioOption,
    SeedOption,
    SensitivityOption,
    SobolOption,
    UncertaintyOption,
    WeightingOption,
    WeightOption,
    YearOption,
    read_scenario,
    read_weight_request,
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
from api.cli.output import output, print_json
from api.cli.session import (
    DemoOption,
    LanguageOption,
    StoreOption,
    chosen_language,
    demo_settings,
    explained,
    open_demo,
    open_store,
    say_where_synthetic,
    spinner,
    stated_settings,
)
from geo.language import Language, Text, texts

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.planning.confidence import Confidence
    from geo.planning.weigh import Weighed
    from geo.readiness.assessment import Assessment
    from geo.readiness.scenario import Scenario
    from geo.store.versions import Published
    from geo.uncertainty.one_weight import WeightSensitivity
    from geo.uncertainty.sobol import ScoreIndex

_SAY = texts(__name__)

__all__ = ["LayerOption", "ModelOption", "assess", "quadrant", "trends"]


def assess(
    zones: ExplainOption = None,
    model: ModelOption = "kesiapan",
    year: YearOption = None,
    layer: LayerOption = "zones",
    weight: WeightOption = None,
    rank: RankOption = None,
    weighting: WeightingOption = None,
    judgements: JudgementsOption = None,
    method: MethodOption = None,
    risk: RiskOption = None,
    scenario: ScenarioOption = None,
    compare: CompareOption = False,
    uncertainty: UncertaintyOption = 0,
    seed: SeedOption = 0,
    any_weights: AnyWeightsOption = False,
    sensitivity: SensitivityOption = False,
    sobol: SobolOption = None,
    as_json: JsonOption = False,
    demo: DemoOption = False,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Score and rank the zones, show why, and how sure it is.

    Examples: kawasan assess · kawasan assess --explain cahaya-baru · kawasan assess --model
    kebutuhan --year 2024 · kawasan assess -w huni=.4 -w usaha=.3 -w berkembang=.2 -w lingkungan=.1
    --compare · kawasan assess --layer kecamatan --method owa --risk 0.3 --uncertainty 10000
    """
    if any_weights and not uncertainty:
        raise typer.BadParameter("--any-weights is for --uncertainty, e.g. --uncertainty 10000")
    settings = demo_settings(store, demo=demo)
    with explained(lang, settings), open_demo(settings, demo=demo) as opened:
        from geo import published
        from geo.planning.assess import assess as assess_published
        from geo.planning.weigh import weigh_and_assess

        language = chosen_language(lang, settings)
        say_where_synthetic(opened, language)
        now = opened.current()
        requested = read_weight_request(
            weight, rank=rank, weighting=weighting, judgements=judgements
        )
        changes = read_scenario(scenario)
        way: dict[str, Any] = {"year": year, "method": method, "risk": risk}
        with spinner(_SAY["assessing"].to(language)):
            found, weighed = weigh_and_assess(
                now, requested, model_id=model, layer=layer, scenario=changes, **way
            )
            asked = _Asked(uncertainty, seed, any_weights, sensitivity, sobol)
            answer = _Answer(
                found=found,
                weighed=weighed,
                explained=[found.find(zone).area_id for zone in zones or ()],
                notes=_notes(changes, found),
                before=assess_published(now, model, layer=layer) if compare else None,
                studied=_studied(now, found, asked=asked, scenario=changes),
            )
        if as_json:
            print_json(_document(answer, language))
        else:
            _print(answer, published.layer(now, layer), language)


@dataclass(frozen=True, slots=True)
class _Asked:
    """How sure an assessment is, as far as somebody asks."""

    uncertainty: int
    seed: int
    any_weights: bool
    sensitivity: bool
    sobol: str | None


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

    `explained` are the zones to be explained, `notes` say what of a scenario has no effect, and
    `before` is the assessment to compare with.
    """

    found: "Assessment"
    weighed: "Weighed"
    explained: list[str]
    notes: tuple[Text, ...]
    before: "Assessment | None"
    studied: _Studied


def _notes(scenario: "Scenario | None", found: "Assessment") -> tuple[Text, ...]:
    if scenario is None:
        return ()
    from geo.readiness.scenario import idle_changes

    return idle_changes(scenario, found.model, year=found.year)


def _studied(
    now: "Published", found: "Assessment", *, asked: _Asked, scenario: "Scenario | None"
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
    from geo.planning.weigh import weighed_document
    from geo.readiness.compare import compare, comparison_document
    from geo.readiness.documents import as_document, zone_document

    found = answer.found
    entries = [zone_document(found, area_id, language) for area_id in answer.explained]
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
        print_zones(found, zones, answer.explained, language)
    else:
        print_ranking(found, zones, language)
    print_weighed(answer.weighed, found.model, language)
    for note in answer.notes:
        output.print("• " + note.to(language), markup=False, highlight=False)
    if answer.before is not None:
        print_comparison(answer.before, found, language)
    if studied.sure is not None:
        print_confidence(studied.sure, found, language, chosen=answer.explained)
    if studied.moved is not None:
        print_sensitivity(studied.moved, found, language)
    if studied.zone is not None:
        print_variance(studied.indices, found, studied.zone, language)


def trends(
    zone: Annotated[str | None, typer.Argument(help="One zone by its id or name.")] = None,
    model: ModelOption = "kesiapan",
    layer: LayerOption = "zones",
    method: MethodOption = None,
    risk: RiskOption = None,
    as_json: JsonOption = False,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Show how zones did over the years; what cannot be compared is not.

    Example: kawasan trends cahaya-baru
    """
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings, wait=True) as opened:
        from geo.planning.assess import assess_years
        from geo.planning.weigh import require_used
        from geo.readiness.trends import trend_document, zone_trends

        language = chosen_language(lang, settings)
        with spinner(_SAY["assessing"].to(language)):
            years = assess_years(opened, model, layer=layer, method=method, risk=risk)
            require_used(risk, of=years[-1])
            only = None if zone is None else years[-1].find(zone).area_id
            found = [t for t in zone_trends(years) if only in (None, t.area_id)]
        if as_json:
            print_json([trend_document(trend, language) for trend in found])
        else:
            print_trends(found, [a.year for a in years], language)


def quadrant(
    layer: LayerOption = "zones",
    year: YearOption = None,
    model: ModelOption = "kesiapan",
    need: Annotated[str, typer.Option(help="The need model.")] = "kebutuhan",
    as_json: JsonOption = False,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Show readiness against need: who is ready and needs it, and who only one of the two.

    Example: kawasan quadrant --layer kecamatan
    """
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings, wait=True) as opened:
        from geo.planning.assess import assess as assess_published
        from geo.readiness.quadrant import quadrant_document, quadrants

        language = chosen_language(lang, settings)
        now = opened.current()
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
