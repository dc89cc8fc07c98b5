"""Give a place quiet hours or a digest, take them away, and tell which it has."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.counts_only import counted_digest
from bot.domain.digest import Moments
from bot.domain.digest_facts import DigestFacts
from bot.domain.hours import DAY, Daily, Hours, before, next_span, next_turn, span_at
from bot.domain.stale import stale_after
from bot.domain.timetable import Did, Digest, DigestAnswer, Quiet, QuietAnswer
from bot.flows.catch_up import CatchUp
from bot.flows.gate import Gate
from bot.flows.identity import Identity
from bot.flows.rules import Rules
from bot.flows.shared import Sharing
from bot.ports import Clock
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Timetabling:
    """What people do so that a place is silent or told something by the clock; `on_change` when that is due anew.

    The tables of zones are files, so what is reckoned with them is done beside the event loop.
    """

    store: Store
    clock: Clock
    identity: Identity
    rules: Rules
    catch_up: CatchUp
    gate: Gate
    on_change: Callable[[], None]
    sharing: Sharing

    # --- quiet hours ---

    async def quiet(self, place: str) -> QuietAnswer:
        """Which quiet hours a place has."""
        return await self._quiet_now("shown", await self.store.quiets.at(self.identity.workspace_id, place))

    async def set_quiet(self, place: str, hours: Hours, author: str) -> QuietAnswer:
        """Hold everything in these hours, and tell it in one message at their end."""
        await self.gate.allow_change(place, author)
        workspace_id, account_id = self.identity.workspace_id, self.rules.account_id
        quiet = Quiet(workspace_id, account_id, place, hours, author, self.clock.now())
        await self.store.quiets.set(quiet)
        self.on_change()
        return await self._quiet_now("set", quiet)

    async def end_quiet(self, place: str, author: str) -> QuietAnswer:
        """No quiet hours any more; what they hold is told now."""
        await self.gate.allow_change(place, author)
        now = self.clock.now()
        quiet, told = await self.store.quiets.end(self.identity.workspace_id, place, now=now, author=author)
        self.on_change()
        return QuietAnswer("off", quiet, told=told)

    async def _quiet_now(self, did: Did, quiet: Quiet | None) -> QuietAnswer:
        if quiet is None:
            return QuietAnswer(did, None)
        now = self.clock.now()
        here = await self.store.mutes.here(self.identity.workspace_id, quiet.place)
        coming = await asyncio.to_thread(next_span, quiet.hours, now)
        goes_on = await asyncio.to_thread(span_at, quiet.hours, now)
        return QuietAnswer(did, quiet, goes_on if any(mute.by_hours for mute in here) else None, coming)

    # --- digests ---

    async def digest(self, place: str) -> DigestAnswer:
        """Which digest a place has."""
        return await self._digest_now("shown", await self.store.digests.at(self.identity.workspace_id, place))

    async def set_digest(self, place: str, daily: Daily, author: str) -> DigestAnswer:
        """Send it every day at this time."""
        await self.gate.allow_change(place, author)
        workspace_id, account_id = self.identity.workspace_id, self.rules.account_id
        wanted = Digest(workspace_id, account_id, place, daily, author, self.clock.now())
        digest = await self.store.digests.set(wanted)
        self.on_change()
        return await self._digest_now("set", digest)

    async def end_digest(self, place: str, author: str) -> DigestAnswer:
        """No digest any more."""
        await self.gate.allow_change(place, author)
        now = self.clock.now()
        return DigestAnswer(
            "off", await self.store.digests.end(self.identity.workspace_id, place, now=now, author=author)
        )

    async def _digest_now(self, did: Did, digest: Digest | None) -> DigestAnswer:
        if digest is None:
            return DigestAnswer(did, None)
        quiet = await self.store.quiets.at(digest.workspace_id, digest.place)
        hours = quiet.hours if quiet else None
        coming = await asyncio.to_thread(next_turn, digest.daily, hours, self.clock.now(), digest.told_on)
        trouble = await self.store.outbox.trouble(digest.workspace_id, digest.place)
        return DigestAnswer(did, digest, coming, trouble)

    async def digest_now(self, place: str) -> DigestFacts:
        """The digest of a place as things are, since the last one was due; since a day ago where it has none."""
        now, workspace_id = self.clock.now(), self.identity.workspace_id
        digest = await self.store.digests.at(workspace_id, place)
        since = await asyncio.to_thread(_since, digest, now)
        behind = await self.catch_up.is_behind()
        moments = Moments(
            since=since,
            until=now,
            zone=digest.daily.zone if digest else "",
            fresh_after=now if behind else now - stale_after(self.rules.gap_after),
        )
        facts = await self.store.digests.compose(self.rules.account_id, workspace_id, place, moments)
        return counted_digest(facts) if await self.sharing.counts_only(place) else facts


def _since(digest: Digest | None, now: datetime) -> datetime:
    return before(digest.daily, now) if digest else now - DAY
