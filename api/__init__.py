"""The thin shell: HTTP routes and the command line over `geo` and `maps`."""
