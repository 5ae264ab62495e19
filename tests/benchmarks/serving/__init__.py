"""How fast features and tiles are served, against TiPG on PostGIS and pygeoapi in the same run."""
