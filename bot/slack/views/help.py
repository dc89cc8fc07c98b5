"""What can be typed, examples first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.words import Code, Words, joined, words
from bot.slack.views.blocks import bullets, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Message


@dataclass(frozen=True, slots=True)
class Topic:
    """One command: its forms (without the slash command) and what it does."""

    forms: tuple[str, ...]
    effect: str


COMMANDS: Mapping[str, Topic] = {
    "status": Topic(
        ("<reference>", "status <reference>", "status <reference> fresh"),
        "how a batch is doing, read live; with fresh every page is read again. A request's id works too.",
    ),
    "watch": Topic(
        (
            "watch <reference>",
            "watch <reference> for failures|problems|each|all",
            "watch <reference> expect 250",
        ),
        "keep a card here up to date and say what matters: new kinds of failure, and the finish. "
        "With each or all, finished clips are told too. With expect, I know when it is complete.",
    ),
    "unwatch": Topic(("unwatch <reference>",), "stop watching it here."),
    "watches": Topic(
        ("watches", "watches mine", "watches all"),
        "who watches what: here, yours, or those of every public channel and yours.",
    ),
    "failures": Topic(("failures <reference>",), "what failed and why, with ids to copy."),
    "links": Topic(("links <reference>",), "the first 100 output links, shown only to you."),
    "help": Topic(("help", "help <command>"), "this list, or one command with its forms."),
    "about": Topic(("about",), "version, freshness, how fast alerts are, the API budget, health."),
}
_EXAMPLES = (
    ("batch-2026-04", "how is it doing?"),
    ("watch batch-2026-04", "tell this channel when something fails and when it is finished"),
    ("failures batch-2026-04", "what failed, with ids"),
)
_NOTE = "A reference with spaces goes into quotes. Capital and small letters differ."


def message(command: str, topic: str | None = None) -> Message:
    """Help on everything, or on one command by its word; an unknown word gets everything."""
    found = COMMANDS.get(topic or "")
    if topic is None or found is None:
        return _everything(command)
    title = words(Code(f"{command} {topic}"), f": {found.effect}")
    forms = [words(Code(f"{command} {form}")) for form in found.forms]
    text = words(title, " Forms: ", joined(forms, ", "), ".")
    return Message(sentence(text), (rich_text(paragraph([title]), bullets(forms)),))


def _everything(command: str) -> Message:
    examples = [words(Code(f"{command} {typed}"), f": {meaning}") for typed, meaning in _EXAMPLES]
    commands = [words(Code(_short(command, topic.forms)), f": {topic.effect}") for topic in COMMANDS.values()]
    block = rich_text(
        paragraph([words("For example")]), bullets(examples), paragraph([words("All commands")]), bullets(commands)
    )
    return Message(sentence(_sentence(command)), (block, rich_text(paragraph([words(_NOTE)]))))


def _short(command: str, forms: Sequence[str]) -> str:
    return f"{command} {forms[0]}"


def _sentence(command: str) -> Words:
    typed = [words(Code(name)) for name in COMMANDS]
    example = words(Code(f"{command} {_EXAMPLES[0][0]}"))
    return words("Type ", example, " to see how that batch is doing; the commands are ", joined(typed, ", "), ".")
