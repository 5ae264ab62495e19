"""The command line: `kawasan` and its commands, one module a noun.

Here live the options, the printing of tables and the sentences that a terminal shows. In come words
typed by an operator; no command computes what `geo` could.
"""
