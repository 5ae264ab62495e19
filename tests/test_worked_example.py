"""Every number of the guide's chapter "A ranking by hand", computed again.

The chapter holds the model (TOML) and the tables. What is asked is that each printed number is what
the public functions give, to half of its last digit. The English chapter is read; a test of the
chapters holds the Indonesian one to the same numbers, cell by cell and section by section.
"""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geo.mcda.ahp import CONSISTENCY_LIMIT, RANDOM_INDEX, ahp_weights, pairwise_matrix
from geo.mcda.methods import criterion_order_weights, effective_weights
from geo.mcda.model_file import parse_model
from geo.readiness.score import Measure, Measures, decision_matrix, score_matrix
from geo.uncertainty.draws import weight_draws
from geo.uncertainty.one_weight import weight_sensitivities
from geo.uncertainty.ranked import ranked_zones
from geo.uncertainty.smaa import simulate, within_rank

GUIDE = Path(__file__).parents[1] / "maps" / "guide"
CHAPTER = (GUIDE / "en" / "by-hand.md").read_text("utf-8")
TOML = re.search(r"```toml\n(.*?)```", CHAPTER, re.DOTALL)[1]
DASH = "–"
METHODS = {
    "weighted_sum": {},
    "owa, risk 0.3": {"method": "owa", "risk": 0.3},
    "geometric_mean": {"method": "geometric_mean"},
}


def tables_of(text):
    """Every table by the first cell of its head: (head, rows by their first cell)."""
    found = {}
    for block in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        head, _, *rows = [
            [cell.strip() for cell in line.strip("|\n ").split("|")] for line in block.splitlines()
        ]
        assert head[0] not in found, "two tables begin alike"
        assert all(len(row) == len(head) for row in rows)
        found[head[0]] = (head[1:], {row[0]: row[1:] for row in rows})
    return found


TABLES = tables_of(CHAPTER)
ROWS = {name: rows for name, (_, rows) in TABLES.items()}
MODEL = parse_model(TOML)
CRITERIA = tuple(criterion.id for criterion in MODEL.criteria)
ZONES = tuple(ROWS["measure"])


def same(printed, number):
    """Whether a printed number is `number`, to half of its last digit; a dash is unknown."""
    if printed == DASH:
        return bool(np.isnan(number))
    unit = 0.01 if printed.endswith("%") else 1.0
    digits = printed.removesuffix("%").strip()
    decimals = len(digits.partition(".")[2])
    # 1e-9: a number that lies on the half may be printed either way.
    return abs(float(digits) * unit - number) <= unit * (0.5 * 10.0**-decimals + 1e-9)


def require_same(printed, numbers):
    assert len(printed) == len(numbers)
    assert [p for p, n in zip(printed, numbers, strict=True) if not same(p, n)] == []


def measure_of(printed):
    if printed == DASH:
        return Measure(value=None, credit=0.0)
    return Measure(value=float(printed), credit=1.0)


@pytest.fixture(scope="module")
def matrix():
    columns = zip(*ROWS["measure"].values(), strict=True)
    criteria = {
        criterion: [measure_of(cell) for cell in column]
        for criterion, column in zip(CRITERIA, columns, strict=True)
    }
    names = {zone: zone for zone in ZONES}
    return decision_matrix(Measures(names=names, criteria=criteria, constraints={}), MODEL)


@pytest.fixture(scope="module")
def judged():
    items = tuple(ROWS["judged"])
    pairs = {
        (a, b): ratio_of(ROWS["judged"][a][j])
        for i, a in enumerate(items)
        for j, b in enumerate(items)
        if i < j
    }
    return ahp_weights(items, pairwise_matrix(items, pairs))


def ratio_of(cell):
    over, _, under = cell.partition("/")
    return float(over) / float(under or 1)


def scored(matrix, label):
    return score_matrix(matrix, MODEL, MODEL.weights, **METHODS[label])


def test_the_judgements_are_reciprocal_and_those_of_the_model(judged):
    cells = np.array([[ratio_of(cell) for cell in row[:3]] for row in ROWS["judged"].values()])
    assert cells * cells.T == pytest.approx(np.ones((3, 3)))
    inside = {item: MODEL.weights[item] * 1.5 for item in judged.items}
    assert inside == pytest.approx(judged.by_item(), abs=1e-12)


def test_weights_from_judgements(judged):
    for (item, row), weight in zip(ROWS["judged"].items(), judged.weights, strict=True):
        root = np.prod([ratio_of(cell) for cell in row[:3]]) ** (1 / 3)
        require_same(row[3:], [root, judged.by_item()[item]])
        assert same(row[4], weight)


