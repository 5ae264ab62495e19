"""Checks of the tables of desa and kecamatan, which ship as they are: nothing is written here."""

import re
import tomllib

import geopandas as gpd
import pandas as pd

from data.steps.files import DATA
from geo.indicators.villages import status_of
from geo.land.ground import CONFIDENCES, FACTS, UNITS

# The ministry's own recap of the province: desa by status, and those that have none.
_RECAP = {"mandiri": 811, "maju": 839, "berkembang": 221}
_UNSCORED = 1
# IDM is the mean of the three, and all four are printed with four decimals.
_ROUNDING = 1e-4


def check_villages(desa: gpd.GeoDataFrame) -> None:
    """Refuse an IDM table that its own formula, the ministry's recap or the register contradicts."""
    table = _table("villages/idm_2024.csv").set_index("code")
    figures = table[["idm", "iks", "ike", "ikl"]].astype("float64")
    scored = figures.dropna(how="any")
    _require(table.index.is_unique, "codes repeat")
    _require(len(table) - len(scored) == _UNSCORED, "another number of desa has no figures")
    mean = scored[["iks", "ike", "ikl"]].mean(axis=1)
    _require((mean - scored["idm"]).abs().max() <= _ROUNDING, "IDM is not the mean of the three")
    _require((table["status"].dropna() == scored["idm"].map(status_of)).all(), "a status is off")
    _require(table["status"].value_counts().to_dict() == _RECAP, "the counts are not the recap's")
    _names_agree(table.reset_index(), desa)


def check_ground(desa: gpd.GeoDataFrame, kecamatan: gpd.GeoDataFrame) -> None:
    """Refuse statements whose code is another place's, or whose fact, unit or confidence is unknown."""
    table = _table("land/ground.csv")
    _require(table["statement"].is_unique, "statements repeat")
    for column, known in (("fact", FACTS), ("unit", UNITS), ("confidence", CONFIDENCES)):
        _require(table[column].dropna().isin(list(known)).all(), f"an unknown {column}")
    # A number without its unit could be hectares or people; so could a unit without its number.
    _require((table["value"].isna() == table["unit"].isna()).all(), "a value without its unit")
    for level, places in (("desa", desa), ("kecamatan", kecamatan), ("zone", _zones())):
        _names_agree(table[(table["level"] == level) & table["code"].notna()], places)
    _require((table["code"].isna()).sum() == 1, "another number of statements has no code")


def _zones() -> pd.DataFrame:
    known = tomllib.loads((DATA / "zones" / "zones.toml").read_text("utf-8"))
    return pd.DataFrame({zone: {"name": facts["name"]} for zone, facts in known.items()}).T


def _names_agree(rows: pd.DataFrame, places: gpd.GeoDataFrame) -> None:
    """Every code that the register has stands beside that place's name."""
    register = places["name"].map(_plain)
    known = rows[rows["code"].isin(register.index)]
    wrong = known[known["name"].map(_plain) != known["code"].map(register)]
    _require(wrong.empty, f"other places: {wrong[['code', 'name']].to_dict('records')}")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.casefold())


def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / name, dtype="str", keep_default_na=False, na_values=[""])


def _require(holds: bool, said: str) -> None:
    if not holds:
        raise ValueError(said)
