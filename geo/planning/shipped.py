"""Which datasets the program ships with, known without reading any of them.

`geo/planning/reference.py` publishes them; a start that finds all of them does not have to load it.
"""

import hashlib
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from geo.language import Text, filled, first_of, texts

if TYPE_CHECKING:
    from geo.indicators.older_catalogue import Entries
    from geo.store.store import Store

_SAY = texts(__name__)

# By file under the data folder.
REGION = "region/region.toml"
LAYERS = {
    "regencies": "boundaries/regencies.parquet",
    "zones": "zones/zones.geojson",
    "kecamatan": "boundaries/kecamatan.parquet",
    "desa": "boundaries/desa.parquet",
}
# Statements and figures of desa and kecamatan, published with the outlines of these layers by code.
TABLES = {"idm": "villages/idm_2024.csv", "ground": "land/ground.csv"}
TARGETS = "programme/targets.csv"
CATALOGUE = "indicators/catalogue.toml"
RASTERS = (
    "landcover",
    "landmask",
    "elevation_coarse",
    "main_road_distance_m",
    "population_per_km2",
)
MODELS = ("kesiapan", "kebutuhan", "ipktrans")
# The version before, which a new store holds too: what moved can then be shown.
EARLIER_MODELS = {"kesiapan": "kesiapan_2", "kebutuhan": "kebutuhan_1"}
# The sha256 of what older programs shipped as these models, beside that version.
_OLDER_TEXTS = frozenset(
    {
        "3983b4c4bbd4936d2b0fc4c056a8033b54102f817d7a3ed58e0fc1b1735a7ec6",
        "362d89778596aea0516834e3586ba0d1e5441762d37daed624270f356dd6eb67",
        "b058c55213c5a9e3cc78c833143d5518b0de45dad1db1bdbdfaebf5f5c5568b1",
        "46e660057fc1db30f1bfaa9dcfb664862fc1aeb48dd0051f58d26669e90bf236",
        "18692b1b6c23754864a6cb0607c238107ecde5d690083ca210c640f890cb807c",
        "e0b9325b337138d524674b8b7911b0e26440065ccc837d90ab52580572de3623",
        "ee5f5ec6bbef39d5860a98a42e2ca2cab60cbee391fb48c0d52d742b5288315c",
        "4761128da3b789363c5ff1990b99639ab6915b561822f93f5dd0a8b7131cf34d",
        "83c4fe54fc10db3b4660453746d4df09796d3ac99fb4b9b48a332fc68b02b307",
    }
)
# In the details of the version that gained facts: the digest of the catalogue that it has them from.
GAINED_FROM = "facts_of"
# Of many indicators that gain facts the first are named.
_LISTED = 3
# The prefixes are those of `geo/planning/assess.py`, which is too heavy to load for them; a test compares.
DATASETS = frozenset(
    {
        "region",
        "indicators",
        "targets",
        *LAYERS,
        *TABLES,
        *(f"land-{n}" for n in RASTERS),
        *(f"model-{n}" for n in MODELS),
    }
)


def behind(current: Mapping[str, str], data_dir: Path) -> list[str]:
    """The models that stand in a store as an older program shipped them, by its sha256 of each dataset.

    A model that an office published itself is none of these.
    """
    sums = shipped_sums(data_dir)
    earlier = {name: sums.get(old) for name, old in EARLIER_MODELS.items()}
    present = {name: current[f"model-{name}"] for name in MODELS if f"model-{name}" in current}
    return [name for name, now in present.items() if now in {earlier.get(name), *_OLDER_TEXTS}]


def newer_models(store: "Store", data_dir: Path) -> dict[str, str]:
    """The shipped versions of models that an office keeps a version of its own of, by model.

    Only what this store never held: who changed today's version has nothing newer to take.
    """
    present, sums = store.state(), shipped_sums(data_dir)
    return {
        name: _stated_version(data_dir / _model_file(name))
        for name in MODELS
        if f"model-{name}" in present
        and sums[name] not in {v.sha256 for v in store.versions(f"model-{name}")}
    }


def lacking_facts(store: "Store", data_dir: Path) -> "Entries":
    """What the shipped catalogue says of the store's indicators, and no catalogue of the store ever did.

    None where the store has no figures yet. See `geo.indicators.older_catalogue`.
    """
    if "indicators" not in store.state():
        return {}
    shipped = (data_dir / CATALOGUE).read_text(encoding="utf-8")
    current = store.version("indicators").details["catalogue"]
    if current == shipped:
        return {}
    versions = store.versions("indicators")
    if any(one.details.get(GAINED_FROM) == digest_of(shipped) for one in versions):
        return {}
    from geo.indicators import older_catalogue

    earlier = [one.details["catalogue"] for one in versions]
    return older_catalogue.lacking_facts(current, shipped, earlier=earlier)


def digest_of(catalogue: str) -> str:
    """The sha256 of a catalogue's text."""
    return hashlib.sha256(catalogue.encode()).hexdigest()


def facts_note(facts: "Entries") -> Text:
    """What an older store's catalogue gained, in a sentence: how many facts, of which indicators."""
    return filled(
        _SAY["facts"],
        count=sum(map(len, facts.values())),
        n=len(facts),
        indicators=first_of(list(facts), _LISTED),
    )


def newer_note(model: str, version: str, folder: Path = Path("data")) -> Text:
    """That the shipped version of a model is newer than the office's own, and how to take it."""
    return filled(
        _SAY["newer"], model=model, version=version, file=(folder / _model_file(model)).as_posix()
    )


def _model_file(name: str) -> Path:
    return Path("models") / f"{name}.toml"


def _stated_version(file: Path) -> str:
    return str(tomllib.loads(file.read_text(encoding="utf-8"))["version"])


def shipped_sums(data_dir: Path) -> dict[str, str]:
    """The sha256 of every model that ships, by its file's name without `.toml`."""
    lines = (data_dir / "models" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name.removesuffix(".toml"): digest for digest, name in map(str.split, lines)}


def shipped_data() -> Path:
    """The folder of the data that ship: beside a checkout's project file, or under a wheel's prefix."""
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / "data").is_dir():
        return checkout / "data"
    return Path(sys.prefix) / "share" / "kawasan" / "data"
