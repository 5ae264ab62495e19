"""What is published is read whole, or said to be damaged."""

import hashlib

import pytest

from geo.errors import InvalidModel, StoreFault
from geo.published import read_indicators, read_layer, read_model

READERS = {".parquet": [read_layer, read_indicators], ".toml": [read_model]}
CASES = [(read, suffix) for suffix, readers in READERS.items() for read in readers]


def snapshot(folder, content, suffix):
    path = folder / f"{hashlib.sha256(content).hexdigest()}{suffix}"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(("read", "suffix"), CASES)
@pytest.mark.parametrize("damage", ["missing", "torn", "empty", "binary", "folder"])
def test_a_damaged_snapshot_is_a_fault_of_the_store(tmp_path, read, suffix, damage):
    path = snapshot(tmp_path, b"PAR1" + damage.encode() + suffix.encode(), suffix)
    if damage in ("missing", "folder"):
        path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes({"torn": b"PAR1", "empty": b"", "binary": bytes(range(256))}[damage])
    with pytest.raises(StoreFault) as fault:
        read(path)
    for language in ("id", "en"):
        assert path.name in fault.value.detail(language)
        assert "kawasan store check" in fault.value.detail(language)


def test_what_is_whole_and_wrong_keeps_its_own_error(tmp_path):
    with pytest.raises(InvalidModel):
        read_model(snapshot(tmp_path, b'id = "x"', ".toml"))
