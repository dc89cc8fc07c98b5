"""Start, change and stop a watch."""

from collections.abc import AsyncIterator

from bot.domain.answer import StoppedAnswer, WatchAnswer, Wish


class Watching:
    """What people do with watches."""

    def start(self, wish: Wish) -> AsyncIterator[WatchAnswer]:
        """Create or change the watch at once, then read its reference and tell how it stands."""
        raise NotImplementedError

    async def stop(self, place: str, reference: str) -> StoppedAnswer:
        """Stop this place's watch of a reference."""
        raise NotImplementedError

    async def visited(self, place: str) -> None:
        """A command was typed here: if the place was in trouble, it is tried again now."""
        raise NotImplementedError
