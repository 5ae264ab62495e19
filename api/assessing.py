"""The commands that score, rank, explain and compare: `kawasan assess`, `trends`, `quadrant`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.assessment_tables import (
    print_comparison,
    print_confidence,
    print_quadrant,
    print_ranking,
    print_trends,
    print_weighed,
    print_zones,
)
from api.session import (
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
from api.terminal import print_json
from geo.language import Language, Text

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from geo.confidence import Confidence
    from geo.scenarios import Scenario
    from geo.versions import Published
    from geo.weighing import Weighed
    from geo.wishes import Wish

ModelOption = Annotated[str, typer.Option(help="Model, see kawasan model list.")]
YearOption = Annotated[int | None, typer.Option(help="Year; the newest with data by default.")]
LayerOption = Annotated[str, typer.Option(help="Layer to assess: zones, kecamatan or regencies.")]
MethodOption = Annotated[
    str | None,
    typer.Option(
        help="weighted_sum, geometric_mean, weighted_product, owa, topsis, limiting_factor or promethee."
    ),
]
RiskOption = Annotated[
    float | None,
    typer.Option(min=0, max=1, help="For owa: 0 the worst value counts, 0.5 all, 1 the best."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
WeightOption = Annotated[
    list[str] | None,
    typer.Option(
        "--weight",
        "-w",
        help="Other weight, e.g. -w huni=0.4; name every dimension or every criterion; they sum to 1.",
    ),
]
RankOption = Annotated[
    list[str] | None,
    typer.Option("--rank", help="Order of importance, e.g. --rank huni=1 --rank usaha=2 …"),
]


def assess(
    zones: Annotated[
        list[str] | None,
        typer.Option("--explain", help="Explain a zone by its id or name; given twice, both."),
    ] = None,
    model: ModelOption = "kesiapan",
    year: YearOption = None,
    layer: LayerOption = "zones",
    weight: WeightOption = None,
    rank: RankOption = None,
    weighting: Annotated[
        str | None, typer.Option(help="equal, entropy, critic, or by --rank: rank_order_centroid …")
    ] = None,
    judgements: Annotated[
        Path | None,
        typer.Option(help="TOML of pairwise judgements.", exists=True, dir_okay=False),
    ] = None,
    method: MethodOption = None,
    risk: RiskOption = None,
    scenario: Annotated[
        Path | None, typer.Option(help="TOML of a scenario.", exists=True, dir_okay=False)
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Beside the model's own weights, newest year.")
    ] = False,
    uncertainty: Annotated[
        int, typer.Option(min=0, max=100_000, help="Draws of a simulation, e.g. 10000.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same draws.")] = 0,
    any_weights: Annotated[
        bool, typer.Option("--any-weights", help="Draw from all possible weights.")
    ] = False,
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
    settings = demo_settings(store, demo=demo)
    with explained(lang, settings), open_demo(settings, demo=demo) as opened:
        from geo import planning
        from geo.weighing import weigh

        language = chosen_language(lang, settings)
        say_where_synthetic(opened, language)
        now = opened.current()
        wish, changes = _wish(weight, rank, weighting, judgements), _scenario(scenario)
        with spinner(_ASSESSING.to(language)):
            weighed = weigh(now, wish, model_id=model, layer=layer, year=year)
            result = planning.assess(
                now,
                model,
                layer=layer,
                year=year,
                weights=weighed.weights if wish.is_stated else None,
                method=method,
                risk=risk,
                scenario=changes,
            )
            before = planning.assess(now, model, layer=layer) if compare else None
            draws = (uncertainty, seed, any_weights)
            sure = _confidence(now, result, changes, draws) if uncertainty else None
        chosen = [result.find(zone).area_id for zone in zones or ()]
        if as_json:
            print_json(_document(result, chosen, weighed, before, sure, language))
            return
        drawn = planning.layer(now, layer)
        if chosen:
            print_zones(result, drawn, chosen, language)
        else:
            print_ranking(result, drawn, language)
        print_weighed(weighed, result.model, language)
        if before is not None:
            print_comparison(before, result, language)
        if sure is not None:
            print_confidence(sure, result, language)


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
        from geo import planning
        from geo.trends import trend_document, zone_trends

        language = chosen_language(lang, settings)
        with spinner(_ASSESSING.to(language)):
            years = planning.assess_years(opened, model, layer=layer, method=method, risk=risk)
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
        from geo import planning
        from geo.quadrant import quadrant_document, quadrants

        language = chosen_language(lang, settings)
        now = opened.current()
        with spinner(_ASSESSING.to(language)):
            table = quadrants(
                planning.assess(now, model, layer=layer, year=year),
                planning.assess(now, need, layer=layer, year=year),
                any_years=year is None,
            )
        if as_json:
            print_json(quadrant_document(table, language))
        else:
            print_quadrant(table, language)


def _wish(
    weight: list[str] | None,
    rank: list[str] | None,
    weighting: str | None,
    judgements: Path | None,
) -> "Wish":
    from geo.judgement_format import parse_judgements
    from geo.wishes import Wish

    wish = Wish() if judgements is None else parse_judgements(judgements.read_text("utf-8"))
    return replace(
        wish,
        stated=_numbers(weight, "huni=0.4") if weight else None,
        ranks=_numbers(rank, "huni=1") if rank else None,
        weighting=weighting,
    )


def _numbers(stated: list[str], example: str) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for item in stated:
        name, _, number = item.partition("=")
        if name in numbers:
            raise typer.BadParameter(f"{name!r} is given twice; name each once")
        try:
            numbers[name] = float(number.replace(",", "."))
        except ValueError as error:
            raise typer.BadParameter(f"{item!r}: write name=number, e.g. {example}") from error
    return numbers


def _scenario(path: Path | None) -> "Scenario | None":
    if path is None:
        return None
    from geo.scenario_format import parse_scenario

    return parse_scenario(path.read_text("utf-8"))


def _confidence(
    now: "Published",
    result: "Assessment",
    changes: "Scenario | None",
    draws: tuple[int, int, bool],
) -> "Confidence":
    from geo.confidence import Simulation, confidence

    n, seed, any_weights = draws
    simulation = Simulation(draws=n, seed=seed)
    if any_weights:
        simulation = replace(simulation, concentration=None)
    return confidence(now, result, simulation, scenario=changes)


def _document(
    result: "Assessment",
    chosen: Sequence[str],
    weighed: "Weighed",
    before: "Assessment | None",
    sure: "Confidence | None",
    language: Language,
) -> dict[str, Any]:
    from geo.assessment import as_document, zone_document
    from geo.comparison import compare, comparison_document
    from geo.confidence import confidence_document
    from geo.weighing import weighed_document

    document = as_document(result, language) | weighed_document(weighed, result.model, language)
    if len(chosen) == 1:
        document = zone_document(result, chosen[0], language)
    elif chosen:
        document["zones"] = [zone_document(result, area_id, language) for area_id in chosen]
    if before is not None:
        document["comparison"] = comparison_document(compare(before, result), language)
    if sure is not None:
        document["uncertainty"] = confidence_document(sure, language)
    return document


_ASSESSING = Text(id="Menilai zona …", en="Assessing zones …")
