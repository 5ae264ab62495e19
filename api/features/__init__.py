"""How features are asked for by OGC API - Features and written down: query, CRS, order, pages.

In come the parameters of a request and a prepared table; out go the features that were asked for, in
the form that was asked for. No route stands here, and nothing here reads a store.
"""
