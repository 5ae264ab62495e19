"""How requests come in and answers go out: the protocol, compression, the direct way, workers."""
