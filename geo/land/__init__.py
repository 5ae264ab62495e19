"""What the land is: rasters of land data, their checks, suitability and settlement sites.

Here live the checks that a land raster passes, official land rules, the suitability surface, its
patches and the candidate sites of settlements, and made-up land for the demo. In come rasters,
zones and a model's land criteria; a zone's score is made elsewhere.
"""
