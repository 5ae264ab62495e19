"""The targets among the collected facts, each end of a range a row there, as the table that ships.

A target says its plan. One fact does not (the coverage of BPJS Ketenagakerjaan in Banjar, 2025): it
is left out.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from data.steps.facts import read_facts
from data.steps.files import DATA, ready, shipped_region
from geo.indicators.figures import number_text
from geo.indicators.table import parse_catalogue
from geo.programme.targets import parse_targets

# The series that a target is held against, and where its name leaves that open, how it was read.
_SERIES: Mapping[str, tuple[str, str]] = {
    "gini": ("gini", ""),
    "ipm": ("ipm_sp2020lf", "Serinya tidak disebut; dibaca sebagai seri UHH SP2020 LF."),
    "p0": ("p0_persen_miskin_maret", "Bulannya tidak disebut; dibaca sebagai Maret."),
    "pertumbuhan_ekonomi": ("pertumbuhan_ekonomi", ""),
    "tpt": ("tpt_agustus", "Bulannya tidak disebut; dibaca sebagai Agustus."),
}
_PROVINCE, _TABALONG = "63", "63.09"
# Level, document and note of a plan, by region and year.
_PLANS: Mapping[tuple[str, int], tuple[str, str, str]] = {
    (_PROVINCE, 2029): ("rpjmd", "RPJMD Provinsi Kalimantan Selatan 2025–2029", ""),
    (_TABALONG, 2026): (
        "rkpd",
        "Rancangan awal RKPD Kabupaten Tabalong 2026",
        "Rancangan awal; angka RKPD yang ditetapkan dapat berbeda.",
    ),
}
# Of one indicator of a plan, where another plan set it.
_OF_THE_NATION = (
    "rpjmn",
    "RPJMN 2025–2029",
    "Target nasional seperti dikutip provinsi; bukan target provinsi sendiri.",
)
_SOURCES = {
    "https://adaapa.info/?p=9342": "adaapa.info, Februari 2026",
    "https://kontrasx.com/2025/03/21/rancangan-awal-rkpd-tahun-2026-pendapatan-tabalong-diproyeksi-sebesar-rp-28-triliun/": (
        "kontrasx.com, 21 Maret 2025"
    ),
}
# Its upper end was read elsewhere.
_OF_ROW = {
    ("p0_persen_miskin_maret", _PROVINCE): (
        "Batas atas dari realitaspost.com, Maret 2025; pada Februari 2026 ditulis 2,6."
    )
}
_TARGET = re.compile(r"target_(.+?)(?:_(min|max))?")
_COLUMNS = ["indicator", "regency_code", "year"]


def build_targets(target: Path) -> None:
    """Write `programme/targets.csv`: one row an indicator, region, year and level."""
    catalogue = parse_catalogue((DATA / "indicators/catalogue.toml").read_text("utf-8"))
    facts = read_facts()
    ends = [end for row in facts.to_dict("records") if (end := _end(row)) is not None]
    found: dict[tuple[str, str, int], dict[str, object]] = {}
    for indicator, region, year, column, value, address in ends:
        row = found.setdefault((indicator, region, year), {"source_url": address})
        row[column] = value
    rows = [
        {**dict(zip(_COLUMNS, key, strict=True)), **_said(key, catalogue[key[0]].direction), **row}
        for key, row in found.items()
    ]
    for row in rows:
        row["source"] = _SOURCES[str(row["source_url"])]
    table = parse_targets(pd.DataFrame(rows), catalogue=catalogue, regions=shipped_region().codes)
    numbers = {name: table[name].map(number_text) for name in ("least", "most")}
    path = ready(target / "programme/targets.csv")
    table.assign(**numbers).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _end(row: Mapping[str, str]) -> tuple[str, str, int, str, float, str] | None:
    """The end of a target that a fact is; None for another fact."""
    named = _TARGET.fullmatch(row["indicator"])
    if named is None or named[1] not in _SERIES:
        return None
    column = "most" if named[2] == "max" else "least"
    series, value = _SERIES[named[1]][0], float(row["value"])
    return series, row["region_code"], int(row["year"]), column, value, row["source_url"]


def _said(key: tuple[str, str, int], better: str) -> dict[str, str]:
    indicator, region, year = key
    is_national = indicator == "pertumbuhan_ekonomi" and region == _PROVINCE
    level, document, note = _OF_THE_NATION if is_national else _PLANS[region, year]
    notes = [*(why for name, why in _SERIES.values() if name == indicator), note]
    notes.append(_OF_ROW.get((indicator, region), ""))
    return {
        "level": level,
        "direction": {"min": "down", "max": "up"}[better],
        "document": document,
        "page": "",
        "note": " ".join(filter(None, notes)),
    }
