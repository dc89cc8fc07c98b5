"""Show how a request is doing below a message in which somebody posted a link to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.domain.budget import Budget, Purpose
from bot.domain.overview import Standing
from bot.domain.policy import LinksPolicy, Policy
from bot.domain.request import LipsyncRequest
from bot.domain.unfurl import COOL_DOWN, MOST_A_MESSAGE, Glimpse, Link, links_of
from bot.errors import ChamelaionError, SlackBusyError, SlackError, TokenRefusedError
from bot.flows.ask import Ask
from bot.flows.gate import Gate
from bot.flows.ground import Ground
from bot.flows.identity import Identity
from bot.flows.shared import Sharing
from bot.flows.slack_line import SlackLine
from bot.flows.stories import Stories
from bot.ports import Clock, Unfurler
from bot.store import Store
from bot.store.unfurls import Below

log = structlog.get_logger(__name__)
UNFURL = "unfurl"
"""How `chat.unfurl` is called among the methods of Slack that may have to rest."""
UNFURLS_PER_MINUTE = 45  # chat.unfurl has 50 a minute for the whole workspace
LONGEST_WAIT = 10.0  # seconds: later the conversation has gone on


@dataclass(frozen=True, slots=True)
class _Sight:
    """A request, the link that leads to it, and when it was read just now; None when it comes from our memory."""

    url: str
    request: LipsyncRequest
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unfurling:
    """Looks in our memory; one call at most asks the API for a request that it does not know.

    What cannot be shown is left alone in silence: the link means the same without it.
    """

    ask: Ask
    store: Store
    clock: Clock
    identity: Identity
    account_id: str
    gate: Gate
    sharing: Sharing
    unfurler: Unfurler
    line: SlackLine
    budget: Budget

    async def show(self, place: str, ts: str, urls: Iterable[str]) -> None:
        """Show what the links in a message lead to; one attempt, which is never made again. Raises a `StoreError`."""
        policy = await self.gate.policy(place)
        if policy.links is LinksPolicy.OFF or self._is_resting:
            return
        where, links = Below(self.identity.workspace_id, place, ts), links_of(urls)
        known = await self.store.unfurls.linked(self.account_id, links)
        may_be_ours = known or any(link.ids for link in links)
        if not may_be_ours or await self.sharing.counts_only(place):
            return  # a stranger's link does not make us ask Slack about the place
        sights = await self._claimed(where, _allowed(known, policy))
        if len(sights) < MOST_A_MESSAGE:
            sights += await self._asked_for(where, [link for link in links if link.url not in known], policy)
        if not sights:
            return
        if await self._is_my_turn():
            await self._try(where, [await self._glimpse(place, policy, each) for each in sights])
        else:
            await self.store.unfurls.release(where, [each.request.id for each in sights])

    @property
    def _is_resting(self) -> bool:
        return not self.identity.known or self.line.is_refused() or self.line.is_closed(UNFURL)

    # --- which requests ---

    async def _claimed(self, where: Below, sights: Sequence[_Sight]) -> list[_Sight]:
        taken = await self._take(where, [each.request.id for each in sights])
        return [each for each in sights if each.request.id in taken]

    async def _take(self, where: Below, ids: Sequence[str]) -> tuple[str, ...]:
        if not ids:
            return ()
        now = self.clock.now()
        return await self.store.unfurls.claim(where, ids, now=now, most=MOST_A_MESSAGE, cool_down=COOL_DOWN)

    async def _asked_for(self, where: Below, links: Sequence[Link], policy: Policy) -> list[_Sight]:
        """One request that is new to us. A stranger's id is claimed too: it is not asked for again soon."""
        ids = {link.ids[0]: link.url for link in links[::-1] if link.ids}
        for request_id in await self._take(where, list(ids)[-1:]):
            try:
                one = await self.ask.request(request_id)
            except ChamelaionError as error:
                log.info("a request that a link leads to could not be asked for", why=str(error))
                await self.store.unfurls.release(where, [request_id])
                return []
            if one is not None and policy.allows(one.request.reference_id):
                return [_Sight(ids[request_id], one.request, one.read_at)]
        return []

    # --- what is shown ---

    async def _glimpse(self, place: str, policy: Policy, sight: _Sight) -> Glimpse:
        reference = sight.request.reference_id
        standing = await self._standing(place, reference) if reference is not None else None
        read_at = sight.read_at or (standing.read_at if standing else None)
        return Glimpse(
            url=sight.url,
            request=sight.request,
            read_at=read_at or await self.store.ledger.looked_at(self.account_id),
            standing=standing,
            with_reason=policy.links is LinksPolicy.OPEN,
        )

    async def _standing(self, place: str, reference: str) -> Standing | None:
        """With what the place itself expects."""
        standings = await self.store.sightings.standings(self.account_id, [reference])
        watch = await self.store.watches.at(self.identity.workspace_id, place, reference)
        expected = watch.expected if watch else None
        return next((replace(each, progress=replace(each.progress, expected=expected)) for each in standings), None)

    # --- how it gets there ---

    async def _is_my_turn(self) -> bool:
        """Wait a little where Slack would be called too often; False when that takes too long, or it must rest."""
        waited = 0.0
        while (pause := self.budget.take(Purpose.LOOK, self.clock.monotonic())) > 0:
            waited += pause
            if waited > LONGEST_WAIT:
                return False
            await self.clock.sleep(pause)
        return not self._is_resting

    async def _try(self, where: Below, glimpses: Sequence[Glimpse]) -> None:
        try:
            await self.unfurler.unfurl(where.place, where.ts, glimpses)
        except SlackError as error:
            log.info("a link was left as it is", place=where.place, why=error.why)
            await self._trouble(where, glimpses, error)
        else:
            self.line.works(UNFURL)

    async def _trouble(self, where: Below, glimpses: Sequence[Glimpse], error: SlackError) -> None:
        if isinstance(error, SlackBusyError):
            self.line.close(UNFURL, error.retry_after)
            await self.store.unfurls.release(where, [each.request.id for each in glimpses])
        if isinstance(error, SlackBusyError | TokenRefusedError):
            self.line.trouble(UNFURL, error)
        else:  # of one message, and of no news: nobody is to be told that Slack is away
            self.line.vitals.slack_calls[f"{UNFURL} {error.code}"] += 1


def make_unfurling(ground: Ground, stories: Stories, account_id: str, unfurler: Unfurler) -> Unfurling:
    """The one of this process."""
    return Unfurling(
        ask=stories.ask,
        store=ground.store,
        clock=ground.clock,
        identity=ground.identity,
        account_id=account_id,
        gate=stories.gate,
        sharing=stories.sharing,
        unfurler=unfurler,
        line=SlackLine(ground.clock, ground.vitals),
        budget=Budget(UNFURLS_PER_MINUTE, ground.clock.monotonic()),
    )


def _allowed(known: Mapping[str, LipsyncRequest], policy: Policy) -> list[_Sight]:
    """Those that the place may hear of, each with the first link that leads to it."""
    by_id: dict[str, _Sight] = {}
    for url, request in known.items():
        if policy.allows(request.reference_id):
            by_id.setdefault(request.id, _Sight(url, request))
    return list(by_id.values())
