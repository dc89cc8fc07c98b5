"""`links`, and the buttons of that name under the card and under "finished"."""

from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp

from bot.flows.ask import Ask
from bot.slack.actions import CARD_LINKS, FINISHED_LINKS
from bot.slack.guard import Guard
from bot.slack.payload import Clicked
from bot.slack.reply import Reply
from bot.slack.views import glob_status, links


@dataclass(frozen=True, slots=True)
class LinksListener:
    """Answers where the finished clips are, to the one who asks only; `command` is the slash command's name."""

    ask: Ask
    guard: Guard
    command: str

    def register(self, app: AsyncApp) -> None:
        """Listen to the buttons."""
        for action in (CARD_LINKS, FINISHED_LINKS):
            app.block_action(action)(self.guard.click(self.clicked))

    async def answer(self, reference: str, place: str, reply: Reply) -> None:
        """Read every page and answer; a slow reading is announced first."""
        if (glob := await self.ask.glob(reference)) is not None:
            answer_to_all = await self.ask.overview(glob)
            await reply.ephemeral(glob_status.one_at_a_time(answer_to_all, "links", self.command))
            return
        async for answer in self.ask.links(reference, place=place):
            await reply.replace(links.message(answer))

    async def clicked(self, click: Clicked, reply: Reply) -> None:
        """Answer only the person who clicked; the message stays."""
        await self.answer(click.reference, click.place, reply)
