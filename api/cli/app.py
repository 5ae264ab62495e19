"""The command line put together: `kawasan` and its commands, each in the module of its noun.

Heavy libraries are imported inside the commands, so that `--help` answers at once. Messages about
the user's own data are in the user's language (`--lang`, Indonesian by default).
"""

import typer

from api.cli.assess import assess, quadrant, trends
from api.cli.carry import carry
from api.cli.classify import land_classify
from api.cli.collect import collect
from api.cli.export import export
from api.cli.faults import Explaining
from api.cli.key import key_app, user_app
from api.cli.land import land_app, sites
from api.cli.model import model_app
from api.cli.programme.achievement import achievement
from api.cli.programme.gap import gap
from api.cli.programme.index import index_app
from api.cli.programme.split import split
from api.cli.programme.target import target_app
from api.cli.serve import serve
from api.cli.store import region_app, store_app
from api.cli.upload import ingest, upload_app
from api.cli.zonal import zonal

app = typer.Typer(
    cls=Explaining,
    no_args_is_help=True,
    add_completion=False,
    help="Plan transmigration areas: score zones on labour and land data, and serve them as maps and OGC API.",
    epilog="Start with: kawasan serve",
)
for command in (assess, trends, quadrant, collect, zonal, carry, serve, ingest, export, sites):
    app.command()(command)
for command in (gap, split, achievement):
    app.command()(command)
land_app.command("classify")(land_classify)
app.add_typer(land_app, name="land")
app.add_typer(model_app, name="model")
app.add_typer(region_app, name="region")
app.add_typer(upload_app, name="upload")
app.add_typer(key_app, name="key")
app.add_typer(user_app, name="user")
app.add_typer(store_app, name="store")
app.add_typer(target_app, name="target")
app.add_typer(index_app, name="index")


def main() -> None:
    """Run the command line."""
    app()
