"""The guide's commands, requests, files and links do what it says when they are taken from it as they stand.

Commands that need a file of the reader's own (a boundary file, a DEM) are left to the tests of
those commands. The blocks of both languages are the same but for their comments, which a test of the
chapters holds, so those of one are tried.
"""

import json
import re
import shlex
import shutil
from functools import cache
from html import unescape
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli.app import app
from api.main import create_app
from api.settings import Settings
from geo.language import LANGUAGES
from geo.store.store import Store
from maps.guide.chapters import CHAPTERS

ROOT = Path(__file__).parents[1]
GUIDE = "\n".join(
    (ROOT / "maps" / "guide" / "en" / f"{name}.md").read_text("utf-8") for name in CHAPTERS
)
PATHS = ("/guide", *(f"/guide/{name}" for name in CHAPTERS))
SERVICE = "http://127.0.0.1:8000"
RUNNABLE = {"assess", "trends", "quadrant", "collect", "sites", "export", "model"}
RUNNABLE |= {"split", "achievement", "index"}


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


def lines(tool):
    """Every call of a tool in the shell blocks, split as a shell does; one that goes on is joined."""
    text = "\n".join(blocks("sh"))
    calls = re.findall(rf"^(?:uv run )?{tool} (?:[^'\\\n]|'[^']*'|\\\n)*", text, re.MULTILINE)
    return [shlex.split(call.replace("\\\n", " "), comments=True) for call in calls]


def requests():
    """Method, path and body of every curl that needs neither a key nor a file."""
    for words in lines("curl"):
        if any("$" in word for word in words):
            continue
        body = words[words.index("-d") + 1] if "-d" in words else None
        address = next(word for word in words if word.startswith(SERVICE))
        path = address.removeprefix(SERVICE)
        given = [w for flag, w in pairwise(words) if flag == "--data-urlencode"]
        if given:
            path += "?" + urlencode([tuple(one.split("=", 1)) for one in given])
        yield pytest.param("POST" if body else "GET", path, body, id=path)


def commands():
    """The words after `kawasan`, and the file into which the shell writes the output."""
    for words in lines("kawasan"):
        own = words[words.index("kawasan") + 1 :]
        if own[0] in RUNNABLE:
            cut = own.index(">") if ">" in own else len(own)
            yield own[:cut], own[cut + 1] if cut < len(own) else None


@pytest.fixture(scope="module")
def client(reference_folder, tmp_path_factory):
    """A service over the shipped data, for readers."""
    folder = tmp_path_factory.mktemp("guide") / "store"
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    with TestClient(create_app(Settings(store=folder), store=store)) as opened:
        yield opened
    store.close()


@pytest.fixture
def run(reference_store, tmp_path, monkeypatch):
    """Run a command in a folder of its own over a store with the shipped data."""
    monkeypatch.setenv("KAWASAN_STORE", str(reference_store.folder))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    def invoke(*words):
        result = CliRunner().invoke(app, list(words))
        assert result.exit_code == 0, f"kawasan {' '.join(words)}: {result.output}"
        return result.output

    return invoke


def test_there_are_examples_to_try():
    assert len(list(requests())) >= 8
    assert {words[0] for words, _ in commands()} == RUNNABLE


@pytest.mark.parametrize(("method", "path", "body"), list(requests()))
def test_a_request_is_answered(client, method, path, body):
    answer = client.request(method, path, json=None if body is None else json.loads(body))
    assert answer.status_code == 200, answer.text
    if "/items?" in path and "json" in answer.headers["content-type"]:
        assert answer.json()["numberReturned"] > 0


def test_the_commands_run_one_after_the_other(run, tmp_path):
    for words, target in commands():
        output = run(*words)
        if target is not None:
            (tmp_path / target).write_text(output, "utf-8")


def test_the_file_of_judgements_gives_a_consensus(run, tmp_path):
    (found,) = [block for block in blocks("toml") if "[[member]]" in block]
    (tmp_path / "berkas.toml").write_text(found, "utf-8")
    document = json.loads(run("assess", "--judgements", "berkas.toml", "--json"))
    goal = document["together"]["goal"]
    assert {member["name"] for member in goal["members"]} == {"Provinsi", "Barito Kuala"}
    assert 0 < goal["consensus"] < 1


def test_the_scenario_gives_a_second_assessment_beside_the_first(run, tmp_path):
    (found,) = [block for block in blocks("toml") if "[[measures]]" in block]
    (tmp_path / "berkas.toml").write_text(found, "utf-8")
    document = json.loads(run("assess", "--scenario", "berkas.toml", "--compare", "--json"))
    assert document["scenario"] is not None
    moved = {zone["area_id"]: zone for zone in document["comparison"]["zones"]}
    assert "air_minum" in moved["cahaya-baru"]["moved_by"]


def test_the_default_scores_that_the_changelog_names_are_those_of_the_shipped_data(client):
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    named = re.search(
        r"Cahaya Baru ([\d.]+), Sebamban ([\d.]+); (\d+) of (\d+) kecamatan ranked", changelog
    )
    scores = {z["area_id"]: z["score"] for z in client.get("/readiness").json()["zones"]}
    kecamatan = client.get("/readiness?layer=kecamatan").json()["zones"]
    assert [float(named[1]), float(named[2])] == [
        round(scores["cahaya-baru"], 1),
        round(scores["sebamban"], 1),
    ]
    assert int(named[3]) == sum(zone["rank"] is not None for zone in kecamatan)
    assert int(named[4]) == len(kecamatan)


def links_of(page):
    """Every link and picture of a page's own text."""
    text = page.split("<main", 1)[1].split("</main>", 1)[0]
    return {unescape(link) for link in re.findall(r' (?:href|src)="([^"]*)"', text)}


@pytest.fixture(scope="module")
def answer_to(client):
    """What the service says to an address, asked once: chapters lead to the same places."""
    return cache(lambda address: client.get(address, headers={"Accept": "text/html"}))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
def test_every_link_leads_somewhere(client, answer_to, path, language):
    page = client.get(path, params={"lang": language})
    base = str(client.base_url)
    # An example's address of a service on the reader's own machine.
    others = {link for link in links_of(page.text) if "://127.0.0.1" in link}
    for link in links_of(page.text) - others:
        address, _, anchor = link.removeprefix(base).partition("#")
        if address:
            assert address.startswith("/"), f"{link} leaves the service"
            assert "lang=" not in address or f"lang={language}" in address
        answer = answer_to(address) if address else page
        assert answer.status_code == 200, link
        if anchor:
            assert f'id="{anchor}"' in answer.text, link
