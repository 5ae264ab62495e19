"""The pages of GIS staff: how the door works, what waits, one upload, the history of a layer, people.

Each takes the documents that the service answers and gives what its template names, so that page and
JSON never disagree. Nothing here reads a store or a file, and nothing here decides who may do what.
"""
