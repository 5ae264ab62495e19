"""A layer as a ZIP of Shapefiles, with a text of what they do not hold."""

import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import shapely

from geo.language import LANGUAGES, texts
from geo.vector.file_formats import NOTES_FILE
from geo.vector.losses import FAMILIES, Fitted, families_of
from geo.vector.writers.gdal import write_by_gdal

_SAY = texts(__name__)

# A file that is packed twice from one layer is the same (1980 is where ZIP's calendar begins).
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_shapefile(held: Fitted, path: Path, layer: str) -> None:
    """A ZIP of one Shapefile, or of one for each family of shapes, and a text of what it does not hold."""
    families = families_of(held.geometry)
    types = shapely.get_type_id(held.geometry)
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        folder = Path(name)
        for family in families:
            those = np.isin(types, FAMILIES[family])
            if family == families[0]:
                those |= types == -1
            stem = layer if len(families) == 1 else f"{layer}_{family}"
            options = {"ENCODING": "UTF-8", "DBF_DATE_LAST_UPDATE": "1980-01-01"}
            write_by_gdal(
                held,
                folder / f"{stem}.shp",
                layer=stem,
                driver="ESRI Shapefile",
                options=options,
                those=those,
            )
        (folder / NOTES_FILE).write_text(_notes(held), encoding="utf-8")
        _zip(sorted(folder.iterdir()), path)


def _zip(files: Sequence[Path], path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, ZIP_EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with file.open("rb") as content, archive.open(entry, "w", force_zip64=True) as packed:
                while block := content.read(1 << 20):
                    packed.write(block)


def _notes(held: Fitted) -> str:
    """What columns are called in a Shapefile and what it does not hold, in both languages."""
    lines = []
    for language in LANGUAGES:
        lines += [_SAY["notes_title"].to(language), "", _SAY["notes_columns"].to(language)]
        lines += [f"  {column.written:<10}  {column.name}" for column in held.columns]
        told = held.losses or (None,)
        lines += ["", _SAY["notes_losses"].to(language)]
        lines += [
            "  - " + (_SAY["no_loss"] if loss is None else loss.text).to(language) for loss in told
        ]
        lines += ["", ""]
    # Notepad of older Windows shows lines that end so.
    return "\r\n".join(lines)
