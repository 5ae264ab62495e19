"""What anybody may ask is bounded in work: by count, by time, by turns and by what a reader holds."""

import threading

import anyio
import pytest
import shapely
from fastapi.testclient import TestClient

from api.features import answers
from api.features.turns import QueriesBusy, Turns, in_turn
from api.main import create_app
from api.settings import Settings
from geo.errors import InvalidFilter
from geo.filtering.limits import in_time, require_time, time_limit
from geo.store.store import Store
from geo.tiles.features_written import PART_BYTES
from tests.api.examples import made_layer, publish
from tests.regions import give_region

ITEMS = "/collections/fields/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0"
COUNT = 400


def fields():
    points = [shapely.Point(114 + i / 1000, -3) for i in range(COUNT)]
    ids = [f"f{i:03}" for i in range(COUNT)]
    return made_layer(
        points,
        ids,
        name=[f"Lahan {'x' * (i % 7) * 200} {i}" for i in range(COUNT)],
        size=list(range(COUNT)),
        made=[f"2024-01-{1 + i % 28:02}" for i in range(COUNT)],
        seen=[f"2024-01-{1 + i % 28:02}T08:00:00Z" for i in range(COUNT)],
        about=["Tanah  Bumbu, pesisir", "Bumbu tanah", "Désa BARU", "lain"] * (COUNT // 4),
    )


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("bounded") / "store")
    give_region(store)
    publish(store, "fields", fields())
    with TestClient(create_app(Settings(store=store.folder), store=store)) as opened:
        yield opened
    store.close()


def matched(client, **query):
    answer = client.get(ITEMS, params=query | {"limit": 1})
    assert answer.status_code == 200, answer.text
    return answer.json()["numberMatched"]


def clock_of(*times):
    left = list(times)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


# Time


def test_what_takes_too_long_is_ended_with_a_sentence():
    with time_limit(2.0, clock=clock_of(0, 1, 3)):
        require_time()
        with pytest.raises(InvalidFilter, match="too long"):
            require_time()
    require_time()


def test_who_waits_for_others_has_not_worked():
    with Turns(at_once=1, waiting=1, patience_s=1, cpu_s=0.05).taken():
        threading.Event().wait(0.1)
        require_time()


def test_a_long_list_looks_at_the_clock_now_and_then():
    seen = []
    with time_limit(2.0, clock=clock_of(0, 1, 1, 3)), pytest.raises(InvalidFilter):
        seen.extend(in_time(range(10_000)))
    assert 500 < len(seen) < 2_000


@pytest.mark.parametrize(
    "query",
    [
        {"filter": "name LIKE '%x%'"},
        {"filter": "CASEI(name) = CASEI('x')"},
        {"filter": "S_INTERSECTS(geometry, BBOX(110,-9,119,4))"},
        {"name": "*x*"},
        {"q": "lahan"},
    ],
)
def test_every_kind_of_question_is_ended_in_time(client, monkeypatch, query):
    turns = Turns(at_once=1, waiting=1, patience_s=1, cpu_s=-1)
    monkeypatch.setattr(answers, "TURNS", turns)
    answer = client.get(ITEMS, params=query | {"lang": "en"})
    assert answer.status_code == 400
    assert "takes too long" in answer.json()["detail"]


# Turns


def test_so_many_work_so_many_wait_and_the_others_come_back():
    turns = Turns(at_once=1, waiting=1, patience_s=5, cpu_s=9)
    is_in, may_end = threading.Event(), threading.Event()

    def work():
        with turns.taken():
            is_in.set()
            may_end.wait(5)

    def wait():
        with turns.taken():
            pass

    threads = [threading.Thread(target=work), threading.Thread(target=wait)]
    threads[0].start()
    assert is_in.wait(5)
    threads[1].start()
    while turns._places._value:
        pass
    with pytest.raises(QueriesBusy), turns.taken():
        pass
    may_end.set()
    for thread in threads:
        thread.join()
    with turns.taken():
        pass


def test_who_waits_too_long_comes_back_and_gives_the_place_free():
    turns = Turns(at_once=1, waiting=1, patience_s=0.01, cpu_s=9)
    with turns.taken():
        for _ in range(3):
            with pytest.raises(QueriesBusy), turns.taken():
                pass


def test_a_busy_service_says_when_to_come_back_and_answers_plain_pages(client, monkeypatch):
    turns = Turns(at_once=1, waiting=0, patience_s=0, cpu_s=9)
    monkeypatch.setattr(answers, "TURNS", turns)
    question = f"{ITEMS}?filter=size*1=1"
    with turns.taken():
        answer = client.get(question)
        assert (answer.status_code, answer.json()["code"]) == (503, "QueriesBusy")
        assert answer.headers["retry-after"]
        for little in ("bbox=114,-4,115,-2", "filter=size=1", "size=1", "filter=THIS IS NOT"):
            assert client.get(f"{ITEMS}?{little}").status_code in (200, 400)
    assert client.get(question).status_code == 200


def test_who_waits_in_the_loop_is_answered_in_the_end_or_told_that_too_many_wait():
    answered, refused, may_go = [], [], threading.Event()

    async def ask(number):
        try:
            answered.append(await in_turn(lambda: may_go.wait(5) and number))
        except QueriesBusy:
            refused.append(number)
            may_go.set()

    async def all_at_once():
        async with anyio.create_task_group() as group:
            for number in range(200):
                group.start_soon(ask, number)

    anyio.run(all_at_once)
    assert len(answered) + len(refused) == 200
    assert 100 < len(answered) < 200


