"""What is answered to words that are no command."""

from collections.abc import Sequence

from bot.domain.overview_wording import to_type
from bot.domain.words import Code, joined, words
from bot.slack.views.blocks import paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Message

_MOST_NAMED = 3
_BATCH = "batch-2026-04"


def courtesy() -> Message:
    """To greetings and thanks: how to go on, in one line."""
    said = words(
        "At your service. Say the name of a batch to hear how it is doing, such as ",
        Code(_BATCH),
        ", or ",
        Code("help"),
        " for all that I can do.",
    )
    return Message(sentence(said), (rich_text(paragraph([said])),))


def summoned(command: str) -> Message:
    """To its name alone: what can be said, in one breath; `command` is the slash command's name."""
    how, watched, failed = (Code(f"{command} {typed}") for typed in (_BATCH, f"watch {_BATCH}", f"failures {_BATCH}"))
    said = words(
        *("Type ", how, " to hear how it is doing, ", watched, " to be told when something fails and when it is"),
        *(" finished, or ", failed, " for what failed; or say it to me without ", Code(command), ". "),
        *(Code(f"{command} help"), " tells all."),
    )
    return Message(sentence(said), (rich_text(paragraph([said])),))


def no_command(names: Sequence[str]) -> Message:
    """To a sentence in which there are references: what to say instead."""
    say = joined([to_type(name, "status") for name in names[:_MOST_NAMED]], " or ")
    said = words("That is no command that I know. Say ", say, " to hear how it is doing, or ", Code("help"), ".")
    return Message(sentence(said), (rich_text(paragraph([said])),))


def one_line_only() -> Message:
    """That the other lines of the message were not looked at."""
    said = words("I read only the first line of a message. Send me the others one by one.")
    return Message(sentence(said), (rich_text(paragraph([said])),))
