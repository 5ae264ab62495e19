"""What Schemathesis makes of the API's description is answered as it says; tests/clients/fuzz_api.py asks more."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EACH = settings(
    max_examples=2,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# A dozen, each of another kind: what a client of another office asks first, and what is asked by a form.
OPERATIONS = (
    ("/", "GET"),
    ("/conformance", "GET"),
    ("/collections", "GET"),
    ("/collections/{collectionId}", "GET"),
    ("/collections/{collectionId}/queryables", "GET"),
    ("/collections/zones/items", "GET"),
    ("/collections/{collectionId}/items/{featureId}", "GET"),
    ("/collections/{collectionId}/tiles/{tileMatrixSetId}", "GET"),
    (
        "/collections/{collectionId}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
        "GET",
    ),
    ("/collections/{collectionId}/difference", "GET"),
    ("/roles", "GET"),
    ("/session", "POST"),
)


@pytest.fixture(scope="module")
def described(reading_client):
    return schemathesis.openapi.from_dict(reading_client.get("/api?f=json").json())


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_what_the_description_allows_is_answered_as_described(
    described, reading_client, path, method
):
    @EACH
    @given(case=described[path][method].as_strategy())
    def asked(case):
        sent = case.as_transport_kwargs(base_url="http://testserver")
        kept = {
            k: sent[k] for k in ("method", "url", "params", "json", "data", "headers") if k in sent
        }
        answer = reading_client.request(**kept)
        case.validate_response(answer, checks=CHECKS)

    asked()
