"""The service, put together: `create_app`."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response
from fastapi.routing import APIRoute
from starlette.datastructures import State
from starlette.routing import Match
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api import middleware, problems
from api.access import actions_of, log_refusal
from api.collection_tiles import CollectionTiles
from api.collections import Tables
from api.responses import FOREVER
from api.routes import (
    collect,
    collections,
    comparisons,
    downloads,
    exports,
    history,
    indicators,
    layers,
    models,
    pages,
    people,
    portraits,
    readiness,
    root,
    session,
    sheets,
    sites,
    templates,
)
from api.routes.features import items, schemas, search, styles
from api.routes.programme import (
    achievement,
    explorer,
    gap,
    index_entries,
    indices,
    regions,
    split,
    targets,
)
from api.routes.tiles import archives, dataset, raster, vector
from api.routes.uploads import comments, deciding, drawings, handing_in, parts, reading
from api.serving.direct import direct, outright
from api.serving.kept_downloads import download_makers
from api.serving.router import OF_EVERY_REQUEST, Router
from api.settings import InvalidSettings, Settings, read_settings
from api.uploads.checking import working
from geo.errors import StoreFault
from geo.store.store import Store
from maps.context import context_folder

ROUTERS: Sequence[Router] = (
    root.router,
    collections.router,
    items.router,
    schemas.router,
    search.router,
    styles.router,
    downloads.router,
    # Before readiness, whose last path takes any name of a zone.
    comparisons.router,
    readiness.router,
    collect.router,
    models.router,
    indicators.router,
    explorer.router,
    regions.router,
    split.router,
    gap.router,
    targets.router,
    achievement.router,
    indices.router,
    index_entries.router,
    exports.router,
    sheets.router,
    sites.router,
    # Before raster, whose path takes any name of a layer.
    dataset.router,
    raster.router,
    # Before vector, whose path takes any name of a tile matrix set.
    archives.router,
    vector.router,
    # Before those whose paths take any upload.
    parts.router,
    deciding.router,
    comments.router,
    history.router,
    layers.router,
    handing_in.router,
    reading.router,
    drawings.router,
    session.router,
    people.router,
    templates.router,
    pages.router,
    comparisons.page_router,
    portraits.router,
)
_STATIC = Path(__file__).resolve().parent.parent / "maps" / "static"


def create_app(settings: Settings | None = None, *, store: Store | None = None) -> FastAPI:
    """The service as an ASGI application.

    Parameters
    ----------
    settings : Settings, optional
        From the environment when not given, as a server does that is told of this factory; a wrong
        setting ends it with its sentence alone.
    store : Store, optional
        An open store, which stays the caller's to close. Otherwise `settings.store` is opened when
        the service starts; if it is damaged the service starts all the same and says so (503).
    """
    settings = settings or _of_environment()
    app = FastAPI(
        title="Kawasan",
        version=version("kawasan"),
        description="Transmigration areas: boundaries, indicators, land, readiness.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        dependencies=OF_EVERY_REQUEST,
        # Nobody is told of requests, so none asks whether somebody would be.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state = _State()
    app.state.settings = settings
    app.state.given_store = store
    for router in ROUTERS:
        app.router.routes.extend(router.routes)
    app.state.actions = {
        (method.lower(), route.path_format): actions_of(route)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    app.mount(
        "/static/context", _Static(directory=context_folder(), check_dir=False), name="context"
    )
    app.mount("/static", _Static(directory=_STATIC), name="static")
    problems.install(app, allowed_methods=allowed_methods, note_refusal=log_refusal)
    app.add_middleware(direct)
    middleware.install(app, settings, allowed_methods=allowed_methods, outright=outright)
    return app


def _of_environment() -> Settings:
    try:
        return read_settings()
    except InvalidSettings as error:
        raise SystemExit(str(error)) from error


def allowed_methods(scope: Scope) -> list[str]:
    """The methods that a request's path takes, HEAD for every GET included; none if it is unknown."""
    found: set[str] = set()
    for router in ROUTERS:
        for route in router.routes:
            if route.matches(scope)[0] is not Match.NONE:
                found |= getattr(route, "methods", None) or set()
    if "GET" in found:
        found.add("HEAD")
    return sorted(found | {"OPTIONS"}) if found else []


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    given: Store | None = app.state.given_store
    app.state.store, app.state.store_fault = given, None
    if given is None:
        try:
            settings = app.state.settings
            app.state.store = Store(
                settings.store, upload_days=settings.upload_days, data_dir=settings.data_dir
            )
        except StoreFault as fault:
            app.state.store_fault = fault
    app.state.tables = app.state.collection_tiles = None
    if app.state.store is not None:
        app.state.tables = Tables(app.state.store)
        app.state.collection_tiles = CollectionTiles(
            app.state.store, app.state.tables, big_bytes=app.state.settings.tile_archive_bytes
        )
        app.state.download_makers = download_makers()
        with suppress(OSError):  # a store that is only read
            app.state.store.clear_unfinished()
        with suppress(StoreFault):  # whoever asks for a damaged store's data is told so
            for layer in app.state.tables.layers():
                app.state.collection_tiles.prepare(layer)
    async with nullcontext() if app.state.store is None else working(app, app.state.store):
        yield
    if app.state.collection_tiles is not None:
        app.state.collection_tiles.close()
        app.state.download_makers.close()
    if given is None and app.state.store is not None:
        app.state.store.close()


class _State(State):
    """What the application holds, as attributes of its own: each request looks for some a dozen times."""

    def __setattr__(self, key: str, value: Any) -> None:
        object.__setattr__(self, key, value)


class _Static(StaticFiles):
    """Our own and vendored files. An address with a version in it never changes its content."""

    def file_response(
        self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        is_versioned = "/vendor/" in scope["path"] or scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = FOREVER if is_versioned else "public, no-cache"
        return response
