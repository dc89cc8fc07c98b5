"""Keep watch over what only passing time can tell: what is stuck, what stopped to come, what will be late."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.budget import Purpose
from bot.domain.reading import Reading
from bot.domain.request import LipsyncRequest
from bot.domain.stale import stale_after
from bot.errors import ChamelaionError, NoSuchRequestError
from bot.flows.catch_up import CatchUp
from bot.flows.deadlines import Deadlines
from bot.flows.rules import Rules
from bot.flows.source import Source
from bot.ports import Clock
from bot.store import Store

log = structlog.get_logger(__name__)
INTERVAL = timedelta(seconds=15)  # much shorter than any patience of a rule, and as often as looks are
ASK_EVERY = timedelta(minutes=1)  # at most, and only when the account seems to stand still: four calls


@dataclass(slots=True)
class Vigil:
    """Lets the rules that go by time judge what is open.

    They go by the readings, so that nothing is said of a time that nobody has read: never on stale data, and not while
    the account catches up. `on_news` is called when there is something to post or to edit.
    """

    store: Store
    clock: Clock
    rules: Rules
    catch_up: CatchUp
    source: Source
    deadlines: Deadlines
    on_news: Callable[[], None]
    _asks_from: float = field(default=-math.inf, init=False)

    async def step(self) -> datetime:
        """Tell what is due; returns when to come back."""
        if not await self.catch_up.is_behind():
            await self._keep()
        return self.clock.now() + INTERVAL

    async def _keep(self) -> None:
        now, account_id = self.clock.now(), self.rules.account_id
        fresh_after = now - stale_after(self.rules.gap_after)
        said = await self.deadlines.judge(now=now, fresh_after=fresh_after)
        needs = await self.store.vigil.needs(account_id, now=now, fresh_after=fresh_after)
        if needs is not None:
            may_stall = await self._stands_still(needs.witnesses)
            said += await self.store.vigil.keep(account_id, now=now, fresh_after=fresh_after, may_stall=may_stall)
        if said:
            log.info("told what only time shows", messages=said)
            self.on_news()

    async def _stands_still(self, witnesses: Sequence[str] | None) -> bool:
        """Whether what nobody watches stands still as well, as far as that can be asked; None: nothing seems to.

        What has finished is remembered, so that it is known that the account moves.
        """
        if not witnesses:
            return witnesses is not None
        if self.clock.monotonic() < self._asks_from:
            return False
        self._asks_from = self.clock.monotonic() + ASK_EVERY.total_seconds()
        try:
            asked = [await self._ask(witness) for witness in witnesses]
        except ChamelaionError:
            return False
        return any(one is not None and not one.is_terminal for one in asked)

    async def _ask(self, witness: str) -> LipsyncRequest | None:
        asked_at = self.clock.now()
        try:
            found = await self.source.retrieve(witness, Purpose.LOOK)
        except NoSuchRequestError:
            return None
        read_at = self.clock.now()
        part = Reading(
            reference_id=None,
            requests=(found,),
            total=1,
            asked_at=asked_at,
            read_at=read_at,
            api_now=self.source.api_now(read_at),
            ended=False,
            ahead=self.source.ahead,
        )
        await self.store.ledger.record(self.rules.account_id, part, self.rules.longest_settle)
        return found
