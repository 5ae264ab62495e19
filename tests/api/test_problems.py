"""Every error is a problem that says what happened and what to do, in the reader's language."""

import importlib
import pkgutil
import re
from typing import Annotated

import pytest
from fastapi import Query
from fastapi.testclient import TestClient
from pydantic import BaseModel

import api
import geo
import maps
from api.access import READS
from api.links import PROBLEM
from api.main import ROUTERS, create_app
from api.problems import STATUSES, problem_of, status_of
from api.settings import Settings
from geo import errors
from geo.errors import GeoError
from geo.language import Text
from geo.store.store import Provenance


def all_errors():
    """Every subclass of GeoError in the program, wherever it is defined."""
    for package in (geo, maps, api):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            importlib.import_module(module.name)
    found, waiting = [], [GeoError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return [kind for kind in found if kind.__module__.split(".")[0] in ("geo", "maps", "api")]


def test_every_error_has_a_status_and_both_titles():
    for kind in all_errors():
        assert status_of(kind.__new__(kind)) in {
            400,
            401,
            403,
            404,
            408,
            409,
            410,
            412,
            413,
            414,
            415,
            416,
            422,
            429,
            500,
            503,
            507,
        }
        assert kind.title.id
        assert kind.title.en


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.LayerNotFound, 404),
        (errors.InvalidWeights, 400),
        (errors.InvalidFilter, 400),
        (errors.InconsistentJudgements, 422),
        (errors.UploadRejected, 422),
        (errors.UploadTooLarge, 413),
        (errors.UploadUnsupported, 415),
        (errors.Conflict, 409),
        (errors.StoreFault, 503),
        (errors.RasterRefused, 422),
        (errors.CRSMissing, 422),
        (errors.CRSMismatch, 422),
        (errors.GeoError, 500),
    ],
)
def test_the_nearest_class_decides(kind, status):
    assert status_of(kind.__new__(kind)) == status
    assert STATUSES[errors.GeoError] == 500


PATHS = [
    ("/nothing", 404, "PathNotFound"),
    ("/collections/nothing", 404, "LayerNotFound"),
    ("/collections/zones/items/nothing", 404, "ZoneNotFound"),
    ("/collections/zones/items?limit=x", 400, "InvalidParameter"),
    ("/collections/zones/items?bbox=1", 400, "InvalidParameter"),
    ("/collections/zones/items?datetime=x", 400, "InvalidParameter"),
    ("/collections/zones/items?source_year=x", 400, "InvalidFilter"),
    ("/collections/zones/items?unknown=x", 400, "UnknownParameter"),
    ("/collections?unknown=x", 400, "UnknownParameter"),
    ("/collections?lang=xx", 400, "InvalidParameter"),
    ("/collections?f=xml", 400, "InvalidParameter"),
    ("/collections?f=geojson", 400, "InvalidParameter"),
    ("/readiness?year=x", 400, "InvalidParameter"),
    ("/readiness/nothing", 404, "ModelNotFound"),
    ("/static/css/nothing.css", 404, "PathNotFound"),
    ("/static/../../pyproject.toml", 404, "PathNotFound"),
    ("/%2e%2e/%2e%2e/etc/passwd", 404, "PathNotFound"),
]


@pytest.mark.parametrize(("path", "status", "code"), PATHS)
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_path_has_its_problem(client, path, status, code, language):
    answer = client.get(path, headers={"Accept-Language": language})
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    body = answer.json()
    assert body["code"] == code
    assert body["type"].endswith(code)
    assert body["status"] == status
    assert body["description"] == body["detail"]
    assert body["title"]
    assert isinstance(body["facts"], dict)
    assert answer.headers["content-language"] == language
    assert answer.headers["cache-control"] == "no-store"


# Whatever the language: files, raster and vector tiles, and whether the service lives.
WITHOUT_WORDS = {"/healthz", "/readyz", "/tiles/{name}/{z}/{x}/{y}.png"}
PLACES = {"collectionId": "zones", "tileMatrixSetId": "WebMercatorQuad", "featureId": "angsana"}


def paths_with_words():
    for router in ROUTERS:
        for route in router.routes:
            if "GET" in route.methods and route.path not in WITHOUT_WORDS | {VECTOR_TILE}:
                yield route.path


VECTOR_TILE = "/collections/{collectionId}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"


