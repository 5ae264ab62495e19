"""Commands of targets and of what is made of them, one module a noun.

Each opens the store, calls once into `geo.programme`, `geo.submission` or `maps.programme`, and prints
or writes what comes back. Words come from the tables of the pages, so that both say the same.
"""
