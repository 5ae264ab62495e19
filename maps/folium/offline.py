"""Folium maps whose every script and style is served by us.

Folium writes the addresses of content networks into its pages. `OfflineFigure` renders the same map
with the files of `static/vendor/`, by way of its manifest, and refuses an address that it does not
know. It also gives each inline script and style the page's nonce, so that a Content-Security-Policy
without 'unsafe-inline' can stand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink
from folium.template import Template
from markupsafe import Markup

from maps.assets import Assets, vendored_file


@dataclass(frozen=True, slots=True)
class MapParts:
    """A rendered map, to be placed in a page.

    `head` belongs in the head, `body` where the map shall stand, `scripts` after everything that
    they name (the end of the body).
    """

    head: Markup
    body: Markup
    scripts: Markup


class OfflineMap(folium.Map):
    """Folium's map without what our pages do themselves or never use.

    It asks for Leaflet alone (no jQuery, Bootstrap or icon fonts), leaves page size and viewport to
    the page (Folium's own forbids zooming to people who need it), and has no base tiles.
    """

    # Folium's template without its header, and with zoom, scale and layers left to the options.
    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}

        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
                center: {{ this.location|tojson }},
                crs: L.CRS.{{ this.crs }},
                ...{{ this.options|tojavascript }}
            });
        {% endmacro %}
        """
    )

    def __init__(self, location: tuple[float, float], **options: Any) -> None:
        super().__init__(location=location, tiles=None, **options)
        # New lists: Folium's own are shared by every map of the process.
        self.default_js = [pair for pair in self.default_js if pair[0] == "leaflet"]
        self.default_css = [pair for pair in self.default_css if pair[0] == "leaflet_css"]

    def parts(self, assets: Assets) -> MapParts:
        """The map for a page of ours; see `OfflineFigure.parts`."""
        return OfflineFigure(self, assets=assets).parts()


class OfflineFigure(Figure):
    """A branca figure that writes our addresses, or the files themselves.

    Parameters
    ----------
    child
        A Folium map, normally an `OfflineMap`.
    assets
        Where the page finds its scripts and styles.
    """

    def __init__(self, child: Element, *, assets: Assets | None = None) -> None:
        super().__init__()
        self.assets = assets or Assets()
        self.add_child(child)

    def parts(self) -> MapParts:
        """The map in three parts for a page of ours.

        Rendering changes Folium's elements, so one map must not be rendered by two threads at once.

        Raises
        ------
        AssetNotShipped
            When the map or one of its children needs a file that is not in the manifest.
        """
        self._settle_names()
        for child in list(self._children.values()):
            child.render()
        links = list(self.header._children.values())
        styles = [self.assets.style(vendored_file(x.url)) for x in links if isinstance(x, CssLink)]
        scripts = [
            self.assets.script(vendored_file(x.url)) for x in links if isinstance(x, JavascriptLink)
        ]
        other = "".join(
            x.render()
            for name, x in self.header._children.items()
            if name != "meta_http" and not isinstance(x, CssLink | JavascriptLink)
        )
        # One for each layer: between two scripts a browser can answer whoever uses the page.
        drawn = [child.render() for child in self.script._children.values()]
        return MapParts(
            head=Markup("\n").join([*styles, self.assets.with_nonce(other)]),
            body=self.assets.with_nonce(self.html.render()),
            scripts=Markup("\n").join([*scripts, *map(self.assets.inline_script, drawn)]),
        )

    def render(self, **kwargs: Any) -> str:
        """A whole page with nothing but the map."""
        parts = self.parts()
        return (
            "<!DOCTYPE html>\n<html>\n<head>\n"
            '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"{parts.head}\n<style{self.assets.nonce_attribute}>"
            "html, body, .folium-map { height: 100%; margin: 0 }</style>\n"
            f"</head>\n<body>\n{parts.body}\n{parts.scripts}\n</body>\n</html>\n"
        )

    def _settle_names(self) -> None:
        # Folium's element ids are random; counted ones make the same map the same bytes (and ETag).
        # Rendering adds elements, so a map that is rendered again keeps the names it has.
        elements = list(_descendants(self))
        new = [element for element in elements if not element._id.startswith("k")]
        for count, element in enumerate(new, start=len(elements) - len(new)):
            element._id = f"k{count}"


def _descendants(element: Element) -> Iterator[Element]:
    for child in element._children.values():
        yield child
        yield from _descendants(child)
