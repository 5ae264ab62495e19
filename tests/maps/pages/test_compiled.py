"""Compiled templates are kept, and never stand in the way of a page."""

import sys

import jinja2
import pytest

from maps.pages.compiled import CompiledTemplates


def rendered(folder, source="a {{ b }}"):
    """A page of `source` by an environment of its own, and whether it had to be compiled."""
    compiled = []

    class Watched(jinja2.Environment):
        def compile(self, *asked, **facts):
            compiled.append(asked)
            return super().compile(*asked, **facts)

    environment = Watched(
        loader=jinja2.DictLoader({"page.html": source}), bytecode_cache=CompiledTemplates(folder)
    )
    return environment.get_template("page.html").render(b=1), bool(compiled)


@pytest.fixture(autouse=True)
def python_keeps_its_own(monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def test_the_next_process_reads_what_the_first_compiled(tmp_path):
    assert rendered(tmp_path / "kept") == ("a 1", True)
    assert rendered(tmp_path / "kept") == ("a 1", False)


def test_a_changed_template_is_compiled_anew(tmp_path):
    rendered(tmp_path)
    assert rendered(tmp_path, "c {{ b }}") == ("c 1", True)


@pytest.mark.parametrize("length", [0, 3, 40, 150])
def test_a_file_that_broke_off_is_none(tmp_path, length):
    rendered(tmp_path)
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    assert len(whole) > length
    kept.write_bytes(whole[:length])
    assert rendered(tmp_path) == ("a 1", True)
    assert kept.read_bytes() == whole


def test_where_nothing_can_be_written_pages_are_drawn(tmp_path):
    (tmp_path / "file").write_text("no folder")
    assert rendered(tmp_path / "file") == ("a 1", True)


def test_where_python_keeps_nothing_neither_do_pages(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(tmp_path) == ("a 1", True)
    assert list(tmp_path.iterdir()) == []
