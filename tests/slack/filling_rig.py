"""Forms that are filled from a canned memory."""

import asyncio
from collections.abc import Callable

from bot.domain.match import Match, Matching
from bot.domain.overview import Standing
from bot.domain.progress import summarise
from bot.domain.watch import Events, Watch
from bot.flows.ask import Ask
from bot.flows.filling import Filling
from tests.builders import NOON, request


def known(text: str) -> Match:
    """A batch of four, one of which failed; patterns cover 14, three of which go on."""
    if "*" in text:
        return Match(text, Matching(text, 14, 3))
    rows = [request(1, "completed"), request(2, "completed"), request(3, "failed"), request(4)]
    return Match(text, standing=Standing(summarise(text, rows), NOON, NOON))


class CannedFilling(Filling):
    """Answers what it was given; remembers the questions. A test may hold the answer to one text."""

    questions: list[tuple[str, str, str]]
    faults: list[Exception]
    held: dict[str, asyncio.Event]
    watches: dict[tuple[str, str], Watch]
    usual: list[Events]
    answers: list[Callable[[str], Match]]

    def __init__(self, ask: Ask) -> None:
        for name in ("questions", "faults"):
            object.__setattr__(self, name, [])  # the original is frozen
        for name in ("held", "watches"):
            object.__setattr__(self, name, {})
        object.__setattr__(self, "ask", ask)
        object.__setattr__(self, "usual", [Events.PROBLEMS])
        object.__setattr__(self, "answers", [known])

    async def match(self, text: str, *, place: str, at: str) -> Match:
        self.questions.append((text, place, at))
        await self.ask.glob(text)
        if text in self.held:
            await self.held[text].wait()
        if self.faults:
            raise self.faults.pop(0)
        return self.answers[0](text)

    async def events(self, place: str) -> Events:  # noqa: ARG002 - the shape of the flow
        return self.usual[0]

    async def watch(self, place: str, reference: str) -> Watch | None:
        if self.faults:
            raise self.faults.pop(0)
        return self.watches.get((place, reference))
