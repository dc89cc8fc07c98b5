"""Quiet hours and digests through the real flows: restarts, downtime, old data and changed clocks."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.domain.announcement import CatchUpFacts
from bot.domain.answer import Wish
from bot.domain.digest_facts import DigestFacts
from bot.domain.hours import Daily, Hours
from bot.errors import NoAccessError, UnavailableError
from tests.builders import request
from tests.flows.conftest import World, Worlds

HOUR, DAY = 3_600, 86_400
BERLIN = "Europe/Berlin"
EVENING = Hours(time(13), time(15), "UTC")  # it is noon
AT_ONE = Daily(time(13), "UTC")


async def by_the_clock(world: World) -> datetime:
    """What the alarms would have done by now."""
    next_at = await world.stories.timetable.step()
    assert next_at is not None
    await world.stories.tend.step()
    await world.deliver()
    return next_at


async def going(world: World, reference: str = "batch-1") -> None:
    """A watched batch of which one has ended well and one goes on."""
    world.api.set([request(1, "completed", reference=reference), request(2, reference=reference)])
    await world.watch(reference)
    await world.look()
    await world.deliver()


def digests(world: World) -> list[DigestFacts]:
    return [said for _, _, said, _ in world.chat.messages if isinstance(said, DigestFacts)]


async def test_nothing_goes_out_in_quiet_hours_and_one_summary_at_their_end(world: World) -> None:
    await going(world)
    answer = await world.stories.timetabling.set_quiet("C1", EVENING, "U1")
    assert (answer.now, answer.coming and answer.coming.begin.hour) == (None, 13)
    world.clock.pass_time(HOUR)
    world.api.set([request(1, "completed"), request(2, "failed", error="no face")])
    await world.look()
    await world.deliver()  # whoever sends looks at the clock itself
    assert world.told == []
    shown = await world.stories.timetabling.quiet("C1")
    assert shown.now is not None

    world.clock.pass_time(2 * HOUR)
    await by_the_clock(world)

    assert world.told == ["catch_up"]
    (summary,) = [said for _, _, said, _ in world.chat.messages if isinstance(said, CatchUpFacts)]
    assert summary.why == "quiet"


async def test_a_restart_in_quiet_hours_lets_nothing_slip_out(worlds: Worlds) -> None:
    world = await worlds.begin()
    await going(world)
    await world.stories.timetabling.set_quiet("C1", EVENING, "U1")
    world.api.set([request(1, "completed"), request(2, "failed", error="no face")])
    world.clock.pass_time(60)
    await world.look()  # and the bot ends before it can tell
    world.clock.pass_time(1.5 * HOUR)
    world = await worlds.begin()

    await world.deliver()
    assert world.told == []
    world = await worlds.begin()
    world.clock.pass_time(2 * HOUR)
    await by_the_clock(world)
    await by_the_clock(world)
    assert world.told == ["catch_up"]


async def test_quiet_hours_that_end_while_the_bot_is_away_are_told_when_it_is_back(worlds: Worlds) -> None:
    world = await worlds.begin()
    await going(world)
    await world.stories.timetabling.set_quiet("C1", EVENING, "U1")
    world.clock.pass_time(HOUR)
    world.api.set([request(1, "completed"), request(2, "failed", error="no face")])
    await world.look()
    await world.deliver()
    world.clock.pass_time(5 * HOUR)
    world = await worlds.begin()

    await by_the_clock(world)

    assert world.told == ["catch_up"]


async def test_turned_off_they_tell_what_they_held(world: World) -> None:
    await going(world)
    await world.stories.timetabling.set_quiet("C1", Hours(time(11), time(15), "UTC"), "U1")
    world.api.set([request(1, "completed"), request(2, "failed", error="no face")])
    world.clock.pass_time(60)
    await world.look()
    await world.deliver()
    answer = await world.stories.timetabling.end_quiet("C1", "U1")
    assert (answer.did, answer.told, answer.quiet is not None) == ("off", 2, True)
    await world.deliver()
    assert world.told == ["catch_up"]
    assert (await world.stories.timetabling.quiet("C1")).quiet is None


async def test_m2_says_that_it_is_quiet(world: World) -> None:
    await world.stories.timetabling.set_quiet("C1", Hours(time(11), time(15), "UTC"), "U1")
    wish = Wish("T1", "default", "C1", "batch-1", "U1")
    answer = [answer async for answer in world.stories.watching.start(wish)][-1]
    assert answer.silence is not None
    assert (answer.silence.quiet, answer.silence.until.hour) == (True, 15)


# --- digests ---


async def test_a_digest_is_told_once_a_day_at_its_hour(world: World) -> None:
    await going(world)
    answer = await world.stories.timetabling.set_digest("C1", AT_ONE, "U1")
    assert answer.coming is not None
    assert answer.coming.due == datetime(2026, 4, 1, 13, tzinfo=UTC)
    for _ in range(30):
        world.clock.pass_time(HOUR)
        await world.look()
        await by_the_clock(world)
    assert [said.until.hour for said in digests(world)] == [13, 13]
    first, second = digests(world)
    assert [line.progress.reference_id for line in first.running.lines] == ["batch-1"]
    assert second.since == datetime(2026, 4, 1, 13, tzinfo=UTC)


async def test_the_alarm_is_set_to_its_moment(world: World) -> None:
    await world.stories.timetabling.set_digest("C1", AT_ONE, "U1")
    world.clock.pass_time(HOUR - 4)
    assert await by_the_clock(world) == datetime(2026, 4, 1, 13, tzinfo=UTC)


async def test_after_downtime_it_is_told_late_on_its_day_only_and_of_fresh_data(worlds: Worlds) -> None:
    world = await worlds.begin(gap=300)
    await going(world)
    await world.stories.timetabling.set_digest("C1", AT_ONE, "U1")
    world.clock.pass_time(3 * DAY + 4 * HOUR)
    world = await worlds.begin(gap=300)

    await by_the_clock(world)
    assert digests(world) == []  # nothing was read yet
    await world.look()
    await by_the_clock(world)
    await by_the_clock(world)

    (said,) = digests(world)
    assert (said.stale, said.until.day, said.since.day) == (False, 4, 3)


async def test_where_nothing_can_be_read_it_waits_a_little_and_then_says_of_when_its_data_is(worlds: Worlds) -> None:
    world = await worlds.begin(gap=300)
    await going(world)
    await world.stories.timetabling.set_digest("C1", AT_ONE, "U1")
    world.clock.pass_time(HOUR)
    world.api.faults = [UnavailableError("away")] * 100
    for _ in range(4):
        await by_the_clock(world)
        world.clock.pass_time(60)
    assert digests(world) == []
    world.clock.pass_time(120)
    await by_the_clock(world)
    (said,) = digests(world)
    assert said.stale
    assert said.read_at is not None
    assert said.read_at.hour == 12


async def test_one_that_cannot_be_posted_says_later_of_when_it_is_and_is_dropped_when_the_next_is_near(
    world: World,
) -> None:
    await going(world)
    await world.stories.timetabling.set_digest("C1", AT_ONE, "U9")
    world.chat.closed["C1"] = NoAccessError("not_in_channel")
    for hour in range(24 * 3 + 4):
        world.clock.pass_time(HOUR)
        await world.look()
        await by_the_clock(world)
        if hour == 24 * 3 + 2:
            world.chat.closed.clear()
    (said,) = digests(world)
    assert (said.until.day, said.until.hour, said.stale) == (4, 13, True)
    assert [place for place, _, facts, _ in world.chat.messages if facts.kind == "access"] == ["U1", "U9"]


async def test_now_shows_it_without_telling_anybody(world: World) -> None:
    await going(world)
    facts = await world.stories.timetabling.digest_now("C1")
    assert (facts.running.count, facts.stale, facts.until - facts.since) == (1, False, facts.until - facts.since)
    assert world.told == []
    assert (await world.stories.timetabling.digest("C1")).digest is None
    assert (await world.stories.timetabling.end_digest("C1", "U1")).digest is None


@pytest.mark.parametrize("day", [datetime(2027, 3, 27, tzinfo=UTC), datetime(2027, 10, 30, tzinfo=UTC)])
async def test_on_the_days_when_clocks_are_changed_it_is_told_once_at_its_hour(world: World, day: datetime) -> None:
    world.clock.pass_time((day - world.clock.now()).total_seconds())
    await world.stories.timetabling.set_digest("C1", Daily(time(9), BERLIN), "U1")
    for _ in range(48):
        world.clock.pass_time(HOUR)
        await world.look()
        await by_the_clock(world)
    local = [said.until.astimezone(ZoneInfo(BERLIN)) for said in digests(world)]
    assert [(moment.day, moment.hour) for moment in local] == [(day.day, 9), (day.day + 1, 9)]
