"""What a layer must look like: its fields, its key and its geometry.

A layer is a GeoDataFrame whose index is named `area_id` (text, unique) and whose CRS is set. Its
schema says which columns it must carry. Topology between features is `geo/vector/topology.py`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from geo.errors import LayerNotFound
from geo.language import Text, texts

if TYPE_CHECKING:
    import geopandas as gpd

    # The reading of codes loads pandas, which a start without a question does not need.
    from geo.vector.regions import CodeLevel

_SAY = texts(__name__)

# `any` keeps the values of a column as they come.
FieldKind = Literal["text", "integer", "number", "any"]
# What programs draw as one layer; the id of a collection of one kind ends so (`zones-areas`).
GeometryKind = Literal["areas", "lines", "points"]
GEOMETRY_KINDS: tuple[GeometryKind, ...] = get_args(GeometryKind)


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a layer's features.

    `aliases` are the names that other programs and offices give the same property (matched
    without case); `pattern` is a regular expression for the whole text, and `example` a text that
    fits it, for people; `level` is that of a region code.
    """

    name: str
    kind: FieldKind
    title: Text
    required: bool = False
    pattern: str | None = None
    unit: str | None = None
    aliases: tuple[str, ...] = ()
    example: str | None = None
    level: "CodeLevel | None" = None


@dataclass(frozen=True, slots=True)
class LayerSchema:
    """The contract of a published layer.

    `key` names the field that becomes the index `area_id`. `coverage` says that features must
    neither overlap nor leave slivers. `regency_field` holds the Kemendagri code of the regency that
    a feature belongs to. `geometry_may_be_missing` is of figures and statements that stand under a
    code: what has no outline to stand on says as much without one. A reference layer lies anywhere on Earth,
    and its features may lie upon each other.
    """

    layer: str
    title: Text
    description: Text
    key: str
    geometry_types: frozenset[str]
    fields: tuple[Field, ...]
    coverage: bool = False
    regency_field: str | None = None
    geometry_may_be_missing: bool = False
    is_reference: bool = False

    def field(self, name: str) -> Field:
        """The field of that name."""
        return next(field for field in self.fields if field.name == name)


# An administrative outline that follows its area and is not the legal line.
INDICATIVE = "indicative_boundary"
# Kinds that have the shape and the place of their area; everything else that is stated is drawn dashed.
OWN_SHAPES = frozenset({"official", "surveyed", INDICATIVE})
_POLYGONS = frozenset({"Polygon", "MultiPolygon"})
_KEMENDAGRI_REGENCY = r"\d{2}\.\d{2}"
_KEMENDAGRI_KECAMATAN = r"\d{2}\.\d{2}\.\d{2}"
_KEMENDAGRI_DESA = r"\d{2}\.\d{2}\.\d{2}\.\d{4}"
_REGENCY_CODES = ("kdpkab", "kdbpum", "kode_kab", "kode_kabupaten", "kd_kab", "kode_kabkota")
_KECAMATAN_CODES = ("kdcpum", "kode_kec", "kode_kecamatan", "kd_kec")
_DESA_CODES = ("kdepum", "kode_desa", "kd_desa", "kode_kelurahan", "kode_desa_kelurahan")
_KECAMATAN_NAMES = ("wadmkc", "kecamatan", "nama_kec", "nama_kecamatan", "nm_kec")
_DESA_NAMES = ("wadmkd", "nama_desa", "desa", "nm_desa", "nama_kelurahan", "desa_kelurahan")
# The names of others: OCHA (HDX) P-codes, of which those of a regency are its BPS code; GADM; then
# geoBoundaries, which writes one name and no code of Indonesia.
_REGENCY_CODES_OF_OTHERS = ("adm2_pcode", "cc_2")
_KECAMATAN_CODES_OF_OTHERS = ("adm3_pcode", "cc_3")
_REGENCY_NAMES_OF_OTHERS = ("adm2_name", "adm2_en", "adm2_id", "name_2")
_KECAMATAN_NAMES_OF_OTHERS = ("adm3_name", "adm3_en", "adm3_id", "name_3")
_DESA_NAMES_OF_OTHERS = ("adm4_name", "adm4_en", "adm4_id", "name_4")
# Columns that name the regency a feature lies in; in layers of other things no name of the feature.
REGENCY_NAMES = (
    *("wadmkk", "kabupaten", "nama_kab", "kab_kota", "kabkota"),
    # What a DBF leaves of a name stands beside it, as columns are compared by it too.
    *("nama_kabupaten", "nama_kabup", "nama_kabkota", "nama_kabko"),
    *_REGENCY_NAMES_OF_OTHERS,
)
_NAME_ALIASES = ("nama", "namobj", "kawasan")
_GEOMETRY_KIND = Field("geometry_kind", "text", _SAY["geometry_kind"])
# Below the regency the two systems number differently; of a desa no table of both is at hand.
_KECAMATAN_BPS_CODE = Field(
    "kecamatan_bps_code",
    "text",
    _SAY["kecamatan_bps_code"],
    pattern=r"\d{7}",
    example="6303120",
    aliases=("kdcbps", *_KECAMATAN_CODES_OF_OTHERS),
)
_IN_REGENCY = (
    Field(
        "regency_code",
        "text",
        _SAY["regency_code"],
        required=True,
        pattern=_KEMENDAGRI_REGENCY,
        example="63.03",
        level="regency",
        aliases=(*_REGENCY_CODES, *_REGENCY_CODES_OF_OTHERS),
    ),
    Field(
        "regency_bps_code",
        "text",
        _SAY["regency_bps_code"],
        pattern=r"\d{4}",
        example="6303",
        aliases=("kdbbps",),
    ),
)
_OUTLINE = (Field("area_ha", "number", _SAY["area_ha"], unit="ha"), _GEOMETRY_KIND)

