import jinja2
import pytest

from maps.pages.page import render


def test_other_pages_share_the_frame() -> None:
    html = render("base.html", "en", title="<x>", active="data", root="/kw")
    assert "<title>&lt;x&gt; – Kawasan</title>" in html
    assert '<a href="/kw/collections?lang=en" aria-current="page">Data</a>' in html


def test_a_template_that_lacks_a_value_fails() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render("base.html", "id")
