"""The writers of vector files, one module a kind of format: text, GDAL's, KML, workbooks.

In comes a layer that was made to fit its format (`geo/vector/losses.py`), and a path to fill; which
format is written, and that a reader never finds half of a file, is `geo/vector/export.py`. Nothing
here changes a value.
"""
