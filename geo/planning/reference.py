"""The shipped reference data become the first versions of a new store.

Every version takes its source and licence from the manifest beside the file.
"""

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.crs import LONLAT
from geo.errors import Conflict
from geo.indicators.older_catalogue import Entries, with_facts
from geo.land.fit import fitness_of
from geo.land.raster import KNOWN_RASTERS, raster_facts
from geo.planning.publish import INDICATORS, publish_indicators, publish_region
from geo.planning.shipped import (
    CATALOGUE,
    EARLIER_MODELS,
    GAINED_FROM,
    LAYERS,
    MODELS,
    RASTERS,
    REGION,
    TABLES,
    TARGETS,
    behind,
    digest_of,
    facts_note,
    lacking_facts,
    shipped_sums,
)
from geo.published import LAND_PREFIX, MODEL_PREFIX, region
from geo.store.store import Provenance, Store
from geo.store.versions import Version
from geo.vector.export import layer_to_parquet
from geo.vector.schema import FieldKind, schema_of

_ACTOR = "kawasan"
# What the columns of a shipped table become.
_TYPES: Mapping[FieldKind, str] = {"text": "str", "integer": "Int64", "number": "float64"}
_OUTLINES = ("desa", "kecamatan")
# The ends of a target, of which one may be open.
_ENDS = ("least", "most")
_REGENCY = len("63.01")


def load_reference(
    store: Store, data_dir: Path, *, progress: Callable[[str], None] | None = None
) -> list[str]:
    """Publish the shipped layers, indicators, rasters and models; the names of what was published.

    A dataset that the store already has is left as it is, so that an interrupted start is finished
    by the next one, and an office's own version stays. So do the shipped data of an older program:
    newer data of the same dataset reach such a store by `kawasan ingest` and `kawasan land add`. A
    model that still stands as an older program shipped it gets the shipped version after it; the
    figures get a version whose catalogue says what an older one could not, and are the same.
    """
    jobs = _jobs(store, data_dir)
    present = set(store.datasets()) - _behind(store, data_dir)
    if facts := lacking_facts(store, data_dir):
        present.discard(INDICATORS)
        seen = store.version(INDICATORS)
        jobs[INDICATORS] = _job(_complete_catalogue, store, data_dir, facts, seen)
    published = []
    for name, publish in jobs.items():
        if name in present:
            continue
        if progress is not None:
            progress(name)
        try:
            publish()
        except Conflict:  # another first start published it since we looked
            continue
        published.append(name)
    return published


def _behind(store: Store, data_dir: Path) -> set[str]:
    """The datasets that stand as an older program shipped them, and that a shipped model needs newer."""
    now, sums = store.current(), shipped_sums(data_dir)
    shas = {name: now.version(name).sha256 for name in now.datasets("model")}
    # One that had today's version, and was put back, was put back by an office.
    models = {
        MODEL_PREFIX + name
        for name in behind(shas, data_dir)
        if sums[name] not in {v.sha256 for v in store.versions(MODEL_PREFIX + name)}
    }
    if not models:
        return set()
    rasters = {LAND_PREFIX + name for name in RASTERS} & set(now.datasets("raster"))
    return models | {name for name in rasters if _is_as_shipped(now.version(name), data_dir)}


def _is_as_shipped(raster: Version, data_dir: Path) -> bool:
    """Whether a raster is the shipped one, stated to be fit for other criteria than today."""
    file = data_dir / "land" / f"{raster.dataset.removeprefix(LAND_PREFIX)}.tif"
    is_same = raster.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    return is_same and fitness_of(raster.details) != fitness_of(manifest_entry(file))


def _jobs(store: Store, data_dir: Path) -> dict[str, Callable[[], object]]:
    # What may be replaced is the version that is seen now: another first start may come between.
    jobs: dict[str, Callable[[], object]] = {"region": _job(_publish_region, store, data_dir)}
    for name, file in LAYERS.items():
        jobs[name] = _job(_publish_layer, store, data_dir, name, file)
    for name, file in TABLES.items():
        jobs[name] = _job(_publish_table, store, data_dir, name, file)
    jobs["indicators"] = _job(_publish_indicators, store, data_dir)
    jobs["targets"] = _job(_publish_targets, store, data_dir)
    for name in RASTERS:
        seen = _number(store, LAND_PREFIX + name)
        jobs[LAND_PREFIX + name] = _job(_publish_raster, store, data_dir, name, seen)
    for name in MODELS:
        seen = _number(store, MODEL_PREFIX + name)
        jobs[MODEL_PREFIX + name] = _job(_publish_model, store, data_dir, name, seen)
    return jobs


