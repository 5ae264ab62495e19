"""The domain: everything that Kawasan knows, and nothing of the web or of maps.

A room imports only rooms before it; `tests/test_architecture.py` holds the order.

language, json_types, errors           sentences and numbers, values as JSON, what can go wrong
kept_property                          a value worked out once for each object
toml_file                              a hand-written file read strictly, every fault with its line
crs, source_digest                     where on Earth · which program this is
filtering                              for which features a condition of CQL2 is true
raster · vector                        grids and their statistics · layers, codes and shapes
mcda                                   value functions, weights, judgements, methods, models
store                                  immutable versions and the catalogue that points at them
prepared                               what was computed of versions, kept for the next start
ingest · drivers · validation           an uploaded file, read by us · by GDAL · held against schema and ground
indicators                             figures of regions over the years
published                              what is published now, by name
land · readiness · uncertainty         suitability and sites · scores explained · how sure a rank is
planning                               the jobs: assess, weigh, publish
programme                              targets, the gap to them, who carries it
submission                             a file that is handed in
tiles                                  beside the chain: vector tiles and feature pages as bytes
"""
