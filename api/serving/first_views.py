"""What people look at first, made so that the first reader after a start does not wait.

Everything here is what a request would make and keep: who comes meanwhile waits for the same
computation and does not begin another, and what is kept in the store is there for the next start.
Of several processes over one store the first makes it, and the others then read it.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import islice

from filelock import FileLock

from api.collections import Tables
from api.settings import Settings
from geo.errors import GeoError
from geo.prepared import kept_in
from geo.store.store import Store

# As many as are kept of pages.
_MOST_ZONES = 48


def make_opening_views(store: Store, settings: Settings, *, ending: threading.Event) -> None:
    """Make the map and the page of a zone, which readers ask for as soon as they know the address."""
    _make(store, _opening_views(store, settings), ending=ending)


def make_first_views(
    store: Store,
    settings: Settings,
    *,
    tables: Tables,
    ending: threading.Event,
    wait_for_idle: Callable[[], object] = lambda: None,
) -> None:
    """Make what is looked at next, one thing after the other, until all is there or `ending` is set.

    Parameters
    ----------
    wait_for_idle : callable
        Called before each thing: it returns when nobody is waiting for an answer, or at the end.
    """
    wait_for_idle()
    if not ending.is_set():
        views = _first_views(store, settings, tables)
        _make(store, views, ending=ending, wait_for_idle=wait_for_idle)


def _make(
    store: Store,
    views: Iterable[Callable[[], object]],
    *,
    ending: threading.Event,
    wait_for_idle: Callable[[], object] = lambda: None,
) -> None:
    with FileLock(store.prepared_path("first-views.lock")):
        for make in views:
            wait_for_idle()
            if ending.is_set():
                return
            try:
                make()
            except GeoError:  # who asks for it is told
                continue
            except Exception:
                # A store that closes under it at the end is no fault.
                if ending.is_set():
                    return
                raise


def _opening_views(store: Store, settings: Settings) -> Iterator[Callable[[], object]]:
    from api.routes.pages import draw_first_map
    from api.routes.portraits import draw_zone_page

    def first_zone() -> str | None:
        from geo.published import DEFAULT_LAYER, layer

        return next(iter(layer(now, DEFAULT_LAYER).index), None)

    def zone_page() -> None:
        # Kept, as it alone would load the libraries of tables at every start.
        zone = kept_in(store.folder, "first-zone", now.identity, first_zone)
        if zone is not None:
            draw_zone_page(store, settings, zone)

    now = store.current()
    yield partial(draw_first_map, store, settings)
    yield zone_page


def _first_views(
    store: Store, settings: Settings, tables: Tables
) -> Iterator[Callable[[], object]]:
    from api.routes.portraits import draw_zone_page
    from geo.planning.assess import assess_years
    from geo.published import DEFAULT_LAYER, NEED_MODEL, layer
    from maps.pages.page import load_templates
    from maps.pages.portraits import zone_portrait
    from maps.programme.indicator_list import listed_themes

    def indicators() -> None:
        # The table of figures is read, and the list of them made.
        listed_themes(store.current(), settings.default_language)

    def years(model: str, name: str) -> None:
        for one in assess_years(store, model, layer=name):
            _ = one.certainty  # drawn when it is first asked for

    def kecamatan_page() -> None:
        first = str(layer(store, "kecamatan").index[0])
        zone_portrait(store, first, language=settings.default_language, layer="kecamatan")

    yield load_templates
    yield partial(tables.offered, settings.default_language)
    yield indicators
    with suppress(GeoError):
        for zone in islice(layer(store, DEFAULT_LAYER).index, _MOST_ZONES):
            yield partial(draw_zone_page, store, settings, str(zone))
    yield partial(years, NEED_MODEL, DEFAULT_LAYER)
    yield kecamatan_page
    yield partial(years, NEED_MODEL, "kecamatan")
