"""The routers of the service: what the application asks of every request is asked by their routes.

FastAPI builds the routes of a router that is included into an application a second time, at the first
request, and looks for them in two steps at each; those of ours are taken as they are.
"""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.params import Depends as Asked

from api.access import require_stated
from api.deps import require_spoken
from api.parameters import require_known


async def _known_parameters(request: Request) -> None:
    require_known(request)
    require_spoken(request)


# A route that is added otherwise, as by a program around this one, is asked the same.
OF_EVERY_REQUEST = (Depends(require_stated), Depends(_known_parameters))


class Router(APIRouter):
    """Routes of one tag, for `api.main.create_app`."""

    def __init__(self, tag: str, *, dependencies: Sequence[Asked] = (), **given: Any) -> None:
        super().__init__(
            tags=[tag],
            dependencies=[*OF_EVERY_REQUEST, *dependencies],
            generate_unique_id_function=lambda route: route.name,
            **given,
        )
