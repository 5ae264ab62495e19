"""What readiness answers is what the OpenAPI document says of it, nothing less and nothing more."""

import pytest
from fastapi.testclient import TestClient

from api.assessment_documents import (
    AssessmentDocument,
    ExplainedZoneDocument,
    JudgementsDocument,
    ModelDocument,
    ModelsDocument,
    ScoresDocument,
    WeighedDocument,
)
from api.comparison_documents import (
    ComparisonDocument,
    QuadrantDocument,
    SensitivityDocument,
    TrendsDocument,
)
from api.examples import COMPARISON_EXAMPLES, JUDGEMENTS_EXAMPLES, READINESS_EXAMPLES
from api.main import create_app
from api.settings import Settings

# Contradicts itself, so that the most harmful judgement is described as well.
CONTRADICTORY = {
    "judgements": [
        {"first": "huni", "second": "usaha", "ratio": 5},
        {"first": "usaha", "second": "berkembang", "ratio": 5},
        {"first": "huni", "second": "berkembang", "ratio": 0.2},
        {"first": "berkembang", "second": "lingkungan", "ratio": 1},
    ],
    "incomplete": True,
}
READ = [
    ("/readiness", AssessmentDocument),
    ("/readiness?layer=regencies&method=owa&risk=0.3", AssessmentDocument),
    ("/readiness/cahaya-baru", ExplainedZoneDocument),
    ("/readiness/gula-habang", ExplainedZoneDocument),
    ("/readiness/angsana", ExplainedZoneDocument),
    ("/readiness/trends", TrendsDocument),
    ("/readiness/sensitivity?zone=cahaya-baru&draws=64", SensitivityDocument),
    ("/readiness/quadrant", QuadrantDocument),
    ("/models", ModelsDocument),
    ("/models/kesiapan", ModelDocument),
    ("/models/ipktrans", ModelDocument),
]
SENT = [
    *(
        (
            "/readiness",
            example["value"],
            ScoresDocument if example["value"].get("detail") == "scores" else WeighedDocument,
        )
        for example in READINESS_EXAMPLES.values()
    ),
    *(
        ("/readiness/judgements", example["value"], JudgementsDocument)
        for example in JUDGEMENTS_EXAMPLES.values()
    ),
    ("/readiness/judgements", CONTRADICTORY, JudgementsDocument),
    *(
        ("/readiness/comparison", example["value"], ComparisonDocument)
        for example in COMPARISON_EXAMPLES.values()
    ),
]


@pytest.fixture
def client(reference_store):
    settings = Settings(store=reference_store.folder)
    with TestClient(create_app(settings, store=reference_store)) as opened:
        yield opened


@pytest.mark.parametrize(("path", "described"), READ)
def test_what_is_read_is_as_described(client, path, described):
    described.model_validate(client.get(path).json(), strict=True, extra="forbid")


@pytest.mark.parametrize(("path", "body", "described"), SENT)
def test_what_is_answered_is_as_described(client, path, body, described):
    answer = client.post(path, json=body)
    assert answer.status_code == 200
    described.model_validate(answer.json(), strict=True, extra="forbid")


def test_every_operation_of_readiness_and_models_describes_its_answer(client):
    paths = client.get("/api").json()["paths"]
    for path, operations in paths.items():
        if path.startswith(("/readiness", "/models")) and "sites" not in path:
            for operation in operations.values():
                content = operation["responses"]["200"]["content"]["application/json"]
                assert content["schema"], path
