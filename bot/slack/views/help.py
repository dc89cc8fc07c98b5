"""What can be typed, examples first."""

from bot.domain.words import Code, Words, joined, words
from bot.slack.command_forms import COMMANDS, CommandForm
from bot.slack.views.blocks import bullets, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Message

_TOPICS = {form.word: form for form in COMMANDS}
_EXAMPLES = (
    ("batch-2026-04", "how is it doing?"),
    ("watch batch-2026-04", "tell this channel when something fails and when it is finished"),
    ("failures batch-2026-04", "what failed, with ids"),
    ("watch batch-*", "the same for every batch of that kind, with one card"),
)
_NOTE = (
    "A reference with spaces goes into quotes. Capital and small letters differ. A pattern stands for many references:"
    " * for anything, ? for one character, [ab] for one of these, {a,b} for one of these words. My Home tab shows all"
    " that you watch, at risk first."
)
_ELSEWHERE = (
    "You can also mention me in a channel or thread, or write to me in my Messages tab, with the same words. In the"
    " menu of a message, Watch this reference finds what it speaks of."
)


def message(command: str, topic: str | None = None) -> Message:
    """Help on everything, or on one command by its word; an unknown word gets everything."""
    found = _TOPICS.get(topic or "")
    return _everything(command) if found is None else _one(command, found)


def _one(command: str, topic: CommandForm) -> Message:
    title = words(Code(f"{command} {topic.word}"), f": {topic.says}")
    more = [words(topic.more)] if topic.more else []
    forms = [words(Code(f"{command} {form}")) for form in topic.forms]
    text = words(title, ". Forms: ", _forms(command, topic), ".")
    return Message(sentence(text), (rich_text(paragraph([title, *more]), bullets(forms)),))


def _forms(command: str, topic: CommandForm) -> Words:
    return joined([words(Code(f"{command} {form}")) for form in topic.forms], ", ")


def _everything(command: str) -> Message:
    examples = [words(Code(f"{command} {typed}"), f": {meaning}") for typed, meaning in _EXAMPLES]
    commands = [words(_forms(command, topic), f": {topic.says}") for topic in _TOPICS.values()]
    block = rich_text(
        paragraph([words("For example")]), bullets(examples), paragraph([words("All commands")]), bullets(commands)
    )
    return Message(sentence(_sentence(command)), (block, rich_text(paragraph([words(_NOTE), words(_ELSEWHERE)]))))


def _sentence(command: str) -> Words:
    typed = [words(Code(name)) for name in _TOPICS]
    example = words(Code(f"{command} {_EXAMPLES[0][0]}"))
    return words("Type ", example, " to see how that batch is doing; the commands are ", joined(typed, ", "), ".")
