"""Something that can be done to the surroundings of the bot, in a form that a page can offer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.sandbox.slack_entities import Fields

Chosen = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chooses first: one of `options`, which may change."""

    name: str
    label: str
    options: Callable[[], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Deed:
    """`then` tells in one line what the bot should do; `is_on` is given when the deed is a switch, which `do` turns.

    `do` is given what was chosen, by the choice's name; it raises a `LipsyncBotError` when it cannot be done.
    """

    group: str
    name: str
    label: str
    then: str
    do: Callable[[Chosen], Awaitable[None]]
    takes: tuple[Choice, ...] = ()
    is_on: Callable[[], bool] | None = None

    def shown(self) -> Fields:
        """As JSON for the page, with the present options and state."""
        return {
            "group": self.group,
            "name": self.name,
            "label": self.label,
            "then": self.then,
            "takes": [{"name": each.name, "label": each.label, "options": list(each.options())} for each in self.takes],
            "on": None if self.is_on is None else self.is_on(),
        }
