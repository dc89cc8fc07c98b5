from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.progress import Settled, Unfinished, Waiting, settle_window, settlement, summarise
from bot.domain.request import LipsyncRequest
from tests.builders import at, request, uuid

TEN_MINUTES = timedelta(minutes=10)


def test_an_undocumented_status_counts_as_terminal_only_with_a_finish_time() -> None:
    assert not request(status="uploading").is_terminal
    assert request(status="canceled", finished=9).is_terminal
    assert not LipsyncRequest(uuid(1), at(0), "processing", finished_at=at(1)).is_terminal


def test_totals_name_every_status() -> None:
    progress = summarise(
        "batch-1",
        [
            request(1, "completed"),
            request(2, "failed", error="no face detected"),
            request(3, "processing"),
            request(4, "queued", created=9),
            request(5, "queued", created=3),
            request(6, "uploading"),
            request(7, "canceled", finished=70),
        ],
        expected=10,
        vanished=2,
    )
    assert (progress.total, progress.completed, progress.failed, progress.processing, progress.queued) == (
        7,
        1,
        1,
        1,
        2,
    )
    assert progress.other == (("canceled", 1), ("uploading", 1))
    assert (progress.terminal, progress.open, progress.of, progress.percent) == (3, 4, 10, 30)
    assert progress.oldest_waiting is not None
    assert progress.oldest_waiting.id == uuid(5)
    assert progress.took == timedelta(seconds=70)
    assert progress.vanished == 2


def test_per_cent_is_rounded_down() -> None:
    requests = [request(n, "completed") for n in range(199)] + [request(200)]
    assert summarise("batch-1", requests).percent == 99


def test_nothing_seen_is_nothing_finished() -> None:
    progress = summarise("batch-1", [])
    assert (progress.percent, progress.of, progress.took, progress.oldest_waiting) == (0, 0, None, None)


@given(
    st.lists(st.sampled_from(["queued", "processing", "completed", "failed", "paused"]), max_size=40),
    st.none() | st.integers(1, 50),
)
def test_totals_add_up(statuses: list[str], expected: int | None) -> None:
    progress = summarise("b", [request(n, status) for n, status in enumerate(statuses)], expected=expected)
    others = sum(count for _, count in progress.other)
    assert progress.completed + progress.failed + progress.processing + progress.queued + others == progress.total
    assert progress.terminal + progress.open == progress.total
    assert 0 <= progress.percent <= 100
    assert (progress.percent == 100) == (progress.of > 0 and progress.terminal == progress.of)


def state(
    requests: list[LipsyncRequest], now: float, *, expected: int | None = None, longest: timedelta = TEN_MINUTES
) -> object:
    return settlement(requests, expected=expected, api_now=at(now), longest=longest)


def test_an_empty_batch_is_not_finished() -> None:
    assert state([], 1e6, longest=timedelta()) == Unfinished()


def test_an_open_request_keeps_a_batch_unfinished() -> None:
    assert state([request(1, "completed"), request(2)], 1e6) == Unfinished()


def test_a_single_clip_is_settled_a_minute_after_its_creation() -> None:
    only = [request(1, "completed", finished=20)]
    assert state(only, 59) == Waiting(at(60))
    assert state(only, 60) == Settled(short=False)


def test_the_window_follows_the_longest_gap_between_creations() -> None:
    batch = [request(n, "completed", created=n * 100) for n in range(3)]
    assert state(batch, 399) == Waiting(at(400))
    assert state(batch, 400) == Settled(short=False)


def test_the_window_is_never_longer_than_the_setting() -> None:
    assert settle_window([at(0), at(5_000)], TEN_MINUTES) == TEN_MINUTES
    assert settle_window([at(0), at(1)], timedelta(seconds=8)) == timedelta(seconds=8)


def test_as_many_as_expected_settle_at_once() -> None:
    batch = [request(n, "completed") for n in range(3)]
    assert state(batch, 1, expected=3) == Settled(short=False)
    assert state(batch, 1, expected=2) == Settled(short=False)


def test_fewer_than_expected_settle_short_after_the_window() -> None:
    batch = [request(n, "completed") for n in range(3)]
    assert state(batch, 1, expected=4) == Waiting(at(60))
    assert state(batch, 60, expected=4) == Settled(short=True)


def test_without_a_window_a_batch_settles_at_once() -> None:
    assert state([request(1, "failed", finished=1)], -100, longest=timedelta()) == Settled(short=False)
