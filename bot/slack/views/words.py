"""What is answered to words that are no command."""

from bot.domain.words import Code, words
from bot.slack.views.blocks import paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Message


def courtesy() -> Message:
    """To greetings and thanks: how to go on, in one line."""
    said = words(
        "At your service. Say the name of a batch to hear how it is doing, such as ",
        Code("batch-2026-04"),
        ", or ",
        Code("help"),
        " for all that I can do.",
    )
    return Message(sentence(said), (rich_text(paragraph([said])),))


def one_line_only() -> Message:
    """That the other lines of the message were not looked at."""
    said = words("I read only the first line of a message. Send me the others one by one.")
    return Message(sentence(said), (rich_text(paragraph([said])),))
