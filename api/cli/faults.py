"""What goes wrong by what a user gave, as one sentence and an exit code: never a traceback."""

import re
from typing import Any

import typer
from typer._click.exceptions import MissingParameter, NoArgsIsHelpError, UsageError
from typer.core import TyperGroup

from api.cli.output import errors
from geo.errors import GeoError
from geo.language import Language, Text, filled, texts

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

    def make_context(self, *given: Any, **named: Any) -> Any:
        """The command line read; what cannot be meant is said before anything runs."""
        try:
            return super().make_context(*given, **named)
        except UsageError as misuse:
            raise _said(misuse, misuse.ctx) from misuse

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for; exit code 1 with a sentence where it cannot be done."""
        try:
            return super().invoke(ctx)
        except UsageError as misuse:
            raise _said(misuse, ctx) from misuse
        except Exception as error:
            said = sentence_of(error)
            if said is None:
                raise
            title, detail = (text.to(_language(ctx)) for text in said)
            errors.print(f"[red]{title}[/red]: ", end="")
            errors.print(detail, markup=False, soft_wrap=True)
            raise typer.Exit(1) from error


def _said(misuse: UsageError, ctx: Any) -> UsageError:
    """The same fault of a command line in the user's language."""
    if isinstance(misuse, NoArgsIsHelpError):
        return misuse
    return UsageError(usage_sentence(misuse).to(_language(ctx)), misuse.ctx or ctx)


def usage_sentence(misuse: UsageError) -> Text:
    """What is wrong with a command line; in the words of its parser where we have none.

    The parser speaks English alone. Its classes and attributes tell most; of the rest its sentences
    are the only sign.
    """
    match misuse:
        case Misused():
            return misuse.said
        case MissingParameter():
            return _SAY["usage_missing"].format(where=_hint(misuse))
        case typer.BadParameter():
            return filled(
                _SAY["usage_invalid"], where=_hint(misuse), reason=_reason(misuse.message)
            )
    return _reason(misuse.format_message())


def _hint(misuse: typer.BadParameter) -> str:
    """Which option or argument it is about, as the user writes it."""
    hint = misuse.param_hint or (misuse.param.get_error_hint() if misuse.param else "-")
    return (hint if isinstance(hint, str) else " / ".join(hint)).replace("'", "")


def _reason(message: str) -> Text:
    for pattern, key in _USAGE.items():
        if match := re.search(pattern, message):
            return _SAY[f"usage_{key}"].format(**match.groupdict())
    return Text(id=message, en=message)


# What the parser says, in typer 0.29.
_USAGE = {
    r"No such option: (?P<name>\S+) \(Possible options: (?P<known>.+)\)": "option_meant",
    r"No such option: (?P<name>\S+)": "no_option",
    r"No such command '(?P<name>.*?)'": "no_command",
    r"Option '(?P<name>\S+)' requires": "no_value",
    r"Option '(?P<name>\S+)' does not take a value": "flag",
    r"unexpected extra argument\(?s?\)? \((?P<name>.*)\)": "too_many",
    r"'(?P<value>.*?)' is not one of (?P<known>.+?)\.?$": "choice",
    r"valid integer": "integer",
    r"valid number": "number",
    r"greater than or equal to (?P<least>\S+)": "least",
    r"less than or equal to (?P<most>\S+)": "most",
    r"(?:File|file) '(?P<name>.*)' does not exist": "no_file",
    r"(?:File|file) '(?P<name>.*)' is a directory": "folder",
}


def sentence_of(error: Exception) -> tuple[Text, Text] | None:
    """Title and sentence of an error that a user can mend; None for a fault of the program."""
    from api.settings import InvalidSettings

    match error:
        case GeoError():
            # Whoever types the command is the operator, and must find the place.
            place = getattr(error, "place", None)
            tail = f" ({place})" if place is not None else ""
            return error.title, Text(id=error.detail("id") + tail, en=error.detail("en") + tail)
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