def test_consistency(judged):
    printed = [row[-1] for row in ROWS["check"].values()]
    require_same(printed, [judged.lambda_max, judged.consistency_index, judged.consistency_ratio])
    assert same(re.search(r"random index of Saaty \(2005\), ([\d.]+)", CHAPTER)[1], 0.52)
    assert RANDOM_INDEX[judged.random_index][3] == 0.52
    by_hand = re.search(r"\(1 × ([\d.]+) \+ 2 × ([\d.]+) \+ 4 × ([\d.]+)\) / ([\d.]+)", CHAPTER)
    require_same(list(by_hand.groups()), [*judged.weights, judged.weights[0]])


def test_global_weights():
    groups = MODEL.groups()
    shares = [sum(MODEL.weights[c] for c, g in zip(CRITERIA, groups, strict=True) if g == k) for k in (0, 1)]  # fmt: skip
    assert tuple(ROWS["criterion"]) == CRITERIA
    for criterion, group in zip(CRITERIA, groups, strict=True):
        weight = MODEL.weights[criterion]
        require_same(ROWS["criterion"][criterion], [weight / shares[group], shares[group], weight])


def test_measures_become_values(matrix):
    assert TABLES["value"][0] == list(CRITERIA)
    assert "(25 − 12) / 20 = 0.65" in CHAPTER
    for zone, values in zip(ZONES, matrix.values, strict=True):
        require_same(ROWS["value"][zone], values)


def test_coverage_and_weights_of_what_is_known(matrix):
    weights = np.array([MODEL.weights[c] for c in CRITERIA])
    effective = effective_weights(matrix.values, weights)
    coverage = scored(matrix, "weighted_sum").coverage
    for zone, row in ROWS["zone"].items():
        place = ZONES.index(zone)
        known = np.where(np.isnan(matrix.values[place]), np.nan, effective[place])
        require_same(row, [coverage[place], *known])
    missing = re.search(r"its data coverage is 1 − (\d\.\d+)", CHAPTER)[1]
    assert same(missing, MODEL.weights["jalan"])


def test_contributions_scores_ranks_and_classes(matrix):
    found = scored(matrix, "weighted_sum")
    for i, zone in enumerate(ZONES):
        *numbers, class_id = ROWS["contribution"][zone]
        require_same(numbers, [*found.points[i], found.scores[i], found.ranks[i]])
        assert class_id == MODEL.classes[found.classes[i]].id


def test_owa_of_the_first_zone(matrix):
    rows = ROWS["OWA of A"]
    values = dict(zip(CRITERIA, matrix.values[0], strict=True))
    assert list(rows) == sorted(CRITERIA, key=lambda c: -values[c])
    weights = np.array([MODEL.weights[c] for c in rows])
    falling = np.array([[values[c] for c in rows]])
    ordered = criterion_order_weights(falling, weights[np.newaxis], risk=0.3)[0]
    points = dict(zip(CRITERIA, scored(matrix, "owa, risk 0.3").points[0], strict=True))
    for i, (criterion, row) in enumerate(rows.items()):
        reached = weights[: i + 1].sum()
        power = reached ** (1 / 0.3 - 1)
        numbers = [values[criterion], weights[i], reached, power, ordered[i], points[criterion]]
        require_same(row, numbers)
    assert same(re.search(r"1/0\.3 − 1 = ([\d.]+)", CHAPTER)[1], 1 / 0.3 - 1)


def test_geometric_mean_of_dimensions(matrix):
    found = scored(matrix, "geometric_mean")
    inside = scored(matrix, "weighted_sum").dimension_scores
    for i, zone in enumerate(ZONES):
        require_same(ROWS["geometric mean"][zone], [*inside[i], found.scores[i]])
    weights = np.array([MODEL.weights[c] for c in CRITERIA])
    of_c = effective_weights(matrix.values, weights)[2]
    shares = re.search(r"with what it knows: (\d\.\d+) and (\d\.\d+)\.", CHAPTER).groups()
    require_same(list(shares), [of_c[:3].sum(), of_c[3]])


@pytest.mark.parametrize("label", METHODS)
def test_scores_under_each_method(matrix, label):
    found = scored(matrix, label)
    *scores, first = ROWS["method"][label]
    require_same(scores, found.scores)
    assert first == "ABC"[int(np.argmin(found.ranks))]


@pytest.mark.parametrize("label", METHODS)
def test_how_often_each_zone_is_first(matrix, label):
    n, concentration, seed = re.search(
        r"drawn ([\d,]+) times around the stated ones \(concentration (\d+), seed (\d+)\)", CHAPTER
    ).groups()
    zones = ranked_zones(MODEL, matrix, weights=MODEL.weights, **METHODS[label])
    weights = weight_draws(
        zones.weights,
        n=int(n.replace(",", "")),
        rng=np.random.default_rng(int(seed)),
        concentration=float(concentration),
    )
    require_same(ROWS["first in"][label], within_rank(simulate(zones, weights), 1))


