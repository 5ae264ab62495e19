"""Which version somebody who publishes believes to be the current one."""

import re

from api.parameters import InvalidParameter
from geo.language import texts

_SAY = texts(__name__)


def expected_version(stated_in_body: int | None, if_match: str | None) -> int | None:
    """The version that the caller believes to be current, where the request states one."""
    if if_match is None or if_match.strip() == "*":
        return stated_in_body
    match = re.fullmatch(r'(?:W/)?"?(\d{1,9})"?', if_match.strip())
    if match is None:
        raise InvalidParameter(parameter="If-Match", reason=_SAY["no_version"])
    stated = int(match[1])
    if stated_in_body is not None and stated_in_body != stated:
        reason = _SAY["two_versions"].format(header=stated, body=stated_in_body)
        raise InvalidParameter(parameter="If-Match", reason=reason)
    return stated
