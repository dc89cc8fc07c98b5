"""`failures`, the buttons of that name on the card and on a catch-up, and those that give ids to copy."""

from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp

from bot.flows.ask import Ask
from bot.slack.actions import CARD_FAILURES, CATCH_UP_FAILURES, FAILURE_RETRY, PING_FAILURES, STUCK_IDS
from bot.slack.guard import Guard
from bot.slack.payload import Clicked
from bot.slack.reply import Reply
from bot.slack.views import failures, glob_status, stuck


@dataclass(frozen=True, slots=True)
class FailuresListener:
    """Answers what failed, and why; `command` is the slash command's name."""

    ask: Ask
    guard: Guard
    command: str

    def register(self, app: AsyncApp) -> None:
        """Listen to the buttons."""
        for action in (CARD_FAILURES, CATCH_UP_FAILURES, PING_FAILURES):
            app.block_action(action)(self.guard.click(self.clicked))
        app.block_action(FAILURE_RETRY)(self.guard.click(self.retry_list))
        app.block_action(STUCK_IDS)(self.guard.click(self.stuck_ids))

    async def answer(self, reference: str, place: str, reply: Reply) -> None:
        """Read live and answer; a slow reading is announced first."""
        if (glob := await self.ask.glob(reference)) is not None:
            answer_to_all = await self.ask.overview(glob, place=place)
            await reply.ephemeral(glob_status.one_at_a_time(answer_to_all, "failures", self.command))
            return
        async for answer in self.ask.failures(reference, place=place):
            await reply.replace(failures.message(answer))

    async def clicked(self, click: Clicked, reply: Reply) -> None:
        """Answer only the person who clicked; the message stays."""
        await self.answer(click.reference, click.place, reply)

    async def retry_list(self, click: Clicked, reply: Reply) -> None:
        """Give the ids of one kind to the person who clicked, read live; the answer about all kinds stays."""
        reply.keep_original()
        about = click.failures
        async for answer in self.ask.failures(about.reference, place=click.place):
            await reply.replace(failures.retry_list(answer, about.kind))

    async def stuck_ids(self, click: Clicked, reply: Reply) -> None:
        """Give the ids of what is stuck now to the person who clicked, read live."""
        async for answer in self.ask.stuck(click.reference, place=click.place):
            await reply.replace(stuck.ids(answer))
