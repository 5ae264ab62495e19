"""How made-up land is named, and whether any is in use.

It imports nothing heavy: every start of the service asks it.
"""

from typing import Final

from geo.language import texts
from geo.store.versions import Published

_SAY = texts(__name__)

SYNTHETIC: Final = "SINTETIS"
NOTICE: Final = _SAY["notice"]


def has_synthetic_land(now: Published) -> bool:
    """Whether any current land raster is made up."""
    return any(now.version(n).source.startswith(SYNTHETIC) for n in now.datasets("raster"))
