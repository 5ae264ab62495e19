"""Pure. Sentences in the two languages of the service.

Domain texts (a criterion's title, an error's sentence) are born in both languages, side by side,
so that neither can be forgotten. Texts of the interface live in `maps/text.py`.
"""

from typing import Any, Literal, NamedTuple, get_args

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Text(NamedTuple):
    """One sentence or title in Indonesian and English.

    Examples
    --------
    >>> Text(id="Zona {name}", en="Zone {name}").format(name="Angsana").en
    'Zone Angsana'
    """

    id: str
    en: str

    def format(self, **facts: Any) -> "Text":
        """Both sentences with `facts` filled into their braces."""
        return Text(id=self.id.format(**facts), en=self.en.format(**facts))

    def to(self, language: Language) -> str:
        """The sentence in one language."""
        return self.id if language == "id" else self.en
