"""The collected facts that are figures of a regency or the province, as rows of the indicator table.

The two tables of facts hold more: facts of zones, of kecamatan and desa, of the whole country, words,
targets, and figures without a year. `left_out` says of each row why it is no figure here.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlparse

import pandas as pd

from data.steps.figure_sources import producer
from data.steps.files import DATA
from geo.indicators.table import Indicator

FILES = ("source_facts_2026_11.csv", "source_facts_land_2026_11.csv")

# IDM is one method from 2021 to 2024: the year is the period's and not the indicator's.
_IDM = re.compile(r"idm(20\d\d)_(.+)")
_MONTH_OF = {
    r".*_maret": "Maret",
    r".*_agustus": "Agustus",
    r".*_september": "September",
    r".*_februari": "Februari",
    r"banjir20\d\d_.*|(kerugian|jiwa_terdampak|kk_terdampak)_bencana": "Januari",
    r"gambut_.*|kubah_gambut_.*": "September",
}
# Billions of rupiah are read at a glance, thirteen digits are not.
_BILLION = 1e9

# The catalogue's unit for each unit text of the rows: a text that means another is a fault.
_UNITS: Mapping[str, tuple[str, ...]] = {
    "%": ("% panjang jalan",),
    "% of area": ("% luas",),
    "% of area (more than)": ("% luas",),
    "KK": ("KK",),
    "Rp": ("miliar Rp",),
    "Rp/kapita/bulan": ("Rp per orang per bulan",),
    "desa": ("desa", "desa dan kelurahan"),
    "desa (9 to 14)": ("desa dan kelurahan",),
    "desa/kelurahan": ("desa dan kelurahan",),
    "desa/kelurahan of 2,016": ("desa dan kelurahan",),
    "ha": ("ha",),
    "indeks": ("indeks 0-1", "indeks 0-100"),
    "indeks 0-1": ("indeks 0-1",),
    "indeks 0-1, mean over desa": ("indeks 0-1",),
    "indeks 0-100": ("indeks 0-100",),
    "kecamatan": ("kecamatan",),
    "km": ("km",),
    "location quotient against Indonesia, ADHK": ("rasio (1 = Indonesia)",),
    "lowongan": ("lowongan",),
    "lowongan (almost)": ("lowongan",),
    "m3": ("m³",),
    "orang": ("jiwa", "orang"),
    "orang (water around the house)": ("jiwa",),
    "orang (water in the house)": ("jiwa",),
    "paket": ("paket",),
    "persen": (
        "%",
        "% angkatan kerja",
        "% pekerja",
        "% penduduk",
        "% penduduk bekerja",
    ),
    "persen (about)": ("% pekerja",),
    "perusahaan": ("perusahaan",),
    "rumah": ("rumah",),
    "skor IRBI multi-bahaya": ("skor IRBI",),
    "ton GKG or as BPS prints": ("ton",),
}

# What a row's unit text says beside the unit itself.
_OF_UNIT = {
    "persen (about)": "Kira-kira.",
    "lowongan (almost)": "Hampir.",
    "desa (9 to 14)": "Tercetak 9 sampai 14.",
    "% of area (more than)": "Lebih dari.",
}
# Its period text.
_OF_PERIOD = {"2016 (older survey)": "Survei lebih tua."}
# And its note, where the caveat of the indicator does not say it: by indicator, region and year.
_OF_ROW: Mapping[tuple[str, str, str], str] = {
    ("apbd_pad_anggaran", "63.02", "2026"): "Melonjak dari 2025; periksa di DJPK sebelum dipakai.",
    ("apbd_pad_anggaran", "63.04", "2026"): "Melonjak dari 2025; periksa di DJPK sebelum dipakai.",
    ("cakupan_bpjs_tk", "63.01", "2023"): (
        "Turunan dari jumlah peserta; peserta formal satu program saja."
    ),
    ("penduduk_miskin_maret", "63", "2025"): "Turunan: 168,81 ditambah 3,91 ribu jiwa.",
    ("tpt_agustus", "63", "2022"): "Turunan: 4,31 pada Agustus 2023, turun 0,43 poin.",
    ("tpt_februari", "63", "2024"): "Turunan: 3,94 pada Februari 2025, naik 0,05 poin.",
    ("penganggur_februari", "63", "2024"): "Turunan: 88.499 dikurangi 3.590.",
    ("share_bekerja_formal_februari", "63", "2024"): (
        "Turunan: 40,90 pada Februari 2025, turun 4,40 poin."
    ),
    ("ikd_indeks_ketahanan_daerah", "63", "2022"): "Halaman lain mencetak 0,42.",
    ("ikd_indeks_ketahanan_daerah", "63", "2023"): "Halaman lain mencetak 0,53 dan 0,46.",
    ("ikd_indeks_ketahanan_daerah", "63", "2024"): "Halaman mencetak tahunnya 2034.",
    ("irb_indeks_risiko_bencana", "63.11", "2021"): "Halaman lain mencetak 133,37.",
    ("desa_blankspot", "63.06", "2021"): "Mungkin salah tulis dari 32.",
    ("desa_blankspot", "63.10", "2025"): (
        "Diskominfo Tanah Bumbu dengan batasan lain; jangan dibandingkan dengan 18 pada 2022."
    ),
    ("banjir2021_rumah_terdampak", "63.07", "2021"): "Angka bulat.",
    ("gambut_prioritas_restorasi_total_ha", "63.04", "2017"): (
        "Tercetak 8.298; jumlahnya menuntut 18.298."
    ),
}
# Whose figure a row is, where its indicator's other rows are another's.
_SOURCE_OF_ROW = {
    (f"banjir2026_{what}", "63.07"): "BPBD Hulu Sungai Tengah, Januari 2026"
    for what in ("jiwa_terdampak", "jiwa_terendam", "rumah_terdampak", "rumah_terendam")
}
# What the source says of a count of that day, beside the day: its hour, and that counting went on.
_OF_DAY = {
    "2021-01-18": " pukul 18.00, belum angka akhir",
    "2021-01-20": ", belum angka akhir",
}
_MONTHS = {"01": "Januari", "12": "Desember"}


def facts(catalogue: Mapping[str, Indicator], *, known: set[tuple[str, str, str]]) -> pd.DataFrame:
    """The figures among the facts, ready for `geo.indicators.table.parse_indicators`.

    Parameters
    ----------
    known
        Region, indicator and year of the figures that the table has already.
    """
    rows = read_facts()
    kept = rows[[left_out(row, catalogue, known) is None for row in rows.to_dict("records")]]
    return pd.DataFrame([_figure(row, catalogue) for row in kept.to_dict("records")])


def read_facts() -> pd.DataFrame:
    """Every row of both files, every column as text, `indicator` as the table calls it."""
    read = [
        pd.read_csv(DATA / "indicators" / name, dtype="str", keep_default_na=False)
        for name in FILES
    ]
    rows = pd.concat(read, ignore_index=True).fillna("")
    return rows.assign(indicator=rows["indicator"].str.replace(_IDM, r"idm_\2", regex=True))


def left_out(
    row: Mapping[str, str], catalogue: Mapping[str, Indicator], known: set[tuple[str, str, str]]
) -> str | None:
    """Why a row is no figure of the table; None where it is one."""
    if row["zone"]:
        return "of a zone"
    if not re.fullmatch(r"63(\.\d\d)?", row["region_code"]):
        return "of a kecamatan, a desa or the country"
    if not row["year"]:
        return "without a year"
    if row["indicator"].startswith("target_"):
        return "a target"
    if row["indicator"] not in catalogue:
        return "of too few places to be an indicator"
    if (row["region_code"], row["indicator"], row["year"]) in known:
        return "known already"
    return None


def _figure(row: Mapping[str, str], catalogue: Mapping[str, Indicator]) -> dict[str, object]:
    indicator, year, unit = row["indicator"], row["year"], catalogue[row["indicator"]].unit.id
    if unit not in _UNITS[row["unit"]]:
        raise ValueError(f"{indicator}: {row['unit']} is not {unit}")
    period = _period(indicator, year)
    notes = [
        _OF_UNIT.get(row["unit"]),
        _OF_PERIOD.get(row["period"]),
        # Counts of a flood change by the day: their note says which day.
        _day(row["period"]) if catalogue[indicator].is_snapshot else None,
        "Tidak lebih baru dari tahun ini." if row["period"].startswith("<=") else None,
        _OF_ROW.get((indicator, row["region_code"], year)),
    ]
    return {
        "regency_code": row["region_code"],
        "indicator": indicator,
        "year": year,
        "period": period,
        "value": round(float(row["value"]) / (_BILLION if unit == "miliar Rp" else 1), 6),
        "unit": unit,
        "source": _SOURCE_OF_ROW.get((indicator, row["region_code"]))
        or producer(indicator, period=period, year=year),
        "source_url": row["source_url"],
        "via": _copy(row["source_url"]),
        "note": " ".join(note for note in notes if note),
        "confidence": "low" if row["confidence"] == "low" else "ok",
    }


def _period(indicator: str, year: str) -> str:
    found = next((m for pattern, m in _MONTH_OF.items() if re.fullmatch(pattern, indicator)), None)
    return f"{found} {year}" if found else year


def _day(period: str) -> str:
    """`Keadaan 4 Januari 2026.` of 2026-01-04."""
    year, month, day = period.split("-")
    return f"Keadaan {int(day)} {_MONTHS[month]} {year}{_OF_DAY.get(period, '')}."


def _copy(address: str) -> str:
    """The site that a figure was read at; of GitHub the repository and the file."""
    parts = urlparse(address)
    if parts.hostname != "github.com":
        return (parts.hostname or "").removeprefix("www.")
    owner, repository, *_, name = parts.path.strip("/").split("/")
    return f"salinan GitHub {owner}/{repository}, {name}"
