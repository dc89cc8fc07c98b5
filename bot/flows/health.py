"""Whether the program is alive and ready, and its figures."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.delivery import State
from bot.domain.request import DOCUMENTED_OPEN, DOCUMENTED_TERMINAL
from bot.errors import StoreError
from bot.flows.identity import Identity
from bot.flows.routine import Routine
from bot.flows.source import Source
from bot.flows.vitals import Spread, Vitals
from bot.ports import Clock
from bot.store import Store

LONGEST_SILENCE = timedelta(seconds=60)
DONE_EVERY = 60.0  # seconds
_DONE = (State.SENT, State.DROPPED)


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric: `values` maps the value of `label` to a number ("" when it has no label)."""

    name: str
    help: str
    values: Mapping[str, float]
    label: str = ""
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One metric with several labels: `values` maps their values, in order, to a number."""

    name: str
    help: str
    values: Mapping[tuple[str, ...], float]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Histogram:
    """One metric of lengths of time: `spreads` maps the value of `label` to how they are spread over `BOUNDS`."""

    name: str
    help: str
    spreads: Mapping[str, Spread]
    label: str


@dataclass(frozen=True, slots=True)
class Health:
    """What the health endpoints answer. `connected` says whether a live connection to Slack is there."""

    clock: Clock
    vitals: Vitals
    identity: Identity
    source: Source
    store: Store
    look: Routine
    account_id: str
    connected: Callable[[], bool]
    _counted_done: list[tuple[float, Mapping[tuple[str, State], int]]] = field(default_factory=list, init=False)

    def alive(self) -> Mapping[str, bool]:
        """Each part that must make progress: a look that waits for its time (and is not late) or for the budget does.

        Before the first look the start itself has as long as a look has.
        """
        is_waiting = self.look.is_idle and self.look.overdue <= LONGEST_SILENCE
        is_silent = self.clock.monotonic() - self.vitals.beat_at > LONGEST_SILENCE.total_seconds()
        return {"look": not self.look.ended and (is_waiting or (not self.look.is_idle and not is_silent))}

    def ready(self) -> Mapping[str, bool]:
        """Each thing without which nobody can be answered; the Chamelaion API is not one of them."""
        return {
            "database": self.vitals.database_ready,
            "slack": self.identity.known and not self.vitals.token_refused,
            "connection": self.connected(),
        }

    async def figures(self) -> Iterable[Figure]:
        """The metrics of this moment; those of our memory are missing while the database is away."""
        try:
            remembered = await self._remembered()
        except StoreError:
            remembered = ()
        return (*self._counted(), self._refused(), *remembered)

    async def details(self) -> Iterable[Breakdown | Histogram]:
        """The metrics with more to them than one number for each label."""
        legs = {"seen": self.vitals.until_seen, "sent": self.vitals.until_sent}
        latency = "Of alerts: from the API's finish time to the look that saw it, from there to Slack's answer."
        histogram = Histogram("lipsync_alert_latency_seconds", latency, legs, "leg")
        try:
            tally = await self.store.outbox.tally(self.identity.workspace_id, done=False)
        except StoreError:
            return (histogram,)
        by_kind = {**tally.by_kind, **await self._done()}
        counts: dict[tuple[str, ...], float] = {(kind, str(state)): n for (kind, state), n in by_kind.items()}
        told = "Announcements by kind and state."
        return histogram, Breakdown("lipsync_announcements_of_kind", told, counts, ("kind", "state"))

    def _counted(self) -> tuple[Figure, ...]:
        known = (*DOCUMENTED_OPEN, *DOCUMENTED_TERMINAL)
        moves = {status: self.vitals.transitions[status] for status in known}
        moves["other"] = sum(n for status, n in self.vitals.transitions.items() if status not in known)
        calls = self.source.budget.used(self.clock.monotonic())
        ready = self.ready()
        filled = round(self.vitals.filled or 0, 4) if self.vitals.is_ordered else math.nan
        return (
            Figure("lipsync_up_since_seconds", "When the process started.", one(self.vitals.started_at.timestamp())),
            Figure("lipsync_looks", "Looks at the API that came to their end.", one(self.vitals.looks), counts=True),
            Figure("lipsync_api_calls", "Calls to the API.", self.vitals.api_calls, "outcome", counts=True),
            Figure("lipsync_api_calls_last_minute", "Calls in 60 s.", one(calls)),
            Figure("lipsync_ledger_filled", "Share of the account that is known, NaN where nobody knows.", one(filled)),
            Figure("lipsync_api_trouble", "1 while the API cannot be read.", one(self.vitals.api_trouble is not None)),
            Figure("lipsync_transitions", "Moves of requests, by the new status.", moves, "status", counts=True),
            Figure("lipsync_slack_calls", "Calls to Slack.", self.vitals.slack_calls, "outcome", counts=True),
            Figure("lipsync_is_sender", "1 while this process posts and edits.", one(self.vitals.is_sender)),
            Figure("lipsync_ready", "1 for each thing that is there, as in /readyz.", ready, "part"),
            Figure("lipsync_commands", "Commands and clicks.", self.vitals.commands, "command", counts=True),
        )

    async def _done(self) -> Mapping[tuple[str, State], int]:
        """How many were sent or dropped: as of the last minute, since there may be very many."""
        now = self.clock.monotonic()
        if not self._counted_done or now >= self._counted_done[0][0] + DONE_EVERY:
            by_kind = (await self.store.outbox.tally(self.identity.workspace_id)).by_kind
            done = {key: count for key, count in by_kind.items() if key[1] in _DONE}
            self._counted_done[:] = [(now, done)]
        return self._counted_done[0][1]

    def _refused(self) -> Figure:
        refused = {"api": self.vitals.api_calls["rate_limited"]}
        for call, count in self.vitals.slack_calls.items():
            method, _, outcome = call.partition(" ")
            if outcome == "ratelimited":
                refused[f"slack {method}"] = count
        return Figure("lipsync_rate_limited", "Answers of 429, by who gave them.", refused, "source", counts=True)

    async def _remembered(self) -> tuple[Figure, ...]:
        tally = await self.store.outbox.tally(self.identity.workspace_id, done=False)
        watches = await self.store.watches.active(self.account_id)
        looked_at = await self.store.ledger.looked_at(self.account_id)
        oldest = (self.clock.now() - tally.oldest_unsent_at).total_seconds() if tally.oldest_unsent_at else 0.0
        states = dict.fromkeys(map(str, State), 0)
        for (_, state), count in {**tally.by_kind, **await self._done()}.items():
            states[str(state)] += count
        in_doubt = states[State.IN_DOUBT]
        steps = {str(phase): count for phase, count in (await self.store.workflow.counts()).items()}
        return (
            Figure("lipsync_last_read_seconds", "Last reading.", one(looked_at.timestamp() if looked_at else 0)),
            Figure("lipsync_watches", "Active watches.", one(len(watches))),
            Figure("lipsync_announcements", "Announcements by state.", states, "state"),
            Figure("lipsync_unsent", "Announcements to be posted still, without those held.", one(tally.unsent)),
            Figure("lipsync_in_doubt", "Posts of which it is not known yet whether they are there.", one(in_doubt)),
            Figure("lipsync_oldest_unsent_seconds", "Age of the oldest unsent announcement.", one(oldest)),
            Figure("lipsync_workflow_steps", "Steps that workflows have begun, by state.", steps, "state"),
        )


def one(value: float) -> Mapping[str, float]:
    """The value of a metric without a label."""
    return {"": float(value)}
