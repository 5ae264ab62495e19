"""Layers that an office adds by HTTP: handed in, published, seen, withdrawn and shown again."""

import io

import geopandas as gpd
import pytest
import shapely

from geo.store.store import Store

ROME = {"type": "Point", "coordinates": [12.5, 41.9]}


def geojson(*keys):
    features = [
        {"type": "Feature", "properties": {"kode": key, "nama": f"Titik {key}"}, "geometry": ROME | {"coordinates": [12.5 + key, 41.9]}}
        for key in keys
    ]
    import json

    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.fixture(scope="module")
def office(fresh_client_module):
    return fresh_client_module
