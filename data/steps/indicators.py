"""The tidy table of indicators, made from the tables that were collected."""

from pathlib import Path

import pandas as pd

from data.steps.facts import facts
from data.steps.figure_sources import copy_of, producer
from data.steps.files import DATA, ready, shipped_region
from geo.indicators.figures import number_text
from geo.indicators.periods import Period, month_of_indicator
from geo.indicators.table import parse_catalogue, parse_indicators
from geo.vector.regions import to_kemendagri

# The source's unit texts: unit, factor, note, confidence. Spelled out so that no caveat is lost.
_PANEL_RUPIAH = (
    "Kepala kolom sumber menulis Rupiah; dibaca juta rupiah karena cocok dengan jumlah 17 sektor."
)
_REGISTER = "Kepmendagri 300.2.2-2138/2025; tanggal registrasi tidak disebut sumber."
_MILLIONS = "Dicetak sumber dalam juta dengan dua desimal."
UNITS: dict[str, tuple[str, float, str, str]] = {
    "percent of households": ("% rumah tangga", 1, "", "ok"),
    "million persons": ("jiwa", 1e6, _MILLIONS, "ok"),
    "persons (rounded to 10)": ("jiwa", 1, "Dibulatkan ke puluhan oleh sumber.", "ok"),
    "persons": ("jiwa", 1, "", "ok"),
    "persons (inconsistent: 3.41% of 351327 = about 11980)": (
        "jiwa",
        1,
        "Tidak cocok dengan sumbernya sendiri: 3,41% dari 351.327 jiwa kira-kira 11.980.",
        "low",
    ),
    "persons (list in Kepmendagri 300.2.2-2138/2025; register date not stated in source)": (
        "jiwa",
        1,
        _REGISTER,
        "ok",
    ),
    "IDR per person per month": ("Rp per orang per bulan", 1, "", "ok"),
    "index 0-1": ("indeks 0-1", 1, "", "ok"),
    "index 0-100 (older UHH series - do not mix with ipm_sp2020lf)": (
        "indeks 0-100",
        1,
        "Seri UHH lama; jangan dicampur dengan seri UHH SP2020 LF.",
        "ok",
    ),
    "index 0-100 (UHH from SP2020 long form series)": (
        "indeks 0-100",
        1,
        "Seri UHH SP2020 LF; jangan dicampur dengan IPM seri lama.",
        "ok",
    ),
    "years": ("tahun", 1, "", "ok"),
    "years (older series)": ("tahun", 1, "Seri lama.", "ok"),
    "km2 (BIG letter B-16.10/DIGD-BIG/IGD.04.04/12/2024)": (
        "km²",
        1,
        "Surat BIG B-16.10/DIGD-BIG/IGD.04.04/12/2024.",
        "ok",
    ),
    "percent of population": ("% penduduk", 1, "", "ok"),
    "percent of population (LOW CONFIDENCE: aggregator site, not checked with BPS)": (
        "% penduduk",
        1,
        "Keyakinan rendah: situs pengumpul berita, tidak dicocokkan dengan BPS.",
        "low",
    ),
    "percent of population (derived: 3.73 + 0.11 point change stated)": (
        "% penduduk",
        1,
        "Turunan: 3,73 (September) ditambah penurunan 0,11 poin yang disebut sumber.",
        "ok",
    ),
    "million IDR (constant prices, by expenditure; source header says Rupiah)": (
        "juta Rp",
        1,
        _PANEL_RUPIAH,
        "ok",
    ),
    "billion IDR (constant 2010 prices; sum of 17 sectors)": (
        "miliar Rp",
        1,
        "Harga konstan 2010; jumlah 17 sektor.",
        "ok",
    ),
    "thousand IDR per person per year (current prices)": (
        "ribu Rp per orang per tahun",
        1,
        "Harga berlaku.",
        "ok",
    ),
    "thousand IDR per person per year": ("ribu Rp per orang per tahun", 1, "", "ok"),
    "percent of GRDP (constant 2010 prices)": ("% PDRB", 1, "Harga konstan 2010.", "ok"),
    "percent of employed": ("% penduduk bekerja", 1, "", "ok"),
    "percent of labour force": ("% angkatan kerja", 1, "", "ok"),
    "percent of population 15+": ("% penduduk 15 tahun ke atas", 1, "", "ok"),
    "IDR per month (no own UMK - follows UMP)": (
        "Rp per bulan",
        1,
        "Tidak menetapkan UMK sendiri; mengikuti UMP.",
        "ok",
    ),
    "IDR per month (own UMK)": ("Rp per bulan", 1, "UMK ditetapkan sendiri.", "ok"),
    "IDR per month": ("Rp per bulan", 1, "", "ok"),
    "count": ("", 1, "", "ok"),  # what is counted is in the catalogue's unit
    "percent": ("", 1, "", "ok"),  # of what is in the catalogue's unit
}


def build_indicators(target: Path) -> pd.DataFrame:
    """The tidy indicator table: codes, periods, units and caveats of source.csv put in order."""
    source = pd.read_csv(DATA / "indicators/source.csv", dtype="str", keep_default_na=False)
    catalogue = parse_catalogue((DATA / "indicators/catalogue.toml").read_text("utf-8"))
    units = pd.DataFrame([UNITS[text] for text in source["unit"]])
    meant = source["indicator"].map({name: entry.unit.id for name, entry in catalogue.items()})

    # A unit that the source spells out must be the catalogue's; "percent" and "count" leave it open.
    if not units[0].where(units[0] != "", meant).equals(meant):
        raise ValueError(source[units[0] != meant])
    values = source["value"].astype("float64") * units[1]
    periods = [
        Period(int(year), month_of_indicator(indicator)).text
        for indicator, year in zip(source["indicator"], source["year"], strict=True)
    ]
    collected = source.assign(
        regency_code=source["regency_code"].map(to_kemendagri),
        unit=meant,
        period=periods,
        value=values.round(6),
        source=[
            producer(indicator, period=period, year=year)
            for indicator, period, year in zip(
                source["indicator"], periods, source["year"], strict=True
            )
        ],
        via=source["source_title"].map(copy_of),
        note=units[2],
        confidence=units[3],
    )
    keys = collected[["regency_code", "indicator", "year"]].itertuples(index=False, name=None)
    added = facts(catalogue, known=set(keys))
    table = parse_indicators(
        pd.concat([collected, added], ignore_index=True), region=shipped_region()
    )
    if len(table) != len(collected) + len(added):
        raise ValueError("an indicator row was lost")

    path = ready(target / "indicators/indicators.csv")
    written = table.assign(value=table["value"].map(number_text))
    written.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return table
