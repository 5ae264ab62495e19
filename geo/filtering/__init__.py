"""Filters in the Common Query Language (CQL2, OGC 21-065r2): read, checked, and worked out over columns.

Texts and JSON become one tree in the standard's JSON form, whose length, depth and size are bounded
while it is read; a tree is worked out over a whole table at once by SQL's three-valued logic. Nothing
here knows the web, a store or a file: a table is anything that gives its columns and geometries.
"""
