"""What to bear in mind of a verdict: whose target it is, and what the table remarks on the figures."""

from geo.indicators.amounts import value_in_words
from geo.indicators.periods import period_in_words
from geo.indicators.series import FigureTrend
from geo.indicators.table import Indicator
from geo.language import Text, filled, listed, texts
from geo.programme.gap.figure import has_passed, judged_figure
from geo.programme.gap.question import GapQuestion
from geo.programme.gap.verdict import past_pace
from geo.programme.gap.yardstick import of_year
from geo.programme.targets import Target

_SAY = texts(__name__)


def caveats_of(
    question: GapQuestion, code: str, trend: FigureTrend, *, target: Target | None, is_own: bool
) -> tuple[Text, ...]:
    """The indicator's own caveat, whose target it is where not its own, and figures that are old or doubtful."""
    found = [question.indicator.caveat] if question.indicator.caveat.id else []
    if target is not None:
        found += _of_target(question, code, target, is_own=is_own)
    if has_passed(question, target):
        return tuple(found)
    good = trend.good
    if good and question.newest is not None and good[-1].year < question.newest:
        found.append(filled(_SAY["older"], year=good[-1].year, newest=question.newest))
    newest = trend.newest
    if newest is not None and not newest.is_new:
        shown = _value(question.indicator, newest.value)
        found.append(
            filled(_SAY["newer_doubtful"], value=shown, period=period_in_words(newest.period))
        )
    return tuple(found)


# What a sentence that says whose target it is need not say again.
WHOSE_TARGET = frozenset((_SAY["nation_target"], _SAY["province_target"]))


def _of_target(question: GapQuestion, code: str, target: Target, *, is_own: bool) -> list[Text]:
    """Whose target it is, where that is not a plan of the region's own for the end year."""
    if target.level == "usulan":
        return [_SAY["proposal"]]
    if is_own:
        facts = {"year": question.year, "own": target.year}
        return [] if target.year == question.year else [filled(_SAY["own_of_other_year"], **facts)]
    if target.level == "rpjmn":
        return [_SAY["nation_target"]]
    has_own = of_year(question.targets.get(code, ()), question.year) is not None
    return [_SAY["province_chosen" if has_own else "province_target"]]


def notes_of(
    question: GapQuestion, code: str, trend: FigureTrend, target: Target | None
) -> tuple[Text, ...]:
    """What the table remarks on the figures that carry the verdict: those that a line is drawn through.

    A remark that several of them have is said once.
    """
    past = None if has_passed(question, target) else past_pace(question, trend)
    figure = judged_figure(question, trend, target)
    carrying = [past.first, past.last] if past is not None else [figure] if figure else []
    by_note: dict[Text, list[Text]] = {}
    for point in carrying:
        if note := question.notes.get((code, point.year)):
            facts = {"period": period_in_words(point.period)}
            value = _value(question.indicator, point.value)
            by_note.setdefault(note, []).append(filled(_SAY["noted_one"], value=value, **facts))
    return tuple(
        filled(_SAY["noted"], figures=listed(figures), note=note)
        for note, figures in by_note.items()
    )


def _value(indicator: Indicator, value: float) -> Text:
    return value_in_words(value, indicator.unit, decimals=indicator.decimals)
