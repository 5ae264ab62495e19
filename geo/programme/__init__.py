"""Where the regions stand against their targets: in points, in people, and over the years.

Here live targets and what is made of them: the province as a unit beside its regencies, the gap and
the pace, a proposed split, achievement as reports state it; `indices` has those with open slots.
In come figures, the catalogue and targets that have a source; nothing is forecast but by a stated
window.
"""
