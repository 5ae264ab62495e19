"""Uploaded files read in this process: the confined one costs a second, most of it to import its libraries.

That it is started, limited and ended is tested where it is the subject: tests/geo/ingest/test_sandbox.py,
the crash tests, and the doors' own stories.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geo.ingest.sandbox import Outcome, Watch
from geo.ingest.source import Job, Reference
from geo.validation import reader, upload


@contextmanager
def reading_here() -> Iterator[None]:
    """Files are read by the reader's own function, and its document told as a file would tell it."""
    confined = upload.read_confined

    def read(job: Job, reference: Reference, folder: Path, watch: Watch | None) -> Outcome:
        document = reader.read_and_check(job, folder, reference=lambda: reference)
        return Outcome(json.loads(json.dumps(document)))

    upload.read_confined = read
    try:
        yield
    finally:
        upload.read_confined = confined
