"""The bot about itself."""

from datetime import timedelta

from bot.domain.answer import AboutAnswer
from bot.domain.calibration_wording import forecasts
from bot.domain.words import NOTHING, At, Foreign, Words, counted, duration, joined, number, words
from bot.slack.views.blocks import paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Message


def message(answer: AboutAnswer) -> Message:
    """Version, freshness, what is still unread, alert latency, messages, budget, and whether the API answers."""
    title = words("Lip Sync Bot ", Foreign(answer.version, 40), ", up since ", At(answer.started_at, "day"))
    health, unread, watches, unsent = _health(answer), _unread(answer), _watches(answer), _unsent(answer)
    lines = (title, health, unread, watches, _latency(answer), unsent, _budget(answer), *forecasts(answer.forecasts))
    text = words(title, ": ", joined([health, unread, watches, unsent], "; "), ".")
    return Message(sentence(text), (rich_text(paragraph(line for line in lines if line)),))


def _health(answer: AboutAnswer) -> Words:
    looked = words("last look ", At(answer.looked_at, "ago")) if answer.looked_at else words("not looked yet")
    if answer.catching_up_since is not None:
        looked += words(", catching up since ", At(answer.catching_up_since, "day"))
    if answer.api_trouble is None:
        return looked
    return words("the API could not be read: ", Foreign(answer.api_trouble, 200), "; ", looked)


def _unread(answer: AboutAnswer) -> Words:
    """Said only while patterns and catch-up know part of the account, or nobody can tell."""
    if not answer.is_ordered:
        return words("the account's list has no order: what nobody watches by name may be overlooked")
    if answer.filled is None or answer.filled >= 1:
        return NOTHING
    return words(f"older requests: {int(100 * answer.filled)}% of the account's list read, the rest follows")


def _watches(answer: AboutAnswer) -> Words:
    said = words(counted(answer.watches, "active watch", "active watches"))
    if answer.counts_only:
        where = counted(answer.counts_only, "watched channel is", "watched channels are")
        said = words(said, f"; {where} shared with another organisation, or may be, and shown only counts")
    if answer.steps:
        said = words(
            said, f"; {counted(answer.steps, 'step')} of a workflow {'goes' if answer.steps == 1 else 'go'} on"
        )
    return said


def _latency(answer: AboutAnswer) -> Words:
    if answer.latency_median is None or answer.latency_p99 is None:
        return words("delay of news: the outcome of no clip was told yet")
    median, p99 = (timedelta(seconds=value) for value in (answer.latency_median, answer.latency_p99))
    return words(f"delay of news: half within {duration(median)}, 99 of 100 within {duration(p99)}")


def _unsent(answer: AboutAnswer) -> Words:
    parts = (
        (answer.unsent, "to be sent"),
        (answer.held, "held for the catch-up" if answer.catching_up_since else "held until a mute ends"),
        (answer.in_doubt, "in doubt"),
        (answer.parked, "waiting for access"),
    )
    waiting = joined([f"{number(n)} {what}" for n, what in parts if n], ", ")
    by = words() if answer.is_sender else words("; another process of the bot sends them")
    return words("messages: ", waiting if waiting != NOTHING else "all sent", by)


def _budget(answer: AboutAnswer) -> Words:
    return words(f"API calls in the last minute: {number(answer.calls)} of {number(answer.calls_limit)}")
