import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alerts import MOST_MESSAGES, NOTHING_TOLD, RATES, Alerts, Verdict, lower_bound, weigh
from bot.domain.failure import FailureKind
from bot.domain.progress import Progress
from tests.builders import NOON


def kind(key: str, count: int) -> FailureKind:
    return FailureKind(key, f"kind {key}", tuple(f"{key}{n}" for n in range(count)), NOON, NOON)


def progress(failed: int, completed: int = 0) -> Progress:
    return Progress("batch-1", total=failed + completed, completed=completed, failed=failed)


def after(*steps: tuple[list[FailureKind], Progress], pings_are_new: bool = False) -> Verdict:
    """The verdict about the last of these looks."""
    verdict = Verdict((), (), (), None, NOTHING_TOLD)
    for kinds, state in steps:
        verdict = weigh(verdict.after, kinds, state, pings_are_new=pings_are_new)
    return verdict


FEW = progress(3)


def test_a_kind_is_told_once_and_then_only_grows() -> None:
    assert after(([kind("a", 1)], FEW)).first == (kind("a", 1),)
    again = after(([kind("a", 1)], FEW), ([kind("a", 2)], FEW))
    assert (again.first, again.grown, again.pinged) == ((), (kind("a", 2),), ())


@pytest.mark.parametrize("counts", [(9, 10), (1, 11), (10, 100), (99, 5_000), (9, 100)])
def test_a_kind_is_told_again_when_it_has_reached_a_step(counts: tuple[int, int]) -> None:
    before, now = counts
    assert after(([kind("a", before)], FEW), ([kind("a", now)], FEW)).pinged == (kind("a", now),)


@pytest.mark.parametrize("counts", [(1, 9), (10, 99), (100, 5_000), (12, 13)])
def test_between_the_steps_nothing_is_told_again(counts: tuple[int, int]) -> None:
    before, now = counts
    assert after(([kind("a", before)], FEW), ([kind("a", now)], FEW)).pinged == ()


def test_a_step_that_was_jumped_over_is_not_told_later() -> None:
    steps = [([kind("a", count)], FEW) for count in (1, 150, 151)]
    assert after(*steps[:2]).pinged == (kind("a", 150),)
    assert after(*steps).pinged == ()


def test_a_rate_is_told_when_it_is_passed_for_certain_and_from_fifty_finished_on() -> None:
    assert after(([kind("a", 40)], progress(40, 9))).rate is None
    assert after(([kind("a", 5)], progress(5, 45))).rate is None  # a tenth, but of few
    assert after(([kind("a", 8)], progress(8, 42))).rate == 5
    assert after(([kind("a", 20)], progress(20, 30))).rate == 20


def test_a_higher_rate_includes_the_lower_one() -> None:
    high, falling = ([kind("a", 30)], progress(30, 30)), ([kind("a", 31)], progress(31, 200))
    assert after(high, falling).rate is None
    low = ([kind("a", 8)], progress(8, 42))
    assert after(low, high).rate == 20


def test_after_eight_messages_no_new_kind_is_told() -> None:
    many = [kind(str(n), 1) for n in range(20)]
    verdict = after((many, FEW))
    assert len(verdict.first) == MOST_MESSAGES
    assert verdict.after.is_full
    assert after((many, FEW), ([kind("new", 3)], FEW)).first == ()


def test_more_messages_than_eight_leave_none() -> None:
    verdict = weigh(Alerts(messages=MOST_MESSAGES + 2), [kind(letter, 1) for letter in "abcd"], FEW, pings_are_new=True)
    assert (verdict.first, verdict.after.messages) == ((), MOST_MESSAGES + 2)


def test_pings_that_are_new_messages_count_among_the_eight() -> None:
    seven = [kind(str(n), 1) for n in range(7)]
    ping = ([kind("0", 10)], FEW)
    assert after((seven, FEW), ping, pings_are_new=True).after.messages == 8
    full = after((seven, FEW), ping, ([kind("1", 10)], FEW), pings_are_new=True)
    assert (full.pinged, full.after.messages) == ((), 8)
    assert after((seven, FEW), ping, ([kind("1", 10)], FEW)).pinged == (kind("1", 10),)  # in a thread they do not


def test_no_failure_is_no_rate() -> None:
    assert lower_bound(0, 1_000) == 0.0


def test_the_lower_bound_is_wilsons() -> None:
    assert math.isclose(lower_bound(10, 100), 0.0552, abs_tol=1e-4)
    assert math.isclose(lower_bound(50, 50), 0.9287, abs_tol=1e-4)


@given(st.integers(1, 5_000), st.integers(0, 5_000))
def test_the_lower_bound_lies_below_the_share_and_grows_with_it(hits: int, others: int) -> None:
    of = hits + others
    bound = lower_bound(hits, of)
    assert 0.0 <= bound < hits / of
    assert lower_bound(hits - 1, of) <= bound


_LOOK = st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(1, 60), min_size=1)


@given(st.lists(_LOOK, max_size=12), st.booleans())
def test_whatever_fails_a_kind_a_step_and_a_rate_are_told_once_and_never_more_than_eight_new_messages(
    looks: list[dict[str, int]], pings_are_new: bool
) -> None:
    told, counts = NOTHING_TOLD, dict.fromkeys("abcdefghijkl", 0)
    first: list[str] = []
    pings: list[tuple[str, int]] = []
    rates: list[int] = []
    messages = 0
    for added in looks:
        for key, more in added.items():
            counts[key] += more
        kinds = [kind(key, counts[key]) for key in added]
        verdict = weigh(told, kinds, progress(sum(counts.values()), 10), pings_are_new=pings_are_new)
        assert told.told <= verdict.after.told
        told = verdict.after
        first += [each.key for each in verdict.first]
        pings += [(each.key, len(str(each.count))) for each in verdict.pinged]
        rates += [verdict.rate] if verdict.rate else []
        has_ping = bool(verdict.pinged or (verdict.rate and not verdict.first))
        messages += len(verdict.first) + (has_ping and pings_are_new)
        assert {each.key for each in verdict.pinged} <= set(first)
    assert len(first) == len(set(first)) <= MOST_MESSAGES
    assert len(pings) == len(set(pings))
    assert sorted(rates) == rates == sorted(set(rates))
    assert set(rates) <= set(RATES)
    assert messages == told.messages <= MOST_MESSAGES


def test_alerts_begin_with_nothing_told() -> None:
    assert Alerts() == NOTHING_TOLD
    assert not NOTHING_TOLD.is_full
