"""M5: a batch is finished; M5b: settled with fewer than expected; M5c: reopened."""

from typing import assert_never

from bot.domain.announcement import Ends, FinishedFacts, ReopenedFacts, ShortFacts
from bot.domain.curve import WORTH_DRAWING
from bot.domain.deadline_wording import against
from bot.domain.failure import shown
from bot.domain.policy import LinksPolicy
from bot.domain.progress import Progress
from bot.domain.wording import LONGEST_STATUS, bar, counts, finished_sentence, kind_lines, kinds_title, short_sentence
from bot.domain.words import At, Foreign, Words, counted, duration, words
from bot.slack.actions import FINISHED_CHART, FINISHED_EXPORT, FINISHED_LINKS, FINISHED_STOP
from bot.slack.views.blocks import bullets, buttons, context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.links import link
from bot.slack.views.message import Block, Message

_GIVEN = ((FINISHED_LINKS, "Links"), (FINISHED_EXPORT, "Export"))
_CHART = (FINISHED_CHART, "Chart")
_STOP = (FINISHED_STOP, "Stop watching")
Named = tuple[tuple[str, str], ...]
"""Buttons, as action ids and labels."""


def message(facts: Ends, links: LinksPolicy = LinksPolicy.PRIVATE) -> Message:
    """How it ended, or that it goes on; `links` is who may see them where it is said."""
    match facts:
        case FinishedFacts():
            return finished(facts, links)
        case ShortFacts():
            return short(facts, links)
        case ReopenedFacts():
            return reopened(facts)
        case _:
            assert_never(facts)


def finished(facts: FinishedFacts, links: LinksPolicy = LinksPolicy.PRIVATE) -> Message:
    """Totals and how long it took; for a reference of one request its outcome, and its link or its reason."""
    outcome = _outcome(facts, is_open=links is LinksPolicy.OPEN)
    return _message(facts, _headline(facts), *outcome, buttons_=_named(facts.progress, links))


def short(facts: ShortFacts, links: LinksPolicy = LinksPolicy.PRIVATE) -> Message:
    """How many of how many arrived, and the question whether the rest is missing."""
    return _message(facts, short_sentence(facts.progress), buttons_=_named(facts.progress, links))


def reopened(facts: ReopenedFacts) -> Message:
    """New requests came after it had been called finished."""
    arrived = counted(facts.arrived, "new request")
    return _message(facts, words(f"reopened with {arrived} after it had finished"))


def _headline(facts: FinishedFacts) -> Words:
    due = f", {against(facts.spare)}" if facts.spare is not None else ""
    if facts.status is None:
        return words(finished_sentence(facts.progress), due)
    took = f", took {duration(facts.progress.took)}" if facts.progress.took is not None else ""
    return words("finished: ", Foreign(facts.status, LONGEST_STATUS), took, due)


def _outcome(facts: FinishedFacts, *, is_open: bool) -> tuple[Block, ...]:
    """Its link only where everybody may see it; the button shows it to whoever clicks."""
    if facts.status == "failed":
        return (paragraph([words(Foreign(shown(facts.error_message), 300))]),)
    if facts.output_url and is_open:
        return ({"type": "rich_text_section", "elements": link("Output", facts.output_url)},)
    return ()


def _message(facts: Ends, headline: Words, *outcome: Block, buttons_: Named = ()) -> Message:
    progress = facts.progress
    title = words(Foreign(progress.reference_id, strong=True), " · ", headline)
    body = rich_text(paragraph([title, words(bar(progress)), counts(progress)]), *outcome, *_kinds(progress))
    read = words("read ", At(facts.read_at, "ago"))
    totals = counts(progress, between=", ", before_total=" ")
    so_then = " " if isinstance(facts, ShortFacts) else "; "  # a question ends its sentence
    text = words(Foreign(progress.reference_id), ": ", headline, so_then, totals, "; ", read, ".")
    actions = buttons(progress.reference_id, *buttons_) if buttons_ else ()
    return Message(sentence(text), (body, context(read), *actions))


def _named(progress: Progress, links: LinksPolicy) -> Named:
    given = () if links is LinksPolicy.OFF else _GIVEN
    chart = (_CHART,) if progress.terminal >= WORTH_DRAWING else ()
    return (*given, *chart, _STOP)


def _kinds(progress: Progress) -> tuple[Block, ...]:
    if not progress.kinds or progress.total == 1:
        return ()
    return (paragraph([words(kinds_title(progress.kinds))]), bullets(kind_lines(progress.kinds)))
