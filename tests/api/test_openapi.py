"""The API's description is valid OpenAPI 3.0 and true."""

import json
import re

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from api import documents
from api.openapi import schema_3_0


@pytest.fixture
def document(client):
    return client.get("/api").json()


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_the_document_is_valid_openapi_3_0(document):
    OpenAPIV30SpecValidator(document).validate()


def test_no_word_of_openapi_3_1_is_left(document):
    def words(node):
        if isinstance(node, dict):
            for key, value in node.items():
                if key not in ("example", "examples", "default", "enum", "properties", "schemas"):
                    yield key, value
                    yield from words(value)
                elif key in ("properties", "schemas"):
                    for entry in value.values():
                        yield from words(entry)
        elif isinstance(node, list):
            for entry in node:
                yield from words(entry)

    for key, value in words({k: document[k] for k in ("paths", "components")}):
        assert key not in ("const", "prefixItems", "$defs", "contentMediaType", "propertyNames")
        assert not (key == "type" and (value == "null" or isinstance(value, list)))
        assert not (key.startswith("exclusiveM") and not isinstance(value, bool))


def test_no_two_documents_share_a_name(client):
    written, held = client.app.openapi()["components"]["schemas"], documents.schemas()
    assert [n for n in written.keys() & held.keys() if written[n] != held[n]] == []


def test_every_operation_documents_its_problems_and_common_parameters(document):
    for path, method, operation in operations(document):
        assert "default" in operation["responses"], path
        assert "422" not in operation["responses"], path
        names = [parameter["name"] for parameter in operation["parameters"]]
        assert {"f", "lang"} <= set(names), path
        assert len(set(names)) == len(names), path
        assert operation["summary"], (path, method)


def test_errors_are_named_as_problems_and_as_pages(document):
    for path, method, operation in operations(document):
        named = {"400", "default"} | ({"404"} if "{" in path else set())
        assert named <= set(operation["responses"]), (path, method)
        for status in named:
            content = operation["responses"][status]["content"]
            assert set(content) == {"application/problem+json", "text/html"}, (path, status)


# What stands for a parameter of a path so that there is something to read.
PLACES = {
    "collectionId": "zones",
    "featureId": "angsana",
    "tileMatrixSetId": "WebMercatorQuad",
    "name": "zones",
}
OF_SOMEBODY = ("/uploads", "/layers/withdrawn", "/users", "/keys", "/rules", "/audit")


def test_a_form_a_language_or_a_parameter_that_there_is_not_is_400_on_every_path(document, client):
    asked = 0
    for path, method, _ in operations(document):
        if method != "get" or path.startswith(OF_SOMEBODY):
            continue
        address = re.sub(r"\{(\w+)\}", lambda m: PLACES.get(m[1], "0"), path)
        open_ended = path.endswith("/items")
        for query in ("f=zzz", "lang=zz", "f=", *([] if open_ended else ["nothing=1"])):
            answer = client.get(f"{address}?{query}", headers={"Accept": "application/json"})
            assert answer.status_code == 400, (address, query, answer.text[:200])
            problem = answer.json()
            assert answer.headers["content-type"] == "application/problem+json"
            assert {"type", "title", "status", "detail", "instance"} <= set(problem)
            assert problem["instance"] == address
            asked += 1
    assert asked > 150


def test_every_form_that_an_operation_names_is_answered_as_it_says(document, client):
    for path, method, operation in operations(document):
        address = re.sub(r"\{(\w+)\}", lambda m: PLACES.get(m[1], "0"), path)
        if method != "get":
            continue
        usual = client.get(address, follow_redirects=False)
        if usual.status_code != 200:
            continue
        described = [kind.split(";")[0] for kind in operation["responses"]["200"]["content"]]
        assert usual.headers["content-type"].split(";")[0] in described, address
        (f,) = (p for p in operation["parameters"] if p["name"] == "f")
        for form in f["schema"].get("enum", ()):
            answer = client.get(f"{address}?f={form}")
            is_of_somebody = (path, form) == ("/session", "html")
            assert answer.status_code == (401 if is_of_somebody else 200), (address, form)
            kind = answer.headers["content-type"].split(";")[0]
            assert is_of_somebody or kind in described, (address, form)


