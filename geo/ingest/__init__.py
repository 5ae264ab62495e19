"""An uploaded file becomes a checked layer and a report, or a list of findings.

Here live the readers of each format, the process that confines them, the checks of fields,
geometries and places, the findings and the difference from what is published. In come files that
nobody trusts; nothing is published here. The wording of findings is
`geo/texts/findings.toml`; reasons that fill their braces stand in `geo/texts/ingest.toml`.
"""
