"""What a channel allows: every flow asks here before it tells or changes anything in a place."""

from dataclasses import dataclass

from bot.domain.glob import Allowed, Glob
from bot.domain.policy import NOTHING_SET, LinksPolicy, Policy, has_settings, not_about
from bot.errors import NotAllowedError
from bot.flows.identity import Identity
from bot.flows.read import is_uuid
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Gate:
    """Asks our memory each time, which costs less than a millisecond: what was just set holds at once, everywhere."""

    store: Store
    identity: Identity
    account_id: str

    async def policy(self, place: str) -> Policy:
        """What holds in a place; a conversation has no settings, so there everything is allowed."""
        if not has_settings(place):
            return NOTHING_SET
        there = await self.store.policies.at(self.identity.workspace_id, place)
        return there.policy if there else NOTHING_SET

    async def allow(self, place: str, reference_id: str | None) -> None:
        """Raises `NotAllowedError` where the place may not hear of this reference (None: of requests without one)."""
        policy = await self.policy(place)
        if not policy.allows(reference_id):
            raise not_about(policy.patterns)

    async def allow_asked(self, place: str | None, text: str) -> None:
        """The same for what somebody asks for: a request's UUID stands for its reference, if that is known already.

        Where it is not, whoever asks the API for the request has to hold it against `allow`.
        """
        if place is None:
            return
        if not is_uuid(text):
            await self.allow(place, text)
        elif (known := await self.store.ledger.request(self.account_id, text.lower())) is not None:
            await self.allow(place, known.reference_id)
        elif await self.store.references.knows(self.account_id, text):
            await self.allow(place, text)

    async def only(self, place: str | None) -> Allowed | None:
        """What a place may hear of; None for everything, as where no place asks."""
        return None if place is None else (await self.policy(place)).allowed

    async def allow_glob(self, place: str, glob: Glob) -> None:
        """Raises `NotAllowedError` where the place may hear of nothing that the glob covers."""
        policy = await self.policy(place)
        if not policy.allows_some_of(glob):
            raise not_about(policy.patterns)

    async def allow_change(self, place: str, person: str) -> None:
        """Raises `NotAllowedError` where only others may change what is watched and set."""
        policy = await self.policy(place)
        if not policy.may_change(person):
            raise NotAllowedError("Only its managers change what is watched and set in this channel", policy.managers)

    async def allow_links(self, place: str, *, shared: bool = False) -> None:
        """Raises `NotAllowedError` where links are not given, or not `shared` with everybody."""
        links = (await self.policy(place)).links
        if links is LinksPolicy.OFF:
            raise NotAllowedError(
                "Links are switched off in this channel, so none are given or exported here. Ask in my Messages tab:"
                " there only you see them. `settings` shows what is set here."
            )
        if shared and links is not LinksPolicy.OPEN:
            raise NotAllowedError(
                "In this channel links are shown only to whoever asks for them, so nothing was shared. `settings` shows"
                " what is set here."
            )
