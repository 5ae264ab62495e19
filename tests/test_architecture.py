"""The house: rooms in one order, imports that run one way, and nothing that only tests reach."""

import ast
import importlib
import re
from collections.abc import Iterator, Set
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# A package may import itself and those before it.
PACKAGES = ("geo", "maps", "api")
# A room imports only what stands left of it; a file at a package's root is a room of its own.
ROOMS = {
    "geo": (
        "language json_types kept_property errors behind toml_file crs source_digest filtering raster vector mcda store "
        "prepared ingest drivers validation indicators published land readiness uncertainty planning "
        "programme submission"
    ).split(),
    "maps": "text escape breaks style qgis maplibre labels context assets guide tiles folium pages desk sheets programme".split(),
}
# Rooms beside the chain, with all that they may import of their package.
BESIDE = {
    "geo.tiles": {
        "language",
        "json_types",
        "kept_property",
        "behind",
        "errors",
        "crs",
        "source_digest",
        "filtering",
        "vector",
        "store",
    }
}
MOST_FILES = {"geo": 16, "maps": 20, "api": 20}
# Where the product begins: by a string in pyproject.toml, by `python -m`, by the server.
ENTRY_POINTS = {"api.cli.app", "geo.validation.reader", "api.main"}
# A function under one of these is reached by a request or a typed word.
REACHED_BY_DECORATOR = re.compile(
    r"\b(\w*router|app|\w*_app)\.(get|post|put|delete|command|callback|middleware|exception_handler)\b"
    r"|\b(field_validator|model_validator|validator|model_serializer|property|kept_property|field_serializer)\b"
)
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "base", "misc"}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {name_of(p): p for package in PACKAGES for p in sorted((ROOT / package).rglob("*.py"))}
MODULES = {name: path for name, path in FILES.items() if path.name != "__init__.py"}
FOLDERS = sorted({path.parent for path in FILES.values()})


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    """Modules of ours that a file imports, inside functions and for types alone too."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            module = node.module or ""
            whole = {f"{module}.{alias.name}" for alias in node.names}
            found |= {name if name in FILES else module for name in whole}
    return frozenset(name for name in found if name in FILES)


def faults(found: dict[str, Set[str]]) -> dict[str, Set[str]]:
    """What is wrong, by the module: one test for all costs little more than one for each."""
    return {module: wrong for module, wrong in found.items() if wrong}


def room_of(module: str) -> str:
    """The room that a module stands in: `raster` for `geo.raster.grid`, `crs` for `geo.crs`."""
    return [*module.split("."), ""][1]


def test_imports_run_api_maps_geo():
    against = {}
    for module, path in FILES.items():
        allowed = PACKAGES[: PACKAGES.index(module.split(".")[0]) + 1]
        against[module] = {m for m in imports(path) if m.split(".")[0] not in allowed}
    assert faults(against) == {}


@pytest.mark.parametrize("package", ROOMS)
def test_the_order_names_every_room(package):
    beside = {name.split(".")[1] for name in BESIDE if name.startswith(package + ".")}
    rooms = {room_of(module) for module in MODULES if module.split(".")[0] == package}
    assert rooms == {*ROOMS[package], *beside}


def test_a_room_imports_only_rooms_to_its_left():
    against = {}
    for module in (m for m in MODULES if m.split(".")[0] in ROOMS):
        package, room = module.split(".")[:2]
        asked = {room_of(name) for name in imports(FILES[module]) if name.split(".")[0] == package}
        order = ROOMS[package]
        beside = BESIDE.get(f"{package}.{room}")
        left = {*order[: order.index(room)]} if beside is None else beside
        against[module] = asked - (left | {room, ""})
    assert faults(against) == {}


def test_no_route_imports_another():
    routes = [m for m in MODULES if m.startswith("api.routes.")]
    asked = {m: {n for n in imports(FILES[m]) if n.startswith("api.routes.")} for m in routes}
    assert faults(asked) == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_imports_go_in_circles(package):
    graph = {
        name: {m for m in imports(path) if m.startswith(package + ".") and m != name}
        for name, path in FILES.items()
        if name.split(".")[0] == package
    }
    assert set(TopologicalSorter(graph).static_order()) >= graph.keys()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_a_room_has_its_paragraph_and_is_not_crowded(folder):
    paragraph = ast.get_docstring(parsed(folder / "__init__.py")) or ""
    assert len(paragraph.split()) >= 25, "what lives here, what may enter, what it never does"
    files = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(files) <= MOST_FILES[folder.relative_to(ROOT).parts[0]]


def test_a_module_is_named_by_its_noun():
    assert faults({m: NAMES_THAT_SAY_NOTHING & set(m.split(".")) for m in FILES}) == {}


def test_the_domain_knows_no_web_and_no_map():
    foreign = {"fastapi", "starlette", "folium", "branca", "jinja2", "uvicorn"}
    for path in (ROOT / "geo").rglob("*.py"):
        for node in ast.walk(parsed(path)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & foreign, path


def test_every_module_is_reached_from_an_entry_point():
    reached, waiting = set(), [*ENTRY_POINTS]
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            waiting += imports(FILES[module])
    assert sorted(MODULES.keys() - reached) == []


def public_functions() -> Iterator[tuple[str, str]]:
    """Module and name of every public function and method that no decorator makes an entry."""
    for module, path in MODULES.items():
        for holder in [parsed(path), *filter(is_class, parsed(path).body)]:
            for node in holder.body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    if not any(
                        map(REACHED_BY_DECORATOR.search, map(ast.unparse, node.decorator_list))
                    ):
                        yield module, node.name


def is_class(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef)


@cache
def mentions() -> dict[str, int]:
    """How often each name is read in the product and what builds its data: as a name, an attribute, an import or a string."""
    counted: dict[str, int] = {}
    for path in [*FILES.values(), *(ROOT / "data").rglob("*.py")]:
        for node in ast.walk(parsed(path)):
            for name in names_in(node):
                counted[name] = counted.get(name, 0) + 1
    for page in (ROOT / "maps").rglob("*.html"):
        for name in set(re.findall(r"\w+", page.read_text(encoding="utf-8"))):
            counted[name] = counted.get(name, 0) + 1
    return counted


def names_in(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
        return [node.value]
    return []


def test_no_public_function_is_reached_by_tests_alone():
    unread = [f"{module}.{name}" for module, name in public_functions() if name not in mentions()]
    assert unread == []


def test_what_measures_and_asks_beside_the_tests_can_be_imported():
    for path in sorted((ROOT / "tests").rglob("*.py")):
        if not path.name.startswith("test_") and path.stem not in {"conftest", "__main__"}:
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
