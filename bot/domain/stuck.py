"""M4: which requests of a reference are stuck, and what a place is told of that.

A trouble has one message, edited while more get stuck or go on; it is told again when there are ten times as many. It
counts among the eight messages of a reference, and ends when nothing was stuck for a while: then the next is a new one.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from bot.domain.announcement import Announcement, Key
from bot.domain.request import LipsyncRequest
from bot.domain.stuck_facts import StuckFacts, StuckOne
from bot.domain.traffic import Traffic
from bot.domain.vigil import Case, Judged
from bot.domain.watch import Watch

STEP = 10  # times as many are worth another message, as with failures
REST = timedelta(minutes=10)  # without any that is stuck: what gets stuck sooner belongs to the same trouble
_QUEUED = "queued"


def stuck_ones(requests: Iterable[LipsyncRequest], as_of: datetime, traffic: Traffic) -> tuple[StuckOne, ...]:
    """Those of the requests that are stuck, as they were `as_of` the API's clock; the longest first."""
    overtaken_before = traffic.overtaken_before(as_of)
    found = []
    for one in requests:
        if one.is_terminal:
            continue
        if one.status == _QUEUED:
            if overtaken_before is not None and one.created_at < overtaken_before:
                found.append(StuckOne(one.id, "overtaken", one.created_at))
        elif one.started_at is not None and as_of - one.started_at > traffic.slow_after:
            found.append(StuckOne(one.id, "slow", one.started_at))
    return tuple(sorted(found, key=lambda one: (one.since, one.id)))


@dataclass(frozen=True, slots=True)
class Told:
    """What a place was told of a trouble: under which `level`, of which requests, and which of them still are stuck.

    `counted` were stuck when a message last went out for them; none is since `clear_since` (the API's clock).
    """

    level: str
    ids: tuple[str, ...]
    stuck: tuple[str, ...]
    finished: int
    counted: int
    clear_since: datetime | None = None

    def text(self) -> str:
        """As it is stored."""
        clear = self.clear_since.isoformat() if self.clear_since else None
        return json.dumps({**asdict(self), "clear_since": clear}, separators=(",", ":"))

    @classmethod
    def of_text(cls, text: str) -> "Told":
        """As it was stored."""
        row = json.loads(text)
        clear = row["clear_since"]
        return cls(
            level=row["level"],
            ids=tuple(row["ids"]),
            stuck=tuple(row["stuck"]),
            finished=row["finished"],
            counted=row["counted"],
            clear_since=datetime.fromisoformat(clear) if clear else None,
        )


def key_of_trouble(watch: Watch, level: str) -> Key:
    """The key of the message of a trouble."""
    return Key(watch.workspace_id, watch.place, "stuck", watch.reference_id, level)


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known about a case besides it: the account's traffic and the requests that may be stuck.

    `told` are the requests that were told before, by id. It is `calm` while the whole account stands still, or may:
    then no further request is told. The message of the trouble `is_out` once somebody has tried to post it.
    """

    traffic: Traffic
    suspects: tuple[LipsyncRequest, ...]
    told: Mapping[str, LipsyncRequest]
    calm: bool = False
    is_out: bool = True


def judge(case: Case, scene: Scene, state: Told | None) -> Judged:
    """Decide what the place is told."""
    if state is None:
        return _begin(case, scene)
    if case.is_settled:
        return _leave(case, scene, state)
    if not case.fresh:
        return Judged(case.watch, state.text())
    return _go_on(case, scene, state)


def _begin(case: Case, scene: Scene) -> Judged:
    watch = case.watch
    if scene.calm or case.is_settled or not case.fresh or watch.alerts.is_full:
        return Judged(watch, None)
    ones = stuck_ones(scene.suspects, case.as_of, scene.traffic)
    if not ones:
        return Judged(watch, None)
    ids = tuple(one.id for one in ones)
    state = Told(f"{watch.id} {case.number}", ids, ids, 0, len(ids))
    said = _said(case, scene, state, ones)
    return Judged(_counted(watch), state.text(), (said,))


def _counted(watch: Watch) -> Watch:
    return replace(watch, alerts=replace(watch.alerts, messages=watch.alerts.messages + 1))


def _go_on(case: Case, scene: Scene, before: Told) -> Judged:
    ones = stuck_ones(scene.suspects, case.as_of, scene.traffic)
    if scene.calm:
        ones = tuple(one for one in ones if one.id in before.ids)
    now = _moved_on(before, scene, ones, case.as_of)
    if not ones and not scene.is_out:
        return Judged(case.watch, None, dropped=(key_of_trouble(case.watch, before.level),))
    if (now.stuck, now.finished) == (before.stuck, before.finished):
        is_over = now.clear_since is not None and case.as_of - now.clear_since >= REST
        return Judged(case.watch, None if is_over else now.text())
    said = _said(case, scene, now, ones)
    if len(ones) < STEP * before.counted:
        return Judged(case.watch, now.text(), (said,))
    return _ping(case, scene, replace(now, counted=len(ones)), ones)


def _moved_on(before: Told, scene: Scene, ones: tuple[StuckOne, ...], as_of: datetime) -> Told:
    stuck = tuple(one.id for one in ones)
    ids = tuple(dict.fromkeys((*before.ids, *stuck)))
    clear_since = None if stuck else before.clear_since or as_of
    return replace(before, ids=ids, stuck=stuck, finished=_finished(scene, ids, stuck), clear_since=clear_since)


def _finished(scene: Scene, ids: tuple[str, ...], stuck: tuple[str, ...]) -> int:
    ended = (scene.told.get(id_) for id_ in set(ids).difference(stuck))
    return sum(1 for one in ended if one is not None and one.is_terminal)


def _ping(case: Case, scene: Scene, state: Told, ones: tuple[StuckOne, ...]) -> Judged:
    """Ten times as many: the message is edited, and another one under it says so, if there may be one more."""
    watch, said = case.watch, _said(case, scene, state, ones)
    if watch.placement.is_broadcast or not watch.placement.has_threads:
        if watch.alerts.is_full:
            return Judged(watch, state.text(), (said,))
        watch = _counted(watch)
    ping = replace(said, key=replace(said.key, level=f"{state.level} ×{state.counted}"), under=said.key)
    grown = replace(_facts(case, scene, state, ones), grown=True)
    return Judged(watch, state.text(), (said, replace(ping, facts=grown)))


def _leave(case: Case, scene: Scene, before: Told) -> Judged:
    """The batch has settled: its message says that nothing is stuck any more, or is not posted at all."""
    if not scene.is_out:
        return Judged(case.watch, None, dropped=(key_of_trouble(case.watch, before.level),))
    now = _moved_on(before, scene, (), case.as_of)
    if (now.stuck, now.finished) == (before.stuck, before.finished):
        return Judged(case.watch, None)
    return Judged(case.watch, None, (_said(case, scene, now, ()),))


def _facts(case: Case, scene: Scene, state: Told, ones: tuple[StuckOne, ...]) -> StuckFacts:
    return StuckFacts(
        progress=case.progress,
        ones=ones,
        finished=state.finished,
        moved=len(state.ids) - len(ones) - state.finished,
        usual=scene.traffic.usual,
        as_of=case.as_of,
        read_at=case.read_at,
    )


def _said(case: Case, scene: Scene, state: Told, ones: tuple[StuckOne, ...]) -> Announcement:
    return Announcement(
        key=key_of_trouble(case.watch, state.level),
        facts=_facts(case, scene, state, ones),
        reference_id=case.watch.reference_id,
        recorded_at=case.read_at,
        happened_at=case.as_of,
        watch_id=case.watch.id,
    )
