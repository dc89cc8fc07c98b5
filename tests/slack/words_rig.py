"""Hearing and finding without a store."""

from bot.domain.mentioned import Meant
from bot.errors import StoreError
from bot.flows.hearing import Hearing
from bot.flows.mentions import Mentions


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


class CannedMentions(Mentions):
    """Finds what it was given; remembers where it looked."""

    asked: list[tuple[str, str]]
    found: list[Meant]

    def __init__(self) -> None:
        object.__setattr__(self, "asked", [])
        object.__setattr__(self, "found", [Meant(())])

    async def of(self, text: str, place: str) -> Meant:
        self.asked.append((text, place))
        return self.found[0]
