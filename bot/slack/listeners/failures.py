"""`failures`, and the card's button of that name."""

from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp

from bot.flows.ask import Ask
from bot.slack.actions import CARD_FAILURES
from bot.slack.guard import Guard
from bot.slack.payload import Clicked
from bot.slack.reply import Reply
from bot.slack.views import failures


@dataclass(frozen=True, slots=True)
class FailuresListener:
    """Answers what failed, and why."""

    ask: Ask
    guard: Guard

    def register(self, app: AsyncApp) -> None:
        """Listen to the button."""
        app.block_action(CARD_FAILURES)(self.guard.click(self.clicked))

    async def answer(self, reference: str, place: str, reply: Reply) -> None:
        """Read live and answer; a slow reading is announced first."""
        async for answer in self.ask.failures(reference, place=place):
            await reply.replace(failures.message(answer))

    async def clicked(self, click: Clicked, reply: Reply) -> None:
        """Answer only the person who clicked; the card stays."""
        await self.answer(click.reference, click.place, reply)
