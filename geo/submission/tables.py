"""What is handed in and is no layer: figures, targets and indices, checked against what is published.

A table changes the rows that it names and leaves all others as they are; an index is handed in whole.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from geo.indicators.figure_changes import changed_figures, figures_json, removal, year_moves
from geo.indicators.handed_in import Against, read_indicator_file
from geo.indicators.table import Amendment, Indicator, parse_indicators, upsert
from geo.ingest.findings import Finding, to_json
from geo.ingest.source import Limits
from geo.language import Text
from geo.planning.publish import INDICATORS, publish_table
from geo.planning.shipped import shipped_data
from geo.programme.indices.areas import known_areas
from geo.programme.indices.handed_in import (
    IndexAgainst,
    disputed,
    emptied,
    held_against,
    index_subject,
    read_handed_in,
    touched_by,
)
from geo.programme.indices.index import Index
from geo.programme.indices.index_changes import (
    IndexChange,
    counts_of,
    index_changes,
    index_json,
    merged_index,
    overtaken,
)
from geo.programme.indices.index_file import index_faults, index_text, parse_index
from geo.programme.indices.stored_index import (
    INDEX_PREFIX,
    index_of,
    is_index,
    publish_index,
    shipped_index,
    stored_index,
)
from geo.programme.publish_targets import (
    TARGETS,
    TargetChange,
    changed_targets,
    keys_of,
    publish_targets,
    targets,
    targets_json,
    targets_removal,
    upsert_targets,
)
from geo.programme.target_file import StatedOfTargets, TargetsAgainst, read_target_file
from geo.programme.target_subject import targets_subject
from geo.programme.targets import with_targets
from geo.published import (
    DEFAULT_MODEL,
    NEED_MODEL,
    indicator_catalogue,
    model,
    models,
    read_catalogue,
    read_indicators,
)
from geo.published import region as planning_region
from geo.store.region import local_day
from geo.store.store import Provenance, Store, Upload, Version
from geo.store.uploads import CHECKED
from geo.submission.choices import Choices
from geo.validation.report import report_of

TABLES = (INDICATORS, TARGETS)
_GRAVEST = ("changed", "removed", "added")


def is_table(dataset: str) -> bool:
    """Whether a dataset is the table of figures, that of targets, or an index."""
    return dataset in TABLES or is_index(dataset)


def check_table(
    store: Store, upload: Upload, choices: Choices, *, limits: Limits, cleaned: Path
) -> dict[str, Any]:
    """The report of a table or index; what would be published is left in `cleaned` where none is an error."""
    if is_index(upload.dataset):
        return _check_index(store, upload, choices, cleaned=cleaned)
    read = _check_figures if upload.dataset == INDICATORS else _check_targets
    return read(store, upload, choices, limits=limits, cleaned=cleaned)


def publish_handed_in(
    store: Store, upload: Upload, provenance: Provenance, *, expected: int
) -> Version:
    """Put the checked rows of an upload into its table as it stands now, or publish its index."""
    if is_index(upload.dataset):
        changes = upload.report.get("difference") or {}
        details = {"difference": changes.get("counts")}
        index = _index_now(store, upload, over=expected)
        return publish_index(store, index, provenance, details=details, expected=expected)
    table, amendment = _amended(store, upload)
    details = {"difference": asdict(amendment)}
    if upload.dataset == TARGETS:
        return publish_targets(store, table, provenance, details=details, expected=expected)
    details["catalogue"] = store.version(INDICATORS).details["catalogue"]
    return publish_table(store, table, provenance, details=details, expected=expected)


def upserted(store: Store, upload: Upload) -> pd.DataFrame:
    """The published table with the rows of an upload in it."""
    return _amended(store, upload)[0]


def is_as_reported(store: Store, upload: Upload) -> bool:
    """Whether an upload would change just what its report lists, whatever came since its check.

    What others published meanwhile of targets or an index and the upload does not name is no conflict. Of figures this
    is not known: their warnings weigh the whole table.
    """
    if is_index(upload.dataset):
        name = upload.dataset.removeprefix(INDEX_PREFIX)
        standing = stored_index(store, name, data_dir=shipped_folder(store))
        index = _index_now(store, upload, over=standing.number or 0)
        listed = json.loads(json.dumps(index_json(index_changes(index, standing.index))))
        # Two that are each right may not be so together: weights beyond 1.
        return listed == upload.report["difference"]["index"] and not any(index_faults(index))
    if upload.dataset != TARGETS:
        return False
    current, reported = targets(store), upload.report["difference"]
    table, _ = _amended(store, upload)
    changes = changed_targets(table, current)
    now = _targets_listed(changes, with_targets(indicator_catalogue(store)))
    # Of a longer list the report has not every one.
    is_whole = len(changes) == len(now)
    return is_whole and bool(json.loads(json.dumps(now)) == reported["targets"])


def index_sides(store: Store, upload: Upload) -> tuple[Index, Index] | None:
    """The index as it counts now, and as it would with an upload that is checked and not decided.

    None of an upload that is neither, or that an error refuses.
    """
    if not is_index(upload.dataset) or upload.is_end or upload.state not in CHECKED:
        return None
    if upload.report.get("difference") is None:
        return None
    name = upload.dataset.removeprefix(INDEX_PREFIX)
    standing = stored_index(store, name, data_dir=shipped_folder(store))
    return standing.index, _index_now(store, upload, over=standing.number or 0)


def _index_now(store: Store, upload: Upload, *, over: int) -> Index:
    """The index of an upload in place of a version: what it changed of the one it was compared with."""
    name, base = upload.dataset.removeprefix(INDEX_PREFIX), upload.compared_with
    index = parse_index(store.uploads.path(upload.upload).read_text(encoding="utf-8"))
    if over == base:
        return index
    current = stored_index(store, name, data_dir=shipped_folder(store)).index
    return merged_index(index, _index_at(store, name, base), current)


def _index_at(store: Store, name: str, number: int) -> Index:
    """An index as a version of it is; as it ships for 0."""
    if not number:
        return shipped_index(name, data_dir=shipped_folder(store))
    return index_of(store.version(INDEX_PREFIX + name, number).path)


def _amended(store: Store, upload: Upload) -> tuple[pd.DataFrame, Amendment]:
    handed_in, is_replacing = store.uploads.path(upload.upload), upload.report["replace"]
    if upload.dataset == TARGETS:
        rows = pd.read_parquet(handed_in)
        return upsert_targets(targets(store), rows, is_replacing=is_replacing)
    figures = parse_indicators(pd.read_parquet(handed_in), region=planning_region(store))
    current = read_indicators(store.version(INDICATORS).path)
    return upsert(current, figures, is_replacing=is_replacing)


def _check_figures(
    store: Store, upload: Upload, choices: Choices, *, limits: Limits, cleaned: Path
) -> dict[str, Any]:
    version = store.version(INDICATORS)
    current = read_indicators(version.path)
    against = Against(
        region=planning_region(store),
        catalogue=read_catalogue(version.details["catalogue"]),
        published=current,
        today=local_day(store),
        regencies=choices.regencies,
        leaves_out_others=choices.leave_out_others,
    )
    read = read_indicator_file(
        store.uploads.original(upload.upload),
        stated=choices.stated(),
        against=against,
        limits=limits,
        name=upload.filename,
    )
    report = _report(read.findings, read.summary, upload, choices, against=version.number)
    if read.frame is not None:
        table, amendment = upsert(current, read.frame, is_replacing=choices.replace)
        _, whole = upsert(current, read.frame, is_replacing=True)
        # What is lost or becomes another number is looked at before what is new.
        figures = sorted(
            changed_figures(table, current).figures, key=lambda one: _GRAVEST.index(one.way)
        )
        report["difference"] = {
            "counts": asdict(amendment),
            "figures": figures_json(figures, against.catalogue),
        }
        # How many the choice to replace removes, also before it is made.
        report["replaceable"] = whole.removed
        leaving = {one.regency_code for one in figures if one.way == "removed"}
        report["touched"] = sorted({*read.frame["regency_code"]} | leaving)
        asked = _indicators_read(store)
        for told in (
            removal(figures, against.catalogue),
            year_moves(table, current, asked=asked, region=against.region),
        ):
            report = report if told is None else with_finding(report, told)
        read.frame.to_parquet(cleaned, index=False)
    return report


def _check_targets(
    store: Store, upload: Upload, choices: Choices, *, limits: Limits, cleaned: Path
) -> dict[str, Any]:
    standing, current = store.standing(TARGETS), targets(store)
    against = TargetsAgainst(
        region=planning_region(store),
        catalogue=with_targets(indicator_catalogue(store)),
        today=local_day(store),
        regencies=choices.regencies,
        leaves_out_others=choices.leave_out_others,
        published=keys_of(current),
    )
    stated = StatedOfTargets(choices.source, choices.numbers, choices.layer, choices.encoding)
    read = read_target_file(
        store.uploads.original(upload.upload),
        stated=stated,
        against=against,
        limits=limits,
        name=upload.filename,
    )
    number = 0 if standing is None else standing.number
    report = _report(read.findings, read.summary, upload, choices, against=number)
    if read.frame is not None:
        table, amendment = upsert_targets(current, read.frame, is_replacing=choices.replace)
        _, whole = upsert_targets(current, read.frame, is_replacing=True)
        changes = changed_targets(table, current)
        report["difference"] = {
            "counts": asdict(amendment),
            "targets": _targets_listed(changes, against.catalogue),
        }
        report["subject"] = targets_subject(
            read.frame, catalogue=against.catalogue, region=against.region
        )._asdict()
        # What the rows themselves withdraw goes in any case.
        withdrawn = read.frame["least"].isna() & read.frame["most"].isna()
        report["replaceable"] = whole.removed - int(withdrawn.sum())
        leaving = {one.regency_code for one in changes if one.way == "removed"}
        report["touched"] = sorted({*read.frame["regency_code"]} | leaving)
        if (told := targets_removal(changes, against.catalogue)) is not None:
            report = with_finding(report, told)
        read.frame.to_parquet(cleaned, index=False)
    return report


def _targets_listed(
    changes: Sequence[TargetChange], catalogue: Mapping[str, Indicator]
) -> list[dict[str, Any]]:
    return targets_json(sorted(changes, key=lambda one: _GRAVEST.index(one.way)), catalogue)


def shipped_folder(store: Store) -> Path:
    """Where the data that ship are read from: the operator's own folder, else the program's."""
    return store.data_dir or shipped_data()


def index_against(store: Store, name: str) -> IndexAgainst:
    """What an index of that id is held against as it is handed in."""
    folder = shipped_folder(store)
    return IndexAgainst(
        shipped_index(name, data_dir=folder),
        planning_region(store),
        with_targets(indicator_catalogue(store)),
        local_day(store).year,
        known_areas(store, stored_index(store, name, data_dir=folder).index),
    )


def _check_index(
    store: Store, upload: Upload, choices: Choices, *, cleaned: Path
) -> dict[str, Any]:
    name = upload.dataset.removeprefix(INDEX_PREFIX)
    current = stored_index(store, name, data_dir=shipped_folder(store))
    text = store.uploads.original(upload.upload).read_text(encoding="utf-8", errors="replace")
    against = index_against(store, name)
    read = read_handed_in(text, against)
    newer: tuple[IndexChange, ...] = ()
    standing = store.standing(upload.dataset)
    number = 0 if standing is None else standing.number
    first = upload.report.get("first") or {"version": number}
    if read.index is not None and first["version"] != number:
        # What others published since it was first compared is not what its sender changed.
        base = _index_at(store, name, first["version"])
        read = held_against(merged_index(read.index, base, current.index), against)
        newer = index_changes(current.index, base)
    report = _report(read.findings, {"format": "toml"}, upload, choices, against=number)
    if read.index is not None:
        changes = index_changes(read.index, current.index)
        report["difference"] = {"counts": counts_of(changes), "index": index_json(changes)}
        report["touched"] = touched_by(changes)
        report["subject"] = index_subject(changes, against.region)._asdict()
        for told in (emptied(changes), disputed(overtaken(changes, newer))):
            report = report if told is None else with_finding(report, told)
        cleaned.write_text(index_text(read.index), encoding="utf-8")
    return report


def _report(
    findings: Sequence[Finding],
    summary: Mapping[str, object],
    upload: Upload,
    choices: Choices,
    *,
    against: int,
) -> dict[str, Any]:
    facts = {"filename": upload.filename, "summary": summary}
    return report_of(findings) | facts | {"against": against, "replace": choices.replace}


def with_finding(report: Mapping[str, Any], found: Finding) -> dict[str, Any]:
    """A report with a warning that only the store can tell of."""
    added = to_json([found])
    return {
        **report,
        "to_accept": report["to_accept"] + added["to_accept"],
        "findings": [*added["findings"], *report["findings"]],
        "counts": report["counts"] | added["counts"],
        "warnings": report["warnings"] + added["warnings"],
    }


def _indicators_read(store: Store) -> dict[Text, tuple[str, ...]]:
    """The indicators that each default model reads, by its title."""
    now = store.current()
    read = [model(now, one) for one in (DEFAULT_MODEL, NEED_MODEL) if one in models(now)]
    return {one.title: tuple(one.indicators()) for one in read}