def _job(publish: Callable[..., object], *arguments: object) -> Callable[[], object]:
    return lambda: publish(*arguments)


def _publish_region(store: Store, data_dir: Path) -> None:
    file = data_dir / REGION
    publish_region(
        store,
        file.read_text(encoding="utf-8"),
        provenance=_provenance(file),
        details=_indonesian(manifest_entry(file)),
        expected=0,
    )


def _publish_layer(store: Store, data_dir: Path, name: str, file: str) -> None:
    path = data_dir / file
    is_ready = path.suffix == ".parquet"  # as the store keeps it: published as it lies
    frame = gpd.read_parquet(path) if is_ready else read_reference_layer(path, layer=name)
    _publish_frame(store, name, frame, path, content=path if is_ready else layer_to_parquet(frame))


def _publish_table(store: Store, data_dir: Path, name: str, file: str) -> None:
    frame = with_outlines(data_dir, file, layer=name)
    _publish_frame(store, name, frame, data_dir / file, content=layer_to_parquet(frame))


def _publish_frame(
    store: Store, name: str, frame: gpd.GeoDataFrame, file: Path, *, content: Path | bytes
) -> None:
    store.publish(
        name,
        "layer",
        content,
        suffix=".parquet",
        provenance=_provenance(file),
        details={
            "features": len(frame),
            "crs": "OGC:CRS84",
            "bounds": [float(b) for b in frame.total_bounds],
            **_indonesian(manifest_entry(file)),
        },
        expected=0,
    )


def with_outlines(data_dir: Path, file: str, *, layer: str) -> gpd.GeoDataFrame:
    """A shipped table by Kemendagri code as a layer, with the shipped outlines of desa and kecamatan.

    Every row stays: one whose place has no outline has no geometry. Lon/lat, index `area_id` under the
    key of the layer's schema, with its fields alone; a `source` that the table lacks is the manifest's.
    """
    schema, entry = schema_of(layer), manifest_entry(data_dir / file)
    rows = pd.read_csv(data_dir / file, dtype="str", keep_default_na=False, na_values=[""])
    lacking = {
        "regency_code": rows["code"].str[:_REGENCY],
        "source": entry.get("source_id", entry["source"]),
    }
    rows = rows.assign(**{name: v for name, v in lacking.items() if name not in rows})
    table = rows[[f.name for f in schema.fields]].astype(
        {f.name: _TYPES[f.kind] for f in schema.fields}
    )
    outlines = pd.concat(gpd.read_parquet(data_dir / LAYERS[name]).geometry for name in _OUTLINES)
    shapes = gpd.GeoSeries(outlines.reindex(table["code"]).to_numpy(), table.index, crs=LONLAT)
    frame = gpd.GeoDataFrame(table, geometry=shapes)
    return frame.set_index(schema.key, drop=False).rename_axis("area_id").sort_index()


def read_reference_layer(file: Path, *, layer: str) -> gpd.GeoDataFrame:
    """A shipped layer with the fields of its schema, under its key as index `area_id`; lon/lat."""
    schema = schema_of(layer)
    frame = gpd.read_file(file)
    named = [field.name for field in schema.fields if field.name in frame.columns]
    keyed = frame[[*named, "geometry"]].set_index(schema.key, drop=False).rename_axis("area_id")
    return keyed.sort_index()


def _publish_indicators(store: Store, data_dir: Path) -> None:
    file = data_dir / "indicators" / "indicators.csv"
    entry = manifest_entry(file)
    publish_indicators(
        store,
        pd.read_csv(file, dtype=str, keep_default_na=False),
        actor=_ACTOR,
        note=_note(file),
        source=entry["source"],
        licence=entry["licence"],
        catalogue=(data_dir / CATALOGUE).read_text(encoding="utf-8"),
        details=_indonesian(entry),
        expected=0,
    )


