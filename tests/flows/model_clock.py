"""The clock of a model: it ends what would go on for ever."""

from tests.fakes import HastyClock

LONGEST_ACT = 1_800.0  # seconds; the longest in a thousand histories took 101


class StageClock(HastyClock):
    """Whatever is done at a time (a look, a question) must end: whoever waits for longer than that fails.

    Every call that the budget allows passes some of its time, so that what asks for ever is ended too.
    """

    def __init__(self) -> None:
        super().__init__()
        self._ends_at = LONGEST_ACT

    def begin_act(self) -> None:
        """From now on something else is done."""
        self._ends_at = self.monotonic() + LONGEST_ACT

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        assert self.monotonic() < self._ends_at, f"what took {LONGEST_ACT:.0f} s may never end"
