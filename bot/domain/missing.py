"""M4: a submission that stopped before all that is expected has come, and what a place is told of that.

It is told while requests are open: once all have ended, "settled short" (M5b) says the same, and is always told. When
that comes, this message is edited to say that the batch settled, so what is missing is asked for in one place.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from bot.domain.announcement import Announcement, Key
from bot.domain.stuck_facts import MissingFacts
from bot.domain.vigil import Case, Judged

STOPPED_AFTER = timedelta(minutes=10)  # as long as the longest settle window: whoever sends slower does so on purpose
TIMES_LONGEST_GAP = 2  # who pauses does so again: as for the settle window, twice the longest pause so far


def may_have_stopped(case: Case) -> bool:
    """Whether it is worth to know the rhythm in which the requests came."""
    progress, last = case.progress, case.progress.last_created_at
    if case.is_settled or not case.fresh or progress.expected is None or last is None:
        return False
    return progress.open > 0 and progress.total < progress.expected and case.as_of - last >= STOPPED_AFTER


def patience(created: Iterable[datetime]) -> timedelta:
    """How long nothing new must come, by when the requests so far were created."""
    in_order = sorted(created)
    longest = max((later - earlier for earlier, later in pairwise(in_order)), default=timedelta())
    return max(STOPPED_AFTER, TIMES_LONGEST_GAP * longest)


@dataclass(frozen=True, slots=True)
class ToldMissing:
    """What a place was told: under which level, when so many had come, the last of them `since`."""

    level: str
    total: int
    since: datetime

    def text(self) -> str:
        """As it is stored."""
        return json.dumps([self.level, self.total, self.since.isoformat()])

    @classmethod
    def of_text(cls, text: str) -> "ToldMissing":
        """As it was stored."""
        level, total, since = json.loads(text)
        return cls(level, total, datetime.fromisoformat(since))


def judge(case: Case, created: Iterable[datetime], state: ToldMissing | None, *, is_out: bool = True) -> Judged:
    """Decide what the place is told; `created` is asked for only when `may_have_stopped`."""
    return _begin(case, created) if state is None else _go_on(case, state, is_out=is_out)


def _begin(case: Case, created: Iterable[datetime]) -> Judged:
    watch, last = case.watch, case.progress.last_created_at
    if not may_have_stopped(case) or last is None or watch.alerts.is_full or case.as_of - last < patience(created):
        return Judged(watch, None)
    state = ToldMissing(f"{watch.id} {case.number}", case.progress.total, last)
    counted = replace(watch, alerts=replace(watch.alerts, messages=watch.alerts.messages + 1))
    return Judged(counted, state.text(), (_said(case, state, MissingFacts(case.progress, last, *_read(case))),))


def _read(case: Case) -> tuple[datetime, datetime]:
    return case.as_of, case.read_at


def _go_on(case: Case, state: ToldMissing, *, is_out: bool) -> Judged:
    progress = case.progress
    facts = MissingFacts(progress, state.since, *_read(case))
    if progress.expected is None:
        facts = replace(facts, over="unknown")
    elif progress.total >= progress.expected:
        facts = replace(facts, over="all")
    elif progress.total > state.total:
        facts = replace(facts, over="more")
    elif case.is_settled:
        facts = replace(facts, over="settled")
    else:
        return Judged(case.watch, state.text())
    said = _said(case, state, facts)
    return Judged(case.watch, None, (said,)) if is_out else Judged(case.watch, None, dropped=(said.key,))


def key_of_stop(case: Case, state: ToldMissing) -> Key:
    """The key of the message."""
    watch = case.watch
    return Key(watch.workspace_id, watch.place, "missing", watch.reference_id, state.level)


def _said(case: Case, state: ToldMissing, facts: MissingFacts) -> Announcement:
    return Announcement(
        key=key_of_stop(case, state),
        facts=facts,
        reference_id=case.watch.reference_id,
        recorded_at=case.read_at,
        happened_at=case.as_of,
        watch_id=case.watch.id,
    )
