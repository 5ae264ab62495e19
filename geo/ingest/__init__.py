"""Files that nobody trusts, read as they are or refused with a list of findings.

Here live the table of formats, the reader of each, the process that confines them, and the wording
of findings (`geo/texts/findings.toml`; reasons that fill their braces stand in
`geo/texts/ingest.toml`). Nothing is checked against a schema here, and nothing is published.
"""