def _complete_catalogue(store: Store, data_dir: Path, facts: Entries, seen: Version) -> None:
    """Publish the figures of a version again, as they are, with a catalogue that says `facts` too."""
    note = facts_note(facts)
    # What an upload changed, this version does not change again.
    details = {name: fact for name, fact in seen.details.items() if name != "difference"}
    details |= {
        "catalogue": with_facts(seen.details["catalogue"], facts),
        "indonesian": {**seen.details.get("indonesian", {}), "note": note.id},
        GAINED_FROM: digest_of((data_dir / CATALOGUE).read_text(encoding="utf-8")),
    }
    store.publish(
        INDICATORS,
        "indicators",
        seen.path,
        suffix=seen.path.suffix,
        provenance=Provenance(_ACTOR, note.en, seen.source, seen.licence),
        details=details,
        expected=seen.number,
    )


def _publish_targets(store: Store, data_dir: Path) -> None:
    """Publish the shipped targets of the regions that the store plans for: of another province none.

    `data/build.py` has checked the table by `geo.programme.targets.parse_targets`.
    """
    file = data_dir / TARGETS
    words = dict.fromkeys(pd.read_csv(file, nrows=0).columns, "str")
    table = pd.read_csv(
        file,
        dtype=words | {"year": "int64", **dict.fromkeys(_ENDS, "float64")},
        keep_default_na=False,
        na_values={end: [""] for end in _ENDS},
    )
    own = table[table["regency_code"].isin(region(store).codes)].reset_index(drop=True)
    store.publish(
        "targets",
        "targets",
        own.to_parquet(index=False),
        suffix=".parquet",
        provenance=_provenance(file),
        details={"rows": len(own), **_indonesian(manifest_entry(file))},
        expected=0,
    )


def _publish_raster(store: Store, data_dir: Path, name: str, seen: int) -> None:
    file = data_dir / "land" / f"{name}.tif"
    entry = manifest_entry(file)
    store.publish(
        LAND_PREFIX + name,
        "raster",
        file,
        suffix=".tif",
        provenance=_provenance(file),
        details=raster_facts(file)
        | {"unit": KNOWN_RASTERS[name], "year": _year(entry), **_indonesian(entry)}
        | fitness_of(entry).as_details(),
        expected=seen,
    )


def _year(entry: Mapping[str, Any]) -> str | None:
    # A manifest says in words that a source does not state its year.
    return str(entry["year"]) if isinstance(entry.get("year"), int) else None


def _publish_model(store: Store, data_dir: Path, name: str, seen: int) -> None:
    files = [f"{EARLIER_MODELS[name]}.toml"] if name in EARLIER_MODELS and not seen else []
    for place, file in enumerate([*files, f"{name}.toml"]):
        _publish_model_file(store, data_dir / "models" / file, name, expected=seen + place)


def _publish_model_file(store: Store, file: Path, name: str, *, expected: int) -> None:
    store.publish(
        MODEL_PREFIX + name,
        "model",
        file,
        suffix=".toml",
        provenance=_provenance(file),
        details=_indonesian(manifest_entry(file)),
        expected=expected,
    )


def _number(store: Store, dataset: str) -> int:
    """The current version of a dataset, 0 for none."""
    return store.current_version(dataset).number if dataset in store.datasets() else 0


def manifest_entry(file: Path) -> Mapping[str, Any]:
    """The entry of `file` in the `manifest.toml` beside it."""
    manifest = tomllib.loads((file.parent / "manifest.toml").read_text(encoding="utf-8"))
    return next(entry for entry in manifest["file"] if entry["name"] == file.name)


def _provenance(file: Path) -> Provenance:
    entry = manifest_entry(file)
    return Provenance(
        actor=_ACTOR,
        note=_note(file),
        source=entry["source"],
        licence=entry["licence"],
    )


def _indonesian(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest says in Indonesian beside its English; see `geo.store.versions.Version`."""
    said = {name: entry[key] for name in ("source", "licence") if (key := f"{name}_id") in entry}
    return {"indonesian": {**said, "note": f"Data bawaan: {entry['name']}"}}


def _note(file: Path) -> str:
    return f"Reference data: {file.name}"
