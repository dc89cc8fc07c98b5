"""The settings of a channel: show them, tell what a change would end, and save them."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.policy import NOTHING_SET, Policy, PolicyAnswer, has_settings
from bot.domain.watch import Watch
from bot.errors import BadCommandError
from bot.flows.gate import Gate
from bot.flows.identity import Identity
from bot.ports import Clock
from bot.store import Store
from bot.store.policies import Saved


@dataclass(frozen=True, slots=True)
class Policing:
    """What people do with settings; `on_change` is called when watches have ended and cards are due."""

    store: Store
    clock: Clock
    identity: Identity
    account_id: str
    gate: Gate
    on_change: Callable[[], None]

    async def shown(self, place: str, person: str) -> PolicyAnswer:
        """What holds in a channel; `BadCommandError` in a conversation, which has no settings."""
        if not has_settings(place):
            raise BadCommandError(
                "Settings are of channels, and this is a conversation: here you may ask for everything, and only you"
                " see it. Type `settings` in a channel to see or change what holds there."
            )
        there = await self.store.policies.at(self.identity.workspace_id, place)
        policy = there.policy if there else NOTHING_SET
        return PolicyAnswer(policy, there, policy.may_change(person))

    async def outside(self, place: str, wanted: Policy) -> tuple[Watch, ...]:
        """The watches that would end there with these settings, the oldest first."""
        return await self.store.policies.outside(self.identity.workspace_id, place, wanted)

    async def save(self, place: str, wanted: Policy, person: str, *, version: int) -> Saved:
        """Let these hold from now on, instead of those of this version; returns what ended with that.

        Raises a `NotAllowedError` for who may not, a `BadCommandError` where others have set something else since.
        """
        await self.shown(place, person)
        await self.gate.allow_change(place, person)
        saved = await self.store.policies.set(
            self.account_id,
            self.identity.workspace_id,
            place,
            wanted,
            version=version,
            person=person,
            now=self.clock.now(),
        )
        if saved is None:
            raise BadCommandError(
                "Somebody has changed these settings since you opened them, so nothing was saved. Open them again."
            )
        self.on_change()
        return saved
