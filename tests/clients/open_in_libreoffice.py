"""The workbooks of indicators and targets opened by the real LibreOffice, without a window.

    python -m tests.clients.open_in_libreoffice --office soffice

A service with the shipped data and a target whose document would run as a formula. Each workbook is
opened, every sheet of it written as CSV and as a page. Told are, for each: the
sheets, their rows, how many cells are numbers; a cell that another program reads as
something else, such as the result of a formula, is a fault.
"""

import argparse
import csv
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from openpyxl import load_workbook

from geo.planning.reference import load_reference
from geo.store.roles import Actor
from geo.store.store import Store
from geo.submission.entering import enter_targets
from tests.service import running

DATA = Path(__file__).parents[2] / "data"
WORKBOOKS = {
    "split": "/split?f=xlsx&lang=id",
    "split-en": "/split?f=xlsx&lang=en&method=capacity&fixed=63.71:6.2",
    "achievement": "/achievement?f=xlsx&lang=id",
    "indicators": "/indicators?indicator=tpt_agustus&f=xlsx&lang=id",
    "gap": "/gap?indicator=tpt_agustus&f=xlsx&lang=id",
    "targets": "/targets?f=xlsx&lang=id",
}
# Comma, quotes, UTF-8, from the first line, not as shown, what a formula gives, every sheet (-1).
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
ERRORS = ("#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "Err:")
HOSTILE = {
    "regency_code": "63",
    "indicator": "tpt_agustus",
    "year": 2025,
    "most": 4.0,
    "level": "renja",
    "document": "=1+1",
    "source": '=HYPERLINK("http://x.example")',
}


def main() -> int:
    """0 where every workbook opens and holds what it should."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--office", default=shutil.which("soffice") or "soffice")
    office = asked.parse_args().office
    faults = []
    with tempfile.TemporaryDirectory(prefix="kawasan-office-") as folder:
        store = Store(Path(folder) / "store")
        load_reference(store, DATA)
        somebody = Actor("tester", "operator", approves_own=True)
        told = enter_targets(
            store, [HOSTILE], actor=somebody, note="x", publishes=True, accept_warnings=True
        )
        store.close()
        say(f"hostile target: {told.state}")
        with running(Path(folder) / "store") as address:
            for name, path in WORKBOOKS.items():
                file = Path(folder) / f"{name}.xlsx"
                with urllib.request.urlopen(address + path) as answer:
                    file.write_bytes(answer.read())
                faults += opened(office, file, profile=Path(folder) / "profile")
    for fault in faults:
        say(f"FAULT {fault}")
    return 1 if faults else 0


def say(line: str) -> None:
    """A line of the report."""
    sys.stdout.write(line + "\n")


def opened(office: str, file: Path, *, profile: Path) -> list[str]:
    """What is wrong with a workbook as LibreOffice reads it."""
    out = file.with_suffix("")
    for form in (CSV, "pdf"):
        command = [office, f"-env:UserInstallation=file://{profile}", "--headless"]
        command += ["--convert-to", form, "--outdir", str(out), str(file)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    faults, said = [], []
    for sheet in load_workbook(file).worksheets:
        (written,) = out.glob(f"{file.stem}-{sheet.title}.csv")
        with written.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines))
        numbers = 0
        for row in sheet.iter_rows():
            for cell in row:
                read = rows[cell.row - 1][cell.column - 1]
                place = f"{file.name} {sheet.title}!{cell.coordinate}: {read!r}"
                if isinstance(cell.value, int | float):
                    numbers += 1
                    if abs(float(read) - cell.value) > 1e-9 * max(1.0, abs(cell.value)):
                        faults.append(f"{place} is not {cell.value!r}")
                elif cell.value is not None and read != str(cell.value):
                    faults.append(f"{place} is not {cell.value!r}")
                elif read.startswith(ERRORS):
                    faults.append(f"{place} is an error")
        said.append(f"{sheet.title} {sheet.max_row} rows, {numbers} numbers")
    size = (out / f"{file.stem}.pdf").stat().st_size
    say(f"{file.name}: {'; '.join(said)}; as a page {size:,} bytes")
    return faults


if __name__ == "__main__":
    sys.exit(main())
