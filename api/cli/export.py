"""The command `kawasan export`."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import output, print_notes, spinner
from api.cli.shared_options import Common, gathered


@gathered
def export(
    layer: Annotated[str, typer.Argument(help="A layer, or readiness for the scored zones.")],
    target: Annotated[
        Path,
        typer.Argument(
            help="File to write: .gpkg, .zip (Shapefile), .geojson, .fgb, .parquet, .csv, .xlsx or .kml."
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

        with spinner(str(target)):
            frame = (
                readiness_frame(store, common.language())
                if layer == "readiness"
                else published.as_published(store.current().version(layer, "layer"))
            )
            losses = write_layer(frame, target)
        output.print(f"{target}: {len(frame)} × {len(frame.columns)}")
        print_notes(loss.text.to(common.language()) for loss in losses)
