"""The routes, one file for each door."""
