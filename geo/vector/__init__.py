"""Layers of features: their schema, their codes, their shapes, how they join and leave.

Here live the schema of each layer, the region codes, topology, simplification, joins, crosswalks
and the writers of vector files. In come GeoDataFrames with an explicit CRS; nothing here knows what
is published or how it is scored.
"""
