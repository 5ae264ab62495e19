"""What becomes of a file that is handed in: choices, checks, submission, approval, and what it would change.

In come a file with what its sender says of it, and actors with their roles; out come uploads in
their states, and versions of layers and indicators. Every step asks `geo/store/roles.py` first and
is one transaction of the store. Untrusted files are read by confined processes alone:
`geo.validation.reader` for layers, `geo.submission.raster_reader` for rasters.
"""
