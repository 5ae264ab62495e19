"""What to collect next, of the shipped data: recomputed from the draws, and under other methods."""

import numpy as np
import pytest

from geo import published
from geo.errors import InvalidChoice
from geo.planning import collect
from geo.planning.assess import assess
from geo.planning.collect import collecting
from geo.planning.collect_list import list_rows, list_tables, regency_names
from geo.planning.confidence import draws_of
from geo.readiness.class_words import class_words
from geo.uncertainty.data_to_bring import datum_of, raster_datum
from tests.api.examples import publish


@pytest.fixture
def zones(reference_store):
    return assess(reference_store)


def best(scores, k):
    return np.sort(scores, axis=-1)[..., -k:].mean(axis=-1)


def test_every_worth_is_that_of_the_draws_recomputed_one_by_one(reference_store, zones):
    """Each datum's expected scores by the mean weight times the drawn value, and the best 3 anew."""
    found = collecting(reference_store, zones)
    candidates, weights, drawn = draws_of(reference_store, zones)
    values = np.concatenate([block.tables() for block in drawn])
    scores = 100 * np.einsum("dac,dc->da", values, weights)
    means, spread = scores.mean(axis=0), values - values.mean(axis=0)
    assert found.expected == pytest.approx(best(means, 3), abs=1e-9)
    assert found.perfect == pytest.approx(best(scores, 3).mean() - best(means, 3), abs=1e-9)
    criteria = list(candidates.criteria)
    places = {area_id: i for i, area_id in enumerate(candidates.area_ids)}
    whole = {one.datum.id: np.zeros_like(scores) for one in found.data}
    compared = 0
    for area in found.areas:
        for gap in area.gaps:
            columns = [criteria.index(c) for c in gap.criteria]
            if not columns:
                assert gap.points is None
                continue
            at = places[area.area_id]
            moved = 100 * (spread[:, at, columns] * weights.mean(axis=0)[columns]).sum(axis=1)
            whole[gap.datum][:, at] = moved
            expected = np.tile(means, (len(scores), 1))
            expected[:, at] += moved
            worth = best(expected, 3).mean() - best(means, 3)
            assert gap.points == pytest.approx(max(worth, 0.0), abs=1e-9)
            compared += 1
    assert compared > 30
    for one in found.data:
        if one.points is not None:
            worth = best(means + whole[one.datum.id], 3).mean() - best(means, 3)
            assert one.points == pytest.approx(worth, abs=1e-9)


def test_the_fewest_data_reach_the_floor_and_all_but_the_least_of_them_do_not(
    reference_store, zones
):
    """Where slope and standing water weigh most, most zones fall below the floor."""
    heavy = {"lereng": 0.4, "genangan": 0.3}
    rest = 0.3 / (len(zones.weights) - len(heavy))
    weights = dict.fromkeys(zones.weights, rest) | heavy
    assessed = assess(reference_store, weights=weights)
    floor, found = assessed.model.coverage_floor, collecting(reference_store, assessed)
    for area in found.areas:
        needed = [gap.coverage for gap in area.gaps if gap.is_needed]
        assert len(needed) == len(area.fewest)
        if area.status == "ranked":
            assert area.fewest == ()
        else:
            assert area.data_coverage + sum(needed) >= floor - 1e-9
            assert area.data_coverage + sum(needed) - min(needed) < floor
    assert sum(bool(area.fewest) for area in found.areas) > 3


def test_no_part_is_worth_more_than_all_of_it(reference_store, zones):
    found = collecting(reference_store, zones)
    worths = [one.points for one in found.data if one.points is not None]
    worths += [gap.points for a in found.areas for gap in a.gaps if gap.points is not None]
    assert 0 <= min(worths) <= max(worths) <= found.all_data <= found.perfect
    for area in found.areas:
        assert area.points >= max(gap.points or 0.0 for gap in area.gaps)
        assert (area.settles or 0.0) >= max(gap.settles or 0.0 for gap in area.gaps)


def test_nothing_is_chosen_where_no_area_has_the_data_to_be_ranked(reference_store):
    """IPKTrans has no figure for any area; a best three of it would be those of the draws."""
    found = collecting(reference_store, assess(reference_store, "ipktrans"))
    assert found.taken == ()
    assert found.expected is None


def test_an_area_without_any_data_has_no_class_in_words(reference_store):
    assessment = assess(reference_store, "ipktrans")
    bare = [r for r in assessment.results if r.data_coverage == 0]
    assert bare
    assert {class_words(r, assessment.model).id for r in bare} == {"belum dapat dinilai"}
    assert {class_words(r, assessment.model).en for r in bare} == {"cannot be assessed yet"}


