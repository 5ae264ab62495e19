"""The collections of the service and their features, prepared once for each version.

A collection is a published layer, or `readiness`, which is computed from everything published. What
is prepared lies in the store under a name that carries the hash of what it was made from, the
program included, so it is never stale and survives a restart; all requests share open tables.
"""

import mmap
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from api.links import Links
from api.parameters import InvalidParameter
from geo.behind import is_written
from geo.errors import GeoError, LayerNotFound, NoLayer, NotFound, StoreFault
from geo.language import LANGUAGES, Language, Text, texts
from geo.prepared import kept_in
from geo.source_digest import source_digest
from geo.store.snapshots import reading
from geo.store.store import Store, Version
from geo.store.versions import Published
from geo.tiles.features import Bbox, FeatureTable
from geo.vector.definition import definition_of
from geo.vector.file_formats import FILE_FORMATS, Format
from geo.vector.schema import GEOMETRY_KINDS, SCHEMAS, Field, GeometryKind, LayerSchema

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.mcda.model import Dimension
    from geo.mcda.value_functions import Criterion
    from geo.tiles.coarse import Outlines

_SAY = texts(__name__)

# Who looks at a layer that was just published asks for its map first.
_SOON_S = 1.0
READINESS = "readiness"
# What the API says of the columns of `geo.readiness.documents.results_frame`; the others speak for themselves.
READINESS_SCHEMA = LayerSchema(
    layer=READINESS,
    title=_SAY["readiness_title"],
    description=_SAY["readiness_description"],
    key="zone_id",
    geometry_types=frozenset({"Polygon", "MultiPolygon", "Point"}),
    fields=(
        Field("zone_id", "text", _SAY["field_zone_id"]),
        Field("name", "text", _SAY["field_name"]),
        *(
            SCHEMAS["zones"].field(name)
            for name in ("regency_code", "status", "area_ha", "geometry_kind")
        ),
        Field("assessment_status", "text", _SAY["field_assessment_status"]),
        Field("rank", "integer", _SAY["field_rank"]),
        Field("of", "integer", _SAY["field_of"]),
        Field("score", "number", _SAY["field_score"]),
        Field("score_low", "number", _SAY["field_score_low"]),
        Field("score_high", "number", _SAY["field_score_high"]),
        Field("band", "integer", _SAY["field_band"]),
        Field("surely_above", "integer", _SAY["field_surely_above"]),
        Field("class", "text", _SAY["field_class"]),
        Field("class_title", "text", _SAY["field_class_title"]),
        Field("class_words", "text", _SAY["field_class_words"]),
        Field("class_chance", "number", _SAY["field_class_chance"]),
        Field("class_candidates", "text", _SAY["field_class_candidates"]),
        Field("expected_score", "number", _SAY["field_expected_score"]),
        Field("rank_class", "text", _SAY["field_rank_class"]),
        Field("constraints_unchecked", "text", _SAY["field_constraints_unchecked"]),
        Field("data_coverage", "number", _SAY["field_data_coverage"]),
        Field("year", "integer", _SAY["field_year"]),
        Field("model", "text", _SAY["field_model"]),
        Field("missing", "text", _SAY["field_missing"]),
        Field("explanation", "text", _SAY["field_explanation"]),
    ),
)


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection as it stands now; `key` changes when anything in it does.

    `version` is the published version behind it, None for what is computed from the versions in
    `inputs`; `schema` is None for a layer that has none. Its features are made from these and
    nothing else, so that what is kept under `key` is what `key` names. One of a single `kind` of
    geometry holds those features of the collection `whole`, which mixes kinds.
    """

    id: str
    title: Text
    description: Text
    key: str
    version: Version | None
    schema: LayerSchema | None
    inputs: Published | None = None
    kind: GeometryKind | None = None
    whole: "Collection | None" = None

    @property
    def layer(self) -> str:
        """The id of the layer that this is, or is a part of."""
        return self.id if self.whole is None else self.whole.id

    def of_kind(self, kind: GeometryKind) -> "Collection":
        """The features of one kind of geometry, as a collection of their own."""
        word = _SAY[f"kind_{kind}"]

        def told(sentence: Text) -> Text:
            said = {
                one: sentence.to(one).format(
                    title=self.title.to(one), kind=word.to(one), layer=self.id
                )
                for one in LANGUAGES
            }
            return Text(**said)

        return replace(
            self,
            id=f"{self.id}-{kind}",
            title=told(_SAY["kind_title"]),
            description=told(_SAY["kind_description"]),
            key=f"{self.key}-{kind}",
            kind=kind,
            whole=self,
        )

    def only_own(self, frame: "gpd.GeoDataFrame") -> "gpd.GeoDataFrame":
        """Of all features of the layer those that this collection has."""
        from geo.tiles.geometry_kinds import only

        return frame if self.kind is None else only(frame, self.kind)

    def frame(self, language: Language) -> "gpd.GeoDataFrame":
        """The features with their geometry as published; what is computed speaks `language`."""
        import geopandas as gpd

        from geo.planning.assess import readiness_frame

        if self.version is not None:
            with reading(self.version.path):
                return self.only_own(gpd.read_parquet(self.version.path))
        assert self.inputs is not None  # noqa: S101  what has no version is computed from inputs
        return self.only_own(readiness_frame(self.inputs, language))

    def field_titles(self, table: "PreparedTable", language: Language) -> dict[str, str]:
        """The title of every property with its unit; its name where no schema has one."""
        return self.titles(table.features.fields, language)

    def titles(self, names: Iterable[str], language: Language) -> dict[str, str]:
        """The same of properties that are named."""
        known = {field.name: field for field in self.schema.fields} if self.schema else {}
        titles = {}
        for name in names:
            field = known.get(name)
            unit = f" ({field.unit})" if field and field.unit else ""
            titles[name] = field.title.to(language) + unit if field else name
        return titles


@dataclass(frozen=True, slots=True, eq=False)
class PreparedTable:
    """The features of a collection in one language."""

    features: FeatureTable


class Tables:
    """Every collection of a store and its prepared features; safe to share between threads.

    Parameters
    ----------
    most_open : int
        Open tables are memory maps: cheap, but each keeps a file of an old version alive.
    most_kept : int
        Tables of old versions and programs on disk, of each kind; one that is removed is made again.
    large_bytes : int
        A layer whose snapshot is this large or larger is prepared by a process of its own.
    """

    def __init__(
        self,
        store: Store,
        *,
        most_open: int = 64,
        most_kept: int = 64,
        large_bytes: int = 8_000_000,
    ) -> None:
        self._store, self._most_open, self._most_kept = store, most_open, most_kept
        self._large_bytes = large_bytes
        self._open: dict[str, PreparedTable] = {}
        # The collections that were asked for since the last change of the catalogue.
        self._current: tuple[Published | None, dict[tuple[str, int | None], Collection]] = (
            None,
            {},
        )
        self._lock = threading.Lock()
        self._preparing: dict[str, threading.Lock] = {}
        # What is read of a layer that is just published, until it is prepared.
        self._reading = threading.Lock()
        # One process at a time prepares a large layer, and one layer is prepared beside the answers.
        self._writing, self._beside = threading.Lock(), threading.Lock()
        self._published: tuple[str, Outlines] | None = None
        self._soon: dict[str, threading.Timer] = {}

    def collections(self) -> list[Collection]:
        """Every layer by its name, and the computed ones last."""
        now = self._store.current()
        layers, readiness = _layers(now), _readiness(self._store.folder, now)
        return layers if readiness is None else [*layers, readiness]

    def layers(self) -> list[Collection]:
        """Every layer by its name, found without what computing takes."""
        return _layers(self._store.current())

    def offered(self, language: Language) -> list[Collection]:
        """Every collection; one that mixes kinds of geometry is followed by those of one kind."""
        layers = self.collections()
        taken = {entry.id for entry in layers}
        return [
            one
            for entry in layers
            for one in (entry, *self._by_kind(entry, language))
            if one is entry or one.id not in taken
        ]

    def _by_kind(self, entry: Collection, language: Language) -> list[Collection]:
        from geo.tiles.geometry_kinds import is_mixed, kinds_in

        types = self.table(entry, language).features.types
        return [entry.of_kind(kind) for kind in kinds_in(types)] if is_mixed(types) else []

    def collection(self, name: str, version: int | None = None) -> Collection:
        """One collection as it is, or as one of its versions has it.

        One of a single kind of geometry is found as long as the layer has features of that kind:
        who opened it goes on when the layer mixes kinds no longer.

        Raises
        ------
        LayerNotFound, VersionNotFound
        InvalidParameter
            For a version of what is computed.
        """
        now = self._store.current()
        state, found = self._current
        if state is not now:
            self._current = now, found = now, {}
        if (name, version) not in found:
            found[name, version] = self._found(name, version)
        return found[name, version]

    def known(self, name: str, version: int | None = None) -> Collection | None:
        """The same where it was asked for since the last change; None where `collection` takes time.

        Of a name that is new the features may have to be prepared, to tell what it means.
        """
        state, found = self._current
        return found.get((name, version)) if state is self._store.current() else None

    def _found(self, name: str, version: int | None) -> Collection:
        layer, kind = self._apart(name)
        if kind is not None:
            return self._layer(layer, version).of_kind(kind)
        return self._layer(name, version)

    def _apart(self, name: str) -> tuple[str, GeometryKind | None]:
        """The layer that a collection's name means, and its kind of geometry where it is of one."""
        from geo.tiles.geometry_kinds import kinds_in

        layer, _, ending = name.rpartition("-")
        kind = next((known for known in GEOMETRY_KINDS if known == ending), None)
        # A layer of that very name was published before such endings were kept.
        if kind is None or name in self._store.current().datasets("layer"):
            return name, None
        try:
            types = self.table(self._layer(layer, None), "id").features.types
        except LayerNotFound:
            return name, None
        return (layer, kind) if kind in kinds_in(types) else (name, None)

    def _layer(self, name: str, version: int | None) -> Collection:
        found = None
        if name == READINESS:
            found = _readiness(self._store.folder, self._store.current())
        if found is None:
            if name not in self._store.current().datasets("layer"):
                if (path := _elsewhere(name)) is not None:
                    raise NoLayer(name, path=path)
                # What they are called is the same in both languages.
                raise LayerNotFound(name, available=[one.id for one in self.offered("id")])
            found = _layer(self._store.current_version(name, "layer"))
        if version is None:
            return found
        if found.version is None:
            raise InvalidParameter(
                parameter="version", reason=_SAY["no_versions"].format(collection=name)
            )
        return self.of_version(self._store.version(found.version.dataset, version))

    def of_version(self, version: Version) -> Collection:
        """The collection as one of its versions has it."""
        return _layer(version)

    def described(self, language: Language) -> list[tuple[Collection, FeatureTable]]:
        """Every collection with its features, for documents that name their properties."""
        return [(c, self.table(c, language).features) for c in self.offered(language)]

    def table(self, collection: Collection, language: Language) -> PreparedTable:
        """The features of a collection, prepared now if they never were.

        Layers are the same in every language; what is computed speaks the reader's.
        """
        name = _name_of(collection, language)
        found = self._open.get(name)
        return self._prepared(collection, language, name) if found is None else found

    def opened(self, collection: Collection, language: Language) -> PreparedTable | None:
        """The features of a collection where they lie open already; None where `table` takes time."""
        return self._open.get(_name_of(collection, language))

    def outlines(self, collection: Collection) -> "Outlines":
        """Where the features of a collection are and what they are called.

        Of a layer that is just published they are read from its file, and the table is prepared soon:
        a country's villages take as many seconds for all their properties as tenths for this.
        """
        from geo.tiles.coarse import prepared_outlines, published_outlines

        name, version = _name_of(collection, "id"), collection.version
        is_prepared = name in self._open or self._store.prepared_path(name).exists()
        if is_prepared or version is None or collection.kind is not None:
            return prepared_outlines(self.table(collection, "id").features)
        with self._reading:
            if self._published is None or self._published[0] != name:
                self._published = name, published_outlines(version.path)
                self.prepare_soon(collection)
            return self._published[1]

    def extent(self, collection: Collection) -> Bbox | None:
        """The box around the features of a collection, the same in every language."""
        found = self.opened(collection, "id")
        return self.outlines(collection).extent if found is None else found.features.extent

    def prepare_soon(self, collection: Collection) -> None:
        """Prepare the features of a collection beside the answers, the first of which go before."""

        def prepare() -> None:
            # Whoever asks meanwhile goes before all that nobody waits for.
            with self._beside, suppress(GeoError):  # whoever asks for it is told
                self.table(collection, "id")

        with self._lock:
            if _name_of(collection, "id") not in self._soon:
                timer = threading.Timer(_SOON_S, prepare)
                timer.daemon = True
                timer.start()
                self._soon[_name_of(collection, "id")] = timer

    def close(self) -> None:
        """Begin nothing any more."""
        with self._lock:
            for timer in self._soon.values():
                timer.cancel()

    def _encoded(self, collection: Collection, language: Language) -> bytes:
        from geo.tiles.feature_encoder import encode_features, encode_kind

        if collection.whole is not None and collection.kind is not None:
            return encode_kind(self.table(collection.whole, language).features, collection.kind)
        return encode_features(collection.frame(language), schema=collection.schema)

    def _prepared(self, collection: Collection, language: Language, name: str) -> PreparedTable:
        with self._lock:
            preparing = self._preparing.setdefault(name, threading.Lock())
        # One thread prepares a table while requests for the others go on.
        with preparing:
            if name not in self._open:
                self._remember(name, self._kept(collection, language, name))
                self._store.prune_prepared(name.split("-")[0] + "-", most=self._most_kept)
            return self._open[name]

    def _kept(self, collection: Collection, language: Language, name: str) -> PreparedTable:
        path, version = self._store.prepared_path(name), collection.version
        with suppress(FileNotFoundError):
            return _opened(path)
        if version is not None and collection.kind is None and self.is_large(collection):
            from geo.tiles.feature_encoder import write_features

            with self._writing:
                if is_written(path, write_features, version.path, path, collection.schema):
                    return _opened(path)
        content = self._encoded(collection, language)
        try:
            return _opened(self._store.write_prepared(name, content))
        except (OSError, StoreFault):  # a full disk costs the next start time, not this answer
            return PreparedTable(FeatureTable(content))

    def is_large(self, collection: Collection) -> bool:
        """Whether a layer is so large that what is made of it is made by a process of its own."""
        version = collection.version
        return version is not None and version.size_bytes >= self._large_bytes

    def _remember(self, name: str, table: PreparedTable) -> None:
        with self._lock:
            for oldest in list(self._open)[: max(0, 1 + len(self._open) - self._most_open)]:
                del self._open[oldest]
                self._preparing.pop(oldest, None)
            self._open[name] = table
            self._soon.pop(name, None)
        with self._reading:
            if self._published is not None and self._published[0] == name:
                self._published = None


