"""A thin shell over geo and maps: HTTP by FastAPI, and the command line in a room of its own.

At the root: access (who asks, and whether it may), settings, parameters, links, problems, documents and the application itself; routes
holds one module a resource, cli the commands. A route parses, calls once into geo or maps, and shapes
the answer; nothing is computed here, and nothing imports this package.
"""
