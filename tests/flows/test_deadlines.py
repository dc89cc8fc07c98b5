"""Deadlines: typed, understood in somebody's zone, judged by what is read, and told."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.domain.announcement import CardFacts, CatchUpFacts, FinishedFacts
from bot.domain.answer import DueHere, StatusAnswer, Wish
from bot.domain.natural_time import TypedTime
from bot.domain.request import LipsyncRequest
from bot.domain.risk_facts import Level, RiskFacts
from bot.errors import BadCommandError, NotSentError, SlackError, TokenRefusedError, UnavailableError
from bot.flows.dates import Dates
from tests.builders import NOON, at, request
from tests.fakes import FakeClock
from tests.flows.conftest import World, Worlds

HOUR = 3_600.0
BERLIN = "Europe/Berlin"


@dataclass
class FakePeople:
    """Knows everybody's zone, or raises."""

    zones: dict[str, str] = field(default_factory=lambda: {"U1": BERLIN})
    fault: SlackError | None = None

    async def zone(self, person: str) -> str:
        if self.fault:
            raise self.fault
        return self.zones[person]

    async def organisation(self, person: str) -> str:  # noqa: ARG002 - the shape of the port
        return ""


def ended(number: int, finished: float) -> LipsyncRequest:
    """It was in work for a minute."""
    done = request(number, "completed", created=finished - 100, finished=finished)
    return replace(done, started_at=at(finished - 60))


@pytest.fixture
async def world(worlds: Worlds) -> World:
    """A batch of two with a deadline in an hour, of which one is finished."""
    made = await worlds.begin()
    made.api.rows = [request(1, "completed"), request(2, "processing")]
    async for _ in made.stories.watching.start(by(HOUR)):
        pass
    await step(made)
    return made


def by(seconds: float, **more: object) -> Wish:
    wish = Wish("T1", "default", "C1", "batch-1", "U1", due=TypedTime(at(seconds), BERLIN, NOON))
    return replace(wish, **more)  # type: ignore[arg-type] # a test's


async def step(world: World) -> None:
    await world.look()
    await world.stories.vigil.step()
    await world.deliver()


async def pass_until(world: World, seconds: float) -> None:
    """Time passes, and looks are taken as ever."""
    while (left := (at(seconds) - world.clock.now()).total_seconds()) > 0:
        world.clock.pass_time(min(left, 60))
        await step(world)


def risks(world: World) -> list[RiskFacts]:
    return [said for _, _, said, _ in world.chat.messages if isinstance(said, RiskFacts)]


def levels(world: World) -> list[Level]:
    return [facts.level for facts in risks(world)]


# --- judging ---


async def test_a_danger_is_told_with_what_changed_and_its_end_too(worlds: Worlds) -> None:
    world = await worlds.begin()
    world.api.rows = [ended(number, 60.0 * number - 600) for number in range(1, 11)]
    world.api.set([replace(request(11, "processing", created=-100), started_at=at(0))])
    async for _ in world.stories.watching.start(by(HOUR)):
        pass
    await step(world)
    assert levels(world) == []

    world.api.set([request(number, created=30) for number in range(12, 132)])  # two hours of work for one slot
    await pass_until(world, 120)

    (facts,) = risks(world)
    assert (facts.level, facts.deadline, facts.zone) == (Level.UNLIKELY, at(HOUR), BERLIN)
    assert facts.odds is not None
    assert facts.odds < 0.1
    assert facts.likely is not None
    assert at(HOUR) < facts.likely < at(3 * HOUR)
    assert facts.needed is not None
    assert facts.needed == pytest.approx(121 / 59, rel=0.1)
    assert facts.before is not None
    assert facts.before.of == 11

    world.api.set([ended(number, 121) for number in range(12, 130)])
    await pass_until(world, 240)
    assert levels(world) == [Level.UNLIKELY, Level.ON_TRACK]


async def test_while_too_little_has_finished_nothing_is_told_of_odds(world: World) -> None:
    world.api.set([request(number) for number in range(3, 300)])
    await pass_until(world, 600)
    assert levels(world) == []


