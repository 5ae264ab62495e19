"""Pure. A catalogue of indicators as an older program shipped it, and what it does not say yet.

What a catalogue says stays as it is, for an office may have set it. An entry gains only facts that it
lacks, and that no catalogue of the same store ever had: who took one out, or returned to a version
without it, is not given it again.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

# What an indicator says by each key of its entry.
Entries = Mapping[str, Mapping[str, Any]]
# An entry of another kind or unit is another indicator under the same id: nothing is known of it.
_MEANING = ("kind", "unit")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def lacking_facts(current: str, shipped: str, *, earlier: Iterable[str]) -> Entries:
    """What the shipped catalogue says of the indicators of the current one, which lacks it.

    Parameters
    ----------
    current, shipped : str
        TOML; see `geo.indicators.table.parse_catalogue`.
    earlier : iterable of str
        Every catalogue that the store has had; what one of them said is not lacking.

    Returns
    -------
    mapping
        The facts by indicator, in the order of `current`; no indicator that lacks none.
    """
    if current == shipped:
        return {}
    known, new = tomllib.loads(current), tomllib.loads(shipped)
    had = [tomllib.loads(text) for text in dict.fromkeys(earlier) if text != current]
    found = {
        name: {
            key: fact
            for key, fact in new[name].items()
            if key not in entry and not any(key in older.get(name, ()) for older in had)
        }
        for name, entry in known.items()
        if name in new and all(entry.get(key) == new[name].get(key) for key in _MEANING)
    }
    return {name: facts for name, facts in found.items() if facts}


def with_facts(current: str, facts: Entries) -> str:
    r"""The text of a catalogue whose entries say `facts` too, in its order; its comments are not kept.

    Examples
    --------
    >>> print(with_facts('[umk]\ntitle = { id = "UMK", en = "Wage" }', {"umk": {"set_ahead": True}}))
    [umk]
    title = { id = "UMK", en = "Wage" }
    set_ahead = true
    <BLANKLINE>
    """
    entries = tomllib.loads(current)
    return "\n".join(
        "\n".join(
            [
                f"[{_key(name)}]",
                *(f"{_key(k)} = {_value(v)}" for k, v in {**entry, **facts.get(name, {})}.items()),
                "",
            ]
        )
        for name, entry in entries.items()
    )


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(k)} = {_value(v)}' for k, v in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    # JSON's texts, numbers and truth values are TOML's too, but for one control character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
