"""What is said to the bot is heard once, however often Slack tells of it."""

from dataclasses import dataclass

from bot.ports import Clock
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Hearing:
    """Remembers what was heard, through restarts too: an answer may be lost with the bot, but never comes twice."""

    store: Store
    clock: Clock

    async def is_first(self, event_id: str) -> bool:
        """Whether this event was never told before; from now on it was. Raises a `StoreError`: then it was not."""
        return await self.store.happenings.noted(event_id, now=self.clock.now())
