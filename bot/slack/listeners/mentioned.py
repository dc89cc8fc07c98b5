"""The shortcut on a message: watch the reference that it speaks of."""

from dataclasses import dataclass
from typing import Protocol

from slack_bolt.app.async_app import AsyncApp

from bot.flows.mentions import Mentions
from bot.slack.actions import MODAL_WATCH, MODAL_WATCH_OTHER
from bot.slack.callbacks import WATCH_THIS
from bot.slack.guard import Guard
from bot.slack.payload import Summoned, Touched
from bot.slack.payload.asked import is_public
from bot.slack.screen import Screen
from bot.slack.views import mentioned


class WatchForm(Protocol):
    """Opens the form to watch: in the place of the modal that is open, or with the trigger."""

    async def open(
        self, screen: Screen, user: str, place: str, place_name: str = "", *, public: bool = False, reference: str = ""
    ) -> None:
        """Show it, filled with the reference if there is one; `place` is empty where it was opened nowhere."""
        ...


@dataclass(frozen=True, slots=True)
class MentionedListener:
    """Finds what is meant, and asks only where several are."""

    mentions: Mentions
    watch_form: WatchForm
    guard: Guard

    def register(self, app: AsyncApp) -> None:
        """Listen to the shortcut, and to the buttons of the modal that asks which."""
        app.message_shortcut(WATCH_THIS)(self.guard.shortcut(self.summoned))
        app.block_action(MODAL_WATCH)(self.guard.touch(self.chosen))
        app.block_action(MODAL_WATCH_OTHER)(self.guard.touch(self.chosen))

    async def summoned(self, shortcut: Summoned, screen: Screen) -> None:
        """The modal comes first, since there are three seconds; then what was found."""
        await screen.show(mentioned.looking())
        meant = await self.mentions.of(shortcut.text, shortcut.place)
        where = f"{shortcut.place} {shortcut.place_name}".strip()
        if not meant.standings:
            await screen.show(mentioned.none(meant, where))
        elif len(meant.standings) > 1:
            await screen.show(mentioned.which(meant, where))
        else:
            await self._open(screen, shortcut.user, where, meant.standings[0].progress.reference_id)

    async def chosen(self, touch: Touched, screen: Screen) -> None:
        """The form with the reference that was chosen, or with none to type another."""
        await self._open(screen, touch.user, touch.metadata, touch.value)

    async def _open(self, screen: Screen, user: str, where: str, reference: str) -> None:
        place, _, name = where.partition(" ")
        await self.watch_form.open(screen, user, place, name, public=is_public(place, name), reference=reference)
