"""Printed sheets: what stands on the A4 page, its map, its frame, its words, set by typst.

Here live the zone's and the province's sheet, the georeferenced PDF and GeoTIFF. In come a store,
an assessment and a language; nothing here draws for a screen.
"""
