"""What `kawasan assess` and its sisters can be told, and what the files that they name say."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.faults import Misused
from api.cli.files import read_text
from api.cli.shared_options import LayerOption, ModelOption
from geo.language import texts

if TYPE_CHECKING:
    from geo.mcda.weight_request import WeightRequest
    from geo.readiness.scenario import Scenario

_SAY = texts(__name__)

YearOption = Annotated[int | None, typer.Option(help="Year; the newest with data by default.")]
ExplainOption = Annotated[
    list[str] | None,
    typer.Option("--explain", help="Explain a zone by its id or name; given twice, both."),
]
ScenarioOption = Annotated[
    Path | None, typer.Option(help="TOML or JSON of a scenario.", exists=True, dir_okay=False)
]
CompareOption = Annotated[
    bool, typer.Option("--compare", help="Beside what is published: own weights, newest year.")
]


@dataclass(frozen=True, slots=True)
class AssessedOptions:
    """What is assessed."""

    model: ModelOption = "kesiapan"
    year: YearOption = None
    layer: LayerOption = "zones"


@dataclass(frozen=True, slots=True)
class MethodOptions:
    """How criteria become one score, in place of the model's own way."""

    method: Annotated[
        str | None,
        typer.Option(
            help="weighted_sum, geometric_mean, weighted_product, owa, topsis, limiting_factor or promethee."
        ),
    ] = None
    risk: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="For owa: 0 the worst value counts, 0.5 all, 1 the best."),
    ] = None


@dataclass(frozen=True, slots=True)
class WeightOptions:
    """Where weights come from, in place of the model's own."""

    weight: Annotated[
        list[str] | None,
        typer.Option(
            "--weight",
            "-w",
            help="Other weight, e.g. -w huni=0.4; name every dimension or every criterion; they sum to 1.",
        ),
    ] = None
    rank: Annotated[
        list[str] | None,
        typer.Option("--rank", help="Order of importance, e.g. --rank huni=1 --rank usaha=2 …"),
    ] = None
    weighting: Annotated[
        str | None, typer.Option(help="equal, entropy, critic, or by --rank: rank_order_centroid …")
    ] = None
    judgements: Annotated[
        Path | None, typer.Option(help="TOML of pairwise judgements.", exists=True, dir_okay=False)
    ] = None

    def request(self) -> "WeightRequest":
        """What the options on weights ask for."""
        from geo.mcda.judgement_file import parse_judgements
        from geo.mcda.weight_request import WeightRequest

        requested = WeightRequest()
        if self.judgements is not None:
            requested = parse_judgements(read_text(self.judgements))
        return replace(
            requested,
            stated=_numbers(self.weight, "huni=0.4") if self.weight else None,
            ranks=_numbers(self.rank, "huni=1") if self.rank else None,
            weighting=self.weighting,
        )


@dataclass(frozen=True, slots=True)
class StudyOptions:
    """How sure an assessment is, as far as somebody asks."""

    uncertainty: Annotated[
        int, typer.Option(min=0, max=100_000, help="Draws of a simulation, e.g. 10000.")
    ] = 0
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same draws.")] = 0
    any_weights: Annotated[
        bool, typer.Option("--any-weights", help="Draw from all possible weights.")
    ] = False
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="How far each weight can move.")
    ] = False
    sobol: Annotated[
        str | None, typer.Option(help="What a zone's score hangs on most, by its id or name.")
    ] = None

    def require_meant(self) -> None:
        """Refuse a way of drawing where nothing is drawn."""
        if self.any_weights and not self.uncertainty:
            raise Misused(_SAY["no_draws"])


def read_scenario(path: Path | None) -> "Scenario | None":
    """The scenario of a file, TOML unless its name ends in .json."""
    if path is None:
        return None
    from geo.planning.scenario_file import parse_scenario

    is_json = path.suffix.lower() == ".json"
    return parse_scenario(read_text(path), format="json" if is_json else "toml")


def _numbers(stated: list[str], example: str) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for item in stated:
        name, _, number = item.partition("=")
        if name in numbers:
            raise Misused(_SAY["named_twice"].format(name=name))
        try:
            numbers[name] = float(number.replace(",", "."))
        except ValueError as error:
            raise Misused(_SAY["no_number"].format(item=item, example=example)) from error
    return numbers
