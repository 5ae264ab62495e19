"""/conformance claims what the room proves: every class has its tests, and nothing else is claimed.

A class whose test fails breaks the run, so it is either mended or no longer claimed.
"""

import ast
from pathlib import Path

import pytest

from api.routes.root import CONFORMS_TO

SPEC = "http://www.opengis.net/spec/"
CORE, CRSS, FILTERS, SCHEMAS, TILES = (
    f"test_{name}.py"
    for name in ("part1_core", "part2_crs", "part3_filtering", "part5_schemas", "tiles")
)
PREDICATES = "test_e41_to_e45_a_predicate_of_every_class_finds_what_it_says"
DOCUMENTED = "test_a3_the_api_definition_is_valid_openapi_3_0"
LINKED = "test_a2_the_landing_page_links_to_everything"
PAGES = "test_c25_every_resource_is_a_page"
# Whole parts by all tests of their file, classes by those that are of them alone.
ALL = None
PROOFS = {
    "ogcapi-common-1/1.0/conf/": {
        "core": (CORE, "test_c22_a_parameter_that_is_none_is_400_at_the_root_too"),
        "landing-page": (CORE, LINKED),
        "json": (CORE, "test_a5_conformance_is_a_list_of_uris"),
        "html": (CORE, PAGES),
        "oas30": (CORE, DOCUMENTED),
    },
    "ogcapi-features-1/1.0/conf/": {
        "core": (CORE, ALL),
        "geojson": (CORE, "test_c24_geojson_is_rfc_7946"),
        "html": (CORE, PAGES),
        "oas30": (CORE, DOCUMENTED),
    },
    "ogcapi-features-2/1.0/conf/": {"crs": (CRSS, ALL)},
    "ogcapi-features-3/1.0/conf/": {
        "queryables": (FILTERS, "test_e34_queryables_are_a_json_schema"),
        "queryables-query-parameters": (
            FILTERS,
            "test_e35_every_queryable_is_a_parameter_of_the_features",
        ),
        "filter": (FILTERS, "test_e36_e37_e47_what_is_no_filter_is_400"),
        "features-filter": (FILTERS, "test_e39_all_that_is_asked_must_hold"),
    },
    "ogcapi-features-5/1.0/conf/": {
        "schemas": (SCHEMAS, "test_f49_a_schema_says_what_the_standard_asks"),
        "core-roles-features": (
            SCHEMAS,
            "test_f49_the_roles_of_properties_are_those_of_the_standard",
        ),
        "returnables-and-receivables": (
            SCHEMAS,
            "test_f49_features_have_what_their_schema_says_and_nothing_else",
        ),
        "queryables": (
            FILTERS,
            "test_e33_features_lead_to_their_queryables_by_a_header_and_a_link",
        ),
        "sortables": (SCHEMAS, "test_f49_every_sortable_sorts_and_nothing_else_does"),
    },
    "cql2/1.0/conf/": {
        "cql2-text": (FILTERS, "test_e36_a_filter_is_cql2_text_unless_it_says_otherwise"),
        "cql2-json": (FILTERS, "test_e36_a_filter_is_cql2_text_unless_it_says_otherwise"),
        "basic-cql2": (FILTERS, PREDICATES),
        "advanced-comparison-operators": (FILTERS, PREDICATES),
        "case-insensitive-comparison": (FILTERS, PREDICATES),
        "accent-insensitive-comparison": (FILTERS, PREDICATES),
        # As drafts of CQL2 called it: S_INTERSECTS with points, boxes and more.
        "basic-spatial-operators": (FILTERS, PREDICATES),
        "basic-spatial-functions": (FILTERS, PREDICATES),
        "basic-spatial-functions-plus": (FILTERS, PREDICATES),
        "spatial-functions": (FILTERS, PREDICATES),
        "temporal-functions": (FILTERS, "test_e45_temporal_predicates_find_what_they_say"),
        "array-functions": (FILTERS, "test_e45_array_predicates_find_what_they_say"),
        "property-property": (FILTERS, PREDICATES),
        "functions": (FILTERS, "test_e40_the_functions_are_listed_linked_and_work"),
        "arithmetic": (FILTERS, PREDICATES),
    },
    "json-fg-1/1.0/conf/": {
        "core": (SCHEMAS, "test_json_fg_has_its_classes_times_and_places"),
        "types-schemas": (SCHEMAS, "test_json_fg_has_its_classes_times_and_places"),
    },
    "ogcapi-tiles-1/1.0/conf/": {
        "core": (TILES, "test_g52_tiles_within_the_limits_are_there_and_those_around_are_not"),
        "tileset": (TILES, "test_g51_a_tile_set_says_what_the_standard_asks"),
        "tilesets-list": (TILES, "test_g50_a_collection_lists_its_tile_sets"),
        "dataset-tilesets": (
            TILES,
            "test_g50_the_landing_page_has_tile_sets_where_that_class_is_claimed",
        ),
        "geodata-tilesets": (TILES, "test_g50_a_collection_lists_its_tile_sets"),
        "collections-selection": (
            TILES,
            "test_g50_the_tiles_of_the_service_are_of_the_collections_that_are_chosen",
        ),
        "mvt": (TILES, "test_g53_a_tile_is_a_vector_tile_of_version_2"),
        "oas30": (
            TILES,
            "test_g50_the_api_definition_describes_tiles_by_the_names_of_the_standard",
        ),
    },
    "tms/2.0/conf/": dict.fromkeys(
        (
            *("tilematrixset", "json-tilematrixset"),
            *("tilematrixsetlimits", "json-tilematrixsetlimits"),
            *("tilesetmetadata", "json-tilesetmetadata"),
        ),
        (TILES, ALL),
    ),
}
PROVED = {
    f"{SPEC}{standard}{name}": proof
    for standard, classes in PROOFS.items()
    for name, proof in classes.items()
}


def test_every_class_that_is_claimed_is_proved_and_every_one_that_is_proved_is_claimed(client):
    claimed = client.get("/conformance").json()["conformsTo"]
    assert {*claimed} == {*PROVED}


@pytest.mark.parametrize("uri", CONFORMS_TO)
def test_the_proofs_of_a_class_are_tests_of_the_room(uri):
    file, name = PROVED[uri]
    tree = ast.parse((Path(__file__).parent / file).read_text("utf-8"))
    tests = [n.name for n in tree.body if isinstance(n, ast.FunctionDef) and n.name[:5] == "test_"]
    assert name in tests if name is not ALL else len(tests) > 5
