"""M6: a deadline is at risk, unlikely to be met, out of danger again, or missed."""

from bot.domain.deadline_wording import risk_headline, risk_lines, risk_sentence
from bot.domain.risk_facts import RiskFacts
from bot.domain.wording import bar, counts
from bot.domain.words import At, Foreign, words
from bot.slack.views.blocks import context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Message


def message(facts: RiskFacts) -> Message:
    """The odds, the deadline beside the likely finish, what changed, and the pace that would be needed."""
    progress, headline, lines = facts.progress, risk_headline(facts), risk_lines(facts)
    title = words(Foreign(progress.reference_id, strong=True), " ", headline)
    totals = [words(bar(progress)), counts(progress)] if progress.of else []
    block = rich_text(paragraph([title, *totals, *lines]))
    return Message(sentence(risk_sentence(facts)), (block, context(words("read ", At(facts.read_at, "ago")))))