@pytest.mark.parametrize("path", sorted(set(paths_with_words())))
def test_a_language_that_we_do_not_speak_is_a_page_in_the_default_one(client, path):
    asked = re.sub(r"\{(\w+)(:path)?\}", lambda m: PLACES.get(m[1], "0"), path)
    for query, headers in (("f=html&", {}), ("", {"Accept": "text/html"})):
        answer = client.get(f"{asked}?{query}lang=zz", headers=headers)
        assert answer.status_code in (400, 401, 403), answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert '<html lang="id">' in answer.text
        assert answer.headers["content-language"] == "id"


def test_a_host_that_we_do_not_believe_is_a_page_too(client):
    answer = client.get("/", headers={"Accept": "text/html", "Host": "a b"})
    assert answer.status_code == 400
    assert "UnknownHost" in answer.text
    assert "KAWASAN_HOSTS" in answer.text
    assert 'href="/static' in answer.text


def test_the_two_languages_differ(client):
    url = "/collections/zones/items?limit=x"
    indonesian = client.get(url, headers={"Accept-Language": "id-ID,id;q=0.9,en;q=0.5"}).json()
    english = client.get(url, headers={"Accept-Language": "en-GB"}).json()
    assert indonesian["detail"] == "limit: tulis bilangan bulat dengan angka."
    assert english["detail"] == "limit: write a whole number in digits."
    assert client.get(url + "&lang=en").json()["detail"] == english["detail"]
    assert client.get(url, headers={"Accept-Language": "fr"}).json() == indonesian


