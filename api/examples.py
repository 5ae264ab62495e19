"""Examples of request bodies in the OpenAPI document; the tests send every one of them."""

from typing import Any

_GOAL = [
    {"group": "goal", "first": "huni", "second": "usaha", "ratio": 3},
    {"group": "goal", "first": "huni", "second": "berkembang", "ratio": 2},
    {"group": "goal", "first": "huni", "second": "lingkungan", "ratio": 3},
    {"group": "goal", "first": "usaha", "second": "berkembang", "ratio": 1},
    {"group": "goal", "first": "usaha", "second": "lingkungan", "ratio": 1},
    {"group": "goal", "first": "berkembang", "second": "lingkungan", "ratio": 2},
]
_OTHER_GOAL = [
    {"group": "goal", "first": "huni", "second": "usaha", "ratio": 0.5},
    {"group": "goal", "first": "huni", "second": "berkembang", "ratio": 1},
    {"group": "goal", "first": "usaha", "second": "lingkungan", "ratio": 2},
]
_MEMBERS = [
    {"name": "Provinsi", "weight": 2, "judgements": _GOAL},
    {"name": "Barito Kuala", "judgements": _OTHER_GOAL},
]
_WEIGHTS = {"huni": 0.4, "usaha": 0.3, "berkembang": 0.2, "lingkungan": 0.1}
_FORECAST = {
    "id": "tpak-2026",
    "title": {"id": "TPAK naik di Barito Kuala", "en": "TPAK rises in Barito Kuala"},
    "source": "Contoh, bukan ramalan resmi",
    "year": 2026,
    "indicators": [
        {
            "region": "63.04",
            "indicator": "tpak_agustus",
            "year": 2026,
            "value": 75.0,
            "note": "Contoh",
            "source": "Contoh, bukan ramalan resmi",
        }
    ],
}

READINESS_EXAMPLES: dict[str, Any] = {
    "weights": {
        "summary": "Other weights of the dimensions",
        "value": {"model": "kesiapan", "weights": _WEIGHTS},
    },
    "judgements": {
        "summary": "Pairwise judgements of the dimensions",
        "value": {"model": "kesiapan", "judgements": _GOAL},
    },
    "members": {
        "summary": "Judgements of several offices, one of them incomplete",
        "value": {"model": "kesiapan", "members": _MEMBERS},
    },
    "ranks": {
        "summary": "The order of the dimensions is all that is agreed",
        "value": {
            "weighting": "rank_order_centroid",
            "ranks": {"usaha": 1, "huni": 2, "berkembang": 3, "lingkungan": 4},
        },
    },
    "method": {
        "summary": "Ordered weighted averaging, careful: weak points count more",
        "value": {"layer": "kecamatan", "method": "owa", "risk": 0.3},
    },
    "scenario": {
        "summary": "A figure of a coming year",
        "value": {"scenario": _FORECAST},
    },
    "uncertainty": {
        "summary": "How sure the ranking is, drawn 1,000 times",
        "value": {"layer": "kecamatan", "uncertainty": 1000, "seed": 1},
    },
    "scores": {
        "summary": "Columns of numbers only, for a map that follows a slider",
        "value": {"layer": "kecamatan", "weights": _WEIGHTS, "detail": "scores"},
    },
}
JUDGEMENTS_EXAMPLES: dict[str, Any] = {
    "judgements": {"summary": "One person", "value": {"model": "kesiapan", "judgements": _GOAL}},
    "members": {"summary": "Several offices", "value": {"members": _MEMBERS}},
}
COMPARISON_EXAMPLES: dict[str, Any] = {
    "years": {
        "summary": "Two years",
        "value": {"before": {"year": 2023}, "after": {"year": 2025}},
    },
    "weights": {
        "summary": "The model's weights and others",
        "value": {"after": {"weights": _WEIGHTS}},
    },
    "scenario": {"summary": "With and without", "value": {"after": {"scenario": _FORECAST}}},
}
