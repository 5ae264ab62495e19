"""What goes wrong by what a user gave, as one sentence and an exit code: never a traceback."""

from typing import Any

import typer
from typer.core import TyperGroup

from api.cli.output import errors
from geo.errors import GeoError
from geo.language import Language, Text, texts

_SAY = texts(__name__)

# Where a command's context keeps the language that `--lang` named.
LANGUAGE = "kawasan.language"


class Misused(typer.BadParameter):
    """Options or arguments that cannot be meant; exit code 2."""

    def __init__(self, said: Text) -> None:
        super().__init__(said.en)
        self.said = said


class Explaining(TyperGroup):
    """A command line that says every fault of its input in the user's language."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for; exit code 1 with a sentence where it cannot be done."""
        try:
            return super().invoke(ctx)
        except Misused as misuse:
            misuse.message = misuse.said.to(_language(ctx))
            raise
        except Exception as error:
            said = sentence_of(error)
            if said is None:
                raise
            title, detail = (text.to(_language(ctx)) for text in said)
            errors.print(f"[red]{title}[/red]: ", end="")
            errors.print(detail, markup=False, soft_wrap=True)
            raise typer.Exit(1) from error


def sentence_of(error: Exception) -> tuple[Text, Text] | None:
    """Title and sentence of an error that a user can mend; None for a fault of the program."""
    from api.settings import InvalidSettings

    match error:
        case GeoError():
            return error.title, Text(id=error.detail("id"), en=error.detail("en"))
        case InvalidSettings():
            return _SAY["settings_title"], error.sentence
        case BrokenPipeError():
            return None
        case OSError():
            facts = {"file": error.filename or "-", "error": error.strerror or error}
            return _SAY["file_title"], _SAY["file_fault"].format(**facts)
        case MemoryError():
            return _SAY["memory_title"], _SAY["no_memory"]
    return None


def _language(ctx: Any) -> Language:
    from api.settings import environment_language

    stated = ctx.meta.get(LANGUAGE)
    return environment_language() if stated is None else "en" if stated == "en" else "id"
