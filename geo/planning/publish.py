"""From a table of figures or a model's text to the next version of the indicators or the model.

What somebody hands in as a file goes through `geo/submission` first.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo.indicators.table import parse_indicators
from geo.mcda.model import Model
from geo.mcda.model_file import parse_model
from geo.published import MODEL_PREFIX, REGION
from geo.published import region as planning_region
from geo.store.store import Provenance, Store, Version
from geo.store.versions import LICENCE_UNKNOWN as LICENCE_UNKNOWN
from geo.vector.region_file import parse_region

# The dataset of all figures, beside the layers.
INDICATORS = "indicators"


def publish_region(
    store: Store,
    text: str,
    *,
    provenance: Provenance,
    details: Mapping[str, Any] | None = None,
    expected: int | None = None,
) -> Version:
    """Make a region the one that the store plans for; what is published of another one stays.

    Parameters
    ----------
    text : str
        TOML; see `geo.vector.region_file.parse_region`.

    Raises
    ------
    InvalidRegion
        Naming the place in the file; nothing has changed then.
    """
    region = parse_region(text)
    return store.publish(
        REGION,
        "region",
        text.encode(),
        suffix=".toml",
        provenance=provenance,
        details={"code": region.code, "name": region.name._asdict(), **(details or {})},
        expected=expected,
    )


def publish_indicators(
    store: Store,
    table: pd.DataFrame,
    *,
    actor: str,
    note: str,
    source: str,
    licence: str = LICENCE_UNKNOWN,
    catalogue: str | None = None,
    details: Mapping[str, Any] | None = None,
    expected: int | None = None,
) -> Version:
    """Make a tidy indicator table the current one, as a whole; an upload of figures amends it.

    Parameters
    ----------
    table : DataFrame
        Every column text, as read from a file; see `geo.indicators.table.parse_indicators`.
    catalogue : str, optional
        What the indicators mean (TOML); by default that of the current version stays.
    details : mapping, optional
        Further facts of the version.

    Raises
    ------
    InvalidIndicators
        Naming the rows and codes; nothing has changed then.
    """
    checked = parse_indicators(table, region=planning_region(store))
    if catalogue is None:
        catalogue = store.version(INDICATORS).details["catalogue"]
    provenance = Provenance(actor=actor, note=note, source=source, licence=licence)
    return publish_table(
        store,
        checked,
        provenance,
        details={"catalogue": catalogue, **(details or {})},
        expected=expected,
    )


def publish_table(
    store: Store,
    table: pd.DataFrame,
    provenance: Provenance,
    *,
    details: Mapping[str, Any] | None = None,
    expected: int | None,
) -> Version:
    """Make a checked table of figures the current one; its catalogue stays by default."""
    facts = details or {"catalogue": store.version(INDICATORS).details["catalogue"]}
    return store.publish(
        INDICATORS,
        "indicators",
        table.to_parquet(index=False),
        suffix=".parquet",
        provenance=provenance,
        details={"rows": len(table), **facts},
        expected=expected,
    )


def publish_model(
    store: Store,
    text: str,
    *,
    actor: str,
    note: str,
    source: str | None = None,
    licence: str = LICENCE_UNKNOWN,
) -> tuple[Version, Model]:
    """Make a model the current one of its id, beside the others or in place of an older one.

    Parameters
    ----------
    text : str
        TOML; see `geo.mcda.model_file.parse_model`.
    source : str, optional
        The model's own statement of its source by default.

    Raises
    ------
    InvalidModel
        Naming the place in the file; nothing has changed then.
    """
    model = parse_model(text)
    provenance = Provenance(
        actor=actor, note=note, source=source or str(model.source), licence=licence
    )
    name = MODEL_PREFIX + model.id
    content = text.encode()
    return store.publish(name, "model", content, suffix=".toml", provenance=provenance), model
