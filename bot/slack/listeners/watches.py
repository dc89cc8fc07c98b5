"""`watches`, and its buttons Previous and Next: who watches what."""

from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp

from bot.domain.answer import Scope
from bot.flows.ask import Ask
from bot.slack.actions import WATCHES_NEXT, WATCHES_PREVIOUS
from bot.slack.commands import ListWatches
from bot.slack.guard import Guard
from bot.slack.payload import Asked, Clicked
from bot.slack.reply import Reply
from bot.slack.views import watches


@dataclass(frozen=True, slots=True)
class WatchesListener:
    """Lists the watches of a place, of a person, or all that this person may see."""

    ask: Ask
    guard: Guard
    command: str

    def register(self, app: AsyncApp) -> None:
        """Listen to the buttons."""
        for action in (WATCHES_PREVIOUS, WATCHES_NEXT):
            app.block_action(action)(self.guard.click(self.turn))

    async def answer(self, wanted: ListWatches, asked: Asked, reply: Reply) -> None:
        """List them, from our memory."""
        await self._list(wanted.scope, asked, reply)

    async def turn(self, click: Clicked, reply: Reply) -> None:
        """Another page of them as they are now, in the place of the one that is shown."""
        whose, page = click.page
        await self._list(Scope(whose), click, reply, page)

    async def _list(self, scope: Scope, what: Asked | Clicked, reply: Reply, page: int = 1) -> None:
        answer = await self.ask.watches(scope, place=what.place, user=what.user)
        await reply.replace(watches.message(answer, self.command, page))
