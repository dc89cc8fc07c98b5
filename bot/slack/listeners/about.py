"""`about`: the bot about itself."""

from dataclasses import dataclass

from bot.flows.ask import Ask
from bot.slack.reply import Reply
from bot.slack.views import about


@dataclass(frozen=True, slots=True)
class AboutListener:
    """Tells version, freshness and health."""

    ask: Ask

    async def answer(self, reply: Reply) -> None:
        """Tell it to the one who asks."""
        await reply.ephemeral(about.message(await self.ask.about()))
