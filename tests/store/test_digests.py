"""Digests: due once for each day, and made of what is watched in their place."""

from dataclasses import replace
from datetime import date, time

from bot.domain.answer import Wish
from bot.domain.deed import Did
from bot.domain.digest import Moments
from bot.domain.digest_facts import DigestFacts
from bot.domain.failure import kind_of
from bot.domain.hours import Daily, Hours
from bot.domain.natural_time import TypedTime
from bot.domain.risk_facts import Level
from bot.domain.timetable import Digest, DueDigest, Quiet
from bot.store import Store
from bot.store.triages import Which
from tests.builders import at, request
from tests.store.rig import ACCOUNT, TEAM, drain, kinds, reading, record, start, wish
from tests.store.test_mutes import failed, mute, see, watched

HOUR, DAY = 3_600, 86_400
AT_ONE = Daily(time(13), "UTC")


def digest(daily: Daily = AT_ONE, *, seconds: float = 0) -> Digest:
    return Digest(TEAM, ACCOUNT, "C1", daily, "U9", at(seconds))


async def due(store: Store, seconds: float) -> DueDigest | None:
    found = await store.digests.due(ACCOUNT, now=at(seconds))
    assert len(found) <= 1
    return found[0] if found else None


async def tell(store: Store, one: DueDigest, seconds: float) -> bool:
    return await store.digests.queue(one, now=at(seconds), fresh_after=at(seconds - 600))


async def composed(
    store: Store, *, until: float = HOUR, since: float = -DAY, fresh_after: float = -1, zone: str = "UTC"
) -> DigestFacts:
    moments = Moments(at(since), at(until), zone, at(fresh_after))
    return await store.digests.compose(ACCOUNT, TEAM, "C1", moments)


def named(facts: DigestFacts) -> dict[str, list[str]]:
    """The references in each part."""
    parts = {"needs": facts.needs, "due": facts.due, "finished": facts.finished, "running": facts.running}
    return {name: [line.progress.reference_id for line in part.lines] for name, part in parts.items() if part.count}


async def test_one_is_due_once_a_day_and_its_key_is_its_day(store: Store) -> None:
    assert await store.digests.set(digest()) == digest()
    assert await due(store, HOUR - 1) is None
    one = await due(store, HOUR)
    assert one is not None
    assert (one.turn.day, one.turn.since) == (date(2026, 4, 1), at(HOUR - DAY))
    assert await tell(store, one, HOUR)
    assert not await tell(store, one, HOUR + 1)
    assert await due(store, HOUR + 2) is None

    (told,) = await drain(store, HOUR + 3)
    assert (told.announcement.key.kind, told.announcement.key.level) == ("digest", "2026-04-01")
    tomorrow = await due(store, HOUR + DAY)
    assert tomorrow is not None
    assert await tell(store, tomorrow, HOUR + DAY)
    assert kinds(await drain(store, HOUR + DAY)) == ["digest"]


async def test_another_hour_or_another_beginning_tells_the_same_day_no_second_time(store: Store) -> None:
    await store.digests.set(digest())
    one = await due(store, HOUR)
    assert one is not None
    await tell(store, one, HOUR)

    changed = await store.digests.set(digest(Daily(time(15), "UTC"), seconds=2 * HOUR))
    assert changed.told_on == date(2026, 4, 1)
    assert await due(store, 3 * HOUR) is None
    await store.digests.end(TEAM, "C1", now=at(2 * HOUR), author="U8")
    await store.digests.set(digest(Daily(time(16), "UTC"), seconds=2 * HOUR))
    assert await due(store, 4 * HOUR) is None
    assert await due(store, 4 * HOUR + DAY) is not None
    dids = [deed.did for deed in await store.deeds.since(at(-1))]
    assert dids == [Did.DIGEST, Did.DIGEST, Did.DIGEST_OFF, Did.DIGEST]


async def test_it_is_told_late_on_its_day_and_not_on_another(store: Store) -> None:
    await store.digests.set(digest())
    assert await due(store, 11.9 * HOUR) is not None
    assert await due(store, 12 * HOUR) is None  # midnight
    assert await store.digests.next_at(ACCOUNT, now=at(12 * HOUR)) == at(HOUR + DAY)


async def test_it_waits_for_the_end_of_quiet_hours_and_mutes_of_everything(store: Store) -> None:
    await watched(store, "batch-1")
    await store.digests.set(digest())
    await store.quiets.set(Quiet(TEAM, ACCOUNT, "C1", Hours(time(12, 30), time(14), "UTC"), "U9", at(0)))
    assert await store.digests.next_at(ACCOUNT, now=at(60)) == at(2 * HOUR)
    await store.quiets.begin_due(ACCOUNT, now=at(0.5 * HOUR))
    assert await due(store, HOUR) is None
    assert await due(store, 2 * HOUR) is None  # nobody has ended it yet: its summary comes first
    await store.mutes.end_due(ACCOUNT, now=at(2 * HOUR))
    assert await due(store, 2 * HOUR) is not None
    await store.mutes.begin(mute("batch-1", since=2 * HOUR))
    assert await due(store, 2 * HOUR + 1) is not None
    await store.mutes.begin(mute(None, since=2 * HOUR))
    assert await due(store, 2 * HOUR + 2) is None


