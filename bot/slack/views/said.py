"""Everything that is said on the bot's own account, each in its view."""

from typing import assert_never

from bot.domain.announcement import (
    AccessFacts,
    CardFacts,
    ClipsFacts,
    FailureFacts,
    FinishedFacts,
    ReopenedFacts,
    Said,
    ShortFacts,
)
from bot.domain.words import words
from bot.slack.views import access, card, clips, failure, finished
from bot.slack.views.blocks import context
from bot.slack.views.message import Message

_REPEAT = "This may be a repeat: Slack did not confirm the first attempt."


def message(said: Said, command: str) -> Message:
    """What is said, as a message; `command` is the slash command's name."""
    match said:
        case CardFacts():
            return card.message(said)
        case FailureFacts():
            return failure.message(said)
        case ClipsFacts():
            return clips.message(said)
        case FinishedFacts():
            return finished.finished(said)
        case ShortFacts():
            return finished.short(said)
        case ReopenedFacts():
            return finished.reopened(said)
        case AccessFacts():
            return access.message(said, command)
        case _:
            assert_never(said)


def marked_as_repeat(message: Message) -> Message:
    """The message with a line that says why it may be there twice."""
    return Message(f"{message.text} {_REPEAT}", (*message.blocks, context(words(_REPEAT))))
