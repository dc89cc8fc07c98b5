"""Triage without a store, for tests of what people type and click."""

from dataclasses import replace

from bot.domain.people_answer import KindMutedAnswer, Triaged, TriagedAnswer
from bot.domain.progress import summarise
from bot.flows.triaging import Choice, Triaging
from tests.builders import request

KIND = summarise("batch-1", [request(2, "failed", error="no face detected")]).kinds[0]


class CannedTriaging(Triaging):
    """Does nothing, and remembers what was wished."""

    wishes: list[tuple[object, ...]]

    def __init__(self) -> None:
        object.__setattr__(self, "wishes", [])  # the original is frozen

    async def handled(self, place: str, choice: Choice, person: str) -> TriagedAnswer:
        self.wishes.append(("handled", place, choice, person))
        return TriagedAnswer(Triaged.HANDLED, choice.reference, (replace(KIND, cleared=1),))

    async def open_again(self, place: str, choice: Choice, person: str) -> TriagedAnswer:
        self.wishes.append(("open again", place, choice, person))
        return TriagedAnswer(Triaged.OPENED_AGAIN, choice.reference, (KIND,))

    async def assign(self, place: str, choice: Choice, to: str | None, person: str) -> TriagedAnswer:
        self.wishes.append(("assign", place, choice, to, person))
        return TriagedAnswer(Triaged.ASSIGNED, choice.reference, (KIND,))

    async def mute_kind(self, place: str, choice: Choice, person: str, *, muted: bool) -> KindMutedAnswer:
        self.wishes.append(("mute kind" if muted else "unmute kind", place, choice, person))
        return KindMutedAnswer(choice.reference, KIND, choice.reference, muted)
