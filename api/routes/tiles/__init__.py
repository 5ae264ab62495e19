"""Tiles over HTTP: rasters as pictures, a collection's features, and those of the whole service.

Each route looks at what is asked and hands the work on: documents are written in
`api/tile_documents.py` and `api/dataset_tiles.py`, tiles cut in `geo/tiles` and drawn in
`maps/tiles.py`. No route here knows another one.
"""
