"""Which layer a file becomes: one with a schema in code, one that an office defined, or a new one.

A layer is withdrawn and shown again here too; the layers that scores are made of are not.
"""

from geo.errors import Conflict, InvalidLayer, LayerNotFound, LayerToDefine
from geo.language import texts
from geo.store.roles import Actor, require
from geo.store.store import Store, Version
from geo.submission.choices import Choices, required_text
from geo.vector.definition import LayerDefinition, define, definition_of
from geo.vector.schema import SCHEMAS, LayerSchema

_SAY = texts(__name__)


def defined(store: Store, dataset: str, choices: Choices) -> LayerDefinition | None:
    """The definition of a layer that is no schema's in code: as published, with what is chosen anew.

    None for a layer whose schema is in code.

    Raises
    ------
    LayerToDefine
        For a layer that is not published, of which nothing is stated either.
    InvalidLayer
        For a definition that cannot be, or of a layer that needs none.
    """
    chosen = choices.definition()
    if dataset in SCHEMAS:
        if chosen:
            raise InvalidLayer(reason=_SAY["needs_none"].format(layer=dataset))
        return None
    known = _published(store, dataset)
    if known is None and not chosen:
        raise LayerToDefine(dataset, available=sorted({*SCHEMAS, *_with_definition(store)}))
    stated = {**({} if known is None else _stated(known)), **chosen}
    key = stated.pop("key", "")
    return define(dataset, **stated, key=key or None)


def schema_for(dataset: str, definition: LayerDefinition | None) -> LayerSchema:
    """What a file for a layer must look like, of which `defined` told the definition."""
    return SCHEMAS[dataset] if definition is None else definition.schema()


def is_new(store: Store, dataset: str) -> bool:
    """Whether nothing was ever published under this name, or all of it is withdrawn."""
    return dataset not in store.datasets()


def withdraw(store: Store, layer: str, *, actor: Actor, note: str) -> None:
    """Show a layer to nobody any more; its versions stay.

    Raises
    ------
    NotAllowed, LayerNotFound
    InvalidLayer
        For a layer that scores are made of.
    """
    require(actor, "withdraw_layer")
    if layer not in (layers := store.datasets("layer")):
        raise LayerNotFound(layer, available=layers)
    if layer in SCHEMAS:
        raise InvalidLayer(reason=_SAY["needed"].format(layer=layer))
    store.withdraw(layer, actor=actor.name, note=required_text("note", note))


def restore(store: Store, layer: str, *, actor: Actor, note: str) -> Version:
    """Show a withdrawn layer again, at the version that it had.

    Raises
    ------
    NotAllowed, LayerNotFound
    Conflict
        For a layer that is shown.
    """
    require(actor, "withdraw_layer")
    if layer in store.datasets("layer"):
        raise Conflict(reason=_SAY["is_shown"].format(layer=layer))
    if layer not in (withdrawn := store.withdrawn()):
        raise LayerNotFound(layer, available=withdrawn)
    return store.restore(layer, actor=actor.name, note=required_text("note", note))


def _published(store: Store, dataset: str) -> LayerDefinition | None:
    # What is withdrawn keeps its definition: it is shown again by its next version.
    version = store.standing(dataset)
    if version is None or version.kind != "layer":
        return None
    return definition_of(dataset, version.details)


def _with_definition(store: Store) -> list[str]:
    now = store.current()
    layers = [now.version(name) for name in now.datasets("layer")]
    return [one.dataset for one in layers if definition_of(one.dataset, one.details) is not None]


def _stated(known: LayerDefinition) -> dict[str, str]:
    said = {"title": known.title.id, "title_en": known.title.en, "purpose": known.purpose}
    return said | {"key": known.key or ""}
