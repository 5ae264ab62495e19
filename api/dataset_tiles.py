"""The tiles of the whole service: which collections they hold.

OGC API - Tiles (20-057), dataset tilesets with the selection of collections. A tile is made of the
tiles of its collections (`api/collection_tiles.py`); documents are in `api/tile_documents.py`.
"""

from api.collections import Collection, Tables
from api.links import Links
from api.parameters import InvalidParameter
from api.tile_documents import TiledLayers
from geo.errors import LayerNotFound
from geo.language import texts

_SAY = texts(__name__)

TILES = _SAY["title"]
# The work of one tile is bounded by it.
MOST_COLLECTIONS = 32


def dataset_tiles(tables: Tables, collections: str | None, links: Links) -> TiledLayers:
    """What the tiles of the service hold.

    Parameters
    ----------
    collections : str, optional
        Ids of collections or their addresses, parted by commas; without it all that have a place,
        up to `MOST_COLLECTIONS`.

    Raises
    ------
    InvalidParameter
        For one that is not there, and for too many.
    """
    # One kind of geometry of a collection that is there already would be drawn twice.
    chosen = tables.collections() if collections is None else _named(tables, collections, links)
    layers = [(entry, tables.extent(entry)) for entry in chosen]
    if collections is None:
        layers = [one for one in layers if one[1] is not None][:MOST_COLLECTIONS]
    return TiledLayers(
        (),
        layers,
        TILES,
        _SAY["description"].format(most=MOST_COLLECTIONS),
        {} if collections is None else {"collections": ",".join(one.id for one in chosen)},
    )


def _named(tables: Tables, text: str, links: Links) -> list[Collection]:
    prefix = links.url("collections") + "/"
    names = dict.fromkeys(part.strip().removeprefix(prefix) for part in text.split(","))
    if not text.strip():
        raise InvalidParameter(parameter="collections", reason=_SAY["none_named"])
    if len(names) > MOST_COLLECTIONS:
        reason = _SAY["too_many"].format(most=MOST_COLLECTIONS, count=len(names))
        raise InvalidParameter(parameter="collections", reason=reason)
    return [_one(tables, name) for name in names]


def _one(tables: Tables, name: str) -> Collection:
    try:
        return tables.collection(name)
    except LayerNotFound as error:
        reason = _SAY["unknown"].format(name=name, known=error.facts["available"])
        raise InvalidParameter(parameter="collections", reason=reason) from error
