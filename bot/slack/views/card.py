"""M1: the card of a watch, edited in place."""

from bot.domain.announcement import CardFacts
from bot.domain.deadline_wording import card_part
from bot.domain.prospect_wording import finish_phrase, prospect_lines
from bot.domain.stuck_wording import stuck_line
from bot.domain.watch import Placement, Watch
from bot.domain.wording import body_lines, counts, headline, no_requests, waiting_for_more
from bot.domain.words import NOTHING, At, Foreign, Person, Words, joined, words
from bot.slack.actions import (
    CARD_AGAIN,
    CARD_FAILURES,
    CARD_LINKS,
    CARD_MUTE,
    CARD_STOP,
    CARD_UNMUTE,
    CARD_WATCH_ME,
)
from bot.slack.views import mute
from bot.slack.views.blocks import buttons, context, paragraph, rich_text
from bot.slack.views.escape import is_channel, sentence
from bot.slack.views.message import Block, Message
from bot.slack.views.progress import core

_FAILURES, _LINKS = (CARD_FAILURES, "Failures"), (CARD_LINKS, "Links")
_WATCH_ME, _MUTE, _UNMUTE = (CARD_WATCH_ME, "Watch for me"), (CARD_MUTE, "Mute 1 h"), (CARD_UNMUTE, "Unmute")
_STOP, _AGAIN = (CARD_STOP, "Stop"), (CARD_AGAIN, "Watch again")


def message(facts: CardFacts) -> Message:
    """The card as it is now; before the first complete reading it shows no numbers, after `unwatch` no buttons.

    One that ended by itself offers to be watched again.
    """
    return Message(sentence(_sentence(facts)), (_core(facts), _small_print(facts), *_buttons(facts)))


def _sentence(facts: CardFacts) -> Words:
    progress = facts.progress
    name = Foreign(progress.reference_id)
    stopped = ending(facts.watch)
    muted = words("; ", quiet) if (quiet := _silent(facts)) else NOTHING
    if facts.read_at is None:
        return words(name, ": reading …", stopped)
    is_told = not (facts.stale or facts.watch.ended_at)
    finish = finish_phrase(facts.prospect, facts.read_at) if is_told else NOTHING
    updated = words("; ", joined([finish, words("updated ", At(facts.read_at, "ago"))], "; "), muted, stopped, ".")
    if not progress.total:
        return words(name, ": ", no_requests(progress), updated)
    totals = words(counts(progress, between=", ", before_total=" "), waiting_for_more(facts.settlement))
    totals = joined([totals, _due(facts, "deadline "), stuck_line(facts.stuck)], "; ")
    return words(name, f": {progress.percent}% finished, ", totals, updated)


def _core(facts: CardFacts) -> Block:
    progress = facts.progress
    if facts.read_at is None:
        return rich_text(paragraph([words(Foreign(progress.reference_id, strong=True), " · reading …")]))
    if not progress.total:
        name = words(Foreign(progress.reference_id, strong=True))
        return rich_text(paragraph([name, words(no_requests(progress))]))
    title = headline(progress)
    if facts.stale:
        title = words(title, " · data from ", At(facts.read_at, "ago"))
    rest = _rest(facts)
    finish = joined([*rest[:1], _due(facts, "Deadline ")], " · ")
    lines = (title, *body_lines(progress, facts.settlement), finish, *rest[1:], stuck_line(facts.stuck))
    return core(progress, filter(None, lines))


def _due(facts: CardFacts, begin: str) -> Words:
    """The deadline against what is known; nothing without one."""
    deadline = facts.watch.deadline
    if deadline is None or facts.read_at is None:
        return NOTHING
    odds = None if facts.stale or facts.watch.ended_at else facts.odds
    part = card_part(facts.progress, facts.settlement, deadline, odds, facts.read_at, facts.ahead)
    return words(begin, part)


def _rest(facts: CardFacts) -> tuple[Words, ...]:
    """When the rest will be finished; a card that is edited no more would soon tell a time that is past."""
    return () if facts.watch.ended_at else prospect_lines(facts.prospect, facts.read_at, old=facts.stale)


def _small_print(facts: CardFacts) -> Block:
    updated = words("Updated ", At(facts.read_at, "ago")) if facts.read_at else NOTHING
    if facts.watch.ended_at:
        return context(joined([ended(facts.watch), updated], " · "))
    told = words(f"told: {here(facts.watch)} ({how_told(facts.watch)})", *mentioned(facts.watch).pieces)
    return context(joined([updated, told, _silent(facts)], " · "))


def _silent(facts: CardFacts) -> Words:
    return mute.note(facts.muted_until, facts.read_at, quiet=facts.quiet)


def how_told(watch: Watch) -> str:
    """Such as "problems" or "problems, in thread"."""
    return what(watch) if watch.placement is Placement.DEFAULT else f"{what(watch)}, in {watch.placement}"


def mentioned(watch: Watch, before: str = ", ") -> Words:
    """Whom messages name, after what is told; nothing when nobody."""
    if not watch.mention:
        return NOTHING
    return words(before, joined([words(Person(each)) for each in watch.mention], ", "))


def ending(watch: Watch) -> str:
    """That nothing is told any more, in the midst of a sentence; nothing while it is."""
    if watch.ended_at is None:
        return ""
    return " (ended a day after it had settled)" if watch.ended_by_itself else " (stopped watching)"


def ended(watch: Watch) -> Words:
    """Since when nothing is told any more, and why."""
    if watch.ended_at is None:
        return NOTHING
    day = At(watch.ended_at, "day")
    if watch.ended_by_itself:
        return words("Ended ", day, ", a day after it had settled; watch again to be told more")
    return words("Stopped watching ", day)


def here(watch: Watch) -> str:
    """What the place of a watch is called in it."""
    return "this channel" if is_channel(watch.place) else "this conversation"


def what(watch: Watch) -> str:
    """What the place of a watch is told of."""
    return "only new kinds of failures" if watch.only_failures else watch.events.value


def _buttons(facts: CardFacts) -> tuple[Block, ...]:
    if facts.watch.ended_at is None:
        about_it = (_FAILURES, _LINKS) if facts.links else (_FAILURES,)
        watch_me = (_WATCH_ME,) if is_channel(facts.watch.place) else ()
        quiet = _MUTE if facts.muted_until is None or facts.quiet else _UNMUTE
        return buttons(facts.progress.reference_id, *about_it, *watch_me, quiet, _STOP)
    return buttons(facts.progress.reference_id, _AGAIN) if facts.watch.ended_by_itself else ()
