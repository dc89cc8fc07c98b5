"""What Slack tells of a step that a workflow has begun."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.slack.payload.reading import Fields, mapping, part, text

EVENT = "function_executed"


@dataclass(frozen=True, slots=True)
class BegunStep:
    """A step by Slack's id of its execution: which one it is, and what was entered, whatever that is.

    The token that comes with it is left where it is: it works for a few minutes only, and the bot's own does as well.
    """

    execution_id: str
    form_id: str
    inputs: Mapping[str, object] = field(repr=False)


def begun(event: Fields) -> BegunStep | None:
    """The step that an event is about, if it is about one; raises `PayloadError`."""
    if event.get("type") != EVENT:
        return None
    function = mapping(event.get("function"), "function")
    return BegunStep(text(event, "function_execution_id"), text(function, "callback_id"), part(event.get("inputs")))