REGENCIES = LayerSchema(
    layer="regencies",
    title=_SAY["regencies_title"],
    description=_SAY["regencies_description"],
    key="code",
    geometry_types=_POLYGONS,
    coverage=True,
    fields=(
        Field(
            "code",
            "text",
            _SAY["regencies_code"],
            required=True,
            pattern=_KEMENDAGRI_REGENCY,
            example="63.03",
            level="regency",
            aliases=(
                *("kode_kemendagri", *_REGENCY_CODES, "kode", "code", "area_id"),
                *_REGENCY_CODES_OF_OTHERS,
            ),
        ),
        Field(
            "bps_code",
            "text",
            _SAY["regencies_bps_code"],
            pattern=r"\d{4}",
            example="6303",
            aliases=("kode_bps", "idkab", "kdbbps"),
        ),
        Field(
            "name",
            "text",
            _SAY["regencies_name"],
            required=True,
            aliases=(*_NAME_ALIASES, *REGENCY_NAMES, "shapename"),
        ),
        Field(
            "kind",
            "text",
            _SAY["regencies_kind"],
            pattern=r"Kabupaten|Kota",
            example="Kabupaten",
        ),
        Field(
            "area_official_ha",
            "number",
            _SAY["regencies_area_official_ha"],
            unit="ha",
        ),
        *_OUTLINE,
    ),
    regency_field="code",
)

