"""How sure a ranking is: draws of weights and measures and what becomes of the ranks.

Here live the ranked zones frozen for simulation, the draws, stochastic acceptability (SMAA),
variance shares (Sobol'), the interval of a single weight and errors of measurement. In come a
decision matrix and a random generator; no file, no clock, no chance of its own.
"""
