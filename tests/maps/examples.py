"""Hand-made subjects: four square regencies, five zones of every kind, a model of three classes."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point, box

from geo.language import Text
from geo.readiness.score import ConstraintResult, CriterionResult, ZoneResult
from maps.folium.views import IndicatorView, ModelView
from maps.pages.map_page import IndicatorChoice

HOSTILE = (
    "<img src=x onerror=window.hacked=1>",
    "</script><script>window.hacked=1</script>",
    "`${window.hacked=1}`",
    '"><svg onload=window.hacked=1>',
    "' autofocus onfocus=window.hacked=1 x='",
    "{{7*7}}{% raw %}",
)
LONG = "Sumber yang sangat panjang " * 12 + "https://contoh.id/" + "a" * 200


def said(result: ZoneResult) -> Text | None:
    """The likeliest class by its id and its chance, as the words of a model have them."""
    if result.class_chance is None:
        return None
    words = f"{result.likely_class}, {result.class_chance:.0%}"
    return Text(words, words)


MODEL = ModelView(
    title=Text(id="Kesiapan uji", en="Test readiness"),
    year=2025,
    classes=[
        ("siap", Text(id="Siap", en="Ready"), 60.0),
        ("belum", Text(id="Belum siap", en="Not ready"), 0.0),
        ("perlu", Text(id="Perlu penguatan", en="Needs strengthening"), 40.0),
    ],
    dimensions={
        "huni": Text(id="Layak huni", en="Liveable"),
        "usaha": Text(id="Layak usaha", en="Livelihood"),
    },
    description=Text(id="Uraian model.", en="The model described."),
    class_words=said,
)
CHOICES = [
    IndicatorChoice(
        "tpt", Text(id="Pengangguran terbuka", en="Open unemployment"), [2023, 2025], 2025
    ),
    IndicatorChoice("ipm", Text(id="Pembangunan manusia", en="Human development"), [2024], 2024),
]


def make_regencies(
    names: Sequence[str] = ("Tanah Laut", "Kotabaru", "Banjar", "Tapin"),
) -> gpd.GeoDataFrame:
    squares = [box(114 + i % 2, -4 + i // 2, 115 + i % 2, -3 + i // 2) for i in range(len(names))]
    codes = [f"63.{i + 1:02d}" for i in range(len(names))]
    return gpd.GeoDataFrame(
        {"name": list(names), "kind": "Kabupaten"},
        index=pd.Index(codes, name="area_id"),
        geometry=squares,
        crs="OGC:CRS84",
    )


def make_indicator(
    values: Sequence[float] = (3.3, 5.93, float("nan"), 4.1), **columns: Any
) -> IndicatorView:
    codes = [f"63.{i + 1:02d}" for i in range(len(values))]
    frame = pd.DataFrame(
        {
            "value": list(values),
            "period": "Agustus 2025",
            "source": "BPS, Sakernas",
            "source_url": "https://kalsel.bps.go.id/",
            "note": None,
            **columns,
        },
        index=codes,
    )
    return IndicatorView(
        title=Text(id="Pengangguran terbuka", en="Open unemployment"),
        unit=Text(id="% angkatan kerja", en="% of the labour force"),
        year=2025,
        values=frame,
    )


def make_zones(
    names: Sequence[str] = ("Alfa", "Beta", "Gama", "Delta", "Epsilon"), **columns: Any
) -> gpd.GeoDataFrame:
    """A disc, a kecamatan with a smaller zone inside, an official polygon and a bare location."""
    shapes = [
        Point(114.5, -3.5).buffer(0.2, quad_segs=4),
        box(115.1, -3.9, 115.8, -3.2),
        box(115.4, -3.6, 115.6, -3.4),
        box(114.2, -2.8, 114.6, -2.4),
        Point(115.5, -2.5),
    ]
    return gpd.GeoDataFrame(
        {
            "name": list(names),
            "regency_code": ["63.01", "63.02", "63.02", "63.03", "63.04"],
            "status": "prioritas",
            "area_ha": [61147.7, 1500.0, float("nan"), 2000.0, float("nan")],
            "geometry_kind": [
                "equal_area_disc",
                "enclosing_kecamatan",
                "enclosing_desa",
                "official",
                "location_only",
            ],
            "geometry_method": "Cara dibuat.",
            "source": LONG,
            "source_url": "https://contoh.id/sumber",
            "remarks": None,
            **columns,
        },
        index=pd.Index(["alfa", "beta", "gama", "delta", "epsilon"], name="area_id"),
        geometry=shapes,
        crs="OGC:CRS84",
    )


def make_criterion(
    criterion: str = "tpt",
    *,
    measure: float | None = 3.3,
    title: str = "Pengangguran",
    note: str = "",
    dimension: str = "huni",
    **facts: Any,
) -> CriterionResult:
    known = measure is not None
    return CriterionResult(
        criterion=criterion,
        dimension=dimension,
        title=Text(title, title),
        unit=Text("%", "%"),
        weight=0.5,
        measure=measure,
        value=0.6 if known else None,
        contribution=30.0 if known else 0.0,
        period="2025" if known else None,
        sources=(LONG, "https://kalsel.bps.go.id/") if known else (),
        note=Text(note, note) if note else None,
        **facts,
    )


def make_result(
    area_id: str = "alfa",
    *,
    name: str = "Alfa",
    score: float | None = 62.4,
    rank: int | None = 1,
    **facts: Any,
) -> ZoneResult:
    given: dict[str, Any] = {
        "status": "ranked",
        "rank_class": "siap",
        "score_low": None if score is None else score / 2,
        "score_high": None if score is None else score / 2 + 50,
        "likely_class": facts.get("rank_class", "siap"),
        "class_chance": 0.95,
        "class_candidates": {"siap": 0.95},
        "band": rank,
        "data_coverage": 0.5,
        "dimension_scores": {"huni": 60.0, "usaha": None},
        "criteria": (
            make_criterion(shares={"63.01": 0.75, "63.02": 0.25}),
            make_criterion(
                "jalan",
                measure=None,
                title="Jarak ke jalan",
                note="Raster jalan belum ada.",
                dimension="usaha",
            ),
        ),
        "constraints": (
            ConstraintResult("laut", Text("Laut", "Sea"), 0.02, 0.02, 0.5, note=None),
            ConstraintResult(
                "gambut",
                Text("Gambut", "Peat"),
                0.0,
                1.0,
                0.5,
                note=Text("Belum ada raster.", "No raster yet."),
            ),
        ),
        **facts,
    }
    return ZoneResult(area_id=area_id, name=name, score=score, rank=rank, **given)


# What an excluded zone has of chances.
NOTHING_DRAWN: dict[str, Any] = {
    "likely_class": None,
    "class_chance": None,
    "class_candidates": {},
}


def make_results() -> list[ZoneResult]:
    """Two ranked zones, one excluded, one with too few data; the fifth zone is not assessed."""
    failed = ConstraintResult(
        "hutan", Text("Kawasan hutan", "Forest estate"), 0.8, 0.8, 0.5, note=None
    )
    return [
        make_result("alfa", name="Alfa", score=62.4, rank=1),
        make_result(
            "beta",
            name="Beta",
            score=44.0,
            rank=2,
            rank_class="perlu",
            class_chance=0.6,
            class_candidates={"perlu": 0.6, "siap": 0.4},
        ),
        make_result(
            "gama",
            name="Gama",
            score=None,
            rank=None,
            rank_class=None,
            status="excluded",
            constraints=(failed,),
            **NOTHING_DRAWN,
        ),
        make_result(
            "delta",
            name="Delta",
            score=None,
            rank=None,
            rank_class=None,
            status="insufficient_data",
            data_coverage=0.3,
            score_low=18.2,
            score_high=87.9,
            likely_class="perlu",
            class_chance=0.52,
            class_candidates={"belum": 0.1, "perlu": 0.52, "siap": 0.38},
        ),
    ]


def mostly_slope(weights: Mapping[str, float]) -> dict[str, float]:
    """Weights under which zones without a measure of slope have too little data for a rank."""
    rest = 1.0 - weights["lereng"]
    return {c: 0.7 if c == "lereng" else 0.3 * w / rest for c, w in weights.items()}
