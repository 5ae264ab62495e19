"""What people look at first, made while nobody asks, so that the first reader after a start does not wait.

Everything here is what a request would make and keep: who comes meanwhile waits for the same
computation and does not begin another, and what is kept in the store is there for the next start.
"""

import threading
from collections.abc import Callable, Iterator
from functools import partial

from filelock import FileLock

from api.collections import Tables
from api.settings import Settings
from geo.errors import GeoError
from geo.store.store import Store


def make_first_views(
    store: Store,
    settings: Settings,
    *,
    tables: Tables,
    ending: threading.Event,
    wait_for_idle: Callable[[], object] = lambda: None,
) -> None:
    """Make what is looked at first, one thing after the other, until all is there or `ending` is set.

    Of several processes over one store the first makes it, and the others then read it.

    Parameters
    ----------
    wait_for_idle : callable
        Called before each thing: it returns when nobody is waiting for an answer, or at the end.
    """
    with FileLock(store.prepared_path("first-views.lock")):
        for make in _first_views(store, settings, tables):
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


def _first_views(
    store: Store, settings: Settings, tables: Tables
) -> Iterator[Callable[[], object]]:
    from api.routes.pages import draw_first_map
    from geo.planning.assess import assess_years
    from geo.published import DEFAULT_LAYER, NEED_MODEL, layer
    from maps.pages.page import load_templates
    from maps.pages.portraits import zone_portrait

    def years(model: str, name: str) -> None:
        for one in assess_years(store, model, layer=name):
            _ = one.certainty  # drawn when it is first asked for

    def zone_page(name: str) -> None:
        first = str(layer(store, name).index[0])
        zone_portrait(store, first, language=settings.default_language, layer=name)

    yield partial(draw_first_map, store, settings)
    yield partial(zone_page, DEFAULT_LAYER)
    yield load_templates
    yield partial(tables.offered, settings.default_language)
    yield partial(years, NEED_MODEL, DEFAULT_LAYER)
    yield partial(zone_page, "kecamatan")
    yield partial(years, NEED_MODEL, "kecamatan")
