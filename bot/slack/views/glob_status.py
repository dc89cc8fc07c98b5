"""M9: the answer to "how are they doing?" for all references under a glob, as a table."""

from datetime import datetime, timedelta

from bot.domain.answer import GlobAnswer
from bot.domain.overview import Standing
from bot.domain.overview_wording import (
    how_many,
    meant,
    overview_freshness,
    overview_headline,
    overview_sentence,
    still_filling,
    to_type,
)
from bot.domain.progress import Progress
from bot.domain.wording import bar, counts
from bot.domain.words import Code, Foreign, Person, counted, duration, joined, number, words
from bot.slack.actions import GLOB_REFRESH, GLOB_SHARE
from bot.slack.views.blocks import bullets, buttons, context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Block, Message
from bot.slack.views.table import table, that_fit

_BUTTONS = ((GLOB_REFRESH, "Refresh"), (GLOB_SHARE, "Share"))
_HEADER = ("Reference", "Failed", "Longest wait", "Finished", "Running", "Waiting")
_NUMBERS = range(1, len(_HEADER))
_NONE = "–"
_MOST_NAMED = 5


def message(answer: GlobAnswer, command: str) -> Message:
    """The answer for the one who asked; the table stands at the end, where Slack shows it anyway."""
    above, below = _body(answer, command)
    return Message(_text(answer, command), (*above, *buttons(answer.overview.pattern, *_BUTTONS), *below))


def shared(answer: GlobAnswer, by: str, command: str) -> Message:
    """The answer for everybody in the channel, without buttons; `by` is the user id of who shared it."""
    above, below = _body(answer, command)
    return Message(_text(answer, command), (*above, context(words("Shared by ", Person(by))), *below))


def one_at_a_time(answer: GlobAnswer, word: str, command: str) -> Message:
    """That this command takes a single reference, and which of the glob's are nearest to need it."""
    pattern = Foreign(answer.overview.pattern, strong=True)
    title = words(Code(f"{command} {word}"), " takes one reference at a time, and ", pattern, " is a pattern.")
    named = tuple(each.progress.reference_id for each in answer.overview.most[:_MOST_NAMED]) or answer.nearest
    which = [to_type(name, f"{command} {word}") for name in named]
    if not which:
        return Message(sentence(title), (rich_text(paragraph([title])),))
    matches = (
        f"matches {how_many(answer.overview)}" if answer.overview.references else "matches nothing that is known yet"
    )
    begin = f"It {matches}. Type"
    text = words(title, f" {begin} ", joined(which, ", or "), ".")
    return Message(sentence(text), (rich_text(paragraph([title, words(f"{begin}, for example:")]), bullets(which)),))


def _text(answer: GlobAnswer, command: str) -> str:
    near = meant(answer.nearest, f"{command} status")
    return sentence(words(overview_sentence(answer.overview), ".", *((" ", near) if near else ())))


def _body(answer: GlobAnswer, command: str) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    overview = answer.overview
    if not overview.references:
        nothing = words("No known reference matches ", Foreign(overview.pattern, strong=True), " yet.")
        near = meant(answer.nearest, f"{command} status")
        above = rich_text(paragraph([line for line in (nothing, near) if line]))
        still = still_filling(overview)
        return ((above, context(still)) if still else (above,)), ()
    lines = (overview_headline(overview), words(bar(overview.totals)), counts(overview.totals))
    order = words("open failures first, then the longest waiting")
    return (
        (rich_text(paragraph(lines)), context(*overview_freshness(overview), order)),
        (_table(answer),),
    )


def _table(answer: GlobAnswer) -> Block:
    every = [_row(each, answer.api_now) for each in answer.overview.most]
    shown = every[: that_fit(every, _HEADER, whole=len(every) == answer.overview.references)]
    more = answer.overview.references - len(shown)
    last = ((f"and {counted(more, 'more reference')}", *("" for _ in _NUMBERS)),) if more else ()
    return table(_HEADER, (*shown, *last), _NUMBERS)


def _row(standing: Standing, api_now: datetime) -> tuple[str, ...]:
    progress = standing.progress
    wait = max(api_now - standing.waiting_since, timedelta()) if standing.waiting_since else None
    return (
        progress.reference_id,
        _failed(progress),
        duration(wait) if wait is not None else _NONE,
        _finished(standing),
        _number(progress.processing),
        _number(progress.queued),
    )


def _failed(progress: Progress) -> str:
    still_open = f" ({number(progress.open_failures)} open)" if progress.cleared else ""
    return f"{_number(progress.failed)}{still_open}"


def _finished(standing: Standing) -> str:
    """Of what was never read as a whole nobody knows how much there is."""
    progress = standing.progress
    if not progress.total:
        return _NONE
    if standing.is_unread:
        return f"{number(progress.total)} seen, not read yet"
    return f"{progress.percent}% of {number(progress.total)}"


def _number(value: int) -> str:
    return number(value) if value else _NONE
