"""The tiles of the whole service: which collections they hold.

OGC API - Tiles (20-057), dataset tilesets with the selection of collections. A tile is made of the
tiles of its collections (`api/collection_tiles.py`); documents are in `api/tile_documents.py`.
"""

from api.collections import Collection, Tables
from api.links import Links
from api.parameters import InvalidParameter
from api.tile_documents import TiledLayers
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
    everything = {entry.id: entry for entry in tables.collections()}
    if collections is None:
        # One kind of geometry of a collection that is there already would be drawn twice.
        chosen = [entry for entry in everything.values() if entry.kind is None]
    else:
        chosen = _named(everything, collections, links)
    # Extents are the same in every language.
    layers = [(entry, tables.table(entry, "id").features.extent) for entry in chosen]
    if collections is None:
        layers = [one for one in layers if one[1] is not None][:MOST_COLLECTIONS]
    return TiledLayers(
        (),
        layers,
        TILES,
        _SAY["description"].format(most=MOST_COLLECTIONS),
        {} if collections is None else {"collections": ",".join(one.id for one in chosen)},
    )


def _named(everything: dict[str, Collection], text: str, links: Links) -> list[Collection]:
    prefix = links.url("collections") + "/"
    names = dict.fromkeys(part.strip().removeprefix(prefix) for part in text.split(","))
    if not text.strip():
        raise InvalidParameter(parameter="collections", reason=_SAY["none_named"])
    for name in names:
        if name not in everything:
            reason = _SAY["unknown"].format(name=name, known=", ".join(everything))
            raise InvalidParameter(parameter="collections", reason=reason)
    if len(names) > MOST_COLLECTIONS:
        reason = _SAY["too_many"].format(most=MOST_COLLECTIONS, count=len(names))
        raise InvalidParameter(parameter="collections", reason=reason)
    return [everything[name] for name in names]
