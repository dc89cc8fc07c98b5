"""The modal that tells from anywhere how a reference is doing: its question, and what the answer is shown in."""

from collections.abc import Iterable

from bot.domain.answer import GlobAnswer, RequestAnswer, StatusAnswer
from bot.domain.overview_wording import (
    meant,
    more_references,
    overview_freshness,
    overview_headline,
    risk_lines,
    still_filling,
)
from bot.domain.wording import bar, counts
from bot.domain.words import Foreign, words
from bot.slack.actions import MODAL_FAILURES, MODAL_STATUS, MODAL_STATUS_OTHER, MODAL_STATUS_WATCH
from bot.slack.callbacks import STATUS_FORM
from bot.slack.grammar import LONGEST_REFERENCE
from bot.slack.views import failures, status
from bot.slack.views.blocks import bullets, buttons, context, paragraph, rich_text
from bot.slack.views.inputs import Field, line
from bot.slack.views.message import Block
from bot.slack.views.view import View

TITLE = "Lip sync status"
REFERENCE = "reference"
_FIELD = Field(REFERENCE, "Reference", "Or the id of a request, or a pattern such as batch-* for all that match.")
_REFRESH, _WATCH = (MODAL_STATUS, "Refresh"), (MODAL_STATUS_WATCH, "Watch…")
_FAILURES, _OTHER = (MODAL_FAILURES, "Failures"), (MODAL_STATUS_OTHER, "Ask about another")


def form(reference: str = "") -> View:
    """The one question."""
    field = line(_FIELD, reference, "batch-2026-04", LONGEST_REFERENCE)
    return View((field,), title=TITLE, callback_id=STATUS_FORM, submit="Show", close="Cancel")


def reading(reference: str) -> View:
    """What is shown until something is known."""
    return _view((rich_text(paragraph([words("Reading ", Foreign(reference, strong=True), " …")])),))


def shown(answer: StatusAnswer | RequestAnswer, reference: str, command: str) -> View:
    """The answer; while the reading goes on, without buttons."""
    body = _inert(status.message(answer, command).blocks)
    if isinstance(answer, RequestAnswer):
        return _view((*body, *buttons(reference, _REFRESH, _WATCH, _OTHER)))
    if answer.still:
        return _view(body)
    failed = (_FAILURES,) if answer.progress.failed else ()
    return _view((*body, *buttons(reference, _REFRESH, *failed, _WATCH, _OTHER)))


def what_failed(answer: StatusAnswer | RequestAnswer, reference: str) -> View:
    """The kinds of failures with their ids, and the way back."""
    back = () if isinstance(answer, StatusAnswer) and answer.still else buttons(reference, (MODAL_STATUS, "Status"))
    return _view((*_inert(failures.message(answer).blocks), *back))


def overview(answer: GlobAnswer, command: str) -> View:
    """All references under a pattern: the totals, and those most at risk, since modals show no tables."""
    found = answer.overview
    also = buttons(found.pattern, _REFRESH, _WATCH, _OTHER)
    if not found.references:
        nothing = words("No known reference matches ", Foreign(found.pattern, strong=True), " yet.")
        near, still = meant(answer.nearest, f"{command} status"), still_filling(found)
        lines = [each for each in (nothing, near, still) if each]
        return _view((rich_text(paragraph(lines)), *also))
    lines = [overview_headline(found), words(bar(found.totals)), counts(found.totals), words("Most at risk")]
    more = more_references(found)
    rest = [paragraph([more])] if more else []
    body = rich_text(paragraph(lines), bullets(risk_lines(found)), *rest)
    return _view((body, context(*overview_freshness(found)), *also))


def _view(blocks: Iterable[Block]) -> View:
    return View(tuple(blocks), title=TITLE)


def _inert(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Without the buttons of messages, which answer with messages."""
    return tuple(block for block in blocks if block["type"] != "actions")
