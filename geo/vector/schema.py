"""Pure. What a layer must look like: its fields, its key and its geometry.

A layer is a GeoDataFrame whose index is named `area_id` (text, unique) and whose CRS is set. Its
schema says which columns it must carry. Topology between features is `geo/vector/topology.py`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from geo.errors import LayerNotFound
from geo.language import Text

if TYPE_CHECKING:
    import geopandas as gpd

FieldKind = Literal["text", "integer", "number"]


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a layer's features.

    `aliases` are the names that other programs and offices give the same property (matched
    without case); `pattern` is a regular expression for the whole text.
    """

    name: str
    kind: FieldKind
    title: Text
    required: bool = False
    pattern: str | None = None
    unit: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerSchema:
    """The contract of a published layer.

    `key` names the field that becomes the index `area_id`. `coverage` says that features must
    neither overlap nor leave slivers. `regency_field` holds the Kemendagri code of the regency that
    a feature belongs to.
    """

    layer: str
    title: Text
    description: Text
    key: str
    geometry_types: frozenset[str]
    fields: tuple[Field, ...]
    coverage: bool = False
    regency_field: str | None = None

    def field(self, name: str) -> Field:
        """The field of that name."""
        return next(field for field in self.fields if field.name == name)


# Kinds of geometry that are not approximate; everything else that is stated is drawn dashed.
EXACT_KINDS = frozenset({"official", "surveyed"})
_POLYGONS = frozenset({"Polygon", "MultiPolygon"})
_KEMENDAGRI_REGENCY = r"\d{2}\.\d{2}"
_CODE_ALIASES = ("kode_kemendagri", "kdpkab", "kdbpum", "kode", "kode_kab", "code", "area_id")
_NAME_ALIASES = ("nama", "namobj", "kawasan")

REGENCIES = LayerSchema(
    layer="regencies",
    title=Text(id="Kabupaten dan kota", en="Regencies and cities"),
    description=Text(
        id="Batas 13 kabupaten/kota Kalimantan Selatan, disederhanakan; bukan batas hukum.",
        en="Boundaries of the 13 regencies and cities of South Kalimantan, simplified; not legal boundaries.",
    ),
    key="code",
    geometry_types=_POLYGONS,
    coverage=True,
    fields=(
        Field(
            "code",
            "text",
            Text(id="Kode Kemendagri", en="Kemendagri code"),
            required=True,
            pattern=_KEMENDAGRI_REGENCY,
            aliases=_CODE_ALIASES,
        ),
        Field(
            "bps_code",
            "text",
            Text(id="Kode BPS", en="BPS code"),
            pattern=r"\d{4}",
            aliases=("kode_bps", "idkab"),
        ),
        Field(
            "name",
            "text",
            Text(id="Nama", en="Name"),
            required=True,
            aliases=(*_NAME_ALIASES, "wadmkk", "nama_kab", "kabupaten"),
        ),
        Field("kind", "text", Text(id="Jenis", en="Kind"), pattern=r"Kabupaten|Kota"),
        Field(
            "area_official_ha",
            "number",
            Text(id="Luas resmi (BIG 2024)", en="Official area (BIG 2024)"),
            unit="ha",
        ),
    ),
    regency_field="code",
)

ZONES = LayerSchema(
    layer="zones",
    title=Text(id="Kawasan dan permukiman transmigrasi", en="Transmigration areas and settlements"),
    description=Text(
        id="Kawasan transmigrasi dan permukimannya. Geometri perkiraan kecuali disebut lain; lihat geometry_kind.",
        en="Transmigration areas and settlements. Geometry is approximate unless geometry_kind says otherwise.",
    ),
    key="zone_id",
    geometry_types=_POLYGONS | {"Point"},
    fields=(
        Field(
            "zone_id",
            "text",
            Text(id="Kode kawasan", en="Area code"),
            required=True,
            pattern=r"[a-z0-9][a-z0-9-]{0,63}",
            aliases=("id_zona", "zona", "id", "area_id"),
        ),
        Field("name", "text", Text(id="Nama", en="Name"), required=True, aliases=_NAME_ALIASES),
        Field(
            "regency_code",
            "text",
            Text(id="Kode kabupaten (Kemendagri)", en="Regency code (Kemendagri)"),
            required=True,
            pattern=_KEMENDAGRI_REGENCY,
            aliases=("kdpkab", "kdbpum", "kode_kab", "kode_kemendagri"),
        ),
        Field("status", "text", Text(id="Status", en="Status"), aliases=("remark", "keterangan")),
        Field(
            "area_ha",
            "number",
            Text(id="Luas menurut sumber", en="Area as the source states it"),
            unit="ha",
            aliases=("luas_ha", "luas"),
        ),
        Field("geometry_kind", "text", Text(id="Jenis geometri", en="Kind of geometry")),
        Field(
            "geometry_method",
            "text",
            Text(id="Cara geometri dibuat", en="How the geometry was made"),
        ),
        Field("source", "text", Text(id="Sumber", en="Source"), aliases=("sumber",)),
        Field("source_url", "text", Text(id="Alamat sumber", en="Source address")),
        Field(
            "source_year",
            "integer",
            Text(id="Tahun sumber", en="Source year"),
            aliases=("thn_produk",),
        ),
        Field("remarks", "text", Text(id="Catatan", en="Remarks"), aliases=("catatan",)),
    ),
    regency_field="regency_code",
)

KECAMATAN = LayerSchema(
    layer="kecamatan",
    title=Text(id="Kecamatan (sel perkiraan)", en="Kecamatan (approximate cells)"),
    description=Text(
        id="156 kecamatan sebagai sel perkiraan di dalam kabupatennya, untuk penyaringan; bukan batas resmi.",
        en="156 kecamatan as approximate cells inside their regency, for screening; not official boundaries.",
    ),
    key="code",
    geometry_types=_POLYGONS,
    coverage=True,
    fields=(
        Field(
            "code",
            "text",
            Text(id="Kode Kemendagri", en="Kemendagri code"),
            required=True,
            pattern=r"\d{2}\.\d{2}\.\d{2}",
            aliases=("kode_kemendagri", "kdcpum", "kode", "area_id"),
        ),
        Field(
            "name",
            "text",
            Text(id="Nama", en="Name"),
            required=True,
            aliases=("nama", "namobj", "wadmkc"),
        ),
        Field(
            "regency_code",
            "text",
            Text(id="Kode kabupaten (Kemendagri)", en="Regency code (Kemendagri)"),
            required=True,
            pattern=_KEMENDAGRI_REGENCY,
            aliases=("kdpkab", "kdbpum"),
        ),
        Field(
            "area_source_ha",
            "number",
            Text(id="Luas menurut tabel sumber", en="Area in the source table"),
            unit="ha",
        ),
        Field("geometry_kind", "text", Text(id="Jenis geometri", en="Kind of geometry")),
        Field(
            "geometry_method",
            "text",
            Text(id="Cara geometri dibuat", en="How the geometry was made"),
        ),
        Field("source", "text", Text(id="Sumber", en="Source")),
    ),
    regency_field="regency_code",
)

SCHEMAS: dict[str, LayerSchema] = {s.layer: s for s in (REGENCIES, ZONES, KECAMATAN)}


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
    return isinstance(geometry_kind, str) and geometry_kind not in EXACT_KINDS
