"""Every number of a zone names the versions that it was made from."""

from dataclasses import replace

from geo.mcda.value_functions import IndicatorMeasure, RasterMeasure
from geo.readiness.assessment import Origin, datasets_of, figures
from tests.geo.scored_cases import make_case, make_model, share

IPM = replace(share("ipm"), measure=IndicatorMeasure("ipm_sp2020lf", 2))
SLOPE = replace(share("slope"), measure=RasterMeasure("slope_percent", "mean"))
OWN = share("own")


def origin(dataset, number):
    return Origin(dataset, number, "ab" * 32, "BPS", "CC-BY")


def test_the_dataset_of_the_number_comes_first():
    assert datasets_of(IPM, layer="zones") == ("indicators", "regencies", "zones")
    assert datasets_of(SLOPE, layer="zones") == ("land-slope_percent", "zones")
    assert datasets_of(OWN, layer="zones") == ("zones",)


def test_a_dataset_is_named_once_where_the_zones_are_the_regencies():
    assert datasets_of(IPM, layer="regencies") == ("indicators", "regencies")


def test_each_figure_has_its_versions_and_a_missing_raster_has_none():
    model = make_model([IPM, SLOPE, OWN])
    case = make_case(model, {"z": [0.5, None, 0.7]})
    lineage = [origin("zones", 2), origin("regencies", 1), origin("indicators", 3)]
    found = figures(case.result("z"), model, layer="zones", lineage=lineage)
    assert [(f.criterion, f.measure) for f in found] == [
        ("ipm", 0.5),
        ("slope", None),
        ("own", 0.7),
    ]
    numbers = [[(o.dataset, o.number) for o in f.origins] for f in found]
    assert numbers == [
        [("indicators", 3), ("regencies", 1), ("zones", 2)],
        [("zones", 2)],
        [("zones", 2)],
    ]


def test_the_ends_of_a_value_are_told_of_the_whole_zone():
    model = make_model([IPM, SLOPE, OWN])
    case = make_case(model, {"z": [0.6, None, 0.7]}, credits={"z": [0.5, 0.0, 1.0]})
    rows = case.result("z").criteria
    # Half of the zone has 0.6, the other half anything from 0 to 1.
    ends = [(round(row.value_low, 9), round(row.value_high, 9)) for row in rows]
    assert ends == [(0.3, 0.8), (0.0, 1.0), (0.7, 0.7)]
