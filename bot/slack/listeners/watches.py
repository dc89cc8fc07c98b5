"""`watches`: who watches what."""

from dataclasses import dataclass

from bot.flows.ask import Ask
from bot.slack.commands import ListWatches
from bot.slack.payload import Asked
from bot.slack.reply import Reply
from bot.slack.views import watches


@dataclass(frozen=True, slots=True)
class WatchesListener:
    """Lists the watches of a place, of a person, or all that this person may see."""

    ask: Ask
    command: str

    async def answer(self, wanted: ListWatches, asked: Asked, reply: Reply) -> None:
        """List them, from our memory."""
        answer = await self.ask.watches(wanted.scope, place=asked.place, user=asked.user)
        await reply.ephemeral(watches.message(answer, self.command))
