"""One page of features as it was asked for: checked, with its limit, and the way to its neighbours."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Self

from api.collections import Collection
from api.features.continuation import PARAMETER, place_of, token_after
from api.features.crs import CRS84, bbox_to_lonlat, crs_or_default, to_lonlat, writing_in
from api.features.forms import MEDIA_TYPES, Form
from api.links import JSON, Links
from api.parameters import (
    InvalidParameter,
    ItemsQuery,
    UnknownParameter,
    parse_bbox,
    parse_datetime,
)
from api.settings import Settings
from geo.errors import InvalidFilter
from geo.filtering.columns import Mask
from geo.filtering.evaluate import MOST_SHORT, matching, parsed
from geo.filtering.work import is_little, passes_of
from geo.language import Language, first_of, texts
from geo.tiles.features import Bbox, FeatureTable, Selection
from geo.tiles.features_written import Writing
from geo.tiles.order import SortKey, sorted_by
from geo.tiles.search import speaking_of
from geo.tiles.times import at_time

_SAY = texts(__name__)

# The parameters that decide which features there are and in which order.
_DECIDING = (
    *("bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs", "q", "sortby"),
)
# All that decides what is answered, without paging.
_GIVEN = (*_DECIDING, "crs", "properties", "exclude-properties", "skipGeometry", "version")
# The parameters that only say which part of them is shown, in what form and language.
PAGING = frozenset(
    {field.alias or name for name, field in ItemsQuery.model_fields.items()} - {*_GIVEN}
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a collection's features.

    `given` are the parameters as the client wrote them, without paging, in a fixed order; `after` is
    the place of the feature that the page follows, where a token said so.
    """

    collection: Collection
    bbox: Bbox | None
    filters: Mapping[str, str]
    query: ItemsQuery
    time: tuple[datetime | None, datetime | None] | None
    filter_crs: str
    order: tuple[SortKey, ...]
    crs: str
    writing: Writing
    limit: int
    offset: int
    language: Language
    after: int | None = None
    given: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def asked(
        cls,
        query: ItemsQuery,
        collection: Collection,
        table: FeatureTable,
        *,
        language: Language,
        settings: Settings,
    ) -> Self:
        """The page that `query` asks for.

        Raises
        ------
        UnknownParameter
            For a name that is neither a parameter nor a property.
        InvalidParameter
        """
        filters = query.filters
        for name in filters:
            if name not in table.fields:
                known = [*sorted(PAGING | {*_GIVEN}), *table.fields]
                raise UnknownParameter(parameter=name, known=", ".join(known))

        def crs_of(name: str, text: str | None) -> str:
            return crs_or_default(text, collection, table, parameter=name)

        crs = crs_of("crs", query.crs)
        bbox_crs = crs_of("bbox-crs", query.bbox_crs)
        said = query.model_dump(by_alias=True, exclude_unset=True)
        given = {name: said[name] for name in _GIVEN if said.get(name) is not None}
        found = cls(
            collection=collection,
            bbox=None if query.bbox is None else _bbox(query.bbox, bbox_crs),
            filters=filters,
            query=query,
            time=None if query.datetime is None else parse_datetime(query.datetime),
            filter_crs=crs_of("filter-crs", query.filter_crs),
            order=tuple(_sort_keys(query.sortby or "")),
            crs=crs,
            writing=writing_in(
                crs,
                properties=_properties(query, table),
                has_geometry=not query.skip_geometry,
            ),
            limit=min(query.limit or settings.default_limit, settings.max_limit),
            offset=query.offset,
            language=language,
            given={name: _as_text(value) for name, value in given.items()}
            | dict(sorted(filters.items())),
        )
        return found if query.after is None else found._following(query.after, table)

    def _following(self, token: str, table: FeatureTable) -> Self:
        """The page that follows the feature that a token names."""
        if "offset" in self.query.model_fields_set:
            raise InvalidParameter(parameter=PARAMETER, reason=_SAY["after_and_offset"])
        place = place_of(
            token,
            edition=self.collection.key,
            question=self._question,
            collection=self.collection.id,
            count=len(table),
            is_pinned=self.query.version is not None,
        )
        return replace(self, after=place)

    @property
    def is_plain(self) -> bool:
        """Whether nothing has to be worked out over all features but their bounds."""
        given = {*_DECIDING} - {"bbox", "bbox-crs"} | self.filters.keys()
        return not given & self.given.keys()

    def is_light(self, table: FeatureTable) -> bool:
        """Whether its features are found in a fraction of a millisecond, by columns of `table` alone."""
        text, passes = self.query.filter, table.passes_of(self.filters)
        others = {*_DECIDING} - {"filter", "filter-lang", "filter-crs"}
        if passes is None or others & self.given.keys() or len(text or "") > MOST_SHORT:
            return False
        if text is not None:
            try:
                tree = parsed(text, is_json=self.query.filter_lang == "cql2-json")
            except InvalidFilter:
                # It will be refused, which is soon done.
                return True
            more = passes_of(tree, table.fields)
            passes = None if more is None else passes + more
        return is_little(passes, len(table))

    @property
    def canonical(self) -> tuple[tuple[tuple[str, str], ...], int, int, int | None]:
        """Everything that decides which features the page has."""
        return tuple(self.given.items()), self.limit, self.offset, self.after

    @property
    def _question(self) -> tuple[object, ...]:
        """What decides which features there are, and in which order."""
        decided = [(n, v) for n, v in self.given.items() if n in _DECIDING or n in self.filters]
        # What is computed speaks the reader's language, and is sorted by its words.
        speaks = self.language if self.collection.version is None else None
        return (self.collection.id, *decided, speaks)

    def whole(self) -> "Page":
        """The page with all that matches, unless the client named its limit."""
        return self if self.query.limit is not None else replace(self, limit=sys.maxsize)

    def of(self, table: FeatureTable) -> Selection:
        """The page's features in `table`."""
        masks = [mask for mask in self._masks(table) if mask is not None]
        matches = None
        for mask in masks:
            matches = mask if matches is None else matches & mask
        return table.select(
            bbox=self.bbox,
            filters=self.filters,
            matches=matches,
            order=sorted_by(table, self.order) if self.order else None,
            limit=self.limit,
            offset=self.offset,
            after=self.after,
        )

    def _masks(self, table: FeatureTable) -> Iterator[Mask | None]:
        text, is_json = self.query.filter, self.query.filter_lang == "cql2-json"
        if text is not None:

            def work_out() -> Mask:
                return matching(text, table, is_json=is_json, to_lonlat=to_lonlat(self.filter_crs))

            yield table.masks.of((text, is_json, self.filter_crs), work_out, count=len(table))
        if self.time is not None:
            yield at_time(table, *self.time)
        if self.query.q is not None:
            yield speaking_of(table, self.query.q)

    def links(
        self, links: Links, selection: Selection, *, form: Form = "json"
    ) -> list[dict[str, str]]:
        """`self`, an `alternate` in every other form, `collection`, and `next` and `prev` where they are."""
        path = ("collections", self.collection.id, "items")

        def link(rel: str, form: Form, query: dict[str, str]) -> dict[str, str]:
            return links.link(rel, MEDIA_TYPES[form], *path, query=query | {"f": form})

        here = link("self", form, self._at(self.offset, after=self.query.after))
        # Of all forms only `f` differs, which stands behind the limit and before the language.
        front, _, behind = here["href"].rpartition(f"&f={form}")
        found = [
            here,
            *(
                {"href": f"{front}&f={other}{behind}", "rel": "alternate", "type": media_type}
                for other, media_type in MEDIA_TYPES.items()
                if other != form
            ),
            collection_link(links, self.collection.id),
        ]
        following = self.following(selection, form=form)
        if following is not None:
            found.append(link("next", form, following))
        if selection.first > 0:
            before = self._at(max(0, selection.first - self.limit)) | self._version()
            found.append(link("prev", form, before))
        return found

    def following(self, selection: Selection, *, form: Form) -> dict[str, str] | None:
        """The query of the page after this one, of the same version; None for the last one.

        A program goes on after the last feature of a page, who asks for an `offset` and a person by
        counting on.
        """
        end = selection.first + len(selection.indices)
        if end >= selection.matched or len(selection.indices) == 0:
            return None
        if form == "html" or self.offset > 0:
            return self._at(end) | self._version()
        token = token_after(
            int(selection.indices[-1]), edition=self.collection.key, question=self._question
        )
        return self._at(0, after=token) | self._version()

    def _version(self) -> dict[str, str]:
        version = self.collection.version
        return {} if version is None else {"version": str(version.number)}

    def _at(self, offset: int, *, after: str | None = None) -> dict[str, str]:
        paging = {"limit": str(self.limit)}
        if after is not None:
            paging[PARAMETER] = after
        elif offset:
            paging["offset"] = str(offset)
        return {**self.given, **paging}


