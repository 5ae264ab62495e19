"""How far regions are from their targets, and whether the pace of the past gets them there in time.

One question is asked of the province and of each regency (`question`); its parts stand in the order
of their imports: pace, distance, yardstick, figure, verdict, remarks, one region's gap, what the province nets, all of
them (`gaps`), a region's every target (`standing`), and the areas of those behind (`behind`). In come
figures, targets and the store; nothing is written here.
"""
