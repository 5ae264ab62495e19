"""What templates were compiled to, kept beside them as Python keeps its modules'.

To compile all of them takes a process some seconds, as long as to import the rest of the service.
"""

import pickle
import sys
from contextlib import suppress
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket

from geo.source_digest import source_digest


class CompiledTemplates(jinja2.FileSystemBytecodeCache):
    """Templates of one environment, compiled, in `folder`; nothing is kept where it can't be written.

    A template that changed is compiled anew, as is every one under another Jinja or another source
    of our environment: Jinja itself compares the template and the Python only.
    """

    def __init__(self, folder: Path) -> None:
        edition = f"jinja-{jinja2.__version__}-{source_digest('maps/pages/page.py')}"
        super().__init__(str(folder), f"%s.{edition}.cache")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill `bucket` with what is kept; a file that a power cut left half is none."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, pickle.UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what `bucket` holds, where Python may keep its own."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)
