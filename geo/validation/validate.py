"""An uploaded source against its layer's schema: the cleaned layer, or all that is wrong.

Every check runs that still can, so that one upload tells everything; nothing is dropped on the way.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import geopandas as gpd
import pandas as pd
import pyproj

from geo.crs import area_ha, name_of
from geo.ingest.findings import Feature, Finding, finding, is_refused
from geo.ingest.source import Earlier, Limits, Reference, Source, geometry_count
from geo.language import Text, first_of, joined, number, shortened, texts
from geo.validation.codes import fill_codes, known_regions
from geo.validation.columns import Mapped, choices, is_missing, map_columns, plain_name
from geo.validation.difference import (
    BACK,
    GONE,
    OUTLINE,
    Difference,
    difference,
    flattened,
    undone,
    vanished,
)
from geo.validation.fields import read_values
from geo.validation.geometry import (
    Step,
    check_outlines,
    compare_outlines,
    mend_borders,
    mend_to_published,
)
from geo.validation.part import (
    foreign_features,
    kept_missing,
    own_rows,
    staying,
    with_the_rest,
)
from geo.validation.placement import (
    Systems,
    candidate,
    compared,
    crs_candidates,
    impossible_places,
    place_features,
    place_layer,
    resolve_crs,
)
from geo.validation.preview import ReadFile
from geo.validation.report import BORDERS, report_of
from geo.validation.zones import complete_zones, read_once
from geo.vector.planning_region import Region
from geo.vector.regions import full_names, match_regions
from geo.vector.schema import REGENCY_NAMES, Field, LayerSchema

_SAY = texts(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """The cleaned layer (None when refused) and its report in JSON types.

    `changes` are what `geo.validation.changes.changed_features` draws, None where nothing is
    published or the file is refused; `read` is what `geo.validation.preview.preview` draws.
    """

    frame: gpd.GeoDataFrame | None
    report: dict[str, Any]
    read: ReadFile
    changes: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, Difference] | None = None


def validate(
    source: Source,
    *,
    schema: LayerSchema,
    reference: Reference,
    crs_override: pyproj.CRS | None,
    repair: bool,
    limits: Limits,
    step: Step,
    columns: Mapping[str, str | None] | None = None,
    unrepaired: Collection[str] = (),
    same_as: Mapping[str, str] | None = None,
    earlier: tuple[Earlier, gpd.GeoDataFrame] | None = None,
) -> Validation:
    """Check a source and make the layer of it.

    Parameters
    ----------
    repair : bool
        Whether invalid polygons are mended (and listed) instead of refused, and borders that differ
        by less than the drawing is exact made one.
    step : callable
        Told what begins, so that a check that never ends can be named.
    columns : mapping, optional
        What somebody asks of the columns; see `geo.validation.columns.map_columns`.
    unrepaired : collection of str
        Numbers of the rows that `repair` passes over, and `borders` for the common borders.
    same_as : mapping, optional
        Number of a row → key of the published zone that it is.
    earlier : optional
        The version that the source began from and its features, where the published one is later.
    """
    findings = [*source.findings, *_size(source, limits)]
    if is_refused(findings):
        rows = range(1, len(source.frame) + 1)
        numbered = [Feature(row, shown=n) for row, n in zip(rows, _shown(source), strict=True)]
        systems = _systems(source, findings, reference, override=crs_override)
        read = ReadFile(source, numbered, findings, systems, crs_override)
        return Validation(None, report_of(findings, source=source), read)

    given = pd.DataFrame(source.frame.drop(columns="geometry"))
    schema = _as_written(schema, given, asked=columns or {}, current=reference.current)
    asked = map_columns(given, schema, asked=columns)
    mapped = read_once(asked, schema)
    features = _features(source, mapped, schema)
    known = known_regions(schema, reference)
    bps_codes = {field: regions.by_bps_code for field, regions in known.items()}
    table, faults = read_values(
        source.frame, schema, mapped, features=features, limits=limits, bps_codes=bps_codes
    )
    crs, crs_faults = resolve_crs(
        source, crs_override, region=reference.region, planning=reference.planning
    )
    outlines, outline_faults = check_outlines(
        source,
        crs=crs,
        schema=schema,
        features=features,
        repair=repair,
        unrepaired=unrepaired,
        limits=limits,
        step=step,
    )
    table, faults = fill_codes(
        table,
        schema,
        mapped,
        features=features,
        known=known,
        planning=reference.planning,
        outlines=outlines,
        faults=[*mapped.findings, *faults],
    )
    table, faults = complete_zones(
        table,
        schema,
        mapped,
        features=features,
        reference=reference,
        outlines=outlines,
        faults=faults,
        same_as=same_as or {},
    )
    findings += [*faults, *crs_faults, *outline_faults]
    is_taken, left_out = own_rows(table, schema=schema, reference=reference)
    if left_out:
        # What is wrong with a row that is not taken is no matter of this file.
        gone = {feature.row for feature, taken in zip(features, is_taken, strict=True) if not taken}
        findings = [f for f in findings if f.feature is None or f.feature.row not in gone]
        findings += left_out
        table, outlines = table[is_taken], outlines[is_taken]
        features = [feature for feature in features if feature.row not in gone]
    findings += _keys(table, schema, mapped, features)
    findings += _running(table, schema, mapped)
    findings += _codes(table, schema, mapped, features, reference)

    layer = gpd.GeoDataFrame(table, geometry=outlines.geometry, crs=crs)
    if crs is not None and layer.geometry.notna().any():
        step(_SAY["comparing_places"])
        findings += _place(layer, schema, features, reference)

    bordered = None
    if not is_refused(findings):
        keyed = _keyed(layer, schema)
        is_mended = repair and BORDERS not in unrepaired
        if is_mended and schema.coverage and keyed.geometry.notna().all():
            step(_SAY["mending_borders"])
            drawn_apart = keyed
            keyed, mended = mend_borders(keyed, features=features)
            rest = staying(keyed, schema=schema, reference=reference)
            if rest is not None:
                keyed, drawn = mend_to_published(keyed, rest, features=features)
                mended += drawn
            findings += mended
            bordered = drawn_apart, keyed
        layer, filled = _filled(keyed, schema, reference)
        findings += filled
        step(_SAY["checking_borders"])
        findings += foreign_features(layer, schema=schema, reference=reference, features=features)
        own = layer
        if not is_refused(findings):
            layer = with_the_rest(layer, schema=schema, reference=reference)
        findings += compare_outlines(
            own, schema=schema, features=features, given=keyed, whole=layer
        )
    changes = None
    if not is_refused(findings) and reference.current is not None:
        step(_SAY["comparing_published"])
        fields = [field.name for field in schema.fields]
        changes = difference(
            layer, reference.current, fields=fields, regency_field=schema.regency_field
        )
        findings += [
            *_removed(changes, own, schema, reference),
            *vanished(layer, reference.current),
        ]
        findings += flattened(layer, reference.current)
        findings += _undoing(earlier, layer, reference.current)
    frame = None if is_refused(findings) else layer
    systems = _systems(source, findings, reference, override=crs_override)
    report = report_of(
        findings,
        source=source,
        mapping=asked.to_json(),
        layer=layer,
        difference=None if changes is None else changes.to_json(),
        choices=choices(given, schema, asked),
        systems=systems,
    )
    # The merged layer has the CRS of the published one, and features that are not the file's.
    report["summary"] |= {
        "features_of_file": len(table),
        "features_published": len(layer) - len(table),
        "crs_of_file": None if crs is None else name_of(crs),
    }
    read = ReadFile(source, features, findings, systems, crs_override, outlines, bordered)
    if changes is None or reference.current is None:
        return Validation(frame, report, read)
    return Validation(frame, report, read, changes=(layer, reference.current, changes))


# What another CRS than the stated one would mend.
_ELSEWHERE = frozenset(
    {"crs_missing", "crs_unknown", "outside_region", "coordinates_impossible", "crs_area_of_use"}
)


def _systems(
    source: Source,
    findings: Sequence[Finding],
    reference: Reference,
    *,
    override: pyproj.CRS | None,
) -> Systems:
    """The CRSs to choose from, with where each puts the layer.

    Others than the file's own and the one that is asked for only where they may be needed: where
    that of the file is not known or puts it elsewhere, and while another one stands in its place.
    """
    bounds = tuple(source.frame.total_bounds)
    ground: dict[str, Any] = {"region": reference.region, "planning": reference.planning}
    stated, asked = (
        None if crs is None else candidate(bounds, crs, **ground)
        for crs in (source.frame.crs, override)
    )
    is_open = override is not None or _ELSEWHERE & {found.code for found in findings}
    others = compared(crs_candidates(bounds, **ground), source) if is_open else []
    return Systems(stated, asked, tuple(others))


def _as_written(
    schema: LayerSchema,
    table: pd.DataFrame,
    *,
    asked: Mapping[str, str | None],
    current: gpd.GeoDataFrame | None,
) -> LayerSchema:
    """The schema of an office's own layer with its key spelled as the file spells it.

    Whoever states the key may write `no` for a column NO; what is published keeps its name.
    """
    key = schema.key
    is_own = any(one.name == key and one.kind == "any" for one in schema.fields)
    is_known = current is not None and key in current.columns
    if not is_own or is_known or key in asked or key in table.columns:
        return schema
    alike = [str(c) for c in table.columns if plain_name(c) == plain_name(key)]
    if len(alike) != 1:
        return schema
    field = Field(alike[0], "any", Text(alike[0], alike[0]), required=True)
    return replace(schema, key=alike[0], fields=(field,))


def _size(source: Source, limits: Limits) -> list[Finding]:
    rows, columns = len(source.frame), len(source.frame.columns) - 1
    if rows == 0 and source.header_count == 0:
        return [finding("empty_layer")]
    if rows > limits.features:
        return [finding("too_many_features", count=rows, limit=limits.features)]
    if columns > limits.columns:
        return [finding("too_many_columns", count=columns, limit=limits.columns)]
    if rows != source.header_count:
        geometries = geometry_count(source)
        return [
            finding("count_mismatch", header=source.header_count, rows=rows, geometries=geometries)
        ]
    return []


def _features(source: Source, mapped: Mapped, schema: LayerSchema) -> list[Feature]:
    rows = range(1, len(source.frame) + 1)
    keys = _labels(source, mapped.fields.get(schema.key))
    names = _labels(source, mapped.fields.get("name"))
    return [Feature(*label) for label in zip(rows, keys, names, _shown(source), strict=True)]


def _shown(source: Source) -> Sequence[int | None]:
    return source.numbers or [None] * len(source.frame)


def _labels(source: Source, column: str | None) -> list[str | None]:
    if column is None:
        return [None] * len(source.frame)
    return [None if is_missing(v) else str(v)[:80] for v in source.frame[column]]


def _keys(
    table: pd.DataFrame, schema: LayerSchema, mapped: Mapped, features: Sequence[Feature]
) -> list[Finding]:
    if schema.key not in table.columns:
        return []
    having: dict[str, list[Feature]] = {}
    for feature, key in zip(features, _key_texts(table[schema.key]), strict=True):
        if key is not None:
            having.setdefault(key, []).append(feature)
    column = mapped.fields.get(schema.key, schema.key)
    return [*_unaddressable(having, column), *_repeated(having, column)]


# Measured through nginx and uvicorn, %2F and all: these alone come to no address of their own. Programs
# take a part of dots for a folder, a line's end is no part of a path, and nginx ends a line at 8 kB.
_UNADDRESSABLE = re.compile(r"/*|(?:.*/)?\.{1,2}(?:/.*)?|.*[\x00-\x1f\x7f-\x9f].*", re.DOTALL)
_MOST_KEY = 255
_MOST_SHOWN_KEY = 60


def _unaddressable(having: Mapping[str, Sequence[Feature]], column: str) -> list[Finding]:
    """Keys that would be ids of features without an address."""
    return [
        finding(
            "key_unaddressable",
            feature=feature,
            where={"column": column},
            value=shortened(key, _MOST_SHOWN_KEY),
            column=column,
            most=_MOST_KEY,
        )
        for key, same in having.items()
        if len(key) > _MOST_KEY or _UNADDRESSABLE.fullmatch(key)
        for feature in same
    ]


def _repeated(having: Mapping[str, Sequence[Feature]], column: str) -> list[Finding]:
    return [
        finding(
            "key_duplicate",
            feature=feature,
            where={"column": column},
            value=key,
            rows=", ".join(str(other.number) for other in same if other is not feature),
            column=column,
        )
        for key, same in having.items()
        if len(same) > 1
        for feature in same
    ]


# Columns in which programs number the features of one file.
_NUMBERING = frozenset(
    ("objectid", "objectid_1", "fid", "fid_1", "oid", "ogc_fid", "gid", "id", "no", "nomor")
)


def _running(table: pd.DataFrame, schema: LayerSchema, mapped: Mapped) -> list[Finding]:
    """Codes that only count the features of a file: the next file counts from 1 again."""
    field = next((one for one in schema.fields if one.name == schema.key), None)
    if field is None or field.kind != "text" or schema.key not in table.columns:
        return []
    keys = [key for key in _key_texts(table[schema.key]) if key is not None]
    if not keys or not all(key.isdecimal() for key in keys):
        return []
    column = mapped.fields.get(schema.key, schema.key)
    numbers = sorted(map(int, keys))
    counts = any(numbers == [*range(at, at + len(keys))] for at in (0, 1))
    if not counts and plain_name(column) not in _NUMBERING:
        return []
    shown = first_of([str(one) for one in numbers], 3)
    where = {"column": column}
    facts: dict[str, Any] = {"column": column, "title": field.title, "examples": shown}
    return [finding("codes_running", where=where, count=len(keys), **facts)]


def _codes(
    table: pd.DataFrame,
    schema: LayerSchema,
    mapped: Mapped,
    features: Sequence[Feature],
    reference: Reference,
) -> list[Finding]:
    """Regency codes that do not exist, or that the feature's own code or name contradicts."""
    if schema.regency_field is None or schema.regency_field not in table.columns:
        return []
    if reference.planning is None:
        return _parents(table, schema, features)
    column = mapped.fields.get(schema.regency_field, schema.regency_field)
    regencies = reference.planning.regencies
    names = {regency.code: regency.full_name for regency in regencies}
    findings = []
    for feature, code in zip(features, table[schema.regency_field], strict=True):
        if not pd.isna(code) and code not in names:
            facts = {"column": column, "value": code, "hint": _nearest(code, names)}
            shown = ", ".join(f"{c} {name}" for c, name in names.items())
            findings.append(
                finding(
                    "code_unknown", feature=feature, where={"column": column}, known=shown, **facts
                )
            )
    findings += _parents(table, schema, features)
    return findings + _names(table, schema, mapped, features, regencies)


