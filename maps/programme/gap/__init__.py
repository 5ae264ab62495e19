"""What people read of the gap to a target: its page, its workbook, its chart, its colours on the map.

In comes what `geo.programme.gap` found and the areas of regencies behind; out go words and numbers for
a template, or the bytes of a file. A number is put into words once, so that none of them disagree.
"""