async def test_without_a_forecast_only_the_miss_is_told(world: World) -> None:
    await pass_until(world, HOUR - 60)
    assert levels(world) == []
    await pass_until(world, HOUR + 120)
    assert levels(world) == [Level.MISSED]
    await pass_until(world, HOUR + 600)
    assert levels(world) == [Level.MISSED]


async def test_what_ends_in_time_is_only_told_as_finished_and_by_how_much(world: World) -> None:
    world.api.set([request(2, "completed", finished=1_200)])
    await pass_until(world, HOUR + 600)
    assert world.told == ["finished"]
    (finish,) = [said for _, _, said, _ in world.chat.messages if isinstance(said, FinishedFacts)]
    assert finish.spare == timedelta(seconds=HOUR - 1_200)


async def test_what_ends_just_before_the_deadline_and_is_seen_after_it_is_in_time(world: World) -> None:
    await pass_until(world, HOUR - 5)
    world.api.set([request(2, "completed", finished=HOUR - 1)])
    await pass_until(world, HOUR + 900)
    assert world.told == ["stalled", "finished"]  # for nothing had moved for an hour


async def test_nothing_is_concluded_on_old_data(world: World) -> None:
    world.api.faults = [UnavailableError("the API answered 503")] * 10_000
    await pass_until(world, HOUR + 3_600)
    assert levels(world) == []
    world.api.faults = []
    await pass_until(world, HOUR + 3_800)
    assert levels(world) == [Level.MISSED]


async def test_a_changed_deadline_is_another_one(world: World) -> None:
    await pass_until(world, HOUR + 120)
    limits = world.stories.limits
    await limits.deadline("C1", "batch-1", TypedTime(at(2 * HOUR), BERLIN, NOON), "U2")
    await pass_until(world, 2 * HOUR + 120)
    assert levels(world) == [Level.MISSED, Level.MISSED]
    assert [facts.deadline for facts in risks(world)] == [at(HOUR), at(2 * HOUR)]


async def test_a_restart_tells_nothing_twice(world: World, worlds: Worlds) -> None:
    await pass_until(world, HOUR + 120)
    again = await worlds.begin()
    await pass_until(again, HOUR + 600)
    assert levels(again) == [Level.MISSED]


async def test_what_is_muted_is_told_at_the_end(world: World) -> None:
    await world.stories.muting.mute("C1", "batch-1", timedelta(hours=2), "U1")
    await pass_until(world, HOUR + 120)
    assert world.told == []
    await world.stories.muting.unmute("C1", "batch-1", "U1")
    await world.deliver()
    (summary,) = [said for _, _, said, _ in world.chat.messages if isinstance(said, CatchUpFacts)]
    assert [one.risk for one in summary.references] == [Level.MISSED]


async def test_the_card_knows_how_far_the_apis_clock_is_ahead(world: World) -> None:
    edits = [said for _, said in world.chat.edits if isinstance(said, CardFacts)]
    assert edits[-1].watch.deadline == at(HOUR)
    assert abs(edits[-1].ahead) < timedelta(seconds=2)


# --- asking ---


async def due(world: World, place: str | None) -> DueHere | None:
    answer = [each async for each in world.stories.ask.status("batch-1", place=place)][-1]
    assert isinstance(answer, StatusAnswer)
    return answer.due


async def test_a_status_tells_the_deadline_of_the_place_where_it_is_asked(world: World) -> None:
    world.api.rows = [ended(number, 60.0 * number - 600) for number in range(1, 11)]
    world.api.set([request(number, created=-30) for number in range(12, 132)])  # two hours of work
    world.api.set([replace(request(11, "processing", created=-100), started_at=at(0))])
    await step(world)
    asked = await due(world, "C1")
    assert asked is not None
    assert asked.odds is not None
    assert (asked.deadline, asked.odds < 0.1, abs(asked.ahead) < timedelta(seconds=2)) == (at(HOUR), True, True)
    assert [await due(world, place) for place in ("C2", None)] == [None, None]


async def test_a_status_tells_of_a_deadline_without_odds_what_it_says_on_the_card(world: World) -> None:
    assert await due(world, "C1") == DueHere(at(HOUR), world.source.api_now() - world.clock.now(), None)
    await world.stories.limits.deadline("C1", "batch-1", None, "U1")
    assert await due(world, "C1") is None


