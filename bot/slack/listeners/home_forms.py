"""The forms that Home opens, and what it says where a form is not there."""

from dataclasses import dataclass
from typing import Protocol

from bot.domain.watch import Watch
from bot.domain.words import Code, words
from bot.slack.screen import Screen
from bot.slack.views.blocks import paragraph, rich_text
from bot.slack.views.view import View


class WatchForms(Protocol):
    """The form of a watch."""

    async def open(self, screen: Screen, user: str, place: str | None = None) -> None:
        """Ask what is to be watched, in `place` unless the person chooses another."""
        ...

    async def change(self, screen: Screen, user: str, watch: Watch) -> None:
        """Show what a watch has, to be changed."""
        ...


class StatusForms(Protocol):
    """The form that asks of which reference the status is wanted."""

    async def open(self, screen: Screen, user: str) -> None:
        """Ask for the reference."""
        ...


@dataclass(frozen=True, slots=True)
class Typed:
    """Says what to type instead."""

    command: str
    word: str

    async def open(self, screen: Screen, user: str, place: str | None = None) -> None:  # noqa: ARG002 - the shape of a form
        """What to type."""
        await self._show(screen)

    async def change(self, screen: Screen, user: str, watch: Watch) -> None:  # noqa: ARG002 - the shape of a form
        """What to type."""
        await self._show(screen)

    async def _show(self, screen: Screen) -> None:
        said = words("Type ", Code(f"{self.command} {self.word}"), " and the reference, in the channel it is about.")
        await screen.show(View((rich_text(paragraph([said])),), "What to type"))
