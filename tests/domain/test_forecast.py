"""A forecast is never in the past, says nothing too early, and agrees with playing every clip."""

import heapq
from bisect import bisect_right
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.domain.forecast import Forecast, forecast
from bot.domain.playing import DRAWS, MOST_DIRECT, Play, survival_of
from bot.domain.queue import Queue
from tests.builders import NOON, at

ages = st.lists(st.floats(0, 5_000), max_size=20).map(tuple)
counted = st.lists(st.tuples(st.floats(0.5, 5_000), st.floats(1, 60)), max_size=30).map(
    lambda each: tuple(sorted(each))
)


@st.composite
def queues(draw: st.DrawFn) -> Queue:
    durations = draw(counted)
    return Queue(
        now=NOON,
        finished=round(sum(count for _, count in durations)),
        running=draw(ages),
        waiting=draw(st.integers(0, 6_000)),
        ahead=draw(st.integers(0, 3_000)),
        others=draw(st.integers(0, 30)),
        to_come=draw(st.integers(0, 300)),
        rate=draw(st.floats(0, 5)),
        seen=draw(st.integers(0, 6_000)),
        rate_unknown=draw(st.floats(0, 1)),
        durations=durations,
        history=draw(counted),
        slots=draw(st.lists(st.integers(1, 40).map(float), max_size=24).map(tuple)),
        apart=draw(st.floats(0, 900)),
    )


def usual(**changes: object) -> Queue:
    """Eight slots and clips of about a minute."""
    random = Random(1)  # noqa: S311 - no secret
    durations = tuple(sorted((random.lognormvariate(4.1, 0.6), 1.0) for _ in range(120)))
    running = tuple(random.uniform(0, 60) for _ in range(8))
    made = Queue(NOON, 120, running, waiting=100, durations=durations, seen=228, rate=1.0)
    return replace(made, **changes)  # type: ignore[arg-type]  # fields by name


@settings(max_examples=60, deadline=None)
@given(queues(), st.integers(0, 99))
def test_a_forecast_is_never_in_the_past_and_its_odds_rise_from_nothing_to_certainty(queue: Queue, seed: int) -> None:
    found = forecast(queue, seed)
    if found is None:
        return
    assert queue.now <= found.early <= found.likely <= found.late
    assert len(found.draws) == DRAWS
    deadlines = [found.now + timedelta(seconds=each) for each in (-1, 0, *found.draws[::30], found.draws[-1] + 1)]
    odds = [found.odds(each) for each in deadlines]
    assert odds == sorted(odds)
    assert (odds[0], odds[-1]) == (0, 1)


@settings(max_examples=30, deadline=None)
@given(queues(), st.integers(0, 99))
def test_the_same_queue_and_seed_give_the_same_forecast(queue: Queue, seed: int) -> None:
    assert forecast(queue, seed) == forecast(queue, seed)


def test_nothing_is_foretold_of_fewer_than_five_clips_without_history() -> None:
    queue = usual(durations=((60.0, 1.0),) * 4, finished=4)
    assert forecast(queue, 1) is None
    assert forecast(replace(queue, durations=((60.0, 1.0),) * 5), 1) is not None
    assert forecast(replace(queue, history=((60.0, 20.0),)), 1) is not None
    assert forecast(replace(queue, history=((60.0, 19.0),)), 1) is None


@pytest.mark.parametrize(
    "queue",
    [
        usual(waiting=0, running=()),
        usual(running=()),
        usual(waiting=0, to_come=10, rate=0.0),
    ],
    ids=["nothing is left", "nothing is in work", "nobody knows when the rest comes"],
)
def test_nothing_is_foretold_where_nothing_can_be(queue: Queue) -> None:
    assert forecast(queue, 1) is None


