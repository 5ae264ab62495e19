"""From measures to a score that explains itself: the heart of the product.

Here live the measuring of zones, scores, ranks and classes, explanations, the smallest change that
lifts a zone, comparisons, trends, the quadrant of readiness and need, and scenarios. In come zones,
indicators, rasters and a model; nothing here opens a store.
"""
