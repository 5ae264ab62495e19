"""The README names every command, setting and error that there is, and its commands are those of CI."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
import typer
from typer.main import get_command

import api
import geo.errors
import geo.ingest.findings
from api.cli.app import app
from api.settings import Settings

ROOT = Path(__file__).parents[1]
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


@pytest.mark.parametrize("command", sorted(commands(app)))
def test_every_command_is_in_the_readme(command):
    assert f"`{command}`" in README


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_in_the_readme(name):
    assert f"`KAWASAN_{name.upper()}`" in README


@pytest.mark.parametrize("name", sorted(set(errors())))
def test_every_error_is_in_the_readme(name):
    assert f"`{name}`" in README


def test_the_first_screen_holds_exactly_two_commands():
    first_screen = README.split("![")[0]
    assert re.findall(r"```sh\n(.*?)\n```", first_screen, re.DOTALL) == [
        "pip install uv && uv run kawasan serve",
        "pip install uv && uv run --group dev pytest",
    ]


def test_every_local_link_and_picture_of_the_readme_exists():
    for target in re.findall(r"\]\(([^)#]+?)\)", README):
        if "://" not in target:
            assert (ROOT / target).exists(), target
