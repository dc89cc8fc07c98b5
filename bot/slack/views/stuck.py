"""M4: requests that are stuck, a submission that stopped, and an account in which nothing moves."""

from bot.domain.answer import StatusAnswer
from bot.domain.answer_wording import freshness, has_no_totals
from bot.domain.stuck_facts import MissingFacts, StalledFacts, StuckFacts
from bot.domain.stuck_wording import (
    how_many,
    missing_sentence,
    since_then,
    stalled_since,
    stalled_title,
    stalled_what,
    stuck_line,
    why,
)
from bot.domain.wording import counts
from bot.domain.words import NOTHING, At, Code, Foreign, Strong, joined, words
from bot.slack.actions import MISSING_STATUS, STUCK_IDS
from bot.slack.views.blocks import buttons, code, context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.failures import to_copy
from bot.slack.views.message import Block, Message
from bot.slack.views.status import bare

_MOST_IDS = 20
_IDS, _STATUS = (STUCK_IDS, "Copy ids"), (MISSING_STATUS, "Status")


def message(facts: StuckFacts | MissingFacts) -> Message:
    """What is stuck of a reference, or what has not come of it."""
    return _stuck(facts) if isinstance(facts, StuckFacts) else _missing(facts)


def _stuck(facts: StuckFacts) -> Message:
    """How many are stuck and why, what became of the others, and the ids to copy."""
    progress = facts.progress
    grown = words(" · ten times as many by now") if facts.grown else NOTHING
    title = words(Foreign(progress.reference_id, strong=True), f" · {how_many(facts)}", grown)
    since = words(since_then(facts)) if since_then(facts) else NOTHING
    lines = [title, *why(facts), since, counts(progress)]
    ids = code(tuple(one.id for one in facts.ones), _MOST_IDS) if facts.ones else ()
    block = rich_text(paragraph(line for line in lines if line), *ids)
    text = joined([words(how_many(facts), grown), *why(facts), since], "; ")
    totals = counts(progress, between=", ", before_total=" ")
    said = words(Foreign(progress.reference_id), ": ", text, "; ", totals, "; read ", At(facts.read_at, "ago"), ".")
    copy = buttons(progress.reference_id, _IDS) if facts.ones else ()
    return Message(sentence(said), (block, _read(facts), *copy))


def ids(answer: StatusAnswer) -> Message:
    """The ids of what is stuck at this reading, in blocks to be copied."""
    if has_no_totals(answer):
        return bare(answer)
    name = answer.progress.reference_id
    what = stuck_line(answer.stuck) or words("nothing is stuck any more")
    small = context(*freshness(answer))
    blocks = (rich_text(paragraph([words(Foreign(name, strong=True), " · ", what)])),)
    shown = to_copy([one.id for one in answer.stuck])
    return Message(sentence(words(Foreign(name), ": ", what, ".")), (*blocks, *shown, small))


def _missing(facts: MissingFacts) -> Message:
    """How many have not come, and since when nothing came."""
    progress = facts.progress
    title = words(Foreign(progress.reference_id, strong=True), " · ", missing_sentence(facts))
    last = words("the last one came ", At(facts.since, "day")) if not facts.over else NOTHING
    block = rich_text(paragraph(line for line in (title, last, counts(progress)) if line))
    totals = counts(progress, between=", ", before_total=" ")
    text = joined([missing_sentence(facts), last, totals, words("read ", At(facts.read_at, "ago"))], "; ")
    said = words(Foreign(progress.reference_id), ": ", text, ".")
    return Message(sentence(said), (block, _read(facts), *buttons(progress.reference_id, _STATUS)))


def stalled(facts: StalledFacts, command: str) -> Message:
    """That nothing finishes in the account, and how much is held up by that."""
    title, since = words(Strong(stalled_title(facts))), stalled_since(facts)
    what = NOTHING if facts.is_over else stalled_what(facts)
    todo = NOTHING if facts.is_over else words(Code(f"{command} about"), " shows how I am myself")
    read = words("read ", At(facts.read_at, "ago"))
    lines = [line for line in (words(title, " · ", since), what) if line]
    said = words(stalled_title(facts), ": ", joined([since, what, read], "; "), ".")
    return Message(sentence(said), (rich_text(paragraph(lines)), context(joined([read, todo], " · "))))


def _read(facts: StuckFacts | MissingFacts) -> Block:
    return context(words("Read ", At(facts.read_at, "ago")))
