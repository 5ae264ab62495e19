"""A layer that was read becomes a checked layer of a known schema and a report.

Here live the checks of fields, geometries and places, the difference from what is published, the
report, and the program that does all of it to one file in a process of its own. In come sources as
`geo/ingest` reads them; nothing is published here.
"""
