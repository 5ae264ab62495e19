"""A reader of vector tiles, written from the specification and not from our writer."""

from dataclasses import dataclass
from itertools import pairwise

import shapely


@dataclass
class ReadFeature:
    id: int
    kind: int
    properties: dict
    paths: list


def varint(content, at):
    value = shift = 0
    while True:
        byte = content[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(content):
    at = 0
    while at < len(content):
        key, at = varint(content, at)
        if key & 7 == 0:
            value, at = varint(content, at)
        else:
            assert key & 7 == 2, "only varints and bytes are expected"
            size, at = varint(content, at)
            value, at = content[at : at + size], at + size
        yield key >> 3, value


def integers(content):
    at, found = 0, []
    while at < len(content):
        value, at = varint(content, at)
        found.append(value)
    return found


def paths(values):
    x = y = at = 0
    found = []
    while at < len(values):
        command, count = values[at] & 7, values[at] >> 3
        at += 1
        if command == 7:
            assert count == 1
            found[-1].append(found[-1][0])
            continue
        assert command in (1, 2)
        for _ in range(count):
            dx, dy = ((v >> 1) ^ -(v & 1) for v in values[at : at + 2])
            x, y, at = x + dx, y + dy, at + 2
            if command == 1:
                found.append([])
            found[-1].append((x, y))
    return found


def read_tile(content):
    """Name, version, extent and features of the only layer."""
    [(number, layer)] = list(fields(content))
    assert number == 3
    members = list(fields(layer))
    keys = [value.decode() for n, value in members if n == 3]
    texts = [dict(fields(value))[1].decode() for n, value in members if n == 4]
    single = {n: value for n, value in members if n in (1, 5, 15)}
    found = []
    for n, message in members:
        if n == 2:
            parts = dict(fields(message))
            tags = integers(parts[2])
            properties = {keys[k]: texts[v] for k, v in zip(tags[::2], tags[1::2], strict=True)}
            found.append(ReadFeature(parts[1], parts[3], properties, paths(integers(parts[4]))))
    return single[1].decode(), single[15], single[5], found


def signed_area(ring):
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2


def polygon(feature):
    """The area of a polygon feature in tile units: exteriors less holes, by their winding."""
    exteriors = shapely.union_all([shapely.Polygon(p) for p in feature.paths if signed_area(p) > 0])
    holes = [shapely.Polygon(p) for p in feature.paths if signed_area(p) < 0]
    return exteriors.difference(shapely.union_all(holes))


def multipolygon(feature):
    """A polygon feature as the specification reads it: an exterior, the holes after it, the next."""
    parts = []
    for path in feature.paths:
        if signed_area(path) > 0:
            parts.append((path, []))
        else:
            parts[-1][1].append(path)
    return shapely.MultiPolygon(parts)
