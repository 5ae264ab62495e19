"""The paths of the service, one module a resource.

Here live the functions that answer a request: each parses what is asked, calls once into geo or
maps and gives a document, a page or bytes. What several routes need stands at the root of api; no
route imports another.
"""
