"""Routes of indicators over the years, of targets and of what is made of both, one module a resource.

Each parses what is asked, calls once into `geo.programme` and `maps.programme`, and shapes the
answer as a page, a document or a file. Texts come from the tables of their rooms.
"""
