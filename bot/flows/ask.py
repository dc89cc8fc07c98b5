"""Answer a question: how is it doing, what failed, where are the links, who watches what."""

from collections.abc import AsyncIterator

from bot.domain.answer import AboutAnswer, RequestAnswer, Scope, StatusAnswer, WatchesAnswer


class Ask:
    """The questions people ask. The iterators give one answer, or a first one that says "still reading" and then the last."""

    def status(self, reference: str, *, fresh: bool = False) -> AsyncIterator[StatusAnswer | RequestAnswer]:
        """Read a reference live; a UUID is asked for as a request first. `fresh` reads every page."""
        raise NotImplementedError

    def failures(self, reference: str) -> AsyncIterator[StatusAnswer | RequestAnswer]:
        """Like status, for its failure kinds with their ids."""
        raise NotImplementedError

    def links(self, reference: str) -> AsyncIterator[StatusAnswer | RequestAnswer]:
        """Like status, reading every page, with `requests` filled for their links."""
        raise NotImplementedError

    async def recall(self, reference_id: str) -> StatusAnswer:
        """What our memory has of a reference, with its age; nothing is read."""
        raise NotImplementedError

    async def watches(self, scope: Scope, *, place: str, user: str) -> WatchesAnswer:
        """The watches of this place, of this person, or all public ones and this person's."""
        raise NotImplementedError

    async def about(self) -> AboutAnswer:
        """Version, freshness, alert latency, budget, health."""
        raise NotImplementedError
