from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.plan import after_trouble, due
from bot.domain.watch import Watched
from tests.builders import NOON, at

QUARTER = timedelta(seconds=15)


def watched(reference: str, *, settled: bool = False, read: float | None = 0, oldest: float | None = None) -> Watched:
    return Watched(reference, settled, None if read is None else at(read), None if oldest is None else at(oldest))


def test_open_references_are_read_every_time_and_settled_ones_every_five_minutes() -> None:
    refs = [watched("open"), watched("settled", settled=True), watched("old", settled=True, read=-300)]
    assert set(due(refs, NOON)) == {"open", "old"}


def test_a_reading_from_the_future_does_not_put_a_reference_to_sleep() -> None:
    assert due([watched("settled", settled=True, read=9_999)], NOON) == ("settled",)


def test_never_read_comes_first_then_what_has_been_open_longest() -> None:
    refs = [watched("b", oldest=50), watched("d"), watched("a", oldest=10), watched("c", read=None)]
    assert due(refs, at(60)) == ("c", "a", "b", "d")


def test_what_could_not_be_read_comes_last() -> None:
    refs = [watched("broken", read=None), watched("fine", oldest=10)]
    assert due(refs, NOON, frozenset({"broken"})) == ("fine", "broken")


@given(st.integers(1, 10_000), st.floats(0, 1), st.floats(0.1, 600))
def test_after_trouble_the_pause_is_never_long(failures: int, jitter: float, interval: float) -> None:
    step = timedelta(seconds=interval)
    next_at = after_trouble(NOON, failures=failures, interval=step, jitter=jitter)
    assert NOON < next_at <= NOON + 1.25 * max(step, timedelta(seconds=60))
