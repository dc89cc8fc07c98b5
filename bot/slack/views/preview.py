"""The answer to "what would this watch have posted?"."""

from bot.domain.preview import PreviewAnswer, PreviewBegun
from bot.domain.preview_wording import (
    begun_sentence,
    day_lines,
    example_lines,
    limit_lines,
    nothing_to_tell,
    preview_lines,
    preview_sentence,
)
from bot.domain.words import Strong, Words, words
from bot.slack.views.blocks import bullets, context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Block, Message


def message(answer: PreviewAnswer, command: str) -> Message:
    """How many messages of which kinds, on which days, some examples, and what is not counted."""
    text = sentence(preview_sentence(answer, command))
    if (why := nothing_to_tell(answer, command)) is not None:
        return Message(text, (rich_text(paragraph([why])),))
    sections = [("By day", day_lines(answer.preview)), ("The latest of each kind", example_lines(answer.preview))]
    blocks = [rich_text(paragraph(preview_lines(answer))), *(_section(*each) for each in sections if each[1])]
    return Message(text, (*blocks, context(*limit_lines(answer))))


def begun(answer: PreviewBegun) -> Message:
    """That it takes some seconds."""
    said = begun_sentence(answer)
    return Message(sentence(said), (rich_text(paragraph([said])),))


def _section(title: str, lines: tuple[Words, ...]) -> Block:
    return rich_text(paragraph([words(Strong(title))]), bullets(lines))
