import json

import pytest

from maps.escape import escape_attribute, json_in_page, safe_address
from tests.maps.examples import HOSTILE


@pytest.mark.parametrize("value", HOSTILE)
def test_an_escaped_value_has_no_character_that_can_act(value: str) -> None:
    assert not set(escape_attribute(value)) & set("<>\"'`$")
    assert "{" not in escape_attribute(value)


def test_escaping_twice_is_told_from_escaping_once() -> None:
    assert escape_attribute("${a}`") == "&#36;&#123;a&#125;&#96;"
    assert escape_attribute("&amp;") == "&amp;amp;"


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//elsewhere.test/x",
        "vbscript:x",
        "https:",
        "https://a.test/ onmouseover=1",
        "ftp://a.test/",
        "http://[broken",
        None,
        3,
    ],
)
def test_only_web_addresses_become_links(value: object) -> None:
    assert safe_address(value) is None


def test_web_addresses_stay_as_they_are() -> None:
    assert safe_address(" https://bps.go.id/a?b=1&c=2 ") == "https://bps.go.id/a?b=1&c=2"


@pytest.mark.parametrize("value", [*HOSTILE, "\u2028<!--"])
def test_json_in_a_page_cannot_leave_its_script(value: str) -> None:
    text = json_in_page({"name": value})
    assert not set(text) & set("<>&\u2028")
    assert json.loads(text) == {"name": value}


def test_nan_becomes_null() -> None:
    assert json_in_page([float("nan"), float("inf"), 1.5]) == "[null,null,1.5]"
