"""`quiet` and `digest`: what a place has by the clock."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain.hours import Daily, Hours
from bot.errors import BadCommandError
from bot.flows.dates import Dates
from bot.flows.timetabling import Timetabling
from bot.slack.payload import Asked
from bot.slack.reply import Reply
from bot.slack.timetables import DailyDigest, QuietHours, Timetabled
from bot.slack.views import digest, quiet


@dataclass(frozen=True, slots=True)
class TimetableListener:
    """Changes or tells it; `direct_channel` gives the id of a person's DM with the bot."""

    timetabling: Timetabling
    dates: Dates
    command: str
    direct_channel: Callable[[str], Awaitable[str]]

    async def answer(self, wanted: Timetabled, asked: Asked, reply: Reply) -> None:
        """Do it, and tell the one who asked how it was understood; `BadCommandError` in a DM between people."""
        await self._refuse_foreign_dm(asked)
        if isinstance(wanted, QuietHours):
            await self._quiet(wanted, asked, reply)
        else:
            await self._digest(wanted, asked, reply)

    async def _quiet(self, wanted: QuietHours, asked: Asked, reply: Reply) -> None:
        if wanted.off:
            answer = await self.timetabling.end_quiet(asked.place, asked.user)
        elif (typed := wanted.hours) is None:
            answer = await self.timetabling.quiet(asked.place)
        else:
            zone = await self.dates.zone(typed.zone, asked.user)
            hours = Hours(typed.begin, typed.end, zone, typed.days)
            answer = await self.timetabling.set_quiet(asked.place, hours, asked.user)
        await reply.ephemeral(quiet.message(answer, self.command))

    async def _digest(self, wanted: DailyDigest, asked: Asked, reply: Reply) -> None:
        if wanted.act == "now":
            await reply.ephemeral(digest.message(await self.timetabling.digest_now(asked.place), self.command))
            return
        if wanted.act == "off":
            answer = await self.timetabling.end_digest(asked.place, asked.user)
        elif (typed := wanted.daily) is None:
            answer = await self.timetabling.digest(asked.place)
        else:
            daily = Daily(typed.at, await self.dates.zone(typed.zone, asked.user), typed.days)
            answer = await self.timetabling.set_digest(asked.place, daily, asked.user)
        await reply.ephemeral(digest.answer(answer, self.command))

    async def _refuse_foreign_dm(self, asked: Asked) -> None:
        if asked.place.startswith("D") and asked.place != await self.direct_channel(asked.user):
            raise BadCommandError(
                "I cannot post in a conversation that I am not part of. Type the same in my own Messages tab, and it is"
                " about what I tell you there. Nothing was changed."
            )
