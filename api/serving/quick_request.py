"""A request whose headers and parameters are looked up, not searched for: a small answer asks for a dozen."""

from functools import lru_cache

from fastapi import Request
from starlette.datastructures import Headers, QueryParams
from starlette.types import Scope

# Of queries that many ask alike; a longer one is read each time.
_LONGEST = 500


class QuickRequest(Request):
    """A request without a body, whose headers and query stay as they are."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self._looked_up = QuickHeaders(scope["headers"])
        query: bytes = scope["query_string"]
        self._given = _kept_parameters(query) if len(query) <= _LONGEST else _parameters(query)

    @property
    def headers(self) -> "QuickHeaders":
        """The headers."""
        return self._looked_up

    @property
    def query_params(self) -> "QuickParameters":
        """The parameters of the query, the last of each name where one is given twice."""
        return self._given


class QuickParameters(QueryParams):
    """Parameters that are looked up by their dictionary; `Mapping` raises an error for each one that is not given."""

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """The last parameter of a name."""
        return self._dict.get(key, default)


class QuickHeaders(Headers):
    """Headers of which the first of each name is found at once."""

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        super().__init__(raw=raw)
        # As one without this class would find it, which begins at the front.
        self.first = dict(reversed(raw))

    def __getitem__(self, key: str) -> str:
        return self.first[key.lower().encode("latin-1")].decode("latin-1")

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key.lower().encode("latin-1") in self.first

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """The first header of a name."""
        found = self.first.get(key.lower().encode("latin-1"))
        return default if found is None else found.decode("latin-1")


def _parameters(query: bytes) -> QuickParameters:
    return QuickParameters(query.decode("latin-1"))


_kept_parameters = lru_cache(maxsize=512)(_parameters)
