"""How an index is saved on its page: which version counts, the versions before, and the form's fields."""

from collections.abc import Mapping
from typing import Any

from geo.language import Language
from geo.programme.indices.stored_index import INDEX_PREFIX, StoredIndex, index_versions
from geo.programme.targets import with_targets
from geo.published import indicator_catalogue
from geo.store.region import region
from geo.store.roles import Actor, may
from geo.store.store import Store, Version
from geo.submission.steps import may_publish_own
from maps.desk.file_form import indicator_options
from maps.programme.index_page import years_said
from maps.text import format_date, translate

# The others stand in the history.
_SHOWN = 5


def versions_said(store: Store, stored: StoredIndex, language: Language) -> dict[str, Any]:
    """Which version an index is, and the newest of those that the office saved."""
    versions = index_versions(store, stored.index.id)
    if stored.version is None:
        said = translate("indices.as_shipped", language)
    else:
        said = translate("indices.as_saved", language, **_facts(store, stored.version, language))
    return {
        "said": said,
        "number": 0 if not versions else next(v.number for v in versions if v.is_current),
        "dataset": INDEX_PREFIX + stored.index.id,
        "versions": [
            {
                "is_current": one.number == stored.number,
                "number": one.number,
                "text": translate("indices.version", language, **_facts(store, one, language)),
                "note": one.note,
            }
            for one in versions[:_SHOWN]
        ],
        "more": len(versions) - len(versions[:_SHOWN]),
    }


def index_notes(
    store: Store,
    stored: StoredIndex,
    said: Mapping[str, Any],
    *,
    address: str,
    language: Language,
) -> list[tuple[str, str]]:
    """What a file of the index says beside its tables: where it is found, what it is, and its sources."""

    def say(key: str) -> str:
        return translate(key, language)

    index, benchmark = stored.index, said["model"] and said["model"].benchmark
    notes = [
        (say("explorer.note_address"), address),
        (say("indices.note_version"), versions_said(store, stored, language)["said"]),
        (say("indices.note_about"), index.description.to(language)),
        (say("indices.value"), say("indices.note_range")),
    ]
    if said["is_trial"]:
        notes.append((say("indices.unconfirmed"), say("indices.filled_note")))
    elif not index.confirmed:
        notes.append((say("indices.note_version"), say("indices.unconfirmed")))
    notes += [(say("indices.value"), reason.to(language)) for reason in said["found"].reasons]
    if years := years_said(index, said["years"], language):
        notes.append((say("indices.note_years"), years))
    source = f"{index.source.to(language)} – {index.source_url}"
    notes.append((say("split.source"), source))
    if benchmark:
        notes.append((benchmark.title.to(language), benchmark.source.to(language)))
    return notes


def _facts(store: Store, version: Version, language: Language) -> dict[str, Any]:
    return {
        "number": version.number,
        "day": format_date(version.published_at, language, time_zone=region(store).time_zone),
        "by": version.publisher.to(language),
    }


def saving(
    store: Store, stored: StoredIndex, *, actor: Actor, language: Language
) -> dict[str, Any]:
    """What the form offers to who may hand an index in.

    `slots` has by slot what of it is saved, and the indicators that its figures may come from.
    """
    now = store.current()
    catalogue = with_targets(indicator_catalogue(now))
    is_of_regions = stored.index.model is None
    return {
        "may_publish": may_publish_own(store, actor),
        "may_roll_back": may(actor, "roll_back"),
        "slots": {
            slot.id: {
                "themes": indicator_options(catalogue, chosen=slot.indicator, language=language)
                if is_of_regions
                else [],
                "direction": slot.direction,
                "document": slot.document or "",
                "page": slot.page or "",
                "note": slot.note or "",
                "confirmed": slot.confirmed,
            }
            for slot in stored.index.slots
        },
    }
