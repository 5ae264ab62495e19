"""Features deflated each for itself, and joined to one gzip member without compressing anything again.

A DEFLATE stream (RFC 1951) that ends with a full flush stands on a byte's border and refers to
nothing before it, so such streams can follow each other in any order. A flush ends with an empty
stored block; written with one byte in place of none, that block is the comma between two features.
The CRC-32 that a gzip member (RFC 1952) ends with follows from those of its parts.
"""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from isal import isal_zlib

# Lengths of a stored block and of its complement, without its header: none, and one comma.
END = b"\0\0\xff\xff"
COMMA = b"\1\0\xfe\xff,"
# No name, no time: the same content is the same bytes (RFC 1952, 2.3).
MEMBER_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
# Level 3 of ISA-L compresses GeoJSON as level 6 of zlib does, in a quarter of its time.
_LEVEL = isal_zlib.ISAL_BEST_COMPRESSION
_RAW = -15
_POLYNOMIAL = 0xEDB88320


def block(content: bytes) -> bytes:
    """`content` deflated for itself, without its last four bytes: `END` or `COMMA` follows."""
    deflate = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _RAW)
    whole: bytes = deflate.compress(content) + deflate.flush(isal_zlib.Z_FULL_FLUSH)
    return whole.removesuffix(END)


def last_block(content: bytes) -> bytes:
    """`content` deflated for itself as the end of a stream."""
    deflate = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _RAW)
    whole: bytes = deflate.compress(content) + deflate.flush()
    return whole


def member_tail(crc: int, size: int) -> bytes:
    """What a gzip member ends with: the CRC-32 and the size of what it holds."""
    return crc.to_bytes(4, "little") + (size % 2**32).to_bytes(4, "little")


def crc_of(content: "bytes | memoryview") -> int:
    """The CRC-32 of some bytes."""
    crc: int = isal_zlib.crc32(content)
    return crc


def crc_of_joined(crcs: npt.NDArray[np.integer[Any]], sizes: npt.NDArray[np.int64]) -> int:
    """The CRC-32 of parts put together, from that of each and their sizes.

    A CRC-32 with `n` bytes behind it is a linear map of itself, the same for each `n`; maps for the
    hexadecimal digits of `n` are kept as tables, and applied to all parts at once.

    Parameters
    ----------
    crcs : (n,) int, each of 32 bits
    sizes : (n,) int, in bytes

    References
    ----------
    Adler, M. `crc32_combine`, zlib 1.2.3 ff.
    """
    after = sizes[::-1].cumsum()[::-1] - sizes
    values = crcs.astype(np.int64)
    for place in range((int(after.max(initial=0)).bit_length() + 3) // 4):
        maps = _maps(place).reshape(-1)
        base = ((after >> (4 * place)) & 15) << 10
        values = (
            maps[base + (values & 255)]
            ^ maps[base + 256 + ((values >> 8) & 255)]
            ^ maps[base + 512 + ((values >> 16) & 255)]
            ^ maps[base + 768 + (values >> 24)]
        )
    return int(np.bitwise_xor.reduce(values, initial=0))


@cache
def _maps(place: int) -> npt.NDArray[np.int64]:
    """(16, 4, 256): what each byte of a CRC-32 gives with `digit · 16 ** place` bytes behind it."""
    images = 1 << np.arange(32, dtype=np.int64)
    by_digit = [_by_byte(images)]
    step = _by_byte(_one_byte_more(images)) if place == 0 else _sixteenth(place - 1)
    for _ in range(15):
        images = _applied(step, images)
        by_digit.append(_by_byte(images))
    return np.stack(by_digit)


def _sixteenth(place: int) -> npt.NDArray[np.int64]:
    """The map of the next place's digit 1: that of digit 15 here and of one more."""
    maps = _maps(place)
    images = 1 << np.arange(32, dtype=np.int64)
    return _by_byte(_applied(maps[1], _applied(maps[15], images)))


def _one_byte_more(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    for _ in range(8):
        values = (values >> 1) ^ np.where(values & 1, _POLYNOMIAL, 0)
    return values


def _by_byte(images: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """(4, 256): a linear map of 32 bits as tables for each byte, from the (32,) images of the bits."""
    has_bit = (np.arange(256)[:, None] >> np.arange(8)) & 1
    chosen = np.where(has_bit[None], images.reshape(4, 1, 8), 0)
    tables: npt.NDArray[np.int64] = np.bitwise_xor.reduce(chosen, axis=2)
    return tables


def _applied(tables: npt.NDArray[np.int64], values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    found: npt.NDArray[np.int64] = (
        tables[0][values & 255]
        ^ tables[1][(values >> 8) & 255]
        ^ tables[2][(values >> 16) & 255]
        ^ tables[3][values >> 24]
    )
    return found
