"""What the bot tells of itself."""

import asyncio
import statistics
from datetime import timedelta

from bot import __version__
from bot.domain.answer import AboutAnswer
from bot.domain.calibration import calibration
from bot.domain.delivery import State
from bot.flows.identity import Identity
from bot.flows.rules import Rules
from bot.flows.source import Source
from bot.flows.vitals import Vitals
from bot.ports import Clock
from bot.store import Store

JUDGED = timedelta(days=30)  # whose forecasts `about` speaks of


async def about(
    store: Store, source: Source, clock: Clock, vitals: Vitals, identity: Identity, rules: Rules
) -> AboutAnswer:
    """Version, freshness, alert latency, budget, health."""
    tally = await store.outbox.tally(identity.workspace_id, done=False)
    watches = await store.watches.active(rules.account_id)
    latencies = sorted(tally.latencies)
    foretold = await store.forecasts.since(clock.now() - JUDGED)
    return AboutAnswer(
        version=__version__,
        started_at=vitals.started_at,
        looked_at=await store.ledger.looked_at(rules.account_id),
        api_trouble=vitals.api_trouble,
        watches=len(watches),
        unsent=tally.counts.get(State.PENDING, 0) + tally.counts.get(State.SENDING, 0),
        in_doubt=tally.counts.get(State.IN_DOUBT, 0),
        parked=tally.counts.get(State.PARKED, 0),
        latency_median=statistics.median(latencies) if latencies else None,
        latency_p99=latencies[-1 - len(latencies) // 100] if latencies else None,
        calls=source.budget.used(clock.monotonic()),
        calls_limit=source.budget.limit,
        held=tally.counts.get(State.HELD, 0),
        catching_up_since=await store.ledger.catching_up_since(rules.account_id),
        filled=vitals.filled,
        is_ordered=vitals.is_ordered,
        is_sender=vitals.is_sender,
        counts_only=len(await store.sharings.watched(identity.workspace_id)),
        steps=await store.workflow.undone(),
        forecasts=await asyncio.to_thread(calibration, foretold),  # of 5,000 that takes 10 ms
    )
