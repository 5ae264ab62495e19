"""The gap to the targets, computed from the shipped tables with a few sums and nothing of the project.

    python tests/gap_recomputation.py

prints what the pages and the guide say: trends to 2029 by their windows, people above 3.97 % TPT.
"""

import csv
import sys
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
PROVINCE = "63"


def rows_of(path):
    with (DATA / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def series(indicator):
    """Good figures by region and year."""
    found = {}
    for row in rows_of("indicators/indicators.csv"):
        if row["indicator"] == indicator and row["confidence"] == "ok":
            found.setdefault(row["regency_code"], {})[int(row["year"])] = float(row["value"])
    return found


def near_end(indicator, region=PROVINCE):
    """The last year that a region has a target of, and the upper end of what should fall."""
    found = [
        (int(row["year"]), float(row["most"]))
        for row in rows_of("programme/targets.csv")
        if row["indicator"] == indicator and row["regency_code"] == region
    ]
    return max(found)


def newest(figures):
    """Year and figure."""
    return max(figures.items())


def change_a_year(figures, *, window):
    """Last less first over the years between, of those at most `window` years before the newest."""
    last = max(figures)
    inside = sorted(year for year in figures if year >= last - window)
    assert len(inside) >= 3
    return (figures[last] - figures[inside[0]]) / (last - inside[0])


def by_trend(figures, *, window, year):
    last, value = newest(figures)
    return value + change_a_year(figures, window=window) * (year - last)


def labour_force():
    """Register population x TPAK of each regency, and what scales their sum to the province's own."""
    people, rates = series("penduduk_dukcapil_total"), series("tpak_agustus")
    year, published = newest(series("angkatan_kerja_agustus")[PROVINCE])
    parts = {
        code: newest(own)[1] * rates[code][year] / 100
        for code, own in people.items()
        if code != PROVINCE
    }
    factor = published / sum(parts.values())
    return parts, factor


def people_above(indicator="tpt_agustus"):
    """People above the province's near end, by regency."""
    _, near = near_end(indicator)
    parts, factor = labour_force()
    figures = series(indicator)
    points = {code: max(newest(figures[code])[1] - near, 0.0) for code in parts}
    return {code: points[code] / 100 * parts[code] * factor for code in parts if points[code]}


def lines():
    """What the pages and the guide say, as text."""
    for name, window in (("tpt_agustus", 3), ("tpt_agustus", 2), ("p0_persen_miskin_maret", 3)):
        own = series(name)[PROVINCE]
        year, near = near_end(name)
        change, at = change_a_year(own, window=window), by_trend(own, window=window, year=year)
        yield f"{name}, window {window}: {change:+.3f} a year, {at:.2f} in {year} against {near}"
    above = people_above()
    for code, number in sorted(above.items(), key=lambda one: -one[1]):
        yield f"{code}: {number:,.0f} people above {near_end('tpt_agustus')[1]} %"
    yield f"together {sum(above.values()):,.0f}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(lines()) + "\n")
