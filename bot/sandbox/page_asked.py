"""What the page asks of its server, read with care: it comes from a browser."""

from collections.abc import Mapping

from bot.sandbox.page_state import may_see
from bot.sandbox.slack_entities import Channel, Fields, RefusedError, User
from bot.sandbox.workspace import Workspace

LONGEST_TEXT = 8_000
_MOST_CHOICES = 100


class WrongError(Exception):
    """A request that the page itself never makes; the text says what is wrong with it."""


def text(asked: Mapping[str, object], name: str) -> str:
    """A text that is not empty."""
    found = asked.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_TEXT:
        raise WrongError(f"{name} must be a text of 1 to {LONGEST_TEXT} characters")
    return found


def optional(asked: Mapping[str, object], name: str) -> str | None:
    """A text that may be missing."""
    return text(asked, name) if name in asked else None


def entered(value: object) -> str | list[str]:
    """What was entered in an element: a text, or a list of texts where several can be chosen; nothing is empty."""
    texts = value if isinstance(value, list) else [value]
    if len(texts) > _MOST_CHOICES or not all(isinstance(each, str) and len(each) <= LONGEST_TEXT for each in texts):
        raise WrongError("a value must be a text, or a list of texts")
    return [str(each) for each in texts] if isinstance(value, list) else str(value)


def entries(asked: Mapping[str, object], name: str = "values") -> dict[str, str | list[str]]:
    """What was entered in the fields of a view, by block id."""
    found = asked.get(name)
    if not isinstance(found, dict):
        raise WrongError(f"{name} must hold what was entered, by block")
    return {block: entered(value) for block, value in found.items()}


def person(workspace: Workspace, asked: Mapping[str, object], name: str = "user") -> User:
    """Who does it, or to whom; the bot itself does not use the page."""
    user = workspace.user(text(asked, name))
    if user.is_bot and name == "user":
        raise WrongError("the bot does not use the page")
    return user


def place(workspace: Workspace, asked: Fields) -> Channel:
    """A place that this person can see; `channel_not_found`."""
    channel = workspace.channel(text(asked, "channel"))
    if not may_see(channel, person(workspace, asked).id):
        raise RefusedError("channel_not_found")
    return channel
