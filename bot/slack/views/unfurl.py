"""What stands below a link to a request: never the link itself, only blocks that every workspace takes there."""

from bot.domain.failure import shown
from bot.domain.unfurl import Glimpse
from bot.domain.wording import LONGEST_STATUS, counts, seen_so_far
from bot.domain.words import NOTHING, At, Foreign, Words, joined, words
from bot.slack.views.blocks import context
from bot.slack.views.escape import literal
from bot.slack.views.message import Block

_STATES = {"queued": "waiting", "processing": "running", "completed": "done"}
"""What the statuses are called in totals, which stand in the line below."""
_LONGEST = 3_000


def blocks(glimpse: Glimpse) -> tuple[Block, ...]:
    """The request's state, its reference with the totals of that, and how fresh this is."""
    lines = [_title(glimpse), _totals(glimpse), _reason(glimpse)]
    text = literal(str(joined([line for line in lines if line], "\n")))[:_LONGEST]
    section: Block = {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}
    return (section, context(_freshness(glimpse)))


def _title(glimpse: Glimpse) -> Words:
    request = glimpse.request
    state: str | Foreign = _STATES.get(request.status) or Foreign(request.status, LONGEST_STATUS)
    of = words(" of ", Foreign(request.reference_id)) if request.reference_id else NOTHING
    return words("Lip sync request", of, ": ", state)


def _totals(glimpse: Glimpse) -> Words:
    standing = glimpse.standing
    if standing is None or not standing.progress.total:
        return NOTHING
    if standing.read_at is None:
        return words("Of the batch were seen so far: ", seen_so_far(standing.progress, ", "))
    finished = f"{standing.progress.percent}% finished: "
    return words("The batch is ", finished, counts(standing.progress, between=", ", before_total=" "))


def _reason(glimpse: Glimpse) -> Words:
    if not glimpse.with_reason or glimpse.request.status != "failed":
        return NOTHING
    return words("Why: ", Foreign(shown(glimpse.request.error_message)))


def _freshness(glimpse: Glimpse) -> Words:
    return words("read ", At(glimpse.read_at, "ago")) if glimpse.read_at else words("never read as a whole yet")
