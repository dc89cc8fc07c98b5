"""M3: a kind of failure, edited in place while it grows; and the pings when it has grown much."""

from bot.domain.announcement import FailureFacts, PingFacts
from bot.domain.failure import FailureKind
from bot.domain.progress import Progress
from bot.domain.triage_wording import state, who_cares
from bot.domain.wording import counts, first_and_latest, kind_line
from bot.domain.words import NOTHING, At, Foreign, Words, counted, joined, listed, number, words
from bot.slack.actions import (
    FAILURE_HANDLED,
    FAILURE_MINE,
    FAILURE_MUTE,
    FAILURE_OPEN_AGAIN,
    FAILURE_RETRY,
    PING_FAILURES,
)
from bot.slack.views.blocks import buttons, code, context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Block, Message

_MOST_IDS = 20
_LONGEST_NAME = 160
_MOST_KINDS_IN_A_PING = 8
_UNSEEN = "New: this account never had this kind before."
_MUTE = "Mute this kind"
_LAST = "Further kinds of failure of this batch are only on its card."


def message(facts: FailureFacts) -> Message:
    """The kind with its count, its share of the finished ones, its first and latest time, and ids to copy."""
    progress, n = facts.progress, len(facts.ids)
    left = state(n, facts.cleared, facts.care, named=True)
    title = words(Foreign(facts.name, _LONGEST_NAME, strong=True), f" ×{number(n)}{left}")
    about = words("in ", Foreign(progress.reference_id), f" · {_share(progress, n)}")
    remarks = [_rate(facts), words(_UNSEEN) if facts.unseen else NOTHING, who_cares(n, facts.cleared, facts.care)]
    lines = [title, about, first_and_latest(facts.first_at, facts.last_at), counts(progress), *remarks]
    block = rich_text(paragraph(line for line in lines if line), *code(facts.ids, _MOST_IDS))
    small = [words("Read ", At(facts.read_at, "ago"))] + [words(_LAST)] * facts.is_last
    return Message(sentence(_sentence(facts)), (block, context(joined(small, " · ")), *_buttons(facts)))


def _buttons(facts: FailureFacts) -> tuple[Block, ...]:
    """What can be done about it now."""
    retry, n = (FAILURE_RETRY, "Copy retry list"), len(facts.ids)
    if facts.cleared < n:
        offered = [(FAILURE_MINE, "I'm on it"), retry, (FAILURE_HANDLED, "Mark handled"), (FAILURE_MUTE, _MUTE)]
    else:
        offered = [retry, (FAILURE_OPEN_AGAIN, "Open again")] if facts.care.handled is not None else [retry]
    return buttons(f"{facts.progress.reference_id}\n{facts.key}\n{n}", *offered)


def ping(facts: PingFacts) -> Message:
    """Which kinds are many more by now, and the failure rate when that was passed."""
    progress = facts.progress
    shown = facts.kinds[:_MOST_KINDS_IN_A_PING]
    name = words("in ", Foreign(progress.reference_id, strong=not shown))
    lines = [*(_grown(kind, progress) for kind in shown), _rate(facts), name, counts(progress)]
    block = rich_text(paragraph(line for line in lines if line))
    small = context(words("Read ", At(facts.read_at, "ago")))
    failures = buttons(progress.reference_id, (PING_FAILURES, "Failures"))
    return Message(sentence(_ping_sentence(facts)), (block, small, *failures))


def _grown(kind: FailureKind, progress: Progress) -> Words:
    left = state(kind.count, kind.cleared, kind.care)
    title = words(Foreign(kind.name, _LONGEST_NAME, strong=True), f" is now ×{number(kind.count)}{left}")
    return words(title, f" · {_share(progress, kind.count)}")


def _sentence(facts: FailureFacts) -> Words:
    name, n = Foreign(facts.name, _LONGEST_NAME), len(facts.ids)
    totals = counts(facts.progress, between=", ", before_total=" ")
    failed = f": {counted(n, 'request')} failed ("
    unseen = " for the first time in this account" if facts.unseen else ""
    left = state(n, facts.cleared, facts.care)
    what = words(Foreign(facts.progress.reference_id), failed, name, f"){unseen}{left}; ")
    return words(what, _and(_rate(facts)), totals, "; read ", At(facts.read_at, "ago"), ".")


def _ping_sentence(facts: PingFacts) -> Words:
    grown = listed([kind_line(kind) for kind in facts.kinds[:_MOST_KINDS_IN_A_PING]])
    many = words("by now ", grown, "; ") if grown else NOTHING
    totals = counts(facts.progress, between=", ", before_total=" ")
    what = words(Foreign(facts.progress.reference_id), ": ", many, _and(_rate(facts)))
    return words(what, totals, "; read ", At(facts.read_at, "ago"), ".")


def _and(part: Words) -> Words:
    return words(part, "; ") if part else NOTHING


def _rate(facts: FailureFacts | PingFacts) -> Words:
    if facts.rate is None:
        return NOTHING
    failed, of = number(facts.progress.failed), number(facts.progress.terminal)
    return words(f"failure rate above {facts.rate}%: {failed} of {of} finished failed")


def _share(progress: Progress, n: int) -> str:
    percent = 100 * n / progress.terminal if progress.terminal else 0.0
    share = f"{percent:.0f}%" if percent >= 1 else "less than 1%"
    return f"{share} of {number(progress.terminal)} finished"