def _nearest(code: str, names: Mapping[str, str]) -> Text:
    """The one code that differs in a single digit, where there is one."""
    near = [c for c in names if sum(a != b for a, b in zip(c, code, strict=False)) == 1]
    if len(near) != 1:
        return Text(id="", en="")
    meant = f"{near[0]} ({names[near[0]]})"
    return _SAY["perhaps"].format(meant=meant)


def _parents(
    table: pd.DataFrame, schema: LayerSchema, features: Sequence[Feature]
) -> list[Finding]:
    if schema.key == schema.regency_field or schema.key != "code" or "code" not in table.columns:
        return []
    return [
        finding("code_parent_disagrees", feature=feature, value=code, parent=parent)
        for feature, code, parent in zip(
            features, table[schema.key], table[schema.regency_field], strict=True
        )
        if not pd.isna(code) and not pd.isna(parent) and not code.startswith(f"{parent}.")
    ]


def _names(
    table: pd.DataFrame,
    schema: LayerSchema,
    mapped: Mapped,
    features: Sequence[Feature],
    regencies: Sequence[Region],
) -> list[Finding]:
    """Regency names that belong to another code."""
    columns = {
        source: name for source, name in mapped.kept.items() if plain_name(source) in REGENCY_NAMES
    }
    if schema.key == schema.regency_field and "name" in table.columns:
        columns[mapped.fields["name"]] = "name"
    names = {regency.code: regency.full_name for regency in regencies}
    findings = []
    for source, name in columns.items():
        matched = match_regions(table[name], regencies).codes
        rows = zip(features, table[schema.regency_field], table[name], matched, strict=True)
        for feature, code, text, named in rows:
            if pd.isna(code) or pd.isna(text) or code not in names or code == named:
                continue
            facts = {"column": source, "code": code, "official": names[code], "name": text}
            where = {"column": source}
            if pd.isna(named):
                findings.append(finding("name_unknown", feature=feature, where=where, **facts))
            else:
                findings.append(
                    finding(
                        "name_disagrees", feature=feature, where=where, named_code=named, **facts
                    )
                )
    return findings


