import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.errors import CRSMissing
from geo.language import Text
from maps.assets import Assets
from maps.folium.choropleth import kecamatan_map, planner_map, regency_map, zone_map
from maps.folium.drawing import FEWEST_VERTICES, MOST_VERTICES, VERTICES_OF_FEATURE, geojson
from maps.folium.views import IndicatorView, MapView
from maps.style import CROSSED, HATCHED, Legend
from tests.maps.examples import (
    HOSTILE,
    MODEL,
    make_indicator,
    make_regencies,
    make_result,
    make_results,
    make_zones,
)


def layer(view: MapView, name: str):
    """The Folium layer of a view; layers stand in the map in the order of their cards."""
    found = [child for child in view.map._children.values() if hasattr(child, "style_function")]
    return found[["regencies", "zones", "kecamatan"].index(name)]


def styles(view: MapView, name: str) -> dict[str, dict]:
    drawn = layer(view, name)
    return {f["id"]: drawn.style_function(f) for f in drawn.data["features"]}


def planner(**facts) -> MapView:
    given = {
        "regencies": make_regencies(),
        "results": make_results(),
        "model": MODEL,
        "language": "id",
        "indicator": make_indicator(),
        **facts,
    }
    return planner_map(
        facts.pop("zones", make_zones()), **{k: v for k, v in given.items() if k != "zones"}
    )


def labels(legend: Legend) -> list[str]:
    return [entry.label for entry in legend.entries]


def test_regencies_are_coloured_by_value_and_hatched_without_one() -> None:
    fills = {k: v["fillColor"] for k, v in styles(planner(), "regencies").items()}
    assert fills["63.03"] == HATCHED
    assert len({fills["63.01"], fills["63.02"], fills["63.04"]}) == 3


def test_zones_are_coloured_by_class_and_marked_without_one() -> None:
    fills = {k: v["fillColor"] for k, v in styles(planner(), "zones").items()}
    assert fills == {
        "alfa": "#018571",
        # Its class has 60 % of the draws: striped.
        "beta": "url(#unsure-1)",
        "gama": CROSSED,
        "delta": HATCHED,
        "epsilon": HATCHED,
    }


def test_approximate_boundaries_are_dashed_and_official_ones_are_not() -> None:
    dashed = {k for k, v in styles(planner(), "zones").items() if "dashArray" in v}
    assert dashed == {"alfa", "beta", "gama"}


def test_small_zones_lie_above_large_ones() -> None:
    order = [f["id"] for f in layer(planner(), "zones").data["features"]]
    assert order.index("beta") < order.index("gama")
    assert order[-1] == "epsilon"


def test_features_carry_their_id_alone_and_six_decimals_at_most() -> None:
    for name in ("regencies", "zones"):
        for feature in layer(planner(), name).data["features"]:
            assert feature["properties"] == {}
    disc = layer(planner(), "zones").data["features"][2]["geometry"]["coordinates"][0]
    assert all(round(x, 6) == x and round(y, 6) == y for x, y in disc)


def test_bounds_are_given_to_leaflet_as_lat_lon() -> None:
    assert planner().cards["bounds"] == [[-4.0, 114.0], [-2.0, 116.0]]


def test_the_indicator_legend_names_unit_period_ranges_and_no_data() -> None:
    legend = planner().legends[1]
    assert legend.unit == "% angkatan kerja · Agustus 2025"
    assert labels(legend)[0].startswith("3,30 – ")
    assert labels(legend)[-1] == "Tidak ada data"


def test_a_printed_edge_never_contradicts_a_colour() -> None:
    values = (1.0, 2.0, 2.004, 2.006, 3.0, 4.0)
    legend = regency_map(
        make_regencies([str(i) for i in range(6)]), language="en", indicator=make_indicator(values)
    ).legends[0]
    lows = [float(label.split(" – ")[0]) for label in labels(legend)]
    highs = [float(label.split(" – ")[1]) for label in labels(legend)]
    assert lows[1:] == highs[:-1]


def test_the_zone_legend_names_classes_best_first_and_every_mark() -> None:
    assert labels(planner().legends[0]) == [
        "Siap (60–100)",
        "Perlu penguatan (40–60)",
        "Belum siap (0–40)",
        "Bergaris: kelas paling mungkin, peluangnya di bawah 67% (kelas tertinggi: di bawah 90%)",
        "Dikecualikan",
        "Data belum memadai",
        "Delineasi indikatif",
        "Titik lokasi (belum ada delineasi)",
    ]
    assert planner().legends[0].unit == "skor 0–100 · 2025"


