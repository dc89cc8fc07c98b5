"""`queue`, and its buttons Refresh and Share."""

from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp

from bot.flows.ask import Ask
from bot.slack.actions import QUEUE_REFRESH, QUEUE_SHARE
from bot.slack.guard import Guard
from bot.slack.payload import Clicked
from bot.slack.reply import Reply
from bot.slack.views import queue


@dataclass(frozen=True, slots=True)
class QueueListener:
    """Tells how the whole account is doing."""

    ask: Ask
    guard: Guard

    def register(self, app: AsyncApp) -> None:
        """Listen to the buttons."""
        app.block_action(QUEUE_REFRESH)(self.guard.click(self.refresh))
        app.block_action(QUEUE_SHARE)(self.guard.click(self.share))

    async def answer(self, place: str, reply: Reply) -> None:
        """Tell it to the one who asks."""
        await reply.replace(queue.message(await self.ask.lineup(place=place)))

    async def refresh(self, click: Clicked, reply: Reply) -> None:
        """Tell it anew, in the place of the old answer."""
        await self.answer(click.place, reply)

    async def share(self, click: Clicked, reply: Reply) -> None:
        """Show it to the whole channel, and who shared it."""
        await reply.in_channel(queue.shared(await self.ask.lineup(place=click.place), click.user))
