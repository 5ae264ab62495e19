"""Uploads as documents: lists, reports, what can be done next, and refusals."""

from typing import Annotated, Any

from fastapi import Path as PathParameter
from pydantic import BaseModel

from api.links import JSON, Links
from api.problems import Problem
from geo.errors import LayerMoved, UploadRejected
from geo.language import Language, texts
from geo.store.store import Store, Upload, UploadEntry, Version
from geo.store.uploads import FROM, Step
from geo.submission.receiving import Part

_SAY = texts(__name__)

UploadId = Annotated[
    str, PathParameter(alias="uploadId", pattern="^[0-9a-f]{16}$", description="Id of an upload.")
]
# The steps that lead on from a state, each the name of its link and the end of its path.
_STEPS: tuple[Step, ...] = ("submit", "publish", "return")


class UploadEntryDocument(BaseModel):
    """An upload in a list; `links` name its report and the steps that its state allows.

    `subject` says in both languages what a table of targets is of.
    """

    upload: str
    collection: str
    state: str
    state_text: dict[str, str]
    filename: str
    sha256: str
    created_at: str
    created_by: str
    updated_at: str
    expires_at: str | None = None
    is_expiring: bool = False
    base: int | None = None
    submitted_by: str | None = None
    subject: dict[str, str] | None = None
    links: list[dict[str, str]]


class ProgressDocument(BaseModel):
    """How far a check is: its step in both languages, and about which share (0..1) is done."""

    step: dict[str, str]
    share: float


class UploadDocument(UploadEntryDocument):
    """An upload and its report; every finding has its sentence in both languages.

    `report` is missing until the file was checked; `progress` is there while it is. `submission` has
    `returned` (`reason`, `by`, `role`, `institution`, `at`) of one that came back to its sender. A finding with
    `to_accept` must be accepted at submission or publication (`accept_warnings`).
    """

    choices: dict[str, Any]
    has_original: bool
    submission: dict[str, Any] | None = None
    progress: ProgressDocument | None = None
    report: dict[str, Any] | None = None


class UploadsDocument(BaseModel):
    """Uploads, the newest first."""

    uploads: list[UploadEntryDocument]
    links: list[dict[str, str]]


class PartDocument(BaseModel):
    """A file of which `received` of `bytes` have come; `crc32` is of these (hexadecimal)."""

    part: str
    filename: str
    bytes: int
    received: int
    crc32: str
    sha256: str | None = None
    created_at: str
    updated_at: str
    expires_at: str
    links: list[dict[str, str]]


class PartsDocument(BaseModel):
    """One's own files that have not come whole or were not handed in, the latest first."""

    parts: list[PartDocument]
    links: list[dict[str, str]]


class PublishedDocument(BaseModel):
    """The version that a collection now has."""

    collection: str
    version: int
    sha256: str
    published_at: str
    published_by: str
    note: str
    links: list[dict[str, str]]


def upload_document(
    store: Store, upload: Upload, links: Links, language: Language
) -> UploadDocument:
    """An upload with its report in the reader's language, and how far its check is."""
    return UploadDocument(
        **entry_document(store, upload, links).model_dump(),
        choices=dict(upload.choices),
        has_original=store.uploads.has_original(upload),
        submission=None if upload.submission is None else dict(upload.submission),
        progress=_progress(store, upload),
        report=report_in(upload.report, language) if upload.report else None,
    )


def entry_document(store: Store, upload: UploadEntry, links: Links) -> UploadEntryDocument:
    """An upload as it stands in a list."""
    path = ("uploads", upload.upload)
    found = [links.link("self", JSON, *path)]
    found += [links.link(s, JSON, *path, s) for s in _STEPS if upload.allows(s)]
    return UploadEntryDocument(
        upload=upload.upload,
        collection=upload.dataset,
        state=upload.state,
        state_text=_SAY[f"state_{upload.state}"]._asdict(),
        filename=upload.filename,
        sha256=upload.sha256,
        created_at=upload.created_at,
        created_by=upload.created_by,
        updated_at=upload.updated_at,
        expires_at=upload.expires_at,
        is_expiring=store.uploads.is_expiring(upload),
        base=upload.base,
        submitted_by=upload.submitted_by,
        subject=None if upload.subject is None else dict(upload.subject),
        links=found,
    )


def part_document(part: Part, links: Links) -> PartDocument:
    """A file that comes in parts, and where its next bytes are brought to."""
    return PartDocument(
        part=part.part,
        filename=part.filename,
        bytes=part.size_bytes,
        received=part.received_bytes,
        crc32=f"{part.crc32:08x}",
        sha256=part.sha256,
        created_at=part.created_at,
        updated_at=part.updated_at,
        expires_at=part.expires_at,
        links=[links.link("self", JSON, "uploads", "parts", part.part)],
    )


def _progress(store: Store, upload: Upload) -> ProgressDocument | None:
    from geo.submission.check import progress

    if upload.state not in FROM["check"]:
        return None
    told = progress(store, upload.upload)
    if told is None:
        return ProgressDocument(step=_SAY[f"state_{upload.state}"]._asdict(), share=0.0)
    return ProgressDocument(step=told.step._asdict(), share=told.share)


def report_in(report: Any, language: Language) -> dict[str, Any]:
    """The report with every finding's sentence in the reader's language too."""
    findings = [{**f, "message": f["sentence"][language]} for f in report["findings"]]
    return {**report, "findings": findings}


def refusal(document: UploadDocument, language: Language, headers: dict[str, str]) -> Problem:
    """The problem of a file that cannot be published as it is; its facts are what 201 answers."""
    report = document.report or {"findings": [], "errors": 0}
    errors = [f["sentence"][language] for f in report["findings"] if f["severity"] == "error"]
    detail = _SAY["refused"].format(n=report["errors"]).to(language)
    return Problem(
        code=UploadRejected.__name__,
        status=422,
        title=UploadRejected.title.to(language),
        detail=" ".join([detail, *errors[:3]]),
        facts=document.model_dump(exclude_none=True),
        headers=headers,
    )


def moved_problem(
    error: LayerMoved, upload: Upload, document: UploadDocument, language: Language
) -> Problem:
    """The problem of an upload whose layer has moved, with the report of its new check."""
    found = upload.report.get("findings", ())
    both = [one["sentence"][language] for one in found if one["code"] == "index_overtaken"]
    return Problem(
        code=LayerMoved.__name__,
        status=409,
        title=error.title.to(language),
        detail=" ".join([error.detail(language), *both]),
        facts={
            **error.facts,
            **document.model_dump(exclude_none=True),
            "base": upload.compared_with,
        },
        headers={},
    )


def published_document(version: Version, links: Links) -> PublishedDocument:
    """The version that was published, with where it is found."""
    path = ("collections", version.dataset)
    found = [
        links.link("items", JSON, *path, "items"),
        links.link("version-history", JSON, *path, "versions"),
    ]
    return PublishedDocument(
        collection=version.dataset,
        version=version.number,
        sha256=version.sha256,
        published_at=version.published_at,
        published_by=version.published_by,
        note=version.note,
        # Figures are no collection of features.
        links=found if version.kind == "layer" else [],
    )
