"""Rebuild every derived file of this folder from the source files beside it.

    uv run python data/build.py

The same sources give the same bytes. Sources, rules and known faults are written in each folder's
manifest.toml by hand; this script writes the derived files and the SHA256SUMS of each folder.
"""

import hashlib
from argparse import ArgumentParser
from pathlib import Path

from data.steps.boundaries import build_desa, build_kecamatan, build_regencies, write_changes
from data.steps.context import build_land
from data.steps.drawing import build_drawing
from data.steps.files import DATA, ready
from data.steps.indicators import build_indicators
from data.steps.land import build_main_road_distance
from data.steps.targets import build_targets
from data.steps.villages import check_ground, check_villages
from data.steps.zones import build_zones

# A folder of data has a manifest; `steps` holds what this script calls.
FOLDERS = tuple(sorted(manifest.parent.name for manifest in DATA.glob("*/manifest.toml")))


def main(target: Path = DATA) -> None:
    """Write every derived file and the checksums into `target`."""
    indicators = build_indicators(target)
    build_targets(target)
    desa, source_ha = build_desa(target)
    kecamatan = build_kecamatan(target, desa)
    regencies = build_regencies(target, kecamatan, indicators)
    layers = {"desa": desa, "kecamatan": kecamatan, "regencies": regencies}
    write_changes(target, source_ha=source_ha, layers=layers)
    check_villages(desa)
    check_ground(desa, kecamatan)
    build_zones(target, layers)
    build_land(target)
    build_main_road_distance(target, regencies)
    build_drawing(target, regencies)
    write_checksums(target)


def write_checksums(target: Path) -> None:
    """SHA256SUMS of each folder, in the format of sha256sum, its derived files taken from `target`."""
    for folder in FOLDERS:
        lines = []
        for path in sorted((DATA / folder).iterdir()):
            if path.name not in ("SHA256SUMS", "manifest.toml"):
                made = target / folder / path.name
                origin = made if made.exists() else path
                lines.append(f"{hashlib.sha256(origin.read_bytes()).hexdigest()}  {path.name}\n")
        ready(target / folder / "SHA256SUMS").write_text("".join(lines), "utf-8", newline="\n")


if __name__ == "__main__":
    parser = ArgumentParser(description="Derive the data that ship from what was collected.")
    parser.add_argument("target", nargs="?", type=Path, default=DATA, help="where to write")
    main(parser.parse_args().target)
