"""The store: immutable snapshots named by their content and the catalogue that points at them.

Here live versions, uploads and their states, people and their sessions, keys, the table of roles, and
the audit log. In come bytes with their
provenance; what the bytes mean is not known here. Nobody else opens the catalogue.
"""