ZONES = LayerSchema(
    layer="zones",
    title=_SAY["zones_title"],
    description=_SAY["zones_description"],
    key="zone_id",
    geometry_types=_POLYGONS | {"Point"},
    fields=(
        Field(
            "zone_id",
            "text",
            _SAY["zones_zone_id"],
            required=True,
            pattern=r"[a-z0-9][a-z0-9-]{0,63}",
            example="sungai-loban",
            aliases=("id_zona", "zona", "id", "area_id"),
        ),
        # `Text` is what a drawing has for a name.
        Field(
            "name",
            "text",
            _SAY["zones_name"],
            required=True,
            aliases=(*_NAME_ALIASES, "nama_zona", "nama_kawasan", "text"),
        ),
        Field(
            "regency_code",
            "text",
            _SAY["regency_code"],
            required=True,
            pattern=_KEMENDAGRI_REGENCY,
            example="63.03",
            level="regency",
            aliases=(*_REGENCY_CODES, "kode_kemendagri", *_REGENCY_CODES_OF_OTHERS),
        ),
        Field("status", "text", _SAY["zones_status"], aliases=("remark", "keterangan")),
        Field(
            "area_ha",
            "number",
            _SAY["zones_area_ha"],
            unit="ha",
            aliases=("luas_ha", "luasha", "luas_(ha)", "luas"),
        ),
        Field("place_codes", "text", _SAY["zones_place_codes"]),
        Field("desa_stated", "integer", _SAY["zones_desa_stated"]),
        Field("kecamatan_stated", "integer", _SAY["zones_kecamatan_stated"]),
        Field("people_stated", "integer", _SAY["zones_people_stated"]),
        Field("decree", "text", _SAY["zones_decree"], aliases=("sk", "no_sk")),
        Field("land_status", "text", _SAY["zones_land_status"], aliases=("status_lahan",)),
        Field("titles_issued", "integer", _SAY["zones_titles_issued"]),
        Field("titles_open", "integer", _SAY["zones_titles_open"]),
        Field("families_placed", "integer", _SAY["zones_families_placed"]),
        Field("families_left", "integer", _SAY["zones_families_left"]),
        Field("ipktrans", "number", _SAY["zones_ipktrans"], aliases=("ipkt",)),
        Field("ipktrans_year", "integer", _SAY["zones_ipktrans_year"]),
        Field("profile_source", "text", _SAY["zones_profile_source"]),
        _GEOMETRY_KIND,
        Field(
            "geometry_method",
            "text",
            _SAY["zones_geometry_method"],
        ),
        Field("source", "text", _SAY["zones_source"], aliases=("sumber",)),
        Field("source_url", "text", _SAY["zones_source_url"]),
        Field(
            "source_year",
            "integer",
            _SAY["zones_source_year"],
            aliases=("thn_produk",),
        ),
        Field("remarks", "text", _SAY["zones_remarks"], aliases=("catatan",)),
    ),
    regency_field="regency_code",
)

KECAMATAN = LayerSchema(
    layer="kecamatan",
    title=_SAY["kecamatan_title"],
    description=_SAY["kecamatan_description"],
    key="code",
    geometry_types=_POLYGONS,
    coverage=True,
    fields=(
        Field(
            "code",
            "text",
            _SAY["kecamatan_code"],
            required=True,
            pattern=_KEMENDAGRI_KECAMATAN,
            example="63.03.08",
            level="kecamatan",
            aliases=("kode_kemendagri", *_KECAMATAN_CODES, "kode", "area_id"),
        ),
        Field(
            "name",
            "text",
            _SAY["kecamatan_name"],
            required=True,
            aliases=(
                *("nama", "namobj", *_KECAMATAN_NAMES),
                *(*_KECAMATAN_NAMES_OF_OTHERS, "shapename"),
            ),
        ),
        _KECAMATAN_BPS_CODE,
        *_IN_REGENCY,
        *_OUTLINE,
    ),
    regency_field="regency_code",
)

DESA = LayerSchema(
    layer="desa",
    title=_SAY["desa_title"],
    description=_SAY["desa_description"],
    key="code",
    geometry_types=_POLYGONS,
    coverage=True,
    fields=(
        Field(
            "code",
            "text",
            _SAY["desa_code"],
            required=True,
            pattern=_KEMENDAGRI_DESA,
            example="63.03.08.2001",
            level="desa",
            aliases=("kode_kemendagri", *_DESA_CODES, "kode", "area_id"),
        ),
        Field(
            "name",
            "text",
            _SAY["desa_name"],
            required=True,
            aliases=(
                *("nama", "namobj", *_DESA_NAMES),
                *(*_DESA_NAMES_OF_OTHERS, "shapename"),
            ),
        ),
        Field("kind", "text", _SAY["desa_kind"], pattern=r"Desa|Kelurahan", example="Desa"),
        Field(
            "kecamatan_code",
            "text",
            _SAY["desa_kecamatan_code"],
            required=True,
            pattern=_KEMENDAGRI_KECAMATAN,
            example="63.03.08",
            level="kecamatan",
            aliases=_KECAMATAN_CODES,
        ),
        Field(
            "kecamatan_name",
            "text",
            _SAY["desa_kecamatan_name"],
            aliases=(*_KECAMATAN_NAMES, *_KECAMATAN_NAMES_OF_OTHERS),
        ),
        _KECAMATAN_BPS_CODE,
        *_IN_REGENCY,
        *_OUTLINE,
    ),
    regency_field="regency_code",
)

