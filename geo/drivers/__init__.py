"""Files that GDAL reads, each by its one driver, after a look of our own at what they hold.

Here live the machinery that all of them share and, for each format, what must be known before GDAL
sees a file: whether it would make a parser swell or fetch, and how many features it has. `geo/ingest`
holds the formats that we read ourselves, the process that confines all of them, and the wording of
findings.
"""