def test_another_method_is_405_and_names_those_allowed(client):
    answer = client.post("/collections")
    assert (answer.status_code, answer.headers["content-type"]) == (405, PROBLEM)
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert client.delete("/readiness").headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_people_get_a_page(client):
    answer = client.get("/collections/nothing", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "nothing" in answer.text


def test_a_hostile_path_is_only_text(client):
    answer = client.get("/<script>alert(1)</script>", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("content", [b"{", b'{"year":1' + b"0" * 5_000 + b"}", b"\xff"])
def test_a_body_that_is_no_json_is_400(settings, store, content):
    headers = {"Content-Type": "application/json"}
    wide = settings.model_copy(update={"max_document_bytes": 10**6})
    with TestClient(create_app(wide, store=store)) as client:
        answer = client.post("/readiness", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidBody")


@pytest.mark.parametrize("body", [{"weights": {"huni": "x"}}, {"unknown": 1}, [], "x"])
def test_a_body_of_another_shape_is_400(client, body):
    answer = client.post("/readiness", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidBody")


def test_a_document_over_its_limit_is_413(client, settings):
    content = b"[" + b"1," * settings.max_document_bytes + b"1]"
    answer = client.post(
        "/readiness", content=content, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "UploadTooLarge")
    assert answer.json()["facts"]["limit_bytes"] == settings.max_document_bytes


def test_a_body_that_does_not_say_its_length_is_counted(client, settings):
    def chunks():
        for _ in range(100):
            yield b" " * 100

    answer = client.post(
        "/readiness", content=chunks(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "kind",
    [None, "application/geo+json", "application/octet-stream", "multipart/form-data; boundary=x"],
)
def test_a_document_has_its_limit_whatever_it_calls_itself(client, settings, kind):
    content = b" " * (settings.max_document_bytes + 1)
    headers = {} if kind is None else {"Content-Type": kind}
    answer = client.post("/readiness", content=content, headers=headers)
    assert (answer.status_code, answer.json()["facts"]["limit_bytes"]) == (
        413,
        settings.max_document_bytes,
    )


def test_only_a_form_at_the_upload_door_may_be_larger(client, store, settings):
    content = b" " * (settings.max_document_bytes + 1)
    key = {"X-API-Key": store.keys.add("gis")}
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    assert client.post("/uploads", content=content, headers=key | form).status_code == 400
    assert client.post("/uploads/", content=content, headers=key | form).status_code == 400
    json = {"Content-Type": "application/json"}
    assert client.post("/uploads", content=content, headers=key | json).status_code == 413
    over = b" " * (settings.max_upload_bytes + 1)
    assert client.post("/uploads", content=over, headers=key | form).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        {"weights": {f"w{n}": 0.1 for n in range(5_000)}},
        {"weights": {"w" * 50_000: 1}},
        {"judgements": [{"first": "a", "second": "b", "ratio": 1}] * 2_000},
        {"judgements": [{"first": "a" * 50_000, "second": "b", "ratio": 1}]},
        {"year": 10**30},
    ],
)
def test_a_document_that_names_too_much_is_refused_in_few_words(settings, store, body):
    wide = settings.model_copy(update={"max_document_bytes": 10**6})
    with TestClient(create_app(wide, store=store)) as client:
        answer = client.post("/readiness", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidBody")
    assert len(answer.content) < 20_000


@pytest.fixture
def faulty(settings, store):
    """A service with routes that fail in every way a route can."""
    app = create_app(settings, store=store)

    class Answer(BaseModel):
        value: float

    @app.get("/fault", dependencies=[READS])
    def fault():
        raise RuntimeError("secret of the house")

    @app.get("/domain-fault", dependencies=[READS])
    def domain_fault():
        raise GeoError(reason=Text(id="rahasia rumah", en="secret of the house"))

    @app.get("/busy", dependencies=[READS])
    def busy():
        raise errors.StoreFault(reason=Text(id="sibuk", en="busy"))

    @app.get("/many", dependencies=[READS])
    def many(of: Annotated[list[str], Query()]):
        return of

    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("path", ["/fault", "/domain-fault"])
def test_a_fault_is_500_without_its_text_and_is_logged(faulty, caplog, path):
    answer = faulty.get(path, headers={"Origin": "https://other.example"})
    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM)
    assert "secret" not in answer.text
    assert "rahasia" not in answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "secret of the house" in caplog.text
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("path", ["/fault", "/domain-fault", "/busy"])
def test_a_browser_reads_a_fault_as_a_page(faulty, path):
    answer = faulty.get(f"{path}?lang=en", headers={"Accept": "text/html"})
    assert answer.status_code in {500, 503, 507}
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"
    assert "To the landing page" in answer.text
    assert "secret" not in answer.text


def test_a_busy_store_is_503_and_says_when_to_try_again(faulty):
    answer = faulty.get("/busy")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["detail"] == "sibuk"


def test_a_list_parameter_may_be_repeated(faulty):
    assert faulty.get("/many?of=a&of=b").json() == ["a", "b"]
    assert faulty.get("/many?of=a&more=b").status_code == 400


def test_facts_are_evidence_in_the_readers_language():
    what = Text(id="Layer", en="layer")
    error = errors.CRSMismatch(subject=what, found="EPSG:32749", expected="EPSG:32750")
    problem = problem_of(error, "en")
    assert problem.detail.startswith("layer is in EPSG:32749")
    assert problem.facts == {"subject": "layer", "found": "EPSG:32749", "expected": "EPSG:32750"}


def test_facts_stay_small_and_are_numbers_that_json_holds():
    names = [f"name {n}" for n in range(10_000)]
    what = Text(id="terlalu banyak", en="too many")
    error = errors.InvalidInput(reason=what, names=names, year=10**30, text="x" * 10**6)
    facts = problem_of(error, "en").facts
    assert facts["names"] == names[:50]
    assert facts["year"] == "1" + "0" * 30
    assert len(facts["text"]) < 5_000


@pytest.mark.parametrize(
    ("dataset", "kind", "paths"),
    [
        ("zones", "layer", ["/collections/zones/items", "/readiness", "/exports/zones.csv"]),
        ("indicators", "indicators", ["/readiness", "/readiness/trends"]),
        ("model-kesiapan", "model", ["/readiness", "/models", "/models/kesiapan"]),
    ],
)
def test_a_damaged_snapshot_is_503_and_says_how_to_find_it(reference_store, dataset, kind, paths):
    before = reference_store.version(dataset)
    provenance = Provenance(actor="a", note="n", source="s", licence="l")
    reference_store.publish(
        dataset, kind, b"lost", suffix=before.path.suffix, provenance=provenance,
        details=before.details,
    )  # fmt: skip
    reference_store.version(dataset).path.unlink()
    settings = Settings(store=reference_store.folder)
    with TestClient(create_app(settings, store=reference_store)) as opened:
        for path in paths:
            answer = opened.get(path, params={"lang": "en"})
            assert (answer.status_code, answer.json()["code"]) == (503, "StoreFault"), path
            assert "is missing from the store" in answer.json()["detail"]
            assert "kawasan store check" in answer.json()["detail"]