@pytest.mark.parametrize("values", [(5.0, 5.0), (float("nan"), float("nan"))])
def test_one_value_or_none_still_makes_a_map(values: tuple[float, ...]) -> None:
    view = regency_map(make_regencies(["A", "B"]), language="id", indicator=make_indicator(values))
    assert len(labels(view.legends[0])) == 1


def test_a_map_without_an_indicator_or_zones_can_be_drawn() -> None:
    assert labels(regency_map(make_regencies(), language="id").legends[0]) == ["Tidak ada data"]
    empty = planner(zones=make_zones().iloc[:0], results=[])
    assert empty.map.parts(Assets()).body


def test_single_maps_are_coloured_too() -> None:
    regencies = make_regencies()
    zones = zone_map(
        make_zones(), regencies=regencies, results=make_results(), model=MODEL, language="en"
    )
    assert zones.legends[0].title == "Test readiness: areas"
    cells = regencies.assign(regency_code=regencies.index)
    view = kecamatan_map(
        cells,
        regencies=regencies,
        results=[make_result("63.01", name="Tanah Laut")],
        model=MODEL,
        language="en",
    )
    assert view.cards["kecamatan"]["63.01"]["score"] == "62.4"
    assert view.cards["kecamatan"]["63.02"]["status"] == "unassessed"


def test_the_kecamatan_layer_is_there_and_switched_off() -> None:
    cells = make_regencies().assign(regency_code="63.01")
    view = planner(kecamatan=cells, kecamatan_results=[make_result("63.01")])
    assert not layer(view, "kecamatan").show
    assert layer(view, "regencies").show


@pytest.mark.parametrize("value", HOSTILE)
def test_nothing_hostile_reaches_folium(value: str) -> None:
    indicator = make_indicator()
    hostile = IndicatorView(Text(value, value), Text(value, value), 2025, indicator.values)
    view = planner(
        zones=make_zones([value] * 5, remarks=value, status=value),
        regencies=make_regencies([value] * 4),
        indicator=hostile,
        attribution=value,
    )
    parts = view.map.parts(Assets())
    script = str(parts.scripts)
    assert "hacked" not in parts.head + parts.body
    assert "<img" not in script
    assert "</script><script>" not in script
    assert "`${" not in script


def test_outlines_of_any_size_make_a_page_of_two_megabytes_at_most() -> None:
    x, y = np.meshgrid(np.arange(114, 116, 0.5), np.arange(-4, -2, 0.5))
    wavy = shapely.segmentize(shapely.box(x, y, x + 0.5, y + 0.5).ravel(), 0.0001)
    wavy = shapely.transform(wavy, lambda at: at + 0.002 * np.sin(at[:, ::-1] * 900))
    frame = gpd.GeoDataFrame(geometry=wavy, crs="OGC:CRS84", index=[f"63.{i}" for i in range(16)])
    drawn = geojson(frame)
    shapes = shapely.geometry.shape
    found = [shapes(feature["geometry"]) for feature in drawn["features"]]
    assert len(found) == 16
    assert 10_000 < shapely.get_num_coordinates(found).sum() <= MOST_VERTICES
    assert len(json.dumps(drawn)) < 2_000_000 / 3
    assert shapely.union_all(found, grid_size=1e-5).area == pytest.approx(4, rel=1e-3)


def test_a_coverage_is_drawn_with_the_vertices_that_its_areas_need() -> None:
    x, y = np.meshgrid(np.arange(114, 116, 0.5), np.arange(-4, -2, 0.5))
    wavy = shapely.segmentize(shapely.box(x, y, x + 0.5, y + 0.5).ravel(), 0.0001)
    bent = shapely.transform(wavy, lambda at: at + 0.02 * np.sin(np.round(at[:, ::-1], 4) * 9))
    rows = shapely.transform(bent, lambda at: np.round(at, 5))
    frame = gpd.GeoDataFrame(geometry=rows, crs="OGC:CRS84", index=[f"63.{i}" for i in range(16)])
    found = [shapely.geometry.shape(one["geometry"]) for one in geojson(frame)["features"]]
    assert shapely.get_num_coordinates(found).sum() <= FEWEST_VERTICES + 16 * VERTICES_OF_FEATURE
    assert shapely.area(found) == pytest.approx(shapely.area(rows), rel=1e-3)


def test_a_layer_without_crs_is_refused() -> None:
    bare = make_regencies().set_crs(None, allow_override=True)
    with pytest.raises(CRSMissing):
        regency_map(bare, language="id")


def test_another_crs_is_drawn_in_lon_lat() -> None:
    view = regency_map(make_regencies().to_crs("EPSG:32750"), language="id")
    first = layer(view, "regencies").data["features"][0]["geometry"]["coordinates"][0][0]
    assert first == pytest.approx([115.0, -4.0], abs=1e-5)
