"""What readiness answers is what the OpenAPI document says of it, nothing less and nothing more."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from api.documents import DOCUMENTS, document, schemas
from api.examples import COMPARISON_EXAMPLES, JUDGEMENTS_EXAMPLES, READINESS_EXAMPLES
from geo.language import Text

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
    ("/readiness", "AssessmentDocument"),
    ("/readiness?layer=regencies&method=owa&risk=0.3", "AssessmentDocument"),
    ("/readiness/cahaya-baru", "ExplainedZoneDocument"),
    ("/readiness/gula-habang", "ExplainedZoneDocument"),
    ("/readiness/angsana", "ExplainedZoneDocument"),
    ("/readiness/trends", "TrendsDocument"),
    ("/readiness/sensitivity?zone=cahaya-baru&draws=64", "SensitivityDocument"),
    ("/readiness/quadrant", "QuadrantDocument"),
    ("/collect", "CollectingDocument"),
    ("/collect?zone=angsana&method=owa&risk=0.3&k=1", "CollectingDocument"),
    ("/models", "ModelsDocument"),
    ("/models/kesiapan", "ModelDocument"),
    ("/models/ipktrans", "ModelDocument"),
]
SENT = [
    *(
        (
            "/readiness",
            example["value"],
            "ScoresDocument" if example["value"].get("detail") == "scores" else "WeighedDocument",
        )
        for example in READINESS_EXAMPLES.values()
    ),
    *(
        ("/readiness/judgements", example["value"], "JudgementsDocument")
        for example in JUDGEMENTS_EXAMPLES.values()
    ),
    ("/readiness/judgements", CONTRADICTORY, "JudgementsDocument"),
    *(
        ("/readiness/comparison", example["value"], "ComparisonDocument")
        for example in COMPARISON_EXAMPLES.values()
    ),
]


@pytest.fixture
def client(shipped_client):
    return shipped_client


@pytest.mark.parametrize(("path", "described"), READ)
def test_what_is_read_is_as_described(client, path, described):
    DOCUMENTS[described].model_validate(client.get(path).json(), strict=True, extra="forbid")


@pytest.mark.parametrize(("path", "body", "described"), SENT)
def test_what_is_answered_is_as_described(client, path, body, described):
    answer = client.post(path, json=body)
    assert answer.status_code == 200
    DOCUMENTS[described].model_validate(answer.json(), strict=True, extra="forbid")


def test_every_operation_of_readiness_and_models_describes_its_answer(client):
    paths = client.get("/api").json()["paths"]
    for path, operations in paths.items():
        if path.startswith(("/readiness", "/models")) and "sites" not in path:
            for operation in operations.values():
                content = operation["responses"]["200"]["content"]["application/json"]
                assert content["schema"], path


@dataclass(frozen=True)
class Part:
    """A part; None where there is none."""

    title: Text
    share: float | None


@dataclass(frozen=True)
class Whole:
    """A whole."""

    parts: tuple[Part, ...]
    by_name: Mapping[str, Part | None]
    hidden: object


def test_a_dataclass_describes_itself():
    made = document("WholeDocument", Whole, leave=["hidden"], count=int).model_json_schema()
    assert made["description"] == "A whole."
    assert list(made["properties"]) == made["required"] == ["parts", "by_name", "count"]
    assert made["properties"]["parts"]["items"] == {"$ref": "#/$defs/PartDocument"}
    part = made["$defs"]["PartDocument"]
    assert part["description"] == "A part; null where there is none."
    assert part["properties"]["title"]["type"] == "string"
    assert part["properties"]["share"]["anyOf"] == [{"type": "number"}, {"type": "null"}]
    others = made["properties"]["by_name"]["additionalProperties"]["anyOf"]
    assert others == [{"$ref": "#/$defs/PartDocument"}, {"type": "null"}]


def test_every_document_and_what_it_holds_is_described():
    assert all(schema["description"] for schema in schemas().values())
    assert DOCUMENTS.keys() <= schemas().keys()
