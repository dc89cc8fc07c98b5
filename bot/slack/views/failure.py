"""M3: a kind of failure; edited in place while it grows."""

from bot.domain.announcement import FailureFacts
from bot.domain.progress import Progress
from bot.domain.wording import counts
from bot.domain.words import At, Foreign, Words, counted, number, words
from bot.slack.views.blocks import code, context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Message

_MOST_IDS = 20
_LONGEST_NAME = 160


def message(facts: FailureFacts) -> Message:
    """The kind with its count, its share of the finished ones, its first and latest time, and ids to copy."""
    progress, n = facts.progress, len(facts.ids)
    title = words(Foreign(facts.name, _LONGEST_NAME, strong=True), f" ×{number(n)}")
    about = words("in ", Foreign(progress.reference_id), f" · {_share(progress, n)}")
    totals = counts(progress)
    block = rich_text(paragraph([title, about, _times(facts), totals]), *code(facts.ids, _MOST_IDS))
    return Message(sentence(_sentence(facts)), (block, context(words("Read ", At(facts.read_at, "ago")))))


def _sentence(facts: FailureFacts) -> Words:
    name, n = Foreign(facts.name, _LONGEST_NAME), len(facts.ids)
    totals = counts(facts.progress, between=", ", before_total=" ")
    failed = f": {counted(n, 'request')} failed ("
    return words(
        Foreign(facts.progress.reference_id), failed, name, "); ", totals, "; read ", At(facts.read_at, "ago"), "."
    )


def _share(progress: Progress, n: int) -> str:
    percent = 100 * n / progress.terminal if progress.terminal else 0.0
    share = f"{percent:.0f}%" if percent >= 1 else "less than 1%"
    return f"{share} of {number(progress.terminal)} finished"


def _times(facts: FailureFacts) -> Words:
    first = At(facts.first_at, "day")
    if facts.first_at == facts.last_at:
        return words(first)
    return words("first ", first, " · latest ", At(facts.last_at, "day"))
