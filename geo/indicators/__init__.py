"""Figures of regions over the years: the tidy table, its catalogue, its series.

Here live the reading and amending of tables, what a break in a series is, and the carrying of
figures across changed boundaries. In come tables with codes, years and sources; nothing is scored
here.
"""
