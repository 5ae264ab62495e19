"""The gaps of what is published now, as pages, files, maps and commands all read them."""

from geo.programme.gap.gaps import Gaps, gaps
from geo.programme.gap.pace import WINDOW_YEARS
from geo.programme.gap.question import Yardstick
from geo.programme.publish_targets import targets
from geo.programme.targets import Level
from geo.published import indicator_catalogue, read_indicators, region
from geo.store.store import Store
from geo.store.versions import Published

# Where nobody names an indicator and this one is published.
_USUAL = "tpt_agustus"


def published_gaps(
    store: Store | Published,
    indicator: str | None = None,
    *,
    year: int | None = None,
    level: Level | None = None,
    window_years: int = WINDOW_YEARS,
    yardstick: Yardstick | None = None,
) -> Gaps:
    """The gaps of an indicator; of none that is named those of the usual one, else of the first.

    See `geo.programme.gap.gaps.gaps` for the parameters.

    Raises
    ------
    IndicatorNotFound
    """
    now = store.current()
    catalogue = indicator_catalogue(now)
    usual = _USUAL if _USUAL in catalogue else next(iter(catalogue), _USUAL)
    return gaps(
        read_indicators(now.version("indicators").path),
        catalogue,
        targets(now),
        indicator=indicator or usual,
        year=year,
        level=level,
        window_years=window_years,
        yardstick=yardstick,
        region=region(now),
    )
