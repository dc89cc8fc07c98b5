"""M1 of a glob: the totals of all that it covers, and the references most at risk; edited in place."""

from bot.domain.announcement import GlobCardFacts
from bot.domain.overview_wording import (
    more_references,
    overview_freshness,
    overview_headline,
    overview_sentence,
    risk_lines,
    still_filling,
)
from bot.domain.wording import bar, counts
from bot.domain.words import At, Words, joined, words
from bot.slack.actions import GLOB_MUTE, GLOB_STOP, GLOB_TABLE, GLOB_UNMUTE
from bot.slack.views import mute
from bot.slack.views.blocks import bullets, buttons, context, paragraph, rich_text
from bot.slack.views.card import here, how_told, mentioned
from bot.slack.views.escape import sentence
from bot.slack.views.message import Block, Message

_TABLE, _STOP = (GLOB_TABLE, "All references"), (GLOB_STOP, "Stop")
_MUTE, _UNMUTE = (GLOB_MUTE, "Mute 1 h"), (GLOB_UNMUTE, "Unmute")


def message(facts: GlobCardFacts) -> Message:
    """The card as it is now; after `unwatch` without buttons."""
    stopped = " (stopped watching)" if facts.watch.ended_at else ""
    quiet = _silent(facts)
    muted = words("; ", quiet) if quiet else quiet
    text = words(overview_sentence(facts.overview), muted, stopped, ".")
    ended = facts.watch.ended_at is not None
    mutes = _MUTE if facts.muted_until is None or facts.quiet else _UNMUTE
    actions = () if ended else buttons(facts.overview.pattern, _TABLE, mutes, _STOP)
    return Message(sentence(text), (_core(facts), _small_print(facts), *actions))


def _core(facts: GlobCardFacts) -> Block:
    overview = facts.overview
    if not overview.references:
        return rich_text(paragraph([overview_headline(overview), words("Nothing matches yet; what comes is watched.")]))
    title = overview_headline(overview)
    if facts.stale and overview.read_at is not None:
        title = words(title, " · data from ", At(overview.read_at, "ago"))
    lines: list[Words] = [title]
    if overview.totals.total:
        lines += [words(bar(overview.totals)), counts(overview.totals)]
    more = more_references(overview)
    rest = [paragraph([more])] if more else []
    return rich_text(paragraph([*lines, words("Most at risk")]), bullets(risk_lines(overview)), *rest)


def _small_print(facts: GlobCardFacts) -> Block:
    watch = facts.watch
    overview = facts.overview
    fresh = joined(overview_freshness(overview), "; ") if overview.references else still_filling(overview)
    if watch.ended_at:
        return context(joined([words("Stopped watching ", At(watch.ended_at, "day")), fresh], " · "))
    told = words(f"told: {here(watch)} ({how_told(watch)})", *mentioned(watch).pieces)
    return context(joined([fresh, told, _silent(facts)], " · "))


def _silent(facts: GlobCardFacts) -> Words:
    return mute.note(facts.muted_until, facts.overview.read_at, quiet=facts.quiet)