# What a reader holds


@pytest.mark.parametrize("form", ["json", "geojsonseq", "jsonfg", "csv", "gpkg"])
def test_a_long_answer_is_made_in_parts(client, monkeypatch, form):
    sent = []
    real = answers.items_answer

    def noted(found, form, links, **how):
        answer = real(found, form, links, **how)
        parts = answer.content if not isinstance(answer.content, bytes) else [answer.content]
        parts = list(parts)
        # A view of the prepared file holds nothing, however long it is.
        sent.extend(0 if isinstance(part, memoryview) else len(part) for part in parts)
        return answers.Answer(answer.media_type, answer.headers, iter(parts))

    monkeypatch.setattr("api.routes.features.items.items_answer", noted)
    answer = client.get(f"{ITEMS}?limit=400&f={form}")
    assert answer.status_code == 200
    assert len(answer.content) > PART_BYTES
    assert sum(sent) == len(answer.content) or form == "json"
    assert max(sent) < 2 * PART_BYTES


def test_a_page_in_parts_states_its_length(client):
    answer = client.get(f"{ITEMS}?limit=400", headers={"Accept-Encoding": "identity"})
    assert int(answer.headers["content-length"]) == len(answer.content) > 2 * PART_BYTES
    assert len(answer.json()["features"]) == COUNT


# Parameters


def test_a_limit_above_the_most_is_the_most_and_offset_may_be_far(client):
    assert len(client.get(f"{ITEMS}?limit=1000000000").json()["features"]) == COUNT
    page = client.get(f"{ITEMS}?offset={10**18}").json()
    assert (page["numberMatched"], page["features"]) == (COUNT, [])


def test_so_many_properties_to_sort_by_are_enough(client):
    assert client.get(f"{ITEMS}?sortby={','.join(['size'] * 8)}").status_code == 200
    answer = client.get(f"{ITEMS}?sortby={','.join(['size'] * 100)}")
    assert (answer.status_code, answer.json()["facts"]["parameter"]) == (400, "sortby")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"size": "1,2,3"}, 3),
        ({"made": "2024-01-02"}, 15),
        ({"made": "2024-01-01,2024-01-02"}, 30),
        ({"seen": "2024-01-02T16:00:00+08:00"}, 15),
        ({"seen": "2024-01-02"}, 15),
        ({"name": "*"}, COUNT),
        ({"name": "Lahan*17"}, 4),
        ({"about": "Tanah  Bumbu, pesisir"}, 100),
        ({"about": "lain,Bumbu tanah"}, 200),
        ({"about": "*bumbu*"}, 0),
    ],
)
def test_a_value_is_read_as_its_property_is(client, query, count):
    assert matched(client, **query) == count


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", "1*"),
        ("size", "1,"),
        ("size", "1,x"),
        ("made", "2024-*"),
        ("made", "kemarin"),
        ("made", "2024-01-02T00:00:00Z"),
        ("made", "2024-02-30"),
        ("seen", "*"),
        ("seen", "2024"),
    ],
)
def test_a_value_of_another_kind_is_400(client, name, value):
    answer = client.get(ITEMS, params={name: value})
    assert (answer.status_code, answer.json()["facts"]["parameter"]) == (400, name)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("tanah", 200),
        ("tanah bumbu", 100),
        ("  TANAH   bumbu ", 100),
        ("bumbu tanah", 100),
        ("tanah bumbu,desa baru", 200),
        ("desa,lain", 200),
        ("nowhere", 0),
        (",", COUNT),
    ],
)
def test_words_stand_side_by_side_and_terms_are_alternatives(client, words, count):
    assert matched(client, q=words) == count


# Boxes


@pytest.mark.parametrize(
    ("crs", "box"),
    [
        ("4326", "-3.1,113.9,-2.9,114.05"),
        ("9470", "-3.1,113.9,-2.9,114.05"),
        ("4326", "-3.1,113.9,0,-2.9,114.05,99"),
        ("4326", "-3.1,170,-2.9,114.05"),
        ("3857", "12679290,-345500,12695990,-322900"),
        ("3857", "12679290,-345500,0,12695990,-322900,9"),
        ("3857", "19000000,-345500,12695990,-322900"),
    ],
)
def test_a_box_of_every_crs_finds_the_same(client, crs, box):
    expected = matched(client, bbox="113.9,-3.1,114.05,-2.9")
    assert expected == 51
    found = matched(client, **{"bbox": box, "bbox-crs": f"{EPSG}/{crs}"})
    assert found == pytest.approx(expected, abs=1)


def test_a_box_wider_than_the_world_is_the_world(client):
    world = "-30000000,-30000000,30000000,30000000"
    assert matched(client, **{"bbox": world, "bbox-crs": f"{EPSG}/3857"}) == COUNT


@pytest.mark.parametrize(
    ("crs", "box"),
    [
        ("4326", "3,113.9,-3,114.05"),
        ("4326", "113.9,-3.1,114.05,-2.9"),
        ("3857", "1,9,2,8"),
        ("32750", "300000,9600000,200000,9700000"),
        ("32750", "1e30,1e30,2e30,2e30"),
        ("32750", "300000,9600000,5,200000,9700000,4"),
    ],
)
def test_a_box_that_is_none_is_400(client, crs, box):
    answer = client.get(ITEMS, params={"bbox": box, "bbox-crs": f"{EPSG}/{crs}"})
    assert (answer.status_code, answer.json()["facts"]["parameter"]) == (400, "bbox")
