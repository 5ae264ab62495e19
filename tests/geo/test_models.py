"""Models: the shipped ones hold, and a broken one says where."""

from pathlib import Path

import pytest

from geo.errors import InconsistentJudgements, InvalidModel, InvalidWeights
from geo.models import parse_model, weights_from, weights_from_judgements

MODELS = Path(__file__).parents[2] / "data" / "models"


@pytest.fixture
def text():
    return (MODELS / "kesiapan.toml").read_text("utf-8")


@pytest.fixture
def model(text):
    return parse_model(text)


@pytest.mark.parametrize("name", ["kesiapan", "kebutuhan"])
def test_a_shipped_model_is_whole_cited_and_consistent(name):
    model = parse_model((MODELS / f"{name}.toml").read_text("utf-8"))
    assert sum(model.weights.values()) == pytest.approx(1)
    assert all(criterion.source for criterion in model.criteria)
    assert all(judged.is_consistent for judged in model.judgements.values())
    assert all(text.id and text.en for text in (c.title for c in model.criteria))


def test_readiness_asks_the_four_tests_of_kep_246_2003(model):
    assert [d.id for d in model.dimensions] == ["huni", "usaha", "berkembang", "lingkungan"]


def test_unemployment_and_poverty_are_need_and_never_readiness(model):
    need = parse_model((MODELS / "kebutuhan.toml").read_text("utf-8"))
    assert {"tpt_agustus", "p0_persen_miskin_maret"} <= set(need.indicators())
    assert not set(need.indicators()) & set(model.indicators())


def test_no_model_reads_the_coarse_elevation_as_slope(model):
    assert "elevation_coarse" not in model.rasters()


def test_nobody_has_confirmed_a_criterion_yet(model):
    # An office that confirms one changes the model; this test then changes with it.
    assert not any(criterion.confirmed for criterion in model.criteria)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('function = "linear", zero_at = 40', 'function = "lineer", zero_at = 40', "lineer"),
        ('dimension = "usaha"', 'dimension = "usahaa"', "usahaa"),
        ("from = 40", "from = 65", "lower bounds"),
        ('["usaha", "lingkungan", 1],', "", "'usaha' and 'lingkungan'"),
        ('["huni", "usaha", 1],', '["huni", "usaha", 11],', "Saaty"),
        ("threshold = 45.0", "", "lereng_curam"),
        ('kind = "readiness"', "", "kind"),
        ("min_cells = 4", "min_cells = four", "TOML"),
        ('id = "kesiapan"', 'id = "../kesiapan"', "lower-case letters"),
        ('kind = "readiness"', 'kind = "readyness"', "readyness"),
        ('id = "lereng_curam"', 'id = "laut"', "'laut' stands twice"),
        ("coverage_floor = 0.5", "coverage_floor = 50", "no share"),
        ("zero_at = 60, one_at = 80", "zero_at = 80, one_at = 80", "criterion 'ipm', value"),
        ("zero_at = 60, one_at = 80", "zero_at = 60, one_at = nan", "criterion 'ipm', value"),
        ("zero_at = 60, one_at = 80", "zero_at = 60", "criterion 'ipm', value"),
        ("values = [1.0, 0.75, 0.5, 0.25, 0.0]", "values = [1.0]", "criterion 'lereng', value"),
        ("values = [1.0, 0.75", "values = [100, 0.75", "between 0 and 1"),
        ('statistic = "mean"', 'statistic = "median"', "median"),
        ("[judgements]", "[judgement]", "is not judged"),
    ],
)
def test_a_broken_model_says_where(text, old, new, words):
    assert old in text
    with pytest.raises(InvalidModel, match=words):
        parse_model(text.replace(old, new))


def test_weights_of_dimensions_keep_the_shares_inside_them(model):
    stated = {"huni": 0.4, "usaha": 0.3, "berkembang": 0.2, "lingkungan": 0.1}
    weights = weights_from(model, stated)
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["bukan_hutan"] / weights["lahan_basah"] == pytest.approx(
        model.weights["bukan_hutan"] / model.weights["lahan_basah"]
    )
    assert weights["bukan_hutan"] + weights["lahan_basah"] == pytest.approx(0.1)


def test_weights_of_every_criterion_are_taken_as_they_are(model):
    stated = {c.id: 0.1 for c in model.criteria}
    assert weights_from(model, stated) == pytest.approx(stated)


def test_a_mixture_of_dimensions_and_criteria_is_refused(model):
    with pytest.raises(InvalidWeights, match="Unknown: huni"):
        weights_from(model, {"huni": 0.5, "lereng": 0.5})


def test_judgements_replace_only_their_own_group(model):
    weights, results = weights_from_judgements(
        model, {"usaha": {("lahan_terbuka", "pertanian"): 1.0}}
    )
    assert weights["lahan_terbuka"] == pytest.approx(weights["pertanian"])
    assert weights["lereng"] == pytest.approx(model.weights["lereng"])
    assert results["usaha"].weights == pytest.approx((0.5, 0.5))


def test_judgements_of_an_unknown_group_or_criterion_are_refused(model):
    with pytest.raises(InvalidWeights, match="no group"):
        weights_from_judgements(model, {"x": {}})
    with pytest.raises(InconsistentJudgements, match="tpt"):
        weights_from_judgements(model, {"usaha": {("lahan_terbuka", "tpt"): 1.0}})