@lru_cache(maxsize=256)
def collection_link(links: Links, collection: str) -> dict[str, str]:
    """The link from features to their collection."""
    return links.link("collection", JSON, "collections", collection, f="json")


def _bbox(text: str, crs: str) -> Bbox:
    return bbox_to_lonlat(parse_bbox(text, is_lonlat=crs == CRS84), crs)


def _sort_keys(text: str) -> Iterator[SortKey]:
    for part in filter(None, text.split(",")):
        name = part.strip()
        # A plus that nobody wrote as %2B arrives as a blank, which is gone by now.
        yield SortKey(name[1:] if name[:1] in "+-" else name, name.startswith("-"))


def _properties(query: ItemsQuery, table: FeatureTable) -> frozenset[str] | None:
    """The properties that are written; None for all of them."""
    if query.properties is None and query.exclude_properties is None:
        return None
    named = {
        "properties": query.properties,
        "exclude-properties": query.exclude_properties,
    }
    lists = {name: _names(text, name, table) for name, text in named.items() if text is not None}
    kept = lists.get("properties", frozenset(table.fields))
    return frozenset(kept) - lists.get("exclude-properties", frozenset())


def _names(text: str, parameter: str, table: FeatureTable) -> frozenset[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in table.fields:
            known = first_of(list(table.fields), 60)
            reason = _SAY["unknown_property"].format(name=name[:80], known=known)
            raise InvalidParameter(parameter=parameter, reason=reason)
    return frozenset(names)


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
