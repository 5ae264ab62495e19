"""The kawasan that an index can have figures of: those that are known by name, and what is like one of them."""

import difflib
from collections.abc import Sequence

from geo import published
from geo.errors import ZoneNotFound
from geo.mcda.benchmark import area_key
from geo.programme.indices.index import Index
from geo.store.store import Store
from geo.store.versions import Published

_ZONES = "zones"
# One letter of ten may differ.
_LIKE = 0.88


def known_areas(store: Store | Published, index: Index) -> tuple[str, ...]:
    """The names of the index's own kawasan, those of its model's benchmark, and the store's zones.

    Each stands there once, spelt as it was first written down; none of an index of regions.
    """
    if index.model is None:
        return ()
    now = store.current()
    names = [one.place for one in index.figures]
    if index.model in published.models(now):
        benchmark = published.model(now, index.model).benchmark
        names += [] if benchmark is None else [one.name for one in benchmark.areas]
    if _ZONES in now.datasets("layer"):
        names += published.layer(now, _ZONES)["name"].dropna().tolist()
    own, found = {one.place for one in index.figures}, dict[str, str]()
    for name in names:
        # What is published already stays, also where two differ by case only.
        found.setdefault(name if name in own else area_key(name), name)
    spelt = {area_key(name) for name in own}
    return tuple(name for key, name in found.items() if name in own or key not in spelt)


def area_named(name: str, known: Sequence[str]) -> str | None:
    """The known kawasan of that name, whatever its case and spaces; None for none."""
    if name in known:
        return name
    return next((one for one in known if area_key(one) == area_key(name)), None)


def require_area(name: str, known: Sequence[str]) -> str:
    """The known kawasan of that name; `ZoneNotFound` for none."""
    found = area_named(name, known)
    if found is None:
        raise ZoneNotFound(name, available=list(known))
    return found


def area_like(name: str, known: Sequence[str]) -> str | None:
    """The known kawasan whose name is almost this one; None for none."""
    keys = {area_key(one): one for one in known}
    near = difflib.get_close_matches(area_key(name), keys, n=1, cutoff=_LIKE)
    return keys[near[0]] if near else None
