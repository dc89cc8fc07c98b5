"""Unfurling without a store."""

from collections.abc import Iterable

from bot.flows.unfurling import Unfurling


class CannedUnfurling(Unfurling):
    """Remembers what it was to show; while it is `broken` it fails."""

    shown: list[tuple[str, str, tuple[str, ...]]]
    broken: list[Exception]

    def __init__(self) -> None:
        object.__setattr__(self, "shown", [])  # the original is frozen
        object.__setattr__(self, "broken", [])

    async def show(self, place: str, ts: str, urls: Iterable[str]) -> None:
        if self.broken:
            raise self.broken[0]
        self.shown.append((place, ts, tuple(urls)))
