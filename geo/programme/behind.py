"""The zones and kecamatan of regencies that are behind, with what is known of their readiness and need.

A gap in people lies somewhere: these are the areas in which it could be worked on. Nothing is added
to a score here, and no area is named for a gap that its regency alone is known to have.
"""

from collections.abc import Iterable

from geo.errors import IndicatorNotFound
from geo.planning.assess import assess
from geo.published import NEED_MODEL, layer, models
from geo.readiness.quadrant import Placement, quadrants
from geo.store.store import Store
from geo.store.versions import Published

LAYERS = ("zones", "kecamatan")


def areas_behind(
    store: Store | Published, codes: Iterable[str], *, of: str
) -> dict[str, tuple[Placement, ...]]:
    """The areas of a layer in each regency, those that may be readiest first.

    Parameters
    ----------
    codes : iterable of str
        Kemendagri codes of the regencies.
    of : str
        A layer whose areas name their regency: `zones` or `kecamatan`.

    Returns
    -------
    dict
        By code, in the order of `codes`; without an area where the layer, the need model or the
        figures that it reads are not published.
    """
    now = store.current()
    found: dict[str, list[Placement]] = {code: [] for code in codes}
    if of in now.datasets("layer") and NEED_MODEL in models(now):
        regencies = layer(now, of)["regency_code"].astype("str").to_dict()
        try:
            readiness, need = assess(now, layer=of), assess(now, NEED_MODEL, layer=of)
        except IndicatorNotFound:
            return dict.fromkeys(found, ())
        for placement in quadrants(readiness, need, any_years=True).placements:
            code = regencies.get(placement.area_id)
            if code in found:
                found[code].append(placement)
    return {code: tuple(sorted(own, key=_readiest)) for code, own in found.items()}


def _readiest(placement: Placement) -> tuple[float, float, str]:
    high, score = placement.readiness_high, placement.readiness
    # An excluded area has no range at all.
    return (-(-1.0 if high is None else high), -(score or 0.0), placement.name)
