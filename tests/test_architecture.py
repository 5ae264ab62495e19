"""Imports run one way, api → maps → geo, and pure rooms know no I/O door."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("geo", "maps", "api")
# A package may import itself and those before it.
FILES = [path for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py"))]
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "base", "misc"}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path) for path in FILES}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def is_for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imports(path: Path) -> set[str]:
    """Modules of ours that a file imports when it runs, inside functions too."""
    found: set[str] = set()
    waiting: list[ast.AST] = [parsed(path)]
    while waiting:
        node = waiting.pop()
        if is_for_types_only(node):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            module = node.module or ""
            found |= {
                f"{module}.{a.name}" if f"{module}.{a.name}" in MODULES else module
                for a in node.names
            }
        waiting += ast.iter_child_nodes(node)
    return {name for name in found if name.split(".")[0] in LAYERS}


def kind(module: str) -> str:
    """`Pure.` or `I/O.`, as the first words of a module of geo say."""
    path = ROOT / (module.replace(".", "/") + ".py")
    if not path.exists():
        return "Pure"
    documentation = ast.get_docstring(parsed(path)) or ""
    return "I/O" if documentation.startswith("I/O") else documentation.split(".")[0].split(" ")[0]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_run_api_maps_geo(path):
    layer = path.relative_to(ROOT).parts[0]
    allowed = LAYERS[: LAYERS.index(layer) + 1]
    assert {name.split(".")[0] for name in imports(path)} <= set(allowed)


@pytest.mark.parametrize("layer", LAYERS)
def test_no_imports_go_in_circles(layer):
    graph = {
        name_of(path): {m for m in imports(path) if m.startswith(layer + ".")}
        for path in FILES
        if path.relative_to(ROOT).parts[0] == layer
    }
    assert set(TopologicalSorter(graph).static_order()) >= graph.keys()


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_module_is_named_by_its_noun(path):
    assert not NAMES_THAT_SAY_NOTHING & set(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("path", sorted((ROOT / "geo").rglob("[a-z]*.py")), ids=name_of)
def test_a_room_of_geo_says_whether_it_is_pure(path):
    assert kind(name_of(path)) in ("Pure", "I/O")


@pytest.mark.parametrize("path", sorted((ROOT / "geo").rglob("[a-z]*.py")), ids=name_of)
def test_a_pure_room_opens_no_door(path):
    if kind(name_of(path)) == "Pure":
        assert [module for module in imports(path) if kind(module) == "I/O"] == []


def test_the_domain_knows_no_web_and_no_map():
    foreign = {"fastapi", "starlette", "folium", "branca", "jinja2", "uvicorn"}
    for path in (ROOT / "geo").rglob("*.py"):
        for node in ast.walk(parsed(path)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & foreign, path
