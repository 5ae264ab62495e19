"""How bytes come in and go out: the protocol, the processes that serve, compression, the direct way.

What is answered is decided elsewhere. Here nothing is refused or shown that the routes would not: a
request that is answered directly meets the same access, the same functions and the same headers.
"""
