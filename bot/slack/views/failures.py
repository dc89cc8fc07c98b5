"""The answer to "what failed?": every kind with its ids, ready to be copied."""

from collections.abc import Sequence

from bot.domain.answer import RequestAnswer, StatusAnswer
from bot.domain.answer_wording import freshness, has_no_totals, is_partial
from bot.domain.failure import FailureKind
from bot.domain.wording import cared_line, first_and_latest, kind_line
from bot.domain.words import Foreign, Words, counted, joined, number, words
from bot.slack.actions import FAILURE_HANDLED, FAILURE_OPEN_AGAIN, FAILURE_RETRY
from bot.slack.views.blocks import buttons, code, context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Block, Message
from bot.slack.views.status import bare

_MOST_KINDS = 20
_MOST_IDS = 240
_MOST_TO_RETRY = 240
_IDS_IN_A_BLOCK = 60


def message(answer: StatusAnswer | RequestAnswer) -> Message:
    """The failure kinds of a batch, the largest first; a single request is shown as its status is."""
    if isinstance(answer, RequestAnswer) or has_no_totals(answer):
        return bare(answer)
    found = answer.progress.kinds
    shown = found[:_MOST_KINDS]
    ids_each = max(_MOST_IDS // max(len(shown), 1), 1)
    name = answer.progress.reference_id
    blocks = [rich_text(paragraph([_title(answer)]))]
    for place, kind in enumerate(shown, 1):
        blocks += [_kind(kind, ids_each), *_buttons(name, kind, place)]
    if len(found) > len(shown):
        more = counted(len(found) - len(shown), "more kind")
        blocks.append(rich_text(paragraph([words(f"and {more}")])))
    return Message(sentence(_sentence(answer)), (*blocks, context(*freshness(answer))))


def _title(answer: StatusAnswer) -> Words:
    kinds = answer.progress.kinds
    name = Foreign(answer.progress.reference_id, strong=True)
    failed = f"{counted(answer.progress.failed, 'failure')}, {counted(len(kinds), 'kind')}," if kinds else "no failures"
    return words(name, f" · {failed} {_among(answer)}")


def _sentence(answer: StatusAnswer) -> Words:
    progress = answer.progress
    kinds = f" of {counted(len(progress.kinds), 'kind')}" if progress.kinds else ""
    failed = counted(progress.failed, "failure") if progress.failed else "no failures"
    notes = joined(freshness(answer), "; ")
    return words(Foreign(progress.reference_id), f": {failed}{kinds} {_among(answer)}; ", notes, ".")


def _among(answer: StatusAnswer) -> str:
    progress = answer.progress
    of = "seen so far" if is_partial(answer) else f"of {number(progress.of)}"
    return f"among {number(progress.terminal)} finished {of}"


def _kind(kind: FailureKind, ids: int) -> Block:
    return rich_text(paragraph([cared_line(kind), first_and_latest(kind.first_at, kind.last_at)]), *code(kind.ids, ids))


def _buttons(reference_id: str, kind: FailureKind, place: int) -> tuple[Block, ...]:
    """What can be done about a kind, as under the message about it."""
    offered = [(FAILURE_RETRY, "Copy retry list")]
    if kind.open:
        offered.append((FAILURE_HANDLED, "Mark handled"))
    elif kind.care.handled is not None:
        offered.append((FAILURE_OPEN_AGAIN, "Open again"))
    return buttons(f"{reference_id}\n{kind.key}\n{kind.count}", *offered, about=f"kind {place}, {kind.name}")


# --- one kind ---


def to_copy(ids: Sequence[str]) -> list[Block]:
    """Ids in blocks to be copied; as many as a message can hold, and how many more there are."""
    parts = [ids[at : at + _IDS_IN_A_BLOCK] for at in range(0, min(len(ids), _MOST_TO_RETRY), _IDS_IN_A_BLOCK)]
    more = len(ids) - _MOST_TO_RETRY
    rest = [rich_text(paragraph([words(f"and {counted(more, 'more id')}")]))] if more > 0 else []
    return [*(rich_text(*code(part, len(part))) for part in parts), *rest]


def retry_list(answer: StatusAnswer | RequestAnswer, key: str) -> Message:
    """The ids of the kind with this key, in blocks to be copied; as many as a message can hold.

    What was handled or has recovered was sent again already: it is left out, unless nothing else is there.
    """
    if isinstance(answer, RequestAnswer) or has_no_totals(answer):
        return bare(answer)
    name = Foreign(answer.progress.reference_id, strong=True)
    kind = next((each for each in answer.progress.kinds if each.key == key), None)
    if kind is None:
        said = words(name, ": nothing of this kind is failed any more")
        return Message(sentence(words(said, ".")), (rich_text(paragraph([said])), context(*freshness(answer))))
    ids = [id_ for id_ in kind.ids if id_ not in answer.cleared] or kind.ids
    title = words(name, " · ", kind_line(kind))
    blocks = [rich_text(paragraph([title])), *to_copy(ids)]
    listed = words(
        Foreign(answer.progress.reference_id), f": {counted(len(ids), 'id')} to retry (", kind_line(kind), ")."
    )
    return Message(sentence(listed), (*blocks, context(*freshness(answer))))
