"""Layers cut into bytes that are served: vector tiles, their pyramid and archive, feature pages.

Here live the MVT encoder, cutting and simplification by zoom, the MBTiles archive and the prepared
table of GeoJSON features. In come layers and versions; no HTTP, no link.
"""
