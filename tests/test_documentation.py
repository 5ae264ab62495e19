"""The guide names every command, setting, error, criterion and method; the README stays short and true."""

import importlib
import inspect
import pkgutil
import re
import tomllib
from pathlib import Path

import pytest
import typer
from typer.main import get_command

import api
import geo.errors
import geo.ingest.findings
from api.cli.app import app
from api.settings import Settings
from geo.language import LANGUAGES
from geo.mcda.methods import METHODS
from geo.mcda.weights import WEIGHTINGS
from geo.planning.shipped import MODELS
from maps.guide.chapters import CHAPTERS, ChapterNotFound
from maps.guide.markdown import anchor_of

ROOT = Path(__file__).parents[1]
HEADINGS = re.compile(r"^#+ (.*)$", re.MULTILINE)
README = (ROOT / "README.md").read_text("utf-8")

# The root of the tree, and what a reader of files turns into the findings of a report.
UNSEEN = (geo.errors.GeoError, geo.ingest.findings.Unreadable)


def commands(group: typer.Typer, prefix: str = "kawasan"):
    for name, command in get_command(group).commands.items():
        if hasattr(command, "commands"):
            yield from (f"{prefix} {name} {inner}" for inner in command.commands)
        else:
            yield f"{prefix} {name}"


def modules(*packages):
    for package in packages:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def errors():
    for module in modules(geo, api):
        for name, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, geo.errors.GeoError) and kind not in UNSEEN:
                yield name


def criteria():
    """Of the models that count today: an earlier version is there to show what moved."""
    for name in MODELS:
        model = tomllib.loads((ROOT / "data" / "models" / f"{name}.toml").read_text("utf-8"))
        yield from (entry["id"] for entry in model.get("criterion", []))
        yield from (entry["id"] for entry in model.get("constraint", []))


def chapter(name, language):
    return (ROOT / "maps" / "guide" / language / f"{name}.md").read_text("utf-8")


both = pytest.mark.parametrize("language", LANGUAGES)


@both
def test_every_command_is_in_the_operators_chapter(language):
    told = chapter("operators", language)
    assert [command for command in sorted(commands(app)) if f"`{command}`" not in told] == []


@both
def test_every_setting_is_in_the_operators_chapter(language):
    told = chapter("operators", language)
    assert [
        name for name in sorted(Settings.model_fields) if f"`KAWASAN_{name.upper()}`" not in told
    ] == []


@both
def test_every_error_is_in_the_chapter_for_other_systems(language):
    told = chapter("other-systems", language)
    assert [
        name for name in sorted({*errors(), ChapterNotFound.__name__}) if f"`{name}`" not in told
    ] == []


@both
def test_every_criterion_and_constraint_is_in_the_chapter_of_the_score(language):
    told = chapter("score", language)
    assert [name for name in sorted({*criteria()}) if f"`{name}`" not in told] == []


@both
def test_every_method_and_weighting_is_in_the_chapter_of_the_score(language):
    told = chapter("score", language)
    assert [name for name in sorted({*METHODS, *WEIGHTINGS}) if f"`{name}`" not in told] == []


# Codes that the web layer gives without an error class of its own.
OF_HTTP = {"MethodNotAllowed", "Fault"}


@both
def test_the_chapters_name_no_error_setting_or_command_that_is_gone(language):
    errors_named = re.findall(
        r"`([A-Z]\w+)`", chapter("other-systems", language).split("\n| 400 |")[1]
    )
    assert set(errors_named) <= {*errors(), ChapterNotFound.__name__, *OF_HTTP}
    operators = chapter("operators", language)
    settings = {f"KAWASAN_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"KAWASAN_[A-Z_]+", operators)) <= settings
    rows = re.findall(r"^\| (`kawasan [^|]*) \|", operators, re.MULTILINE)
    named = re.findall(r"`([^`]+)`", " ".join(rows))
    assert sorted(named) == sorted(commands(app))


def test_the_readme_is_a_tour_and_no_manual():
    assert len(README.splitlines()) < 200


def test_the_readme_leads_to_every_chapter():
    for name in CHAPTERS:
        assert f"](maps/guide/en/{name}.md)" in README


def test_the_first_screen_holds_exactly_two_commands():
    first_screen = README.split("![")[0]
    assert re.findall(r"```sh\n(.*?)\n```", first_screen, re.DOTALL) == [
        "pip install uv && uv run kawasan serve",
        "pip install uv && uv run --group dev pytest",
    ]


def test_every_local_link_and_picture_of_the_readme_exists():
    for target in re.findall(r"\]\(([^)]+?)\)", README):
        if "://" not in target:
            place, _, anchor = target.partition("#")
            text = (ROOT / place).read_text("utf-8") if place.endswith(".md") else README
            assert (ROOT / place).exists(), target
            assert not anchor or anchor in map(anchor_of, HEADINGS.findall(text)), target


def test_the_readme_maps_every_room():
    for package in ("geo", "maps", "api"):
        for room in (path.parent for path in (ROOT / package).glob("*/__init__.py")):
            assert f"]({room.relative_to(ROOT).as_posix()})" in README


@pytest.mark.parametrize(
    "text", [README, *(chapter(n, lang) for n in CHAPTERS for lang in LANGUAGES)]
)
def test_every_path_of_the_code_that_a_text_names_is_there(text):
    named = re.findall(r"`((?:geo|maps|api|tests|data|\.ci)/[\w/.*-]+)`", text)
    assert [path for path in named if not [*ROOT.glob(path.rstrip("/"))]] == []
