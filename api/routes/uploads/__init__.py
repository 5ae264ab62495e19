"""The routes of files that are handed in: sending and mending, reading, deciding, comments.

Each looks at who asks, hands the work to `geo/submission` and writes the answer down by
`api/uploads`. No route here knows another one, and none decides what a role may do.
"""
