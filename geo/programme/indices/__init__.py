"""Indices with slots: IPK and IPKTrans, as they ship and as an office fills them in.

Here live an index, its file and its value. In come figures and TOML; an open slot stays open, and
what nobody confirmed never reads as confirmed.
"""
