"""Settings of channels without a store, for tests of what people type and click."""

from bot.domain.policy import NOTHING_SET, Policy, PolicyAnswer, SetPolicy
from bot.domain.watch import Watch
from bot.errors import BadCommandError
from bot.flows.policing import Policing
from bot.store.policies import Saved
from tests.builders import NOON


class CannedPolicing(Policing):
    """Remembers what was saved; `ends` are the watches that would end with any change."""

    there: list[SetPolicy]
    ends: list[Watch]
    faults: list[Exception]

    def __init__(self) -> None:
        for name in ("there", "ends", "faults"):
            object.__setattr__(self, name, [])  # the original is frozen

    async def shown(self, place: str, person: str) -> PolicyAnswer:
        if place.startswith("D"):
            raise BadCommandError("Settings are of channels.")
        there = self.there[-1] if self.there else None
        policy = there.policy if there else NOTHING_SET
        return PolicyAnswer(policy, there, policy.may_change(person))

    async def outside(self, place: str, wanted: Policy) -> tuple[Watch, ...]:
        assert place.startswith("C")
        return tuple(self.ends) if wanted.patterns else ()

    async def save(self, place: str, wanted: Policy, person: str, *, version: int) -> Saved:
        if self.faults:
            raise self.faults.pop(0)
        ended = await self.outside(place, wanted)
        self.there.append(SetPolicy(wanted, version + 1, person, NOON))
        return Saved(self.there[-1], ended)
