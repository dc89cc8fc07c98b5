"""Hearing without a store."""

from bot.errors import StoreError
from bot.flows.hearing import Hearing


class CannedHearing(Hearing):
    """Remembers what it was told; while it is `broken` it cannot."""

    told: list[str]
    broken: list[bool]

    def __init__(self) -> None:
        object.__setattr__(self, "told", [])  # the original is frozen
        object.__setattr__(self, "broken", [])

    async def is_first(self, event_id: str) -> bool:
        if self.broken:
            raise StoreError("away")
        self.told.append(event_id)
        return self.told.count(event_id) == 1
