"""Pages of indicators and targets: figures over the years, the gap, splits, achievement, indices.

Here live what such a page shows, its charts, and its workbook. In come views and results of
`geo.programme` and a language; nothing is computed of figures here, and no address or permission is
known.
"""
