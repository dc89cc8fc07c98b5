"""The answer to "how is it doing?": a batch, or one request."""

from bot.domain.answer import RequestAnswer, StatusAnswer
from bot.domain.answer_wording import (
    freshness,
    has_no_totals,
    nearest,
    nothing_known,
    progress_lines,
    request_lines,
    request_sentence,
    status_sentence,
    what_to_check,
)
from bot.domain.words import At, Person, Words, words
from bot.slack.actions import STATUS_REFRESH, STATUS_SHARE
from bot.slack.views.blocks import bullets, buttons, context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Block, Message
from bot.slack.views.progress import core

_BUTTONS = ((STATUS_REFRESH, "Refresh"), (STATUS_SHARE, "Share"))


def message(answer: StatusAnswer | RequestAnswer, command: str | None = None) -> Message:
    """The answer for the one who asked; the buttons come with the last answer, not while the reading goes on.

    `command` is the slash command's name, for what can be typed instead.
    """
    return Message(sentence(_sentence(answer, command)), (*_body(answer, command), *_buttons(answer)))


def shared(answer: StatusAnswer | RequestAnswer, by: str) -> Message:
    """The answer for everybody in the channel, without buttons; `by` is the user id of who shared it."""
    return Message(sentence(_sentence(answer)), (*_body(answer), context(words("Shared by ", Person(by)))))


def bare(answer: StatusAnswer | RequestAnswer) -> Message:
    """The answer without buttons."""
    return Message(sentence(_sentence(answer)), _body(answer))


def _sentence(answer: StatusAnswer | RequestAnswer, command: str | None = None) -> Words:
    return request_sentence(answer) if isinstance(answer, RequestAnswer) else status_sentence(answer, command)


def _body(answer: StatusAnswer | RequestAnswer, command: str | None = None) -> tuple[Block, ...]:
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
    return (core(answer.progress, progress_lines(answer)), _small_print(answer))


def _small_print(answer: StatusAnswer) -> Block:
    return context(*freshness(answer))


def _buttons(answer: StatusAnswer | RequestAnswer) -> tuple[Block, ...]:
    if isinstance(answer, RequestAnswer):
        return buttons(answer.request.id, *_BUTTONS)
    return () if answer.still else buttons(answer.progress.reference_id, *_BUTTONS)
