"""Forms that answer while somebody types: each shows what was entered last, and nothing more once it was sent in."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.slack.forms import Outcome, Shows

MOST_FORMS = 1_000
Show = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class OneForm:
    """A form that is open. `outcome` is what came of it once it was sent in."""

    waiting: Show | None = None
    newest_at: float = 0.0
    outcome: Outcome | None = None
    is_sent: bool = False
    _showing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _sending: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def changed(self, at: float, show: Show) -> None:
        """Show what follows from the newest change; those before it that nobody has looked at yet are left out.

        `at` is when it was changed, in seconds by Slack's clock.
        """
        if at < self.newest_at:
            return
        self.newest_at, self.waiting = at, show
        if self._showing.locked():
            return  # whoever shows the one before goes on with this one
        async with self._showing:
            while (newest := self.waiting) is not None and not self.is_sent:
                self.waiting = None
                await newest()

    @asynccontextmanager
    async def sent(self) -> AsyncIterator[None]:
        """While it is sent in, and after it was taken, nothing is shown in it; a second time waits for the first."""
        async with self._sending:
            self.is_sent = True
            async with self._showing:
                pass
            try:
                yield
            finally:
                self.is_sent = isinstance(self.outcome, Shows)


@dataclass(frozen=True, slots=True)
class LiveForms:
    """The forms that are open, by their views' ids; the oldest are forgotten first."""

    _forms: OrderedDict[str, OneForm] = field(default_factory=OrderedDict)

    def of(self, view_id: str) -> OneForm:
        """One of them."""
        found = self._forms.setdefault(view_id, OneForm())
        self._forms.move_to_end(view_id)
        if len(self._forms) > MOST_FORMS:
            self._forms.popitem(last=False)
        return found
