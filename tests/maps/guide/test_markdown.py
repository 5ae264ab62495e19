"""Markdown as a page needs it: nothing of it is obeyed as HTML, and nothing needs a style of its own."""

import pytest

from maps.guide.markdown import rendered


def html(body):
    return rendered(f"# Title\n\nLead.\n\n{body}", address=lambda said: said).html


def test_title_and_lead_stand_apart():
    found = rendered("# The *title*\n\nThe `lead`\nof it.\n\nText.", address=str)
    assert (found.title, found.lead) == ("The title", "The lead of it.")
    assert found.html == "<p>Text.</p>\n"


@pytest.mark.parametrize("raw", ["<script>alert(1)</script>", "a <b onclick='x'>b</b>"])
def test_raw_html_is_shown_and_not_obeyed(raw):
    assert "&lt;" in html(raw)
    assert "<script" not in html(raw)
    assert "<b " not in html(raw)


def test_a_link_that_would_run_a_script_is_no_link():
    assert "<a" not in html("[a](javascript:alert(1))")


def test_a_table_scrolls_in_a_region_named_by_its_section_and_needs_no_style():
    found = html("## Weights & ways\n\n| a | n |\n|---|--:|\n| x | 1 |")
    assert (
        '<div class="scroll" tabindex="0" role="region" aria-label="Weights &amp; ways">' in found
    )
    assert '<th scope="col">a</th>' in found
    assert '<td class="number">1</td>' in found
    assert "style=" not in found


def test_code_scrolls_by_keyboard_and_stays_text():
    assert html("```sh\na < b\n```") == '<pre tabindex="0"><code>a &lt; b\n</code></pre>\n'


def test_short_code_stays_in_one_line():
    assert html("`--any-weights`") == '<p><code class="whole">--any-weights</code></p>\n'
    assert html(f"`{'a' * 40}`") == f"<p><code>{'a' * 40}</code></p>\n"


def test_headings_of_the_second_level_are_the_contents():
    found = rendered("# T\n\nL.\n\n## One `x`\n\n### Two\n\n## Satu, dua", address=str)
    assert [(h.title, h.anchor) for h in found.contents] == [
        ("One x", "one-x"),
        ("Satu, dua", "satu-dua"),
    ]
    assert '<h3 id="two">' in found.html
