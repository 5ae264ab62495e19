"""What the shipped zones say of their outlines and their status, in both languages.

Both are data, in the language of their layer: Indonesian. Those of the shipped zones are few and
known, so an English reader gets them in English (`zone_words.toml`); an office's own stand as they
were written.
"""

import tomllib
from functools import cache
from pathlib import Path

from geo.language import Text


def zone_text(sentence: str) -> Text:
    """What a zone says of itself in both languages where it is a shipped sentence, else as written.

    Examples
    --------
    >>> zone_text("Dibina provinsi (2022)").en, zone_text("Diukur ulang.").en
    ('Supported by the province (2022)', 'Diukur ulang.')
    """
    return _by_sentence().get(sentence, Text(id=sentence, en=sentence))


@cache
def _by_sentence() -> dict[str, Text]:
    path = Path(__file__).with_suffix(".toml")
    columns = tomllib.loads(path.read_text(encoding="utf-8")).values()
    # A store that an older program published says it in the words of then (`was`).
    return {
        written: Text(id=said["id"], en=said["en"])
        for column in columns
        for said in column
        for written in (said["id"], said.get("was", said["id"]))
    }
