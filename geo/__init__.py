"""The domain: layers, indicators, land, readiness. It knows no web and no map."""
