"""A Home that only remembers what it is asked."""

from collections.abc import Callable

from bot.domain.mute import Mute
from bot.domain.watch import Watch
from bot.errors import StoreError
from bot.flows.home import Home


class CannedHome(Home):
    """Knows these watches and mutes; remembers who opened Home and to whom it was shown."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        self.shown: list[str] = []
        self.watches: dict[str, Watch] = {}
        self.mutes: dict[str, Mute] = {}
        self.fault: StoreError | None = None
        self.show_fault: StoreError | None = None
        self.on_reading: Callable[[], None] = lambda: None

    async def opened(self, person: str, place: str) -> None:
        if self.fault:
            raise self.fault
        self.seen.append((person, place))

    async def show(self, person: str) -> None:
        self.shown.append(person)
        if self.show_fault:
            raise self.show_fault

    async def watch(self, watch_id: str, *, or_just_ended: bool = False) -> Watch | None:  # noqa: ARG002 - the original's
        self.on_reading()
        return self.watches.get(watch_id)

    async def mute(self, mute_id: str) -> Mute | None:
        self.on_reading()
        return self.mutes.get(mute_id)
