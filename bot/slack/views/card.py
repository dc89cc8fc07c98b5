"""M1: the card of a watch, edited in place."""

from bot.domain.announcement import CardFacts
from bot.domain.watch import Placement, Watch
from bot.domain.wording import body_lines, counts, headline, no_requests, waiting_for_more
from bot.domain.words import NOTHING, At, Foreign, Person, Words, joined, words
from bot.slack.actions import CARD_FAILURES, CARD_LINKS, CARD_STOP, CARD_WATCH_ME
from bot.slack.views.blocks import buttons, context, paragraph, rich_text
from bot.slack.views.escape import is_channel, sentence
from bot.slack.views.message import Block, Message
from bot.slack.views.progress import core

_BUTTONS = ((CARD_FAILURES, "Failures"), (CARD_LINKS, "Links"))
_WATCH_ME, _STOP = (CARD_WATCH_ME, "Watch for me"), (CARD_STOP, "Stop")


def message(facts: CardFacts) -> Message:
    """The card as it is now; before the first complete reading it shows no numbers, after `unwatch` no buttons."""
    return Message(sentence(_sentence(facts)), (_core(facts), _small_print(facts), *_buttons(facts)))


def _sentence(facts: CardFacts) -> Words:
    progress = facts.progress
    name = Foreign(progress.reference_id)
    stopped = " (stopped watching)" if facts.watch.ended_at else ""
    if facts.read_at is None:
        return words(name, ": reading …", stopped)
    updated = words("; updated ", At(facts.read_at, "ago"), stopped, ".")
    if not progress.total:
        return words(name, ": ", no_requests(progress), updated)
    totals = counts(progress, between=", ", before_total=" ")
    return words(name, f": {progress.percent}% finished, ", totals, waiting_for_more(facts.settlement), updated)


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
    return core(progress, (title, *body_lines(progress, facts.settlement)))


def _small_print(facts: CardFacts) -> Block:
    updated = words("Updated ", At(facts.read_at, "ago")) if facts.read_at else NOTHING
    if facts.watch.ended_at:
        return context(joined([words("Stopped watching ", At(facts.watch.ended_at, "day")), updated], " · "))
    told = words(f"told: {here(facts.watch)} ({how_told(facts.watch)})", *_mentioned(facts.watch).pieces)
    return context(joined([updated, told], " · "))


def how_told(watch: Watch) -> str:
    """Such as "problems" or "problems, in thread"."""
    return watch.events.value if watch.placement is Placement.DEFAULT else f"{watch.events.value}, in {watch.placement}"


def _mentioned(watch: Watch) -> Words:
    if not watch.mention:
        return NOTHING
    return words(", ", joined([words(Person(each)) for each in watch.mention], ", "))


def here(watch: Watch) -> str:
    """What the place of a watch is called in it."""
    return "this channel" if is_channel(watch.place) else "this conversation"


def what(watch: Watch) -> str:
    """What the place of a watch is told of."""
    return "only new kinds of failures" if watch.only_failures else watch.events.value


def _buttons(facts: CardFacts) -> tuple[Block, ...]:
    if facts.watch.ended_at:
        return ()
    watch_me = (_WATCH_ME,) if is_channel(facts.watch.place) else ()
    return buttons(facts.progress.reference_id, *_BUTTONS, *watch_me, _STOP)