IDM = LayerSchema(
    layer="idm",
    title=_SAY["idm_title"],
    description=_SAY["idm_description"],
    key="code",
    geometry_types=_POLYGONS | {"Point"},
    fields=(
        Field(
            "code",
            "text",
            _SAY["idm_code"],
            required=True,
            pattern=_KEMENDAGRI_DESA,
            example="63.03.08.2001",
            level="desa",
        ),
        Field("name", "text", _SAY["idm_name"], required=True, aliases=_NAME_ALIASES),
        Field("regency_code", "text", _SAY["idm_regency_code"], pattern=_KEMENDAGRI_REGENCY),
        Field("idm", "number", _SAY["idm_idm"]),
        Field("iks", "number", _SAY["idm_iks"]),
        Field("ike", "number", _SAY["idm_ike"]),
        Field("ikl", "number", _SAY["idm_ikl"]),
        Field("status", "text", _SAY["idm_status"]),
        Field("year", "integer", _SAY["idm_year"]),
        Field("source", "text", _SAY["idm_source"]),
    ),
    regency_field="regency_code",
    geometry_may_be_missing=True,
)

GROUND = LayerSchema(
    layer="ground",
    title=_SAY["ground_title"],
    description=_SAY["ground_description"],
    key="statement",
    geometry_types=_POLYGONS | {"Point"},
    fields=(
        Field("statement", "text", _SAY["ground_statement"], required=True),
        Field("level", "text", _SAY["ground_level"], required=True, pattern="desa|kecamatan|zone"),
        # A zone's own id besides, so any code without spaces.
        Field("code", "text", _SAY["ground_code"], pattern=r"\S+"),
        Field("name", "text", _SAY["ground_name"], required=True, aliases=_NAME_ALIASES),
        Field("regency_code", "text", _SAY["ground_regency_code"], pattern=_KEMENDAGRI_REGENCY),
        Field("fact", "text", _SAY["ground_fact"], required=True),
        Field("value", "number", _SAY["ground_value"]),
        Field("unit", "text", _SAY["ground_unit"]),
        Field("year", "integer", _SAY["ground_year"]),
        Field("note", "text", _SAY["ground_note"]),
        Field("note_id", "text", _SAY["ground_note_id"]),
        Field("source_url", "text", _SAY["ground_source_url"]),
        Field("confidence", "text", _SAY["ground_confidence"], pattern="high|medium|low"),
    ),
    regency_field="regency_code",
    geometry_may_be_missing=True,
)

SCHEMAS: dict[str, LayerSchema] = {
    s.layer: s for s in (REGENCIES, ZONES, KECAMATAN, DESA, IDM, GROUND)
}


def schema_of(layer: str) -> LayerSchema:
    """The schema of a layer; `LayerNotFound` when there is none of that name."""
    if layer not in SCHEMAS:
        raise LayerNotFound(layer, available=sorted(SCHEMAS))
    return SCHEMAS[layer]


def is_enclosing(geometry_kind: object) -> bool:
    """Whether a geometry only encloses its zone, which lies at an unknown place inside it."""
    return isinstance(geometry_kind, str) and geometry_kind.startswith("enclosing_")


def with_all_fields(frame: "gpd.GeoDataFrame", layer: str) -> "gpd.GeoDataFrame":
    """`frame` with every field of its layer's schema; one that it lacks is missing everywhere.

    A layer without a schema stays as it is.
    """
    schema = SCHEMAS.get(layer)
    if schema is None:
        return frame
    lacking = [f.name for f in schema.fields if f.name != schema.key and f.name not in frame]
    return frame.assign(**dict.fromkeys(lacking))


def is_approximate(geometry_kind: object) -> bool:
    """Whether a geometry of this `geometry_kind` is approximate; an unstated kind is taken as given."""
    return isinstance(geometry_kind, str) and geometry_kind not in OWN_SHAPES
