"""The routes around the features of a collection: what can be asked of them, and by which functions.

Each looks at what is asked and hands the work to `api/features`. No route here knows another one, and
none reads a file or decides who may read what.
"""
