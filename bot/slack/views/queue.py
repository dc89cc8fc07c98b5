"""The answer to "what is going on in the whole account?": the queue as a table, the reference in front first."""

from datetime import datetime, timedelta

from bot.domain.lineup import InLine, LineupAnswer
from bot.domain.lineup_wording import lineup_freshness, lineup_lines, lineup_sentence
from bot.domain.words import Person, counted, duration, number, words
from bot.slack.actions import QUEUE_REFRESH, QUEUE_SHARE
from bot.slack.views.blocks import buttons, context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Block, Message
from bot.slack.views.table import table, that_fit

_BUTTONS = ((QUEUE_REFRESH, "Refresh"), (QUEUE_SHARE, "Share"))
_EVERYTHING = "*"  # what the buttons are about
_HEADER = ("In line", "Running", "Waiting", "Other", "Longest wait")
_OTHER = _HEADER.index("Other")
_NONE = "–"
_NO_REFERENCE = "(sent without a reference)"


def message(answer: LineupAnswer) -> Message:
    """The answer for the one who asked; the table stands at the end, where Slack shows it anyway."""
    above, below = _body(answer)
    return Message(sentence(lineup_sentence(answer)), (*above, *buttons(_EVERYTHING, *_BUTTONS), *below))


def shared(answer: LineupAnswer, by: str) -> Message:
    """The answer for everybody in the channel, without buttons; `by` is the user id of who shared it."""
    above, below = _body(answer)
    return Message(sentence(lineup_sentence(answer)), (*above, context(words("Shared by ", Person(by))), *below))


def _body(answer: LineupAnswer) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    notes = list(lineup_freshness(answer))
    if answer.lineup.line:
        notes.append(words("in the order in which the oldest open request of each was sent"))
    lines = rich_text(paragraph(lineup_lines(answer)))
    above = (lines, context(*notes)) if notes else (lines,)
    return above, ((_table(answer),) if answer.lineup.line else ())


def _table(answer: LineupAnswer) -> Block:
    line = answer.lineup.line
    every = [_row(each, answer.lineup.until) for each in line]
    shown = every[: that_fit(every, _HEADER, whole=True)]
    if more := len(line) - len(shown):
        behind = line[len(shown) :]
        sums = (sum(each.running for each in behind), sum(each.waiting for each in behind))
        other = sum(each.other for each in behind)
        shown.append((f"and {counted(more, 'more reference')}", *map(_number, (*sums, other)), ""))
    rows = [_without_other(row) for row in (_HEADER, *shown)] if not answer.lineup.other else [_HEADER, *shown]
    return table(rows[0], rows[1:], range(1, len(rows[0])))


def _row(one: InLine, until: datetime) -> tuple[str, ...]:
    wait = max(until - one.waiting_since, timedelta()) if one.waiting_since else None
    return (
        _name(one),
        _number(one.running),
        _number(one.waiting),
        _number(one.other),
        duration(wait) if wait is not None else _NONE,
    )


def _name(one: InLine) -> str:
    if one.others:
        return f"({counted(one.others, 'reference')} that this channel is not about)"
    return one.reference_id if one.reference_id is not None else _NO_REFERENCE


def _without_other(row: tuple[str, ...]) -> tuple[str, ...]:
    return (*row[:_OTHER], *row[_OTHER + 1 :])


def _number(value: int) -> str:
    return number(value) if value else _NONE