def _name_of(collection: Collection, language: Language) -> str:
    kind = f"{READINESS}-{language}" if collection.version is None else "layer"
    return f"{kind}-{source_digest('geo', 'api')}-{collection.key}.features"


def _schema_of(version: Version) -> LayerSchema | None:
    defined = definition_of(version.dataset, version.details)
    return SCHEMAS.get(version.dataset) if defined is None else defined.schema()


def _layers(now: Published) -> list[Collection]:
    return [_layer(now.version(name)) for name in now.datasets("layer")]


def _layer(version: Version) -> Collection:
    name, schema = version.dataset, _schema_of(version)
    title, description = (
        Text(**version.details[said]) if said in version.details else None
        for said in ("title", "description")
    )
    return Collection(
        id=name,
        title=schema.title if schema else title or Text(id=name, en=name),
        description=(
            schema.description if schema else description or _SAY["no_schema"].format(layer=name)
        ),
        key=version.sha256,
        version=version,
        schema=schema,
    )


@lru_cache(maxsize=4)
def _readiness(store: Path, now: Published) -> Collection | None:
    """What is computed of these versions; None where there is nothing to assess yet.

    What tells of it is kept in the store: the model alone loads the libraries of tables.
    """

    def told() -> tuple[str, LayerSchema] | None:
        from geo.planning.assess import readiness_key

        try:
            return readiness_key(now), _readiness_schema(now)
        except NotFound:  # no zones, no model
            return None

    found = kept_in(store, "readiness-told", (now.identity, source_digest("api")), told)
    if found is None:
        return None
    key, schema = found
    return Collection(READINESS, schema.title, schema.description, key, None, schema, inputs=now)


