"""Everything that is said on the bot's own account, each in its view."""

from typing import assert_never

from bot.domain.announcement import (
    AccessFacts,
    AssignedFacts,
    BackFacts,
    Card,
    CardFacts,
    CatchUpFacts,
    ClipsFacts,
    FailureFacts,
    FinishedFacts,
    GlobCardFacts,
    News,
    PingFacts,
    ReopenedFacts,
    Said,
    ShortFacts,
    StaleFacts,
    TrialFacts,
    Trouble,
)
from bot.domain.counts_only import counts_only
from bot.domain.delivery import PLAINLY, Manner
from bot.domain.digest_facts import DigestFacts
from bot.domain.risk_facts import RiskFacts
from bot.domain.stuck_facts import MissingFacts, StalledFacts, StuckFacts
from bot.domain.words import At, Person, Place, Words, counted, joined, listed, words
from bot.slack.actions import NEWS_STOP
from bot.slack.views import (
    access,
    card,
    catch_up,
    clips,
    digest,
    failure,
    finished,
    glob_card,
    risk,
    stale,
    stuck,
    triage,
    trial,
)
from bot.slack.views.blocks import buttons, context
from bot.slack.views.counts_only import message as without_more
from bot.slack.views.escape import mrkdwn
from bot.slack.views.message import Block, Message

_MOST_TIMES_ASKED = 3
_REPEAT = "This may be a repeat: Slack did not confirm the first attempt."


def message(said: Said, command: str, manner: Manner = PLAINLY) -> Message:
    """What is said, as a message, of which only counts are left where `manner` says so.

    `command` is the slash command's name.
    """
    if manner.counts_only is None:
        return _whole(said, command, manner)
    return without_more(_whole(counts_only(said), command, manner), manner.counts_only)


def _whole(said: Said, command: str, manner: Manner) -> Message:
    plain = _message(said, command, manner)
    if not isinstance(said, News | CatchUpFacts):
        return plain
    return _for_person(_naming(plain, manner), said, manner)


def _naming(message: Message, manner: Manner) -> Message:
    """The message with the people whom it is to reach."""
    if not manner.mention:
        return message
    people = joined([words(Person(each)) for each in manner.mention], " ")
    return Message(f"{mrkdwn(people)} {message.text}", _above_buttons(message, context(words("For ", people))))


def _for_person(message: Message, said: News | CatchUpFacts, manner: Manner) -> Message:
    """M7: the message with where and when it was asked for, and a way to stop it where it is about one batch."""
    if not manner.asked:
        return message
    times: list[Words | str] = [words("in ", Place(each.place), " ", At(each.at, "day")) for each in manner.asked]
    more = len(times) - _MOST_TIMES_ASKED
    times = [*times[:_MOST_TIMES_ASKED], f"{counted(more, 'more time')}"] if more > 0 else times
    asked = words("You asked for this ", listed(times), ".")
    about = [one.progress for one in said.references] if isinstance(said, CatchUpFacts) else [said.progress]
    has_stop = isinstance(said, FinishedFacts | ShortFacts) or len(about) > 1
    stop = () if has_stop else buttons(about[0].reference_id, (NEWS_STOP, "Stop"))
    return Message(message.text, (*_above_buttons(message, context(asked)), *stop))


def _above_buttons(message: Message, note: Block) -> tuple[Block, ...]:
    buttons_ = tuple(block for block in message.blocks if block["type"] == "actions")
    return (*(block for block in message.blocks if block not in buttons_), note, *buttons_)


def _message(said: Said, command: str, manner: Manner) -> Message:
    match said:
        case CardFacts() | GlobCardFacts():
            return _card(said)
        case AssignedFacts():
            return triage.assigned(said)
        case CatchUpFacts():
            return catch_up.message(said, command)
        case DigestFacts():
            return digest.message(said, command)
        case AccessFacts() | StaleFacts() | BackFacts() | StalledFacts():
            return _trouble(said, command)
        case TrialFacts():
            return trial.marked(said.said.kind, message(said.said, command))
        case _:
            return _news(said, manner)


def _trouble(trouble: Trouble, command: str) -> Message:
    match trouble:
        case AccessFacts():
            return access.message(trouble, command)
        case StaleFacts():
            return stale.away(trouble, command)
        case BackFacts():
            return stale.back(trouble)
        case StalledFacts():
            return stuck.stalled(trouble, command)
        case _:
            assert_never(trouble)


def _news(news: News, manner: Manner) -> Message:
    match news:
        case FailureFacts():
            return failure.message(news)
        case PingFacts():
            return failure.ping(news)
        case ClipsFacts():
            return clips.message(news)
        case FinishedFacts() | ShortFacts() | ReopenedFacts():
            return finished.message(news, manner.links)
        case RiskFacts():
            return risk.message(news)
        case StuckFacts() | MissingFacts():
            return stuck.message(news)
        case _:
            assert_never(news)


def _card(facts: Card) -> Message:
    return glob_card.message(facts) if isinstance(facts, GlobCardFacts) else card.message(facts)


def marked_as_repeat(message: Message) -> Message:
    """The message with a line that says why it may be there twice."""
    return Message(f"{message.text} {_REPEAT}", (*message.blocks, context(words(_REPEAT))))
