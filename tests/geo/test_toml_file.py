"""The line of every path in a TOML text, whatever strings and comments look like."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from geo.toml_file import Fault, line_index, line_of, read_toml
from tests.conftest import DATA

TRICKY = '''# id = "not here"
id = "a" # [[criterion]]
text = """
[[criterion]]
id = "inside a string"
""" # ]
literal = \'\'\'"""
# no comment\'\'\'
quotes = """five at the end"""""
"dotted key".\'part\' = 1
[[criterion]]
id = \'\\\' # a backslash ends no literal string
value = { points = [
  [0, 1], # ] }
  ["]", 2],
], name = "}" }
[criterion.error]
relative = 0.1
[[criterion]]
  [criterion.value]
  function = "x"
[[criterion.part]]
when = 1979-05-27 07:32:00
[[criterion.part]]
empty = []
none = {}
'''


def test_strings_and_comments_do_not_fool_the_scanner():
    tomllib.loads(TRICKY)
    lines = line_index(TRICKY)
    assert {path: line for path, line in lines.items() if len(path) == 1} == {
        ("id",): 2,
        ("text",): 3,
        ("literal",): 7,
        ("quotes",): 9,
        ("dotted key",): 10,
        ("criterion",): 11,
    }
    assert lines["criterion", 0, "id"] == 12
    assert lines["criterion", 0, "value", "points", 0] == 14
    assert lines["criterion", 0, "value", "points", 1, 1] == 15
    assert lines["criterion", 0, "value", "name"] == 16
    assert lines["criterion", 0, "error"] == 17
    assert lines["criterion", 1] == 19
    assert lines["criterion", 1, "value", "function"] == 21
    assert lines["criterion", 1, "part", 1, "none"] == 26


def test_what_is_not_in_the_file_has_the_line_of_what_is_around_it():
    lines = line_index('id = "x"\n\n[[class]]\nid = "y"\n')
    assert line_of(lines, ("class", 0, "from")) == 3
    assert line_of(lines, ("class", 7, "id")) == 3
    assert line_of(lines, ("weights", "goal")) == 1
    assert line_of(lines, ()) == 1


def test_line_ends_of_windows_count_once():
    assert line_index('a = 1\r\n[b]\r\nc = """x\r\ny"""\r\nd = 1\r\n')["b", "d"] == 5


def paths(node, path=()):
    if path:
        yield path
    steps = node.items() if isinstance(node, dict) else enumerate(node)
    for step, inside in steps:
        if isinstance(inside, dict | list):
            yield from paths(inside, (*path, step))
        else:
            yield (*path, step)


def test_every_path_of_the_shipped_models_has_a_line():
    for file in (DATA / "models").glob("*.toml"):
        text = file.read_text("utf-8")
        written = text.split("\n")
        lines = line_index(text)
        assert set(lines) == set(paths(tomllib.loads(text)))
        for path, line in lines.items():
            if isinstance(path[-1], str):
                assert path[-1] in written[line - 1]


# A file whose every number is the line that it stands on, with traps between them.
TRAPS = st.sampled_from(
    [
        "",
        "# [trap]\n",
        "\t \n",
        'trap{n} = """\n[trap]\nx = 1 # """\n',
        "trap{n} = '''\n\"\"\"\n'''\n",
        'trap{n} = "\\" # ]"\n',
        "trap{n} = ['#', \"]\", [\n], {{}}]\n",
    ]
)
STATEMENTS = st.sampled_from(
    ["k{n} = {line}", "a.k{n} = {line} # x", "[t{n}]", "[[list]]", "[list.t{n}]", "k{n} = [{line},\n{next}]",
     "k{n} = {{ 'x y' = {line}, z = [ {line} , ] }}"]
)  # fmt: skip


def numbers(node, path=()):
    steps = node.items() if isinstance(node, dict) else enumerate(node)
    for step, inside in steps:
        if isinstance(inside, dict | list):
            yield from numbers(inside, (*path, step))
        elif isinstance(inside, int):
            yield (*path, step), inside


@given(st.lists(st.tuples(TRAPS, STATEMENTS), max_size=12))
def test_every_number_stands_on_the_line_that_it_names(statements):
    text = "[[list]]\n"
    for n, (trap, statement) in enumerate(statements):
        text += trap.format(n=n)
        line = text.count("\n") + 1
        text += statement.format(n=n, line=line, next=line + 1) + "\n"
    table, lines = tomllib.loads(text), line_index(text)
    assert {path: lines[path] for path, _ in numbers(table)} == dict(numbers(table))


@pytest.mark.parametrize(
    ("text", "told"),
    [("a = 1\nb = = 2\n", "huruf ke-5"), ("a = 1\nb = ", "berakhir di tengah jalan")],
)
def test_bad_syntax_is_said_without_the_words_of_its_reader(text, told):
    _, fault = read_toml(text, BaseModel)
    assert isinstance(fault, Fault)
    assert told in fault.problem.id
    assert "nvalid" not in fault.problem.id
