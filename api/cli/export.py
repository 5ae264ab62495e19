"""The command `kawasan export`."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import output, print_notes, spinner
from api.cli.shared_options import Common, gathered
from geo.language import texts

_SAY = texts(__name__)


@gathered
def export(
    layer: Annotated[str, typer.Argument(help="A layer, or readiness for the scored zones.")],
    target: Annotated[Path, typer.Argument(help="File to write: .geojson, .gpkg, .csv or .xlsx.")],
    *,
    common: Common,
) -> None:
    """Write a layer or the assessment to a file; codes stay text in every format.

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
                else published.layer(store, layer)
            )
            renamed = write_layer(frame, target)
        output.print(f"{target}: {len(frame)} × {len(frame.columns)}")
        print_notes(
            _SAY["renamed"].format(name=name, used=used).to(common.language())
            for name, used in renamed.items()
        )
