"""Pure. How made-up land is named, and whether any is in use.

It imports nothing heavy: every start of the service asks it.
"""

from typing import Final

from geo.language import Text
from geo.store.versions import Published

SYNTHETIC: Final = "SINTETIS"
NOTICE: Final = Text(
    id="Data contoh sintetis: medan, lereng dan gambut di sini rekaan, bukan data nyata.",
    en="Synthetic demo data: terrain, slope and peat here are made up, not real data.",
)


def has_synthetic_land(now: Published) -> bool:
    """Whether any current land raster is made up."""
    return any(now.version(n).source.startswith(SYNTHETIC) for n in now.datasets("raster"))
