"""The commands `kawasan model …`: list, add and show the models that ask something of a zone."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.assessment_tables import print_models
from api.cli.files import read_text
from api.cli.output import (
    number_text,
    output,
    print_json,
    print_line,
    print_notes,
    print_table,
    print_version,
    spinner,
)
from api.cli.shared_options import OPERATOR, Common, JsonOption, gathered
from geo.language import Language, percent, texts
from geo.planning.shipped import newer_models, newer_note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.mcda.model import Model

_SAY = texts(__name__)

model_app = typer.Typer(
    no_args_is_help=True, help="Models: what is asked of a zone, and its weights."
)


@model_app.command("list")
@gathered
def model_list(as_json: JsonOption = False, *, common: Common) -> None:
    """List the models: what they ask, whether an office has set the weights, what they wait for.

    Example: kawasan model list
    """
    with common.opened() as store:
        from geo import published

        now = store.current()
        found = {model_id: published.model(now, model_id) for model_id in published.models(now)}
        waiting = {model_id: published.unmet(now, model) for model_id, model in found.items()}
        data_dir = common.settings().data_dir
        newer = newer_models(store, data_dir)
        language = common.language()
        if as_json:
            print_json([_model_entry(m, waiting[m.id], newer, language) for m in found.values()])
        else:
            print_models(found, waiting, language)
            print_notes(newer_note(*item, data_dir).to(language) for item in newer.items())


def _model_entry(
    model: "Model", waits_for: list[str], newer: "Mapping[str, str]", language: Language
) -> dict[str, object]:
    return {
        "id": model.id,
        "version": model.version,
        "shipped_version": newer.get(model.id),
        "kind": model.kind,
        "title": model.title.to(language),
        "method": model.method,
        "criteria": len(model.criteria),
        "weights_confirmed": model.weights_confirmed,
        "classes_confirmed": model.classes_confirmed,
        "waits_for": waits_for,
    }


@model_app.command("add")
@gathered
def model_add(
    file: Annotated[Path, typer.Argument(help="TOML of a model.", exists=True, dir_okay=False)],
    note: Annotated[str, typer.Option(help="Why it is published.")] = "",
    source: Annotated[str | None, typer.Option(help="In place of what the file says.")] = None,
    licence: Annotated[str | None, typer.Option(help="Its licence.")] = None,
    *,
    common: Common,
) -> None:
    """Check a model and publish it under its id; the version before stays and can come back.

    Example: kawasan model show kesiapan > kantor.toml, edit it, then kawasan model add kantor.toml
    --note "Bobot hasil rapat Maret"
    """
    with common.opened() as store:
        from geo import published
        from geo.planning import publish

        version, model = publish.publish_model(
            store,
            read_text(file),
            actor=OPERATOR,
            note=note or file.name,
            source=source,
            licence=licence or publish.LICENCE_UNKNOWN,
        )
        print_version(version)
        if waiting := published.unmet(store, model):
            output.print(f"? {', '.join(waiting)}", markup=False)


@model_app.command("show")
@gathered
def model_show(
    model: Annotated[str, typer.Argument(help="A model's id.")] = "kesiapan", *, common: Common
) -> None:
    """Write the current version of a model as TOML, to be edited and added again.

    Example: kawasan model show kesiapan > kantor.toml
    """
    with common.opened() as store:
        from geo import published

        sys.stdout.write(published.model_text(store, model))


@model_app.command("changes")
@gathered
def model_changes(
    model: Annotated[str, typer.Argument(help="A model's id.")] = "kesiapan",
    *,
    layer: Annotated[str, typer.Option(help="zones, kecamatan, desa or regencies.")] = "zones",
    as_json: JsonOption = False,
    common: Common,
) -> None:
    """What the newest version of a model moved: criteria, scores, classes and ranks, and why.

    Examples: kawasan model changes · kawasan model changes kebutuhan --layer kecamatan
    """
    language = common.language()
    with common.opened() as store:
        from geo.planning.model_changes import changes_document
        from geo.planning.model_changes import model_changes as found_changes

        with spinner(_SAY["comparing"].to(language)):
            found = found_changes(store, model, layer=layer)
        document = changes_document(found, language)
        if as_json:
            print_json(document)
            return
        if found.before is None:
            print_line(_SAY["only_one"].format(model=document["title"]).to(language))
            return
        for reason in document["reasons"]:
            print_line(f"· {reason}")
        _print_changes(document, language)


def _print_changes(document: "Mapping[str, Any]", language: Language) -> None:
    """The criteria with their weights, and the areas with what both versions say of them."""
    old, new = document["before"]["version"], document["after"]["version"]
    print_table(
        _SAY["criteria_heads"].format(old=old, new=new).to(language),
        [
            (
                one["title"],
                _SAY[f"way_{one['way']}"].to(language),
                *(
                    "–" if one[side] is None else percent(one[side]).to(language)
                    for side in ("before", "after")
                ),
            )
            for one in document["criteria"]
        ],
    )
    print_table(
        _SAY["areas_heads"].format(old=old, new=new).to(language),
        [
            (
                one["name"],
                *(
                    text
                    for side in (one["before"], one["after"])
                    for text in (
                        number_text(side["score"], language),
                        side["class_words"] or "–",
                    )
                ),
                "–" if one["after"]["rank"] is None else str(one["after"]["rank"]),
            )
            for one in document["areas"]
        ],
    )
