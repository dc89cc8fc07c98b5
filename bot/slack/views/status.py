"""The answer to "how is it doing?": a batch, or one request."""

from bot.domain.answer import RequestAnswer, StatusAnswer
from bot.domain.answer_wording import (
    freshness,
    has_no_totals,
    is_current,
    nearest,
    nothing_known,
    progress_lines,
    request_lines,
    request_sentence,
    status_sentence,
    what_to_check,
)
from bot.domain.curve_wording import FROM_OLD_DATA, no_chart, phrase
from bot.domain.words import At, Person, Words, words
from bot.slack.actions import STATUS_CHART, STATUS_CHART_SHARE, STATUS_REFRESH, STATUS_SHARE, STATUS_WATCH
from bot.slack.views.blocks import bullets, buttons, context, paragraph, rich_text
from bot.slack.views.chart import chart
from bot.slack.views.escape import sentence
from bot.slack.views.message import Block, Message
from bot.slack.views.progress import core

_REFRESH, _SHARE = (STATUS_REFRESH, "Refresh"), (STATUS_SHARE, "Share")
_CHART, _WATCH = (STATUS_CHART, "Chart"), (STATUS_WATCH, "Watch…")
_OF_A_CHART = ((STATUS_CHART, "Refresh"), (STATUS_CHART_SHARE, "Share"))
Answer = StatusAnswer | RequestAnswer


def message(answer: Answer, command: str | None = None, *, charted: bool = False) -> Message:
    """The answer for the one who asked; the buttons come with the last answer, not while the reading goes on.

    `command` is the slash command's name, for what can be typed instead; `charted`: with a chart of how it went.
    """
    body = _body(answer, command, charted)
    return Message(sentence(_sentence(answer, command, charted)), (*body, *_buttons(answer, charted)))


def shared(answer: Answer, by: str, *, charted: bool = False) -> Message:
    """The answer for everybody in the channel, without buttons; `by` is the user id of who shared it."""
    body = _body(answer, charted=charted)
    return Message(sentence(_sentence(answer, charted=charted)), (*body, context(words("Shared by ", Person(by)))))


def bare(answer: Answer) -> Message:
    """The answer without buttons."""
    return Message(sentence(_sentence(answer)), _body(answer))


def can_draw(answer: Answer) -> bool:
    """Whether there is something for a chart to show."""
    return isinstance(answer, StatusAnswer) and answer.curve is not None


def _sentence(answer: Answer, command: str | None = None, charted: bool = False) -> Words:
    if isinstance(answer, RequestAnswer):
        return request_sentence(answer)
    said = status_sentence(answer, command)
    return words(said, f" {phrase(answer.curve)}.") if charted and answer.curve else said


def _body(answer: Answer, command: str | None = None, charted: bool = False) -> tuple[Block, ...]:
    if isinstance(answer, RequestAnswer):
        return (
            rich_text(paragraph(request_lines(answer))),
            context(words("Read ", At(answer.read_at, "ago"))),
        )
    if has_no_totals(answer):
        checks = what_to_check(answer)
        near = nearest(answer, command)
        said = paragraph([words(nothing_known(answer), "."), *([near] if near else [])])
        return (rich_text(said, bullets(checks)) if checks else rich_text(said),)
    picture = (chart(answer.curve),) if charted and answer.curve else ()
    return (core(answer.progress, progress_lines(answer)), *picture, _small_print(answer, charted))


def _small_print(answer: StatusAnswer, charted: bool) -> Block:
    if not charted or answer.still:
        return context(*freshness(answer))
    if answer.curve is not None:
        return context(words(phrase(answer.curve)), *freshness(answer))
    why = no_chart(answer.progress.terminal) if is_current(answer) else FROM_OLD_DATA
    return context(words(why), *freshness(answer))


def _buttons(answer: Answer, charted: bool) -> tuple[Block, ...]:
    if isinstance(answer, RequestAnswer):
        return buttons(answer.request.id, _REFRESH, _SHARE)
    if answer.still:
        return ()
    watch = (_WATCH,) if answer.is_watched is False else ()
    if charted and answer.curve:
        return buttons(answer.progress.reference_id, *_OF_A_CHART, *watch)
    chart = (_CHART,) if answer.curve else ()
    return buttons(answer.progress.reference_id, _REFRESH, *chart, _SHARE, *watch)