def test_a_method_that_a_path_does_not_take_is_405_with_those_that_it_takes(document, client):
    for path, item in document["paths"].items():
        # One that is refused for who asks is not told what else there is.
        if path.startswith(OF_SOMEBODY):
            continue
        address = re.sub(r"\{(\w+)\}", lambda m: PLACES.get(m[1], "0"), path)
        missing = next(m for m in ("patch", "put", "delete", "post") if m not in item)
        answer = client.request(missing.upper(), address)
        assert answer.status_code == 405, (missing, address, answer.text[:200])
        assert {m.upper() for m in item} <= set(answer.headers["allow"].split(", "))


def descriptions(node):
    if isinstance(node, dict):
        if isinstance(node.get("description"), str):
            yield node["description"]
        node = list(node.values())
    if isinstance(node, list):
        for entry in node:
            yield from descriptions(entry)


def test_no_description_speaks_of_the_code(document):
    found = list(descriptions(document))
    assert any("`consistency_ratio`" in text for text in found)  # dataclasses are described too
    inside = re.compile(
        r"\bgeo\.|\bNaN\b|\bNone\b|ndarray|DataFrame|\(n_|^(Parameters|Returns)$", re.M
    )
    assert not [text for text in found if inside.search(text)]


def test_operation_ids_are_unique(document):
    found = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(found)) == len(found)


def test_a_collection_has_its_properties_as_filters(document):
    own = document["paths"]["/collections/zones/items"]["get"]
    schemas = {p["name"]: p["schema"] for p in own["parameters"]}
    assert "collectionId" not in schemas
    assert schemas["regency_code"] == {"type": "string"}
    assert schemas["area_ha"] == {"type": "number"}
    assert schemas["source_year"] == {"type": "integer"}


def test_examples_are_what_is_served(document, client):
    own = document["paths"]["/collections/zones/items"]["get"]
    example = own["responses"]["200"]["content"]["application/geo+json"]["example"]
    served = client.get("/collections/zones/items").json()["features"][0]
    assert example["features"] == [served]


def test_get_paths_without_parameters_answer_as_described(document, client):
    for path, method, operation in operations(document):
        is_open = "{" not in path and method == "get"
        needs = [p for p in operation["parameters"] if p.get("required")]
        if is_open and not needs and path.startswith(("/collections", "/conf", "/api", "/health")):
            answer = client.get(path)
            assert answer.status_code == 200, path
            described = operation["responses"]["200"]["content"]
            assert answer.headers["content-type"].replace("; charset=utf-8", "") in described, path


def test_the_human_page_names_every_path_and_loads_nothing_from_outside(document, client):
    page = client.get("/api.html").text
    for path in document["paths"]:
        shown = path.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert shown.replace("'", "&#39;") in page
    assert "<script src" not in page
    assert 'src="http' not in page


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "string", "nullable": True}),
        (
            {"anyOf": [{"$ref": "#/a"}, {"type": "null"}], "title": "A"},
            {"allOf": [{"$ref": "#/a"}], "title": "A", "nullable": True},
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
            {"anyOf": [{"type": "string"}, {"type": "integer"}], "nullable": True},
        ),
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"const": "a"}, {"enum": ["a"]}),
        ({"type": "string", "examples": ["a", "b"]}, {"type": "string", "example": "a"}),
        ({"exclusiveMaximum": 5}, {"maximum": 5, "exclusiveMaximum": True}),
        (
            {"type": "array", "prefixItems": [{"type": "string"}], "maxItems": 1},
            {"type": "array", "maxItems": 1, "items": {"anyOf": [{"type": "string"}]}},
        ),
        (
            {"type": "string", "contentMediaType": "application/octet-stream"},
            {"type": "string", "format": "binary"},
        ),
        ({"$ref": "#/a", "default": 1}, {"allOf": [{"$ref": "#/a"}], "default": 1}),
        ({"properties": {"const": {"const": 1}}}, {"properties": {"const": {"enum": [1]}}}),
        ({"default": {"const": 1}}, {"default": {"const": 1}}),
    ],
)
def test_a_schema_is_turned_into_3_0(schema, expected):
    before = json.dumps(schema)
    assert schema_3_0(schema) == expected
    assert json.dumps(schema) == before
