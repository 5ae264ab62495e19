"""Made-up land for tests, benchmarks and the demo: terrain, land cover and peat. Never real data.

Everything that shows it says so: see `geo.land.synthetic_notice`. The shapes only resemble South Kalimantan: a ridge
from south-south-west to north-north-east, hills beside it, and lowland with peat in the west.
The land is a function of the place in the grid, so that it is made by windows and any division into
blocks gives the same bytes, however large the grid.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.raster.grid import Array, Grid, Window

_COARSEST = 4
_PERSISTENCE = 0.74
_MOST_OCTAVES = 9
# The ridge as points (x, y) of the unit square, y towards the south; its half width likewise.
_RIDGE = ((0.38, 1.0), (0.68, 0.0))
_HALF_WIDTH = 0.13
_SUMMIT_M = 800.0
_HILLS_M = 900.0
_LOWLAND_M = 25.0
_HIGHEST_M = 1_880.0
_DEEPEST_PEAT_M = 8.0
_PEAT_BELOW_M = 18.0
# IGBP classes.
_FOREST, _WOODY, _GRASS, _WETLAND, _CROPS, _TOWN, _MOSAIC = 2, 8, 10, 11, 12, 13, 14


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticLand:
    """Made-up land on a grid; see `synthetic_land`.

    `hills`, `soils` and `uses` are random lattices, coarse to fine, each (2ᵏ + 1, 2ᵏ + 1).
    """

    grid: Grid
    hills: tuple[Array, ...]
    soils: tuple[Array, ...]
    uses: tuple[Array, ...]

    def elevation_m(self, window: Window) -> npt.NDArray[np.float32]:
        """Heights (height, width) in metres, 0 to 1,880, in steps of a decimetre."""
        east, south = self._place(window)
        rough = _noise(self.hills, east, south)
        ridge = np.exp(-((_distance_to_ridge(east, south) / _HALF_WIDTH) ** 2))
        # Hills stand near the ridge only; lowland rises gently towards it.
        heights = _LOWLAND_M * (1.0 + rough) + _SUMMIT_M * ridge**2 + _HILLS_M * ridge * rough
        cells: npt.NDArray[np.float32] = np.round(np.clip(heights, 0.0, _HIGHEST_M), 1).astype(
            np.float32
        )
        return cells

    def peat_depth_m(self, window: Window) -> npt.NDArray[np.float32]:
        """Depth of peat (height, width) in metres, 0 to 8, only on the lowest land."""
        east, south = self._place(window)
        low = np.clip(1.0 - self.elevation_m(window) / _PEAT_BELOW_M, 0.0, 1.0)
        depth = _DEEPEST_PEAT_M * low * np.clip(_noise(self.soils, east, south) + 0.4, 0.0, 1.0)
        cells: npt.NDArray[np.float32] = np.round(depth, 1).astype(np.float32)
        return cells

    def landcover(self, window: Window) -> npt.NDArray[np.uint8]:
        """IGBP classes (height, width): forest on high land, wetland on peat, fields between."""
        east, south = self._place(window)
        heights, use = self.elevation_m(window), _noise(self.uses, east, south)
        cover = np.select(
            [
                self.peat_depth_m(window) > 2.0,
                heights > 400.0,
                (heights > 150.0) & (use > -0.3),
                (heights > 60.0) & (use > 0.1),
                use > 0.75,
                use > 0.2,
                use > -0.4,
            ],
            [_WETLAND, _FOREST, _FOREST, _WOODY, _TOWN, _CROPS, _MOSAIC],
            default=_GRASS,
        )
        return cover.astype(np.uint8)

    def _place(self, window: Window) -> tuple[Array, Array]:
        """Where the columns and rows of a window lie in the unit square, 0..1 east and south."""
        cols = (window.col + np.arange(window.width) + 0.5) / self.grid.width
        rows = (window.row + np.arange(window.height) + 0.5) / self.grid.height
        return cols, rows


def synthetic_land(grid: Grid, *, rng: np.random.Generator) -> SyntheticLand:
    """Made-up land on a grid: an equal generator and an equal grid give equal bytes.

    Parameters
    ----------
    grid : Grid
        Any; the shapes fill it from edge to edge.
    rng : numpy Generator
        Its state decides everything that is random.
    """
    octaves = int(np.clip(np.log2(max(grid.width, grid.height) / _COARSEST) - 1, 1, _MOST_OCTAVES))

    def lattices(count: int) -> tuple[Array, ...]:
        sides = [_COARSEST * 2**k + 1 for k in range(count)]
        return tuple(rng.uniform(-1.0, 1.0, (side, side)) for side in sides)

    # Cover and soil change in patches; only hills are rough down to the cell.
    return SyntheticLand(
        grid, lattices(octaves), lattices(min(octaves, 4)), lattices(min(octaves, 6))
    )


def _noise(lattices: tuple[Array, ...], east: Array, south: Array) -> Array:
    """Sum of lattices, each finer and fainter, interpolated smoothly; about −1..1, (rows, cols)."""
    total = np.zeros((south.size, east.size))
    for octave, lattice in enumerate(lattices):
        strips = _between(lattice, south)
        total += _PERSISTENCE**octave * _between(strips.T, east).T
    # Scaled so that the spread does not depend on the number of octaves.
    spread = np.sqrt(sum(_PERSISTENCE ** (2 * octave) for octave in range(len(lattices))))
    return np.asarray(1.2 * total / spread)


def _between(lattice: Array, at: Array) -> Array:
    """Rows of a lattice at places 0..1, level at each lattice point (Perlin's 3t² − 2t³)."""
    position = at * (len(lattice) - 1)
    first = np.minimum(position.astype(np.intp), len(lattice) - 2)
    t = position - first
    smooth = (t * t * (3.0 - 2.0 * t))[:, np.newaxis]
    return np.asarray(lattice[first] * (1.0 - smooth) + lattice[first + 1] * smooth)


def _distance_to_ridge(east: Array, south: Array) -> Array:
    (x0, y0), (x1, y1) = _RIDGE
    along = np.hypot(x1 - x0, y1 - y0)
    return np.asarray(
        np.abs((y1 - y0) * (east[np.newaxis, :] - x0) - (x1 - x0) * (south[:, np.newaxis] - y0))
        / along
    )