def _place(
    layer: gpd.GeoDataFrame,
    schema: LayerSchema,
    features: Sequence[Feature],
    reference: Reference,
) -> list[Finding]:
    findings = impossible_places(layer, features, planning=reference.planning)
    if not findings:
        findings = place_layer(layer, region=reference.region, planning=reference.planning)
    if is_refused(findings) or reference.region is None:
        return findings
    codes: list[str | None] = [None] * len(layer)
    if schema.regency_field in layer.columns:
        codes = [None if pd.isna(code) else code for code in layer[schema.regency_field]]
    return findings + place_features(
        layer,
        reference.region,
        codes=codes,
        names=full_names(reference.region),
        features=features,
    )


def _keyed(layer: gpd.GeoDataFrame, schema: LayerSchema) -> gpd.GeoDataFrame:
    """The layer under its key as the index `area_id`; by the number of the row where it has none."""
    keyed = layer.copy()
    if schema.key not in layer.columns:
        keyed.index = pd.Index([str(row) for row in range(1, len(layer) + 1)], name="area_id")
    else:
        keyed.index = pd.Index(_key_texts(layer[schema.key]), dtype="str", name="area_id")
    return keyed


def _key_texts(keys: pd.Series) -> list[str | None]:
    """Keys as text, whatever type the file gives them; None where one is missing."""
    return [None if is_missing(key) or pd.isna(key) else str(key) for key in keys]


