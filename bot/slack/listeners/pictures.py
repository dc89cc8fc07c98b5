"""An answer with a chart, which is said once more without it where Slack refuses it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.flows.charts import Charts
from bot.slack.reply import Reply
from bot.slack.views.chart import Drawing
from bot.slack.views.message import Message


@dataclass(frozen=True, slots=True)
class Pictures:
    """Says what can be drawn in two ways."""

    charts: Charts

    async def say(
        self, reply: Reply, say: Callable[[Message], Awaitable[bool]], make: Callable[[Drawing], Message]
    ) -> None:
        """Say it by this method of the reply: as a chart where the workspace takes one, otherwise as bars of text.

        Only a refusal of the blocks lets it be said again: whatever else goes wrong, it may have been seen.
        """
        if await self.charts.are_taken():
            if await say(make("chart")) or not reply.was_refused:
                return
            await self.charts.were_refused()
        await say(make("bars"))
