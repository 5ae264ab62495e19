"""The command line: `kawasan` and its commands, one module a noun.

Each command's options stand with it; those that several share stand in `shared_options`, those of
assessing in `assess_options`. Here too live the printing of tables and what a fault says on a
terminal. In come words typed by an operator; no command computes what `geo` could.
"""
