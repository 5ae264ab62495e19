"""Grids of numbers: where their cells lie, how they are read, what of a zone they cover.

Here live the grid and its windows, the reader and writer of raster files, coverage fractions and
zonal statistics, the ways to run them in parallel, distances, slope and other terrain. In come arrays, grids, zones and GeoTIFF files; what a cell
means for settlement is not known here, and no store is opened.
"""
