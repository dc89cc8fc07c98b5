"""The answer to `deadline` and `expect`."""

from bot.domain.answer import LimitAnswer
from bot.domain.deadline_wording import echo
from bot.domain.overview_wording import as_typed, is_plain
from bot.domain.words import Code, Foreign, Words, joined, listed, number, words
from bot.slack.views.blocks import paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Message
from bot.slack.views.undo import undo_button

_QUIET = " Only the card and the finish tell of it here; watch for problems to be told of dangers."
_OPTION = {"deadline": "by fri 17:00", "expect": "expect 250"}


def message(answer: LimitAnswer, command: str) -> Message:
    """How the watch is measured now, or that there is none here and how to begin one."""
    if answer.watch is None:
        lines = (_not_watched(answer), _begin(answer, command))
        return Message(sentence(joined(lines, " ")), (rich_text(paragraph(lines)),))
    said = _deadline(answer) if answer.limit == "deadline" else _expected(answer)
    return Message(sentence(said), (rich_text(paragraph([said])), *undo_button(answer.undo)))


def _deadline(answer: LimitAnswer) -> Words:
    name = Foreign(answer.reference_id, strong=True)
    if answer.due is None:
        return words(name, " has no deadline", *_unless_changed(answer).pieces, ".")
    quiet = answer.watch is not None and not answer.watch.events.tell_troubles
    return words(name, " · ", *echo(answer.due).pieces, _QUIET if quiet else "")


def _expected(answer: LimitAnswer) -> Words:
    name, expected = Foreign(answer.reference_id, strong=True), answer.watch.expected if answer.watch else None
    if expected is None:
        return words(name, ": no number of requests is expected", *_unless_changed(answer).pieces, ".")
    came = answer.progress.total if answer.progress else 0
    more = "; that is more than expected" if came > expected else ""
    have = "has" if came == 1 else "have"
    return words(name, f": {number(expected)} expected, {number(came)} {have} come so far{more}.")


def _unless_changed(answer: LimitAnswer) -> Words:
    return words(" any more") if answer.undo else words("; nothing was changed")


def _not_watched(answer: LimitAnswer) -> Words:
    name = Foreign(answer.reference_id, strong=True)
    if not answer.globs:
        return words("This place does not watch ", name, ", so nothing was changed.")
    patterns = listed([words(Foreign(pattern, strong=True)) for pattern in answer.globs])
    covered = words(name, " has no watch of its own here: it is covered by ", patterns)
    return words(covered, ". Nothing was changed.")


def _begin(answer: LimitAnswer, command: str) -> Words:
    name = as_typed(answer.reference_id) if is_plain(answer.reference_id) else "<ref>"
    return words("To begin, type ", Code(f"{command} watch {name} {_OPTION[answer.limit]}"), ".")
