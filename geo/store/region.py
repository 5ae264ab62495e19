"""The region that a store plans for, read without the libraries that layers and tables need."""

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from geo.errors import InvalidInput, StoreFault
from geo.language import texts
from geo.store.snapshots import kept_by_content, reading
from geo.vector.planning_region import PlanningRegion
from geo.vector.region_file import parse_region

if TYPE_CHECKING:
    from geo.store.store import Store
    from geo.store.versions import Published

_SAY = texts(__name__)

# Its dataset.
REGION = "region"


def region(store: "Store | Published") -> PlanningRegion:
    """The region that the store plans for.

    Raises
    ------
    StoreFault
        Of a store that was never loaded.
    """
    return read_region(_path(store))


def require_regencies(store: "Store", codes: Collection[str] | None) -> None:
    """Raise unless the codes are those of regencies; a store that was never loaded knows none yet.

    Raises
    ------
    InvalidInput
        For one that is none: whoever is bound to it could do nothing.
    """
    if codes is None or REGION not in store.current().datasets("region"):
        return
    known = region(store).by_code
    if unknown := [code for code in codes if code not in known]:
        said = {"name": unknown[0][:40], "known": ", ".join(sorted(known))}
        raise InvalidInput(reason=_SAY["no_regency"].format(**said))


def local_day(store: "Store") -> date:
    """The day in the region by the store's clock, which is another than in UTC for part of each day.

    Raises
    ------
    StoreFault
        Of a store that was never loaded.
    """
    return store.now().astimezone(ZoneInfo(region(store).time_zone)).date()


def region_text(store: "Store | Published") -> str:
    """The TOML of the region that the store plans for; `StoreFault` of a store that was never loaded."""
    path = _path(store)
    with reading(path):
        return path.read_text(encoding="utf-8")


def _path(store: "Store | Published") -> Path:
    now = store.current()
    if REGION not in now.datasets("region"):
        raise StoreFault(reason=_SAY["none"])
    return now.version(REGION).path


@kept_by_content(maxsize=4)
def read_region(path: Path) -> PlanningRegion:
    """The planning region of a snapshot, parsed once."""
    with reading(path):
        return parse_region(path.read_text(encoding="utf-8"))
