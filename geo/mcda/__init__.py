"""Multi-criteria decision analysis: value functions, weights, methods of combining, models.

Here live the decision matrix and what is done with it, ranks and their ties, judgements in pairs
(AHP) of one and of a group, and the TOML of a model and its reader. In come numbers between 0 and 1, weights and texts of
a file; no geometry, no raster and no store.
"""