async def test_a_digest_that_was_taken_away_meanwhile_is_not_queued(store: Store) -> None:
    await store.digests.set(digest())
    one = await due(store, HOUR)
    assert one is not None
    assert await store.digests.end(TEAM, "C1", now=at(HOUR), author="U9") == digest()
    assert not await tell(store, one, HOUR)
    assert await store.digests.end(TEAM, "C1", now=at(HOUR), author="U9") is None
    assert await store.digests.next_at(ACCOUNT, now=at(0)) is None


# --- what it tells ---


async def test_each_reference_is_in_the_part_where_it_belongs(store: Store) -> None:
    for reference in ("broken", "through", "going", "early"):
        await start(store, wish(reference))
    await start(store, wish("elsewhere", place="C2"))
    await record(store, reading([failed(1, reference="broken"), request(2, reference="broken")], reference="broken"))
    await record(store, reading([request(3, "completed", reference="through")], reference="through"))
    await record(store, reading([request(4, reference="going")], reference="going"))
    await record(store, reading([request(5, reference="elsewhere")], reference="elsewhere"))

    facts = await composed(store)

    assert named(facts) == {"needs": ["broken"], "finished": ["through"], "running": ["going"]}
    (line,) = facts.needs.lines
    assert [(kind.name, kind.open, kind.assigned_to) for kind in line.kinds] == [("no face", 1, None)]
    assert (facts.watches, facts.stale, facts.read_at) == (4, False, at(100))
    assert named(await composed(store, since=1_000)) == {"needs": ["broken"], "running": ["going"]}


async def test_a_failure_names_who_is_on_it_and_a_handled_one_needs_nobody(store: Store) -> None:
    await watched(store, "batch-1")
    await see(store, failed(1), failed(2, "codec"))
    codec, no_face = kind_of("codec"), kind_of("no face")
    await store.triages.assign(Which(TEAM, ACCOUNT, "C1", "batch-1", (codec,)), "U7", person="U9", now=at(200))
    (line,) = (await composed(store)).needs.lines
    assert {kind.name: kind.assigned_to for kind in line.kinds} == {"no face": None, "codec": "U7"}
    both = Which(TEAM, ACCOUNT, "C1", "batch-1", (codec, no_face))
    await store.triages.handle(both, person="U9", now=at(300))
    assert named(await composed(store)) == {"running": ["batch-1"]}


async def test_of_a_pattern_what_was_touched_since_is_told_once_also_where_it_is_watched_by_name(store: Store) -> None:
    await record(store, reading([failed(9, reference="batch-0")], reference="batch-0"))
    await start(store, replace(wish("batch-*"), is_glob=True), seconds=150)
    await start(store, wish("batch-1"), seconds=150)
    await record(store, reading([request(1, reference="batch-1")], 200, reference="batch-1"))
    await record(store, reading([failed(2, reference="batch-2", created=160)], 200, reference="batch-2"))

    facts = await composed(store)

    assert named(facts) == {"needs": ["batch-2"], "running": ["batch-1"]}
    assert facts.watches == 2


async def test_deadlines_that_are_missed_need_somebody_and_those_of_today_are_due(store: Store) -> None:
    async def by(reference: str, seconds: float) -> None:
        due_ = TypedTime(at(seconds), "Europe/Berlin", at(0))
        await start(store, Wish(TEAM, ACCOUNT, "C1", reference, "U1", due=due_))
        await record(store, reading([request(len(reference), reference=reference)], 200, reference=reference))

    await by("late", 150)
    await by("today", 2 * HOUR)
    await by("tomorrow", DAY)

    facts = await composed(store, until=300)

    assert named(facts) == {"needs": ["late"], "due": ["today"], "running": ["tomorrow"]}
    assert facts.needs.lines[0].risk is Level.MISSED
    before = await composed(store, until=2.5 * HOUR)  # nothing was read since it should have ended
    assert named(before)["due"] == ["today"]
    assert before.stale is False


async def test_old_data_is_called_old_and_nothing_read_is_too(store: Store) -> None:
    assert (await composed(store)).stale
    await watched(store, "batch-1")
    assert not (await composed(store, fresh_after=0)).stale
    facts = await composed(store, fresh_after=500)
    assert (facts.stale, facts.read_at) == (True, at(1))
    assert not await store.digests.is_fresh(ACCOUNT, after=at(1))
    assert await store.digests.is_fresh(ACCOUNT, after=at(0))


async def test_a_watch_that_ended_by_itself_is_in_the_next_digest_and_not_in_the_one_after(store: Store) -> None:
    await start(store)
    await record(store, reading([request(1, "completed", created=10)], 1_000))
    await drain(store, 1_000)
    ended_at = 1_000 + 2 * DAY
    done = request(1, "completed", created=10)
    assert await store.watches.end_settled(ACCOUNT, now=at(1_000)) == ()
    await record(store, reading([done], ended_at))
    assert len(await store.watches.end_settled(ACCOUNT, now=at(ended_at))) == 1

    facts = await composed(store, since=0, until=ended_at + 60)

    assert (named(facts), facts.watches) == ({"finished": ["batch-1"]}, 0)
    assert named(await composed(store, since=ended_at + 1, until=ended_at + 60)) == {}
