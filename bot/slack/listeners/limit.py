"""`deadline` and `expect`: what the watch of a place is measured by."""

from dataclasses import dataclass

from bot.flows.dates import Dates
from bot.flows.limits import Limits
from bot.slack.commands import Deadline, Limiting
from bot.slack.payload import Asked
from bot.slack.reply import Reply
from bot.slack.views import limit


@dataclass(frozen=True, slots=True)
class LimitListener:
    """Changes the watch that is there; `command` is the slash command's name."""

    limits: Limits
    dates: Dates
    command: str

    async def answer(self, wanted: Limiting, asked: Asked, reply: Reply) -> None:
        """Change it, and tell the one who asked how it was understood."""
        if isinstance(wanted, Deadline):
            due = None if wanted.by is None else await self.dates.understood(wanted.by, asked.user)
            answer = await self.limits.deadline(asked.place, wanted.reference, due, asked.user)
        else:
            answer = await self.limits.expect(asked.place, wanted.reference, wanted.number, asked.user)
        await reply.ephemeral(limit.message(answer, self.command))
