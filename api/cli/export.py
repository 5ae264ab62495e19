"""The command `kawasan export`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import output, print_notes, spinner
from api.cli.shared_options import Common, gathered

if TYPE_CHECKING:
    from geo.store.store import Store


@gathered
def export(
    layer: Annotated[str, typer.Argument(help="A layer, or readiness for the scored zones.")],
    target: Annotated[
        Path,
        typer.Argument(
            help="File to write: .gpkg, .zip (Shapefile), .geojson, .fgb, .parquet, .csv, .xlsx, .kml,"
            " or map tiles as .pmtiles or .mbtiles."
        ),
    ],
    *,
    common: Common,
) -> None:
    """Write a layer as published, or the assessment, to a file; codes stay text in every format.

    What the format cannot hold of it is said below the file's name.

    Example: kawasan export readiness penilaian.xlsx
    """
    with common.opened() as store:
        from geo import published
        from geo.planning.assess import readiness_frame
        from geo.vector.export import write_layer

        if target.suffix.lower() in (".pmtiles", ".mbtiles"):
            _write_tiles(store, layer, target)
            return
        with spinner(str(target)):
            frame = (
                readiness_frame(store, common.language())
                if layer == "readiness"
                else published.as_published(store.current().version(layer, "layer"))
            )
            losses = write_layer(frame, target)
        output.print(f"{target}: {len(frame)} × {len(frame.columns)}")
        print_notes(loss.text.to(common.language()) for loss in losses)


def _write_tiles(store: "Store", layer: str, target: Path) -> None:
    """The file with all tiles of zooms 0 to 10, as the service gives it."""
    from api.collection_tiles import archive_order
    from api.collections import Tables
    from geo.tiles.mbtiles import write_archives
    from geo.vector.export import written_whole

    entry = Tables(store).collection(layer)

    def write(path: Path) -> None:
        order = archive_order(entry, path.with_suffix(".mbtiles"))
        write_archives(order, lambda: [entry.frame("id")])

    with spinner(str(target)):
        written_whole(target, write)
    output.print(f"{target}: {target.stat().st_size:,} B")
