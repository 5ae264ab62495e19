"""Whole HTML pages: the workbench, portraits, comparisons, the upload desk.

Here live what a page shows and the charts in it. In come a store or an assessment and a language;
which address answers with the page is not known here.
"""
