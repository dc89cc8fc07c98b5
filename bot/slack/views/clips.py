"""M13: clips that finished since the last look that said so."""

from bot.domain.announcement import ClipsFacts
from bot.domain.wording import bar, counts
from bot.domain.words import At, Foreign, Strong, counted, words
from bot.slack.views.blocks import code, context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Message

_MOST_IDS = 10


def message(facts: ClipsFacts) -> Message:
    """How many finished, which, and how far the batch is now."""
    progress, finished = facts.progress, f"{counted(len(facts.ids), 'clip')} finished"
    title = words(Foreign(progress.reference_id, strong=True), " · ", Strong(finished))
    lines = paragraph([title, words(bar(progress)), counts(progress)])
    totals = counts(progress, between=", ", before_total=" ")
    text = words(Foreign(progress.reference_id), f": {finished}; ", totals, "; read ", At(facts.read_at, "ago"), ".")
    small = context(words("Read ", At(facts.read_at, "ago")))
    return Message(sentence(text), (rich_text(lines, *code(facts.ids, _MOST_IDS)), small))
