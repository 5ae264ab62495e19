"""What `kawasan assess` and its sisters can be told, and what the files that they name say."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo.errors import InvalidInput
from geo.language import texts

if TYPE_CHECKING:
    from geo.mcda.weight_request import WeightRequest
    from geo.readiness.scenario import Scenario

_SAY = texts(__name__)

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
ExplainOption = Annotated[
    list[str] | None,
    typer.Option("--explain", help="Explain a zone by its id or name; given twice, both."),
]
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
WeightingOption = Annotated[
    str | None, typer.Option(help="equal, entropy, critic, or by --rank: rank_order_centroid …")
]
JudgementsOption = Annotated[
    Path | None, typer.Option(help="TOML of pairwise judgements.", exists=True, dir_okay=False)
]
ScenarioOption = Annotated[
    Path | None, typer.Option(help="TOML or JSON of a scenario.", exists=True, dir_okay=False)
]
CompareOption = Annotated[
    bool, typer.Option("--compare", help="Beside what is published: own weights, newest year.")
]
UncertaintyOption = Annotated[
    int, typer.Option(min=0, max=100_000, help="Draws of a simulation, e.g. 10000.")
]
SeedOption = Annotated[int, typer.Option(min=0, help="Same seed, same draws.")]
AnyWeightsOption = Annotated[
    bool, typer.Option("--any-weights", help="Draw from all possible weights.")
]
SensitivityOption = Annotated[
    bool, typer.Option("--sensitivity", help="How far each weight can move.")
]
SobolOption = Annotated[
    str | None, typer.Option(help="What a zone's score hangs on most, by its id or name.")
]


def read_weight_request(
    weight: list[str] | None,
    *,
    rank: list[str] | None,
    weighting: str | None,
    judgements: Path | None,
) -> "WeightRequest":
    """What the options on weights ask for."""
    from geo.mcda.judgement_file import parse_judgements
    from geo.mcda.weight_request import WeightRequest

    requested = WeightRequest() if judgements is None else parse_judgements(_read_text(judgements))
    return replace(
        requested,
        stated=_numbers(weight, "huni=0.4") if weight else None,
        ranks=_numbers(rank, "huni=1") if rank else None,
        weighting=weighting,
    )


def read_scenario(path: Path | None) -> "Scenario | None":
    """The scenario of a file, TOML unless its name ends in .json."""
    if path is None:
        return None
    from geo.readiness.scenario_file import parse_scenario

    is_json = path.suffix.lower() == ".json"
    return parse_scenario(_read_text(path), format="json" if is_json else "toml")


def _read_text(path: Path) -> str:
    try:
        # Editors of Windows begin a file with a byte-order mark, which no parser takes.
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(reason=_SAY["no_text"].format(file=path.name)) from error


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
