"""One page of features as it was asked for: checked, with its limit, and the way to its neighbours."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from api.links import GEOJSON, HTML, JSON, Links
from api.parameters import EVERYWHERE, ItemsQuery, UnknownParameter, parse_bbox, parse_datetime
from api.settings import Settings
from geo.filtering.columns import Kind
from geo.tiles.features import Bbox, FeatureTable, Selection


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a collection's features.

    `given` are the parameters as the client wrote them, without paging, in a fixed order.
    """

    bbox: Bbox | None
    filters: Mapping[str, str]
    limit: int
    offset: int
    given: Mapping[str, str]

    @classmethod
    def asked(cls, query: ItemsQuery, *, settings: Settings, fields: Mapping[str, Kind]) -> Self:
        """The page that `query` asks for.

        Raises
        ------
        UnknownParameter
            For a name that is neither a parameter nor a property.
        InvalidParameter
        """
        filters = query.filters
        for name in filters:
            if name not in fields:
                known = [*sorted(EVERYWHERE | set(ItemsQuery.model_fields)), *fields]
                raise UnknownParameter(parameter=name, known=", ".join(known))
        if query.datetime is not None:
            # Our layers have no time, and features without time match any (OGC 17-069r4, 7.15.4).
            parse_datetime(query.datetime)
        given = {"bbox": query.bbox, "datetime": query.datetime} | dict(sorted(filters.items()))
        return cls(
            bbox=None if query.bbox is None else parse_bbox(query.bbox),
            filters=filters,
            limit=min(query.limit or settings.default_limit, settings.max_limit),
            offset=query.offset,
            given={name: value for name, value in given.items() if value is not None},
        )

    @property
    def canonical(self) -> tuple[tuple[tuple[str, str], ...], int, int]:
        """Everything that decides which features the page has."""
        return tuple(self.given.items()), self.limit, self.offset

    def of(self, table: FeatureTable) -> Selection:
        """The page's features in `table`."""
        return table.select(
            bbox=self.bbox, filters=self.filters, limit=self.limit, offset=self.offset
        )

    def links(
        self, links: Links, collection: str, *, matched: int, is_html: bool = False
    ) -> list[dict[str, str]]:
        """`self`, `alternate`, `collection`, and `next` and `prev` where there are such pages."""
        path = ("collections", collection, "items")
        here = self._at(self.offset)
        media_type, form = (HTML, "html") if is_html else (GEOJSON, "json")
        found = [
            *links.representations(*path, media_type=GEOJSON, is_html=is_html, query=here),
            links.link("collection", JSON, "collections", collection, f="json"),
        ]
        if self.offset + self.limit < matched:
            after = self._at(self.offset + self.limit)
            found.append(links.link("next", media_type, *path, query=after | {"f": form}))
        if self.offset > 0:
            before = self._at(max(0, self.offset - self.limit))
            found.append(links.link("prev", media_type, *path, query=before | {"f": form}))
        return found

    def _at(self, offset: int) -> dict[str, str]:
        paging = {"limit": str(self.limit), "offset": str(offset)}
        return {**self.given, **(paging if offset else {"limit": paging["limit"]})}
