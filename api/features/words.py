"""What the values of a collection are called for a reader, and those that a form offers to choose from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from api.collections import Collection, PreparedTable, Tables
from geo.errors import LayerNotFound
from geo.language import Language, texts
from geo.tiles.features import FeatureTable
from geo.vector.schema import SCHEMAS

_SAY = texts(__name__)

# Of which a mark between thousands would make another thing.
_YEARS = frozenset({"year", "tahun"})
Said = Callable[[str, object], str | None]

# The layer that names the codes of a level.
_NAMED_BY = {"regency": "regencies", "kecamatan": "kecamatan"}
# A list of more is no list that a person looks through, and a form of more lists none that one reads.
_MOST_VALUES, _MOST_LISTS, _MOST_CHARACTERS = 200, 8, 60
_KINDS = frozenset(
    [
        *("indicative_boundary", "equal_area_disc", "named_desa", "published_extent"),
        *("named_kecamatan", "enclosing_kecamatan", "location_only", "point_buffer"),
        *("official", "surveyed"),
    ]
)
# They say of an area's class what other lists say already.
_NOT_LISTED = frozenset({"class_title", "class_words", "class_candidates", "constraints_unchecked"})
_LISTS_OF_IDS = frozenset({"class_candidates", "constraints_unchecked", "missing"})


@dataclass(frozen=True, slots=True)
class Choice:
    """A property with few values; each as the form sends it and as it is called."""

    name: str
    title: str
    values: Sequence[tuple[str, str]]


def is_year(name: str) -> bool:
    """Whether a property is of years by its name, which are written without marks.

    Examples
    --------
    >>> is_year("source_year"), is_year("yearly_ha")
    (True, False)
    """
    return not _YEARS.isdisjoint(name.lower().split("_"))


def words_of(entry: Collection, tables: Tables, language: Language) -> Said:
    """What a value of a field is called in words; None where it has no other name."""
    names = _names_of_codes(entry, tables, language)
    titles = _model_titles(entry, language)

    def said(field: str, value: object) -> str | None:
        if not isinstance(value, str):
            return None
        if field in names and value in names[field]:
            return f"{names[field][value]} ({value})"
        if field in _LISTS_OF_IDS and titles:
            return ", ".join(titles.get(one, one) for one in value.split(", "))
        if field in ("class", "rank_class", "model"):
            return titles.get(value)
        return _plain_words(entry, field, value, language)

    return said


def _plain_words(entry: Collection, field: str, value: str, language: Language) -> str | None:
    """What a code that the service itself gives is called."""
    from geo.land import ground
    from geo.published import GROUND
    from maps.text import translate

    if entry.layer == GROUND:
        words = ground.in_words(field, value)
        return None if words is None else words.to(language)
    if field == "assessment_status" and entry.inputs is not None:
        return translate(f"status.{value}", language)
    if field == "geometry_kind" and value in _KINDS:
        return _SAY[f"geometry_kind_{value}"].to(language)
    return None


def _names_of_codes(
    entry: Collection, tables: Tables, language: Language
) -> Mapping[str, Mapping[str, str]]:
    """The names of regions by their codes, for each field of such codes."""
    found = {}
    for field in entry.schema.fields if entry.schema else ():
        layer = _NAMED_BY.get(field.level or "")
        if layer is None or layer == entry.layer:
            continue
        names = _region_names(layer, tables, language)
        if names:
            found[field.name] = names
    return found


def _region_names(layer: str, tables: Tables, language: Language) -> Mapping[str, str]:
    try:
        table = tables.table(tables.collection(layer), language).features
    except LayerNotFound:
        return {}
    key = SCHEMAS[layer].key
    if not {key, "name"} <= table.fields.keys():
        return {}
    pairs = zip(table.texts(key).each(), table.texts("name").each(), strict=True)
    return {code: name for code, name in pairs if code and name}


def _model_titles(entry: Collection, language: Language) -> Mapping[str, str]:
    """The titles of the model's classes, criteria and constraints by id, and its own."""
    from geo.published import DEFAULT_MODEL, model

    if entry.inputs is None:
        return {}
    found = model(entry.inputs, DEFAULT_MODEL)
    own = {found.id: found.title.to(language)}
    own |= {one.id: one.title.to(language) for one in found.classes}
    own |= {one.id: one.title.to(language) for one in found.criteria}
    return own | {one.id: one.title.to(language) for one in found.constraints}


def choices_of(
    entry: Collection,
    table: PreparedTable,
    *,
    titles: Mapping[str, str],
    said: Said,
    language: Language,
) -> list[Choice]:
    """The properties that a form lists the values of: those with few, that are no names of one feature each.

    A code that is listed by its name needs neither a second list of the names nor one of another office's codes.
    """
    features = table.features
    levels = {one.name: one.level for one in entry.schema.fields} if entry.schema else {}
    found = []
    for name, kind in features.fields.items():
        if kind != "text" or name in _NOT_LISTED or name.endswith("bps_code"):
            continue
        if _is_named_beside(name, features):
            continue
        layer = _NAMED_BY.get(levels.get(name) or "", entry.layer)
        values, is_region = features.texts(name).distinct, layer != entry.layer
        if not 2 <= len(values) <= min(_MOST_VALUES, len(features) - (not is_region)):
            continue
        if any(not value or len(value) > _MOST_CHARACTERS for value in values):
            continue
        called = [(value, said(name, value) or value) for value in values]
        title = _SAY[f"region_{levels[name]}"].to(language) if is_region else titles[name]
        found.append(Choice(name, title, sorted(called, key=lambda one: one[1].casefold())))
    return found[:_MOST_LISTS]


def _is_named_beside(name: str, features: FeatureTable) -> bool:
    return name.endswith("_name") and f"{name.removesuffix('_name')}_code" in features.fields