def test_the_weight_at_which_the_first_changes(matrix):
    found = scored(matrix, "weighted_sum")
    zones = ranked_zones(MODEL, matrix, weights=MODEL.weights)
    people = [i for i, group in enumerate(MODEL.groups()) if group == 1]
    (sensitivity,) = weight_sensitivities(zones, {"penduduk": people})
    change, stated = re.search(r"p = (\d\.\d+) in place of (\d\.\d+)", CHAPTER).groups()
    assert same(change, sensitivity.above["first"].weight)
    assert same(stated, sensitivity.weight)
    equation = re.search(
        r"\(1 − p\) × ([\d.]+) \+ p × (\d+) = \(1 − p\) × ([\d.]+) \+ p × (\d+)", CHAPTER
    )
    require_same(list(equation.groups()), found.dimension_scores[:2].ravel())


def test_the_limits_and_powers_that_the_text_names():
    assert f"CI / {RANDOM_INDEX['saaty2005'][3]} |" in CHAPTER
    assert f"CR is below {CONSISTENCY_LIMIT:.2f}," in CHAPTER
    assert f"above the floor of {MODEL.coverage_floor}," in CHAPTER
    assert f"OWA with risk {METHODS['owa, risk 0.3']['risk']}*" in CHAPTER
    assert f"u^{1 / 0.3 - 1:.3f} |" in CHAPTER
    ready, nearly = (c.lower_bound for c in MODEL.classes[:0:-1])
    assert f"Scores from {ready:.0f} are *siap*, from {nearly:.0f} *hampir*" in CHAPTER


def test_the_power_method_goes_where_the_program_is(judged):
    items = judged.items
    table = np.array([[ratio_of(cell) for cell in ROWS["judged"][item][:3]] for item in items])
    weights, rounds = np.ones(3) / 3, []
    for _ in range(4):
        weights = table @ weights / (table @ weights).sum()
        rounds.append(weights)
    first = re.search(r"equal weights, ([\d.]+), ([\d.]+), ([\d.]+), and", CHAPTER).groups()
    require_same(list(first), rounds[0])
    printed = [ROWS["judged"][item][4] for item in items]
    require_same(printed, rounds[3])
    assert not all(map(same, printed, rounds[2]))  # "after the fourth", and not before


def test_what_would_lift_the_third_a_rank(matrix):
    found = scored(matrix, "weighted_sum")
    gap, worth, again, worth_again, rise, value, now, needed, short = re.search(
        r"lacks ([\d.]+) points to B\. Its \*tpak\* is worth ([\d.]+), so the value must rise by "
        r"([\d.]+) / ([\d.]+) = ([\d.]+) to ([\d.]+): TPAK from ([\d.]+) to ([\d.]+) %, while ([\d.]+) %",
        CHAPTER,
    ).groups()
    weights = np.array([MODEL.weights[c] for c in CRITERIA])
    points = 100 * effective_weights(matrix.values, weights)[2]
    lacking = found.scores[1] - found.scores[2]
    require_same([gap, worth, again, worth_again], [lacking, points[3], lacking, points[3]])
    require_same(
        [rise, value, now],
        [lacking / points[3], matrix.values[2, 3] + lacking / points[3], matrix.measures[2, 3]],
    )
    assert float(needed) - float(short) == pytest.approx(0.1)
    assert with_measure(matrix, "tpak", float(needed)).ranks[2] == 2
    assert with_measure(matrix, "tpak", float(short)).ranks[2] == 3
    flat = with_measure(matrix, "lereng", 5)
    assert same(re.search(r"at its best makes ([\d.]+)\.", CHAPTER)[1], flat.scores[2])
    assert flat.ranks[2] == with_measure(matrix, "air", 0).ranks[2] == 3


def with_measure(matrix, criterion, measure):
    """The weighted sum were one measure of the third zone another one."""
    column = CRITERIA.index(criterion)
    values = matrix.values.copy()
    values[2, column] = MODEL.criteria[column].value(np.array([measure]))[0]
    return scored(replace(matrix, values=values), "weighted_sum")


def test_what_the_prose_says_of_the_model():
    sides = [(a, b, int(r)) for a, r, b in re.findall(
        r"\*(\w+)\* is (\d) times as important as \*(\w+)\*", CHAPTER)]  # fmt: skip
    further = re.search(r"and (\d) times as important as \*(\w+)\*;", CHAPTER)
    sides.append(("lereng", further[2], int(further[1])))
    stated = tomllib.loads(TOML)["judgements"]
    assert sorted(sides) == sorted(tuple(j) for group in stated.values() for j in group)
    assert "2 × 3 = 6, but *lereng* against *air* was judged 4" in CHAPTER
    ends = MODEL.criteria[0].value.parameters
    assert f"is 1 at {ends['one_at']} % and 0 at {ends['zero_at']} %, so 12 %" in CHAPTER


def test_every_table_of_the_chapter_is_held():
    assert set(TABLES) == {
        "judged", "check", "criterion", "measure", "value", "zone", "contribution",
        "OWA of A", "geometric mean", "method", "first in",
    }  # fmt: skip