def _readiness_schema(now: Published) -> LayerSchema:
    """The schema of an assessment by the model that makes it: its dimensions and criteria have columns too."""
    from geo.published import DEFAULT_MODEL, model

    found = model(now, DEFAULT_MODEL)

    def field(head: str, part: "Dimension | Criterion") -> Field:
        unit: Text = getattr(part, "unit", part.title)
        said = {
            one: _SAY[f"field_of_{head}"]
            .to(one)
            .format(title=part.title.to(one), unit=unit.to(one))
            for one in LANGUAGES
        }
        return Field(f"{head}_{part.id}", "number", Text(**said))

    return replace(
        READINESS_SCHEMA,
        fields=(
            *READINESS_SCHEMA.fields,
            *(field("score", one) for one in found.dimensions),
            *(field("contribution", one) for one in found.criteria),
            *(field("measure", one) for one in found.criteria),
        ),
    )


def _elsewhere(dataset: str) -> str | None:
    """Where a dataset is read that is no layer but figures, targets or an index; None of another name."""
    from geo.programme.indices.stored_index import INDEX_PREFIX, is_index

    if is_index(dataset):
        return f"/indices/{dataset.removeprefix(INDEX_PREFIX)}"
    return f"/{dataset}" if dataset in ("indicators", "targets") else None


def _opened(path: Path) -> PreparedTable:
    with path.open("rb") as file:
        try:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:  # an empty file cannot be mapped
            raise StoreFault(reason=_SAY["empty_file"].format(path=path.name)) from error
    return PreparedTable(FeatureTable(content))


def enclosure(entry: Collection, format: Format, links: Links) -> dict[str, str]:
    """The link to a collection as a file."""
    spec = FILE_FORMATS[format]
    path = file_path(entry, format)
    return links.link("enclosure", spec.media_type, *path, title=spec.title, query=query_of(entry))


def file_path(entry: Collection, format: Format) -> tuple[str, ...]:
    """Where a collection is as a file."""
    return ("collections", entry.id, "download", format)


def query_of(entry: Collection) -> dict[str, int]:
    """The query that names an old version; the current one needs none."""
    is_old = entry.version is not None and not entry.version.is_current
    return {"version": entry.version.number} if is_old and entry.version else {}