# --- what people do ---


async def test_a_deadline_is_set_changed_and_taken_away(world: World) -> None:
    limits, due = world.stories.limits, TypedTime(at(2 * HOUR), BERLIN, NOON)
    changed = await limits.deadline("C1", "batch-1", due, "U2")
    assert changed.watch is not None
    assert (changed.watch.deadline, changed.due, changed.watch.author) == (at(2 * HOUR), due, "U1")
    assert changed.undo is not None
    assert (await limits.deadline("C1", "batch-1", due, "U2")).undo is None

    off = await limits.deadline("C1", "batch-1", None, "U2")

    assert off.watch is not None
    assert (off.watch.deadline, off.due) == (None, None)
    assert (await limits.deadline("C1", "batch-1", None, "U2")).undo is None


async def test_a_number_is_expected_and_not_any_more(world: World) -> None:
    limits = world.stories.limits
    answer = await limits.expect("C1", "batch-1", 5, "U2")
    assert answer.watch is not None
    assert answer.progress is not None
    assert (answer.watch.expected, answer.progress.total) == (5, 2)
    off = await limits.expect("C1", "batch-1", None, "U2")
    assert off.watch is not None
    assert off.watch.expected is None


async def test_a_requests_id_stands_for_its_batch(world: World) -> None:
    answer = await world.stories.limits.expect("C1", request(1).id.upper(), 5, "U2")
    assert answer.reference_id == "batch-1"


async def test_where_nothing_is_watched_nothing_is_changed(world: World) -> None:
    due = TypedTime(at(2 * HOUR), BERLIN, NOON)
    assert (await world.stories.limits.deadline("C2", "batch-1", due, "U2")).watch is None
    async for _ in world.stories.watching.start(Wish("T1", "default", "C3", "batch-*", "U1")):
        pass
    covered = await world.stories.limits.expect("C3", "batch-1", 5, "U2")
    assert (covered.watch, covered.globs) == (None, ("batch-*",))


@pytest.mark.parametrize("limit", ["deadline", "expect"])
async def test_patterns_have_none(world: World, limit: str) -> None:
    limits = world.stories.limits
    with pytest.raises(BadCommandError, match="Name one reference"):
        await (limits.deadline("C1", "b*", None, "U1") if limit == "deadline" else limits.expect("C1", "b*", 5, "U1"))


async def test_a_pattern_cannot_be_watched_by_a_time(world: World) -> None:
    with pytest.raises(BadCommandError, match="Leave `by` out"):
        async for _ in world.stories.watching.start(by(HOUR, reference_id="batch-*")):
            pass


# --- zones ---


def dates(people: FakePeople) -> Dates:
    return Dates(people, FakeClock())


async def test_a_time_is_in_the_zone_of_whoever_types_it() -> None:
    typed = await dates(FakePeople()).understood("17:00", "U1")
    assert (typed.at, typed.zone) == (at(3 * HOUR), BERLIN)


@pytest.mark.parametrize(
    "fault",
    [TokenRefusedError("missing_scope", "users:read"), NotSentError("no_connection"), SlackError("no_time_zone")],
)
async def test_where_slack_tells_no_zone_it_has_to_be_typed(fault: SlackError) -> None:
    asked = dates(FakePeople(fault=fault))
    with pytest.raises(BadCommandError) as refused:
        await asked.understood("fri 17:00", "U1")
    assert fault.why in str(refused.value)
    assert "`fri 17:00 Europe/Berlin`" in str(refused.value)
    assert (await asked.understood("17:00 Asia/Tokyo", "U1")).zone == "Asia/Tokyo"
    assert (await asked.understood("17:00 CET", "U1")).zone == BERLIN


async def test_what_is_no_time_is_told_before_a_zone_is_asked_for() -> None:
    with pytest.raises(BadCommandError, match="do not understand"):
        await dates(FakePeople(fault=NotSentError("no_connection"))).understood("soon", "U1")


async def test_an_abbreviation_may_mean_the_persons_own_clocks() -> None:
    typed = await dates(FakePeople({"U1": "Asia/Kolkata"})).understood("20:00 IST", "U1")
    assert typed.zone == "Asia/Kolkata"
