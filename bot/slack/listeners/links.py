"""`links`, and the buttons of that name under the card, under "finished" and under the answer itself."""

from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp

from bot.domain.answer import StatusAnswer
from bot.domain.sheet import SheetAnswer
from bot.flows.ask import Ask
from bot.flows.sheets import Sheets
from bot.slack.actions import CARD_LINKS, FINISHED_LINKS, LINKS_NEW, LINKS_SHARE
from bot.slack.commands import Links
from bot.slack.guard import Guard
from bot.slack.payload import Clicked
from bot.slack.reply import Reply
from bot.slack.views import glob_status, links


@dataclass(frozen=True, slots=True)
class LinksListener:
    """Answers where the finished clips are, to the one who asks only; `command` is the slash command's name."""

    ask: Ask
    sheets: Sheets
    guard: Guard
    command: str

    def register(self, app: AsyncApp) -> None:
        """Listen to the buttons."""
        for action in (CARD_LINKS, FINISHED_LINKS):
            app.block_action(action)(self.guard.click(self.clicked))
        app.block_action(LINKS_NEW)(self.guard.click(self.only_new))
        app.block_action(LINKS_SHARE)(self.guard.click(self.share))

    async def answer(self, wanted: Links, place: str, person: str, reply: Reply) -> None:
        """Read every page and answer; a slow reading is announced first. What has reached the person is remembered."""
        if (glob := await self.ask.glob(wanted.reference)) is not None:
            answer_to_all = await self.ask.overview(glob, place=place)
            await reply.ephemeral(glob_status.one_at_a_time(answer_to_all, "links", self.command))
            return
        shareable = await self.sheets.can_share(place)
        answers = self.sheets.links(wanted.reference, place=place, person=person, only_new=wanted.only_new)
        async for answer in answers:
            has_arrived = await reply.replace(links.message(answer, self.command, shareable=shareable))
            if has_arrived and isinstance(answer, SheetAnswer):
                await self.sheets.given(answer, place=place, person=person)

    async def clicked(self, click: Clicked, reply: Reply) -> None:
        """Answer only the person who clicked; the message stays."""
        await self.answer(Links(click.reference), click.place, click.user, reply)

    async def share(self, click: Clicked, reply: Reply) -> None:
        """Read again, and show the links to the whole channel, where that is allowed."""
        reply.keep_original()
        async for answer in self.sheets.shared(click.reference, place=click.place):
            if isinstance(answer, StatusAnswer):
                await reply.replace(links.message(answer, self.command))
            else:
                await reply.in_channel(links.shared(answer, click.user, self.command))

    async def only_new(self, click: Clicked, reply: Reply) -> None:
        """Those that came since; the links that were shown before stay."""
        reply.keep_original()
        await self.answer(Links(click.reference, only_new=True), click.place, click.user, reply)
