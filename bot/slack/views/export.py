"""The answer to "give me every row": where the file is, or why there is none."""

from bot.domain.answer import StatusAnswer
from bot.domain.answer_wording import has_no_totals
from bot.domain.sheet import Format, Handing, SheetAnswer
from bot.domain.sheet_wording import notes, what_became_of_it, what_is_in_it, what_lacks
from bot.domain.words import NOTHING, At, Foreign, joined, words
from bot.slack.actions import EXPORT_CSV, EXPORT_HTML, EXPORT_TSV
from bot.slack.views.blocks import buttons, context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Block, Message
from bot.slack.views.status import bare

_LONGEST_TROUBLE = 200
_ACTIONS = {Format.CSV: EXPORT_CSV, Format.TSV: EXPORT_TSV, Format.HTML: EXPORT_HTML}


def message(answer: StatusAnswer | SheetAnswer, command: str) -> Message:
    """How many rows the file has, what it lacks and where it is; `command` is the slash command."""
    if isinstance(answer, StatusAnswer):
        return unread(answer, "rows")
    file = what_became_of_it(answer, answer.handed, command) if answer.handed else NOTHING
    if not answer.rows:  # nothing was read, since nothing could have been sent
        return Message(sentence(file), (rich_text(paragraph([file])),))
    said, small = what_is_in_it(answer), notes(answer)
    text = joined((words(joined((said, *small), "; "), "."), what_lacks(answer), file), " ")
    body = rich_text(paragraph([words(said, "."), what_lacks(answer, strong=True), file]))
    return Message(sentence(text), (body, context(*small), *_buttons(answer)))


def unread(answer: StatusAnswer, what: str) -> Message:
    """While the reading goes on, and where it has shown nothing: links and rows are only given as the API has them."""
    if has_no_totals(answer) or not answer.trouble:
        return bare(answer)
    name, why = Foreign(answer.progress.reference_id, strong=True), Foreign(answer.trouble, _LONGEST_TROUBLE)
    said = words(f"No {what} of ", name, " can be given now (", why, "): they are always read anew.")
    last = words("last read ", At(answer.read_at, "day")) if answer.read_at else words("never read as a whole yet")
    return Message(sentence(words(said, " It was ", last, ".")), (rich_text(paragraph([said])), context(last)))


def _buttons(answer: SheetAnswer) -> tuple[Block, ...]:
    """The other formats; after a failure the same again."""
    is_there = answer.handed is not None and answer.handed.outcome is Handing.SENT
    others = tuple(
        (action, f"As {each.value.upper()}") for each, action in _ACTIONS.items() if each is not answer.format
    )
    named = others if is_there else ((_ACTIONS[answer.format], "Try again"),)
    return buttons(answer.gathered.reference_id, *named)
