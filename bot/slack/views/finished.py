"""M5: a batch is finished; M5b: settled with fewer than expected; M5c: reopened."""

from typing import assert_never

from bot.domain.announcement import Ends, FinishedFacts, ReopenedFacts, ShortFacts
from bot.domain.curve import WORTH_DRAWING
from bot.domain.deadline_wording import against
from bot.domain.failure import shown
from bot.domain.progress import Progress
from bot.domain.wording import LONGEST_STATUS, bar, counts, finished_sentence, kind_lines, kinds_title, short_sentence
from bot.domain.words import At, Foreign, Words, counted, duration, words
from bot.slack.actions import FINISHED_CHART, FINISHED_EXPORT, FINISHED_LINKS, FINISHED_STOP
from bot.slack.views.blocks import bullets, buttons, context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.links import link
from bot.slack.views.message import Block, Message

_BUTTONS = ((FINISHED_LINKS, "Links"), (FINISHED_EXPORT, "Export"))
_CHART = (FINISHED_CHART, "Chart")
_STOP = (FINISHED_STOP, "Stop watching")


def message(facts: Ends) -> Message:
    """How it ended, or that it goes on."""
    match facts:
        case FinishedFacts():
            return finished(facts)
        case ShortFacts():
            return short(facts)
        case ReopenedFacts():
            return reopened(facts)
        case _:
            assert_never(facts)


def finished(facts: FinishedFacts) -> Message:
    """Totals and how long it took; for a reference of one request its outcome, and its link or its reason."""
    return _message(facts, _headline(facts), *_outcome(facts))


def short(facts: ShortFacts) -> Message:
    """How many of how many arrived, and the question whether the rest is missing."""
    return _message(facts, short_sentence(facts.progress))


def reopened(facts: ReopenedFacts) -> Message:
    """New requests came after it had been called finished."""
    arrived = counted(facts.arrived, "new request")
    return _message(facts, words(f"reopened with {arrived} after it had finished"), with_buttons=False)


def _headline(facts: FinishedFacts) -> Words:
    due = f", {against(facts.spare)}" if facts.spare is not None else ""
    if facts.status is None:
        return words(finished_sentence(facts.progress), due)
    took = f", took {duration(facts.progress.took)}" if facts.progress.took is not None else ""
    return words("finished: ", Foreign(facts.status, LONGEST_STATUS), took, due)


def _outcome(facts: FinishedFacts) -> tuple[Block, ...]:
    if facts.status == "failed":
        return (paragraph([words(Foreign(shown(facts.error_message), 300))]),)
    if facts.output_url:
        return ({"type": "rich_text_section", "elements": link("Output", facts.output_url)},)
    return ()


def _message(facts: Ends, headline: Words, *outcome: Block, with_buttons: bool = True) -> Message:
    progress = facts.progress
    title = words(Foreign(progress.reference_id, strong=True), " · ", headline)
    body = rich_text(paragraph([title, words(bar(progress)), counts(progress)]), *outcome, *_kinds(progress))
    read = words("read ", At(facts.read_at, "ago"))
    totals = counts(progress, between=", ", before_total=" ")
    so_then = " " if isinstance(facts, ShortFacts) else "; "  # a question ends its sentence
    text = words(Foreign(progress.reference_id), ": ", headline, so_then, totals, "; ", read, ".")
    actions = buttons(progress.reference_id, *_named(progress)) if with_buttons else ()
    return Message(sentence(text), (body, context(read), *actions))


def _named(progress: Progress) -> tuple[tuple[str, str], ...]:
    chart = (_CHART,) if progress.terminal >= WORTH_DRAWING else ()
    return (*_BUTTONS, *chart, _STOP)


def _kinds(progress: Progress) -> tuple[Block, ...]:
    if not progress.kinds or progress.total == 1:
        return ()
    return (paragraph([words(kinds_title(progress.kinds))]), bullets(kind_lines(progress.kinds)))