def test_the_order_of_features_does_not_matter(reference_store, zones):
    before = collecting(reference_store, zones)
    layer = published.layer(reference_store, "zones")
    publish(reference_store, "zones", layer.iloc[::-1])
    after = collecting(reference_store, assess(reference_store))
    assert after.taken == before.taken
    assert after.perfect == pytest.approx(before.perfect, abs=1e-9)
    by_id = {area.area_id: area for area in after.areas}
    for area in before.areas:
        other = by_id[area.area_id]
        assert (other.fewest, other.settles) == (area.fewest, area.settles)
        assert [gap.datum for gap in other.gaps] == [gap.datum for gap in area.gaps]
        worths = [gap.points for gap in area.gaps if gap.criteria]
        assert [g.points for g in other.gaps if g.criteria] == pytest.approx(worths, abs=1e-9)


def test_an_excluded_area_is_no_candidate_and_lacks_nothing(reference_store):
    layer = published.layer(reference_store, "zones")
    out_at_sea = layer.geometry.where(layer.index != "angsana", layer.translate(yoff=-0.9))
    publish(reference_store, "zones", layer.set_geometry(out_at_sea))
    found = collecting(reference_store, assess(reference_store))
    (area,) = [one for one in found.areas if one.area_id == "angsana"]
    assert area.status == "excluded"
    assert (area.gaps, area.fewest, area.points) == ((), (), None)
    assert found.n_candidates == 13
    assert "angsana" not in found.taken


def test_a_method_without_a_closed_form_agrees_where_it_is_the_weighted_sum(reference_store, zones):
    """OWA at a risk of one half is the weighted sum; 30 outcomes stand for 1,000."""
    closed = collecting(reference_store, zones)
    nested = collecting(reference_store, assess(reference_store, method="owa", risk=0.5))
    assert nested.perfect == pytest.approx(closed.perfect, abs=1e-6)
    worth = {one.datum.id: one.points for one in nested.data}
    for one in closed.data:
        if one.points is not None:
            assert worth[one.datum.id] == pytest.approx(one.points, abs=1.0 + 0.2 * one.points)
    for area, other in zip(closed.areas, nested.areas, strict=True):
        assert other.settles == pytest.approx(area.settles, abs=0.35)


@pytest.mark.parametrize("k", [0, 15])
def test_more_areas_than_there_are_cannot_be_taken(reference_store, zones, k):
    with pytest.raises(InvalidChoice, match=f"{k} areas .* out of 14"):
        collecting(reference_store, zones, k=k)


def test_who_takes_all_areas_needs_no_data(reference_store, zones):
    found = collecting(reference_store, zones, k=14)
    assert found.perfect == pytest.approx(0.0, abs=1e-9)
    assert max(area.points for area in found.areas) == 0.0


def test_a_method_that_compares_areas_and_a_layer_that_is_too_wide_are_refused(
    reference_store, zones, monkeypatch
):
    with pytest.raises(InvalidChoice, match="PROMETHEE"):
        collecting(reference_store, assess(reference_store, method="promethee"))
    monkeypatch.setattr(collect, "MOST_AREAS", 13)
    with pytest.raises(InvalidChoice, match="13 areas at most"):
        collecting(reference_store, zones)


def test_a_value_that_hangs_on_the_place_asks_for_the_outline(reference_store, zones):
    """The zone of Kotabaru lies somewhere in four kecamatan: no raster tells where."""
    found = collecting(reference_store, zones)
    (area,) = [one for one in found.areas if one.area_id == "rkt-kotabaru"]
    outline = next(gap for gap in area.gaps if gap.datum == "outline")
    measured = [zones.matrix.criteria.index(c) for c in outline.criteria]
    row = zones.position("rkt-kotabaru")
    assert measured
    assert (zones.matrix.credits[row, measured] < 1).all()
    # What only the place leaves open is not asked for again where it is published.
    published_rasters = {origin.dataset for origin in zones.lineage}
    asked = {gap.datum for gap in area.gaps if gap.constraints}
    assert not {name.replace("land-", "raster:") for name in published_rasters} & asked


def test_every_row_says_why_in_both_languages(reference_store, zones):
    found = collecting(reference_store, zones)
    rows = list_rows(found, zones.model, regencies=regency_names(reference_store))
    assert {row.area.area_id for row in rows} == set(zones.measures.names)
    assert all(row.why.id and row.why.en and row.regency != "–" for row in rows)


def test_the_workbook_has_a_sheet_of_all_data_and_one_for_each_regency(reference_store, zones):
    found = collecting(reference_store, zones)
    names = regency_names(reference_store)
    tables = list_tables(found, zones.model, regencies=names, language="id")
    first, *others = tables
    assert first == "Semua data"
    assert others == sorted(others)
    assert set(others) <= set(names.values())
    assert sum(len(tables[name]) for name in others) == sum(len(a.gaps) for a in found.areas)


def test_every_criterion_and_constraint_that_ships_has_a_datum(reference_store):
    for model_id in published.models(reference_store):
        model = published.model(reference_store, model_id)
        data = [datum_of(criterion) for criterion in model.criteria]
        data += [raster_datum(constraint.raster) for constraint in model.constraints]
        for datum in data:
            said = (datum.title, datum.form, datum.unit, datum.holder, datum.upload)
            assert all(text.id and text.en and "{" not in text.id + text.en for text in said)
            assert datum.basis
