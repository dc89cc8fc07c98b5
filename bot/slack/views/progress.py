"""The core that a card and a status share: how far a batch is, and what failed."""

from collections.abc import Iterable

from bot.domain.progress import Progress
from bot.domain.wording import kind_lines, kinds_title
from bot.domain.words import Words, words
from bot.slack.views.blocks import bullets, paragraph, rich_text
from bot.slack.views.message import Block


def core(progress: Progress, lines: Iterable[Words]) -> Block:
    """These lines, then the failure kinds with their counts."""
    parts = list(lines)
    if not progress.kinds:
        return rich_text(paragraph(parts))
    title = words(kinds_title(progress.kinds))
    return rich_text(paragraph([*parts, title]), bullets(kind_lines(progress.kinds, named=True)))
