"""A digest of our own source: one name a file, and none for what is not there."""

import pytest

from api import collection_tiles
from geo.source_digest import source_digest


def test_a_package_and_a_module_have_digests_of_their_own():
    digests = [source_digest("geo"), source_digest("geo/tiles/mvt.py"), source_digest("geo/tiles")]
    assert len({*digests}) == 3
    assert all(len(digest) == 16 and int(digest, 16) >= 0 for digest in digests)


@pytest.mark.parametrize("name", ["geo/tiles/vector_tiles.py", "geo/no_such_room", "data/README"])
def test_a_name_without_source_is_an_error_and_no_empty_folder(name):
    with pytest.raises(FileNotFoundError, match=name):
        source_digest("geo/tiles/mvt.py", name)


def test_what_decides_the_bytes_of_an_archive_is_where_it_is_said_to_be():
    assert source_digest(*collection_tiles.MAKERS)
