"""Everything that is said on the bot's own account, each in its view."""

from typing import assert_never

from bot.domain.announcement import (
    AccessFacts,
    Card,
    CardFacts,
    CatchUpFacts,
    ClipsFacts,
    FailureFacts,
    FinishedFacts,
    GlobCardFacts,
    News,
    ReopenedFacts,
    Said,
    ShortFacts,
    TrialFacts,
)
from bot.domain.words import words
from bot.slack.views import access, card, catch_up, clips, failure, finished, glob_card, trial
from bot.slack.views.blocks import context
from bot.slack.views.message import Message

_REPEAT = "This may be a repeat: Slack did not confirm the first attempt."


def message(said: Said, command: str) -> Message:
    """What is said, as a message; `command` is the slash command's name."""
    match said:
        case CardFacts() | GlobCardFacts():
            return _card(said)
        case CatchUpFacts():
            return catch_up.message(said, command)
        case AccessFacts():
            return access.message(said, command)
        case TrialFacts():
            return trial.marked(said.said.kind, message(said.said, command))
        case _:
            return _news(said)


def _news(news: News) -> Message:
    match news:
        case FailureFacts():
            return failure.message(news)
        case ClipsFacts():
            return clips.message(news)
        case FinishedFacts():
            return finished.finished(news)
        case ShortFacts():
            return finished.short(news)
        case ReopenedFacts():
            return finished.reopened(news)
        case _:
            assert_never(news)


def _card(facts: Card) -> Message:
    return glob_card.message(facts) if isinstance(facts, GlobCardFacts) else card.message(facts)


def marked_as_repeat(message: Message) -> Message:
    """The message with a line that says why it may be there twice."""
    return Message(f"{message.text} {_REPEAT}", (*message.blocks, context(words(_REPEAT))))