def middle(queue: Queue) -> float:
    found = forecast(queue, 1)
    assert found is not None
    return found.draws[DRAWS // 2]


def test_half_the_slots_take_twice_as_long() -> None:
    queue = usual(waiting=800)
    assert middle(replace(queue, running=queue.running[:4])) == pytest.approx(2 * middle(queue), rel=0.05)


def test_what_others_have_ahead_takes_its_time() -> None:
    assert middle(usual(waiting=400, ahead=400)) == pytest.approx(middle(usual(waiting=800)), rel=0.05)


def test_the_finish_is_not_before_the_last_one_is_submitted() -> None:
    queue = usual(waiting=0, to_come=50, rate=0.01, rate_unknown=0.1)
    found = forecast(queue, 1)
    assert found is not None
    assert found.early > at(4_000)


def test_slots_that_go_up_and_down_are_taken_to_come_back_to_their_mean() -> None:
    restless = usual(waiting=2_000, slots=(4.0, 4.0, 16.0, 16.0) * 6 + (8.0,), apart=300.0)
    now_low = replace(restless, slots=(*restless.slots[:-1], 8.0), running=restless.running)
    found, steady = forecast(now_low, 1), forecast(usual(waiting=2_000), 1)
    assert found is not None
    assert steady is not None
    assert found.draws[DRAWS // 2] < 0.9 * steady.draws[DRAWS // 2]
    assert found.late - found.early > steady.late - steady.early


def test_a_single_change_of_slots_is_taken_to_last() -> None:
    changed = usual(waiting=800, slots=(16.0,) * 12 + (8.0,) * 12, apart=300.0)
    assert middle(changed) == pytest.approx(middle(usual(waiting=800)), rel=0.05)


# --- the approximation ---


def directly(queue: Queue, seed: int) -> list[float]:
    """Every clip drawn and put on the slot that is free first, as plainly as can be."""
    random, survival = Random(seed), survival_of(queue)  # noqa: S311 - no secret
    durations, found = survival.quantiles(4_096), []
    play = Play(queue, seed)
    for mean, speed in zip(play.means(), play.speeds(), strict=True):
        free = [_rest(age, durations, random) * mean / speed for age in queue.running]
        heapq.heapify(free)
        last = max(free)
        for _ in range(queue.waiting):
            ends = free[0] + random.choice(durations) * mean / speed
            heapq.heapreplace(free, ends)
            last = max(last, ends)
        found.append(last)
    return sorted(found)


def _rest(age: float, durations: list[float], random: Random) -> float:
    longer = bisect_right(durations, age)
    return durations[random.randrange(longer, len(durations))] - age if longer < len(durations) else age / 2


@settings(max_examples=12, deadline=None)
@given(st.integers(2, 24), st.sampled_from([5, 12, 20, 30]), st.floats(0.2, 0.9), st.integers(0, 999))
def test_where_clips_are_not_drawn_one_by_one_the_block_agrees_with_drawing_every_clip(
    slots: int, each: int, spread: float, seed: int
) -> None:
    assume(slots * each + slots > MOST_DIRECT)
    random = Random(seed)  # noqa: S311 - no secret
    durations = tuple(sorted((random.lognormvariate(4.1, spread), 1.0) for _ in range(150)))
    running = tuple(random.uniform(0, 30) for _ in range(slots))
    queue = Queue(NOON, 150, running, waiting=slots * each, durations=durations)
    block, plain = sorted(Play(queue, seed).draws()), directly(queue, seed)
    for share in (0.1, 0.5, 0.9):
        place = int(share * DRAWS)
        assert block[place] == pytest.approx(plain[place], rel=0.12), share


@settings(max_examples=12, deadline=None)
@given(
    st.integers(2, 100), st.sampled_from([2, 5, 12, 30]), st.floats(0.2, 0.9), st.integers(0, 20), st.integers(0, 999)
)
def test_where_some_clips_take_twenty_times_as_long_the_block_agrees_with_drawing_every_clip(
    slots: int, each: int, spread: float, long: int, seed: int
) -> None:
    """The batch may be over before its longest clip could be."""
    assume(MOST_DIRECT < slots * each <= 700)
    random = Random(seed)  # noqa: S311 - no secret
    lengths = [random.lognormvariate(4.1, spread) * (20 if number < long else 1) for number in range(150)]
    running = tuple(random.uniform(0, 30) for _ in range(slots))
    queue = Queue(NOON, 150, running, waiting=slots * each, durations=tuple((each, 1.0) for each in sorted(lengths)))
    block, plain = sorted(Play(queue, seed).draws()), directly(queue, seed)
    apart = sum(abs(one - other) for one, other in zip(block, plain, strict=True)) / DRAWS
    assert apart < 0.12 * plain[DRAWS // 2]


@settings(max_examples=15, deadline=None)
@given(st.data(), st.integers(2, 60), st.sampled_from([2, 5, 12]), st.sampled_from([0.1, 0.3, 1.0, 3.0, 10.0]))
def test_both_ways_agree_where_others_wait_ahead_or_more_is_to_come(
    data: st.DataObject, slots: int, each: int, times: float
) -> None:
    """Those of others take `times` as long."""
    assume(slots * each > MOST_DIRECT // 2)
    random = Random(data.draw(st.integers(0, 999)))  # noqa: S311 - no secret
    own = data.draw(st.integers(0, slots))
    ahead = data.draw(st.integers(0, slots * each - 1))
    to_come = data.draw(st.integers(0, slots * each - ahead - 1))
    lengths = sorted(random.lognormvariate(4.1, 0.5) for _ in range(150))
    queue = Queue(
        now=NOON,
        finished=150,
        running=tuple(random.uniform(0, 60) for _ in range(own)),
        waiting=slots * each - ahead - to_come,
        ahead=ahead,
        others=slots - own,
        to_come=to_come,
        rate=data.draw(st.sampled_from([0.05, 0.5, 5.0])),
        rate_unknown=0.2,
        durations=tuple((length, 1.0) for length in lengths),
        history=tuple((length * times, 1.0) for length in lengths),
    )
    block, single = sorted(Play(queue, 1).in_a_block()), sorted(Play(queue, 1).one_by_one())
    apart = sum(abs(one - other) for one, other in zip(block, single, strict=True)) / DRAWS
    assert apart < 0.2 * single[DRAWS // 2]


@pytest.mark.parametrize("ahead", [20, 100, 1_000, 10_000])
def test_many_short_ones_of_others_ahead_take_their_time(ahead: int) -> None:
    """Ours take ten times as long: they are no more work for that."""
    random = Random(1)  # noqa: S311 - no secret
    lengths = tuple((random.uniform(500, 700), 1.0) for _ in range(400))
    others = tuple((random.uniform(50, 70), 1.0) for _ in range(400))
    queue = Queue(NOON, 400, (100.0,) * 2, waiting=1, ahead=ahead, others=38, durations=lengths, history=others)
    assert middle(queue) == pytest.approx(600 + ahead * 60 / 40, rel=0.1)


@pytest.mark.parametrize(("slots", "waiting"), [(2, 6), (2, 96), (24, 72), (96, 96)])
def test_few_clips_are_drawn_one_by_one_whatever_their_slots(slots: int, waiting: int) -> None:
    durations = tuple((60.0 + n, 1.0) for n in range(150))
    queue = Queue(NOON, 150, tuple(float(n) for n in range(slots)), waiting=waiting, durations=durations)
    assert Play(queue, 1).draws() == Play(queue, 1).one_by_one()


def test_odds_are_the_share_of_runs_that_made_it() -> None:
    made = Forecast(NOON, tuple(float(n) for n in range(DRAWS)))
    assert made.odds(at(29)) == 0.1
    assert (made.early, made.likely, made.late) == (at(30), at(150), at(270))
