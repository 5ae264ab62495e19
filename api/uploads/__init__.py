"""What the routes of uploads share: forms, places to check in, documents, the feed.

In come requests of people and programs that hand in files; what is done with the files is
`geo/submission`'s. Here is decided how many are checked at once and who waits, and how an upload is
written down in the reader's language. No route stands here.
"""