# What belongs to a code and not to an outline, and stands in no register of the program.
_OF_THE_CODE = ("area_official_ha", "kecamatan_bps_code", "kecamatan_name", "kind")


def _filled(
    layer: gpd.GeoDataFrame, schema: LayerSchema, reference: Reference
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The layer with what its codes tell: where the file has no value, that of the official register.

    What is no part of the register stays as it is published. The area of an outline is that of this
    one.
    """
    published: dict[str, pd.Series] = {}
    measured: dict[str, pd.Series] = {}
    current, planning = reference.current, reference.planning
    regions = None
    if schema.regency_field and planning is not None:
        regions = layer[schema.regency_field].map(planning.by_code.get)
    bps_code = None if regions is None else regions.map(lambda region: region and region.bps_code)
    known = {"bps_code": bps_code, "regency_bps_code": bps_code}
    if regions is not None and schema.key == schema.regency_field:
        known["kind"] = regions.map(lambda region: region and region.kind)
    if current is not None:
        published = {name: current[name] for name in _OF_THE_CODE if name in current}
    if schema.coverage:
        measured["area_ha"] = pd.Series(area_ha(layer).round(2), index=layer.index)
    result, findings = layer, []
    for values, source in (
        ({name: told for name, told in known.items() if told is not None}, _SAY["by_register"]),
        (published, _SAY["by_published"]),
        (measured, _SAY["by_outline"]),
    ):
        result, counts = _without_gaps(result, values, schema)
        if counts:
            columns, count = ", ".join(counts), max(counts.values())
            findings.append(finding("column_filled", columns=columns, count=count, source=source))
    return result, findings


def _without_gaps(
    layer: gpd.GeoDataFrame, values: Mapping[str, pd.Series], schema: LayerSchema
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """The layer with gaps of those fields filled by key, and how many of each were."""
    names = [field.name for field in schema.fields]
    filled, counts = layer.copy(), {}
    for name, known in values.items():
        if name not in names:
            continue
        before = layer[name] if name in layer.columns else pd.Series(None, layer.index, "object")
        after = before.where(before.notna(), known.reindex(layer.index))
        if count := int(after.notna().sum() - before.notna().sum()):
            is_text = schema.field(name).kind == "text"
            filled[name], counts[name] = after.astype("str" if is_text else "float64"), count
    in_order = [n for n in names if n in filled] + [n for n in filled if n not in names]
    return filled[in_order], counts


# Of published features so many are named one by one.
_MOST_NAMED = 20


def _removed(
    changes: Difference, own: gpd.GeoDataFrame, schema: LayerSchema, reference: Reference
) -> list[Finding]:
    """The published features that the file does not have: those that leave, or stay as was chosen."""
    current = cast(gpd.GeoDataFrame, reference.current)
    if reference.keeps_missing and schema.key not in own.columns:
        return [finding("missing_kept_without_key")]
    kept = kept_missing(own, schema=schema, reference=reference)
    found = []
    for code, frame in (
        ("features_removed", current.loc[list(changes.removed)]),
        ("missing_kept", current.iloc[:0] if kept is None else kept),
    ):
        if len(frame):
            keys = first_of(list(frame.index), _MOST_NAMED)
            told = _named_features(frame)
            found.append(finding(code, count=len(frame), keys=keys, named=told))
    return found


def _undoing(
    earlier: tuple[Earlier, gpd.GeoDataFrame] | None,
    layer: gpd.GeoDataFrame,
    current: gpd.GeoDataFrame,
) -> list[Finding]:
    """What the layer takes back of the versions that were published since it began."""
    if earlier is None:
        return []
    told, base = earlier
    found = undone(layer, current, base)
    if not found:
        return []
    words = {OUTLINE: _SAY["outline"], GONE: _SAY["gone"], BACK: _SAY["back"]}
    shown = []
    for key, names in found[:_MOST_NAMED]:
        what = joined([words.get(name, Text(name, name)) for name in names])
        shown.append(Text(id=f"{key} ({what.id})", en=f"{key} ({what.en})"))
    more = [Text("…", "…")] if len(found) > _MOST_NAMED else []
    named = joined([*shown, *more])
    told_of = finding(
        "undoes_newer", count=len(found), base=told.number, newer=told.newer, named=named
    )
    return [told_of]


def _named_features(frame: gpd.GeoDataFrame) -> Text:
    """Published features by title with code and area: `Cerbon (cerbon, 1.204,5 ha)`; points have none."""
    shown = frame.iloc[:_MOST_NAMED]
    names = shown["name"] if "name" in shown.columns else pd.Series(None, shown.index, "object")
    told = []
    for key, name, hectares in zip(shown.index, names, area_ha(shown), strict=True):
        is_named = not is_missing(name) and not pd.isna(name) and str(name) != str(key)
        facts = [Text(str(key), str(key))] if is_named else []
        if hectares > 0:
            facts.append(joined([number(float(hectares), ",.1f"), Text("ha", "ha")], by=" "))
        title = Text(*[str(name if is_named else key)] * 2)
        inside = joined(facts)
        told.append(Text(*(f"{t} ({i})" if i else t for t, i in zip(title, inside, strict=True))))
    if len(frame) > _MOST_NAMED:
        told.append(Text("…", "…"))
    return joined(told, by="; ")
