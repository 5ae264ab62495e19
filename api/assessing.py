"""The command that scores, ranks and explains: `kawasan assess`."""

from typing import Annotated

import typer

from api.session import (
    DemoOption,
    LanguageOption,
    StoreOption,
    chosen_language,
    demo_settings,
    explained,
    open_demo,
    say_where_synthetic,
    spinner,
)
from api.terminal import print_json, print_ranking, print_zone

ModelOption = Annotated[str, typer.Option(help="Model: kesiapan (readiness) or kebutuhan (need).")]
YearOption = Annotated[int | None, typer.Option(help="Year; the newest with data by default.")]
LayerOption = Annotated[str, typer.Option(help="Layer to assess: zones, kecamatan or regencies.")]
WeightOption = Annotated[
    list[str] | None,
    typer.Option(
        "--weight",
        "-w",
        help="Other weight, e.g. -w huni=0.4; name every dimension or every criterion; they sum to 1.",
    ),
]


def assess(
    zone: Annotated[
        str | None, typer.Option("--explain", help="Explain one zone by its id or its name.")
    ] = None,
    model: ModelOption = "kesiapan",
    year: YearOption = None,
    layer: LayerOption = "zones",
    weight: WeightOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    demo: DemoOption = False,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Score and rank the zones, and show why.

    Examples: kawasan assess · kawasan assess --explain cahaya-baru · kawasan assess --model
    kebutuhan --year 2024 · kawasan assess -w huni=.4 -w usaha=.3 -w berkembang=.2 -w lingkungan=.1
    """
    settings = demo_settings(store, demo=demo)
    with explained(lang, settings), open_demo(settings, demo=demo) as opened:
        from geo import planning
        from geo.assessment import as_document, zone_document

        language = chosen_language(lang, settings)
        say_where_synthetic(opened, language)
        with spinner("Menilai zona …" if language == "id" else "Assessing zones …"):
            result = planning.assess(
                opened, model, layer=layer, year=year, weights=_weights(weight or [])
            )
        area_id = result.find(zone).area_id if zone else None
        if as_json:
            print_json(
                zone_document(result, area_id, language)
                if area_id
                else as_document(result, language)
            )
            return
        zones = planning.layer(opened, layer)
        if area_id:
            print_zone(result, zones, area_id, language)
        else:
            print_ranking(result, zones, language)


def _weights(stated: list[str]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for item in stated:
        name, _, number = item.partition("=")
        if name in weights:
            raise typer.BadParameter(f"{name!r} is given twice; name each weight once")
        try:
            weights[name] = float(number.replace(",", "."))
        except ValueError as error:
            raise typer.BadParameter(f"{item!r}: write name=number, e.g. huni=0.4") from error
    return weights
