"""How far a figure is from a target: in the indicator's unit, in people, and a year."""

from geo.indicators.series import FigurePoint
from geo.programme.denominators import Denominator
from geo.programme.targets import Target


def points_to_go(value: float, target: Target) -> tuple[float, float | None]:
    """How far a figure is from the near and from the far end of a target; 0 once reached, None of an open end."""
    sign = 1.0 if target.direction == "down" else -1.0

    def to_go(end: float) -> float:
        # 4.16 - 3.97 is 0.19 and no 0.19000…04: half of the last digit is rounded as by hand.
        return max(round(sign * (value - end), 10), 0.0)

    return to_go(target.near), None if target.far is None else to_go(target.far)


def points_of(
    figure: FigurePoint | None, target: Target | None
) -> tuple[float | None, float | None]:
    """`points_to_go` of the newest figure; None twice without a figure or a target."""
    if figure is None or target is None:
        return None, None
    return points_to_go(figure.value, target)


def people_to_go(
    points: float | None, denominator: Denominator | None, *, region: str
) -> float | None:
    """Points to go in people; None where either is not known."""
    if points is None or denominator is None:
        return None
    return denominator.people_of(points, region=region)


def needed_a_year(figure: FigurePoint | None, target: Target | None) -> float | None:
    """The change a year to the near end, signed; 0 once reached, None once the year has come."""
    if figure is None or target is None:
        return None
    if target.is_reached(figure.value):
        return 0.0
    years = target.year - figure.year
    return round(target.near - figure.value, 10) / years if years > 0 else None


def straight_path(
    figure: FigurePoint | None, target: Target | None
) -> tuple[tuple[int, float], ...]:
    """The straight way by years from the figure to the near end of the range."""
    needed = needed_a_year(figure, target)
    if figure is None or target is None or needed is None or target.year <= figure.year:
        return ()
    years = range(figure.year, target.year + 1)
    return tuple((year, figure.value + needed * (year - figure.year)) for year in years)
