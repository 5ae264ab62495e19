"""Indices with slots: IPK and IPKTrans, as they ship and as an office fills them in.

Here live an index and its file, its value in one place and in all of them, what an office changes in
it, and its versions in the store. In come figures and TOML; an open slot stays open, and what nobody
confirmed never reads as confirmed.
"""
