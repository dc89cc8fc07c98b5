"""The made-up account moves as its clock does, and always tells the same story for a seed."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.request import LipsyncRequest
from bot.sandbox.account import FAILURE_KINDS, Account, Order
from tests.fakes import HastyClock

START = datetime(2026, 3, 30, 11, 0, tzinfo=UTC)
LATER = START + timedelta(days=1)
FIXED = LipsyncRequest("fixed", START, "uploading", reference_id="strange")


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock(START)


def counts(account: Account, now: datetime) -> Counter[str]:
    return Counter(request.status for request in account.requests(now))


def test_a_request_is_queued_then_processing_then_completed(clock: HastyClock) -> None:
    account = Account(clock)
    (request_id,) = account.submit("batch", 1)
    (last,) = account.requests(LATER)
    assert last.started_at is not None
    assert last.finished_at is not None
    seen = [account.requests(at)[0] for at in (START, last.started_at, last.finished_at)]
    assert [one.status for one in seen] == ["queued", "processing", "completed"]
    assert [(one.started_at, one.finished_at, one.output_url) for one in seen[:2]] == [
        (None, None, None),
        (last.started_at, None, None),
    ]
    assert last.output_url == f"https://storage.chamelaion.com/output/{request_id}.mp4"
    assert START < last.started_at < last.finished_at


def test_the_past_can_be_asked_for_again(clock: HastyClock) -> None:
    account = Account(clock)
    account.submit("batch", 3)
    before = account.requests(START)
    account.requests(LATER)
    assert account.requests(START) == before


def test_no_more_requests_run_at_once_than_there_are_slots(clock: HastyClock) -> None:
    account = Account(clock, slots=3)
    account.submit("batch", 30, over_seconds=120)
    running = [counts(account, START + timedelta(seconds=s))["processing"] for s in range(0, 900, 5)]
    assert max(running) == 3


def test_requests_start_in_the_order_in_which_they_came(clock: HastyClock) -> None:
    account = Account(clock, slots=2, order="oldest_first")
    account.submit("first", 5, over_seconds=60)
    account.submit("second", 5, over_seconds=30)
    starts = [request.started_at for request in account.requests(LATER)]
    assert starts == sorted(start for start in starts if start is not None)


def test_a_later_batch_changes_nothing_that_has_started(clock: HastyClock) -> None:
    account = Account(clock, slots=2)
    account.submit("first", 6)
    now = clock.pass_time(100)
    started = [r for r in account.requests(LATER) if r.started_at is not None and r.started_at <= now]
    account.submit("second", 6)
    after = {r.id: r for r in account.requests(LATER)}
    assert started
    assert [after[request.id] for request in started] == started


def test_a_batch_arrives_over_time(clock: HastyClock) -> None:
    account = Account(clock)
    account.submit("batch", 10, over_seconds=100)
    assert [len(account.requests(START + timedelta(seconds=s))) for s in (0, 45, 90)] == [1, 5, 10]


def test_speed_shortens_durations(clock: HastyClock) -> None:
    def took(speed: float) -> timedelta:
        account = Account(clock, seed=1, speed=speed)
        account.submit("batch", 1)
        (last,) = account.requests(LATER)
        assert last.finished_at is not None
        return last.finished_at - last.created_at

    assert took(10).total_seconds() == pytest.approx(took(1).total_seconds() / 10, rel=1e-4)


def test_the_same_seed_tells_the_same_story(clock: HastyClock) -> None:
    def story(seed: int) -> list[LipsyncRequest]:
        account = Account(clock, seed=seed, order="unstable")
        account.submit("batch", 20, failure_share=0.5)
        account.requests(START)
        account.submit("batch", 5)
        return account.requests(LATER)

    assert story(4) == story(4)
    assert {r.id for r in story(4)}.isdisjoint(r.id for r in story(5))


def test_looking_does_not_change_what_is_drawn_next(clock: HastyClock) -> None:
    looked, untouched = Account(clock, order="unstable"), Account(clock, order="unstable")
    looked.requests(START)
    assert looked.submit("batch", 5) == untouched.submit("batch", 5)


def test_a_share_of_the_requests_fails_with_reasons(clock: HastyClock) -> None:
    account = Account(clock)
    account.submit("batch", 200, failure_share=0.3, failure_kinds=["no face detected"])
    failed = [request for request in account.requests(LATER) if request.status == "failed"]
    assert 30 < len(failed) < 90
    assert {request.error_message for request in failed} == {"no face detected"}
    assert all(request.finished_at and not request.output_url for request in failed)


def test_reasons_hold_urls_ids_and_numbers_of_their_own(clock: HastyClock) -> None:
    account = Account(clock)
    account.submit("batch", 100, failure_share=1)
    messages = {request.error_message or "" for request in account.requests(LATER)}
    assert len(messages) > len(FAILURE_KINDS)
    assert any("https://" in message for message in messages)
    assert not any("{" in message for message in messages)


def test_a_reason_with_braces_of_its_own_is_left_alone(clock: HastyClock) -> None:
    account = Account(clock)
    account.submit("batch", 1, failure_share=1, failure_kinds=['{"code": 7}'])
    assert account.requests(LATER)[0].error_message == '{"code": 7}'


def test_a_failed_request_says_nothing_of_its_end_before_it_ended(clock: HastyClock) -> None:
    account = Account(clock)
    account.submit("batch", 1, failure_share=1)
    assert account.requests(START)[0].error_message is None


def test_an_added_request_stays_as_it_is(clock: HastyClock) -> None:
    account = Account(clock)
    account.add(FIXED)
    assert account.requests(LATER) == [FIXED]


def test_a_request_cannot_be_added_twice(clock: HastyClock) -> None:
    account = Account(clock)
    account.add(FIXED)
    with pytest.raises(ValueError, match="fixed"):
        account.add(FIXED)


def test_a_replaced_request_keeps_its_place(clock: HastyClock) -> None:
    account = Account(clock, order="oldest_first")
    account.add(FIXED)
    account.add(replace(FIXED, id="second"))
    account.replace(replace(FIXED, status="canceled"))
    assert [(r.id, r.status) for r in account.requests(LATER)] == [("fixed", "canceled"), ("second", "uploading")]


def test_a_removed_request_is_gone(clock: HastyClock) -> None:
    account = Account(clock)
    first, second = account.submit("batch", 2)
    account.remove(first)
    assert [request.id for request in account.requests(LATER)] == [second]


def test_a_request_that_is_told_to_fail_fails_now(clock: HastyClock) -> None:
    account = Account(clock)
    (request_id,) = account.submit("batch", 1)
    now = clock.pass_time(30)
    account.fail(request_id, "no face detected")
    (request,) = account.requests(now)
    assert (request.status, request.finished_at, request.error_message) == ("failed", now, "no face detected")
    assert request.output_url is None


def test_a_slot_that_falls_free_early_is_used_at_once(clock: HastyClock) -> None:
    account = Account(clock, slots=1, order="oldest_first")
    first, _ = account.submit("batch", 2)
    now = clock.pass_time(10)
    account.fail(first, "no face detected")
    assert [request.status for request in account.requests(now)] == ["failed", "processing"]


def test_finishing_a_reference_ends_all_that_is_open(clock: HastyClock) -> None:
    account = Account(clock, slots=2)
    account.submit("batch", 6, over_seconds=1000, failure_share=0.5)
    account.submit("other", 1)
    account.add(replace(FIXED, reference_id="batch"))
    now = clock.pass_time(300)
    ended = [request for request in account.requests(now) if request.is_terminal]
    account.finish("batch")
    after = account.requests(now, "batch")
    assert len(after) == 7
    assert all(request.is_terminal and request.created_at <= now for request in after)
    assert {request.finished_at for request in after if request not in ended} == {now}
    assert not account.requests(START + timedelta(seconds=1), "other")[0].is_terminal


def test_requests_can_be_filtered_by_reference(clock: HastyClock) -> None:
    account = Account(clock)
    account.submit("one", 3)
    account.submit(None, 2)
    assert len(account.requests(LATER, "one")) == 3
    assert account.requests(LATER, "on") == []


def test_a_request_is_found_by_id_before_reference(clock: HastyClock) -> None:
    account = Account(clock)
    first, second = account.submit("batch", 2, over_seconds=20)
    account.add(replace(FIXED, reference_id=first))
    by_id, by_reference, unknown = (account.find(key, LATER) for key in (first, "batch", "nothing"))
    assert by_id is not None
    assert by_reference is not None
    assert (by_id.id, by_reference.id, unknown) == (first, second, None)
    assert account.find(second, START) is None


@pytest.mark.parametrize(("order", "turned"), [("oldest_first", False), ("newest_first", True)])
def test_requests_come_in_the_order_of_their_creation(clock: HastyClock, order: Order, turned: bool) -> None:
    account = Account(clock, order=order)
    ids = account.submit("batch", 20, over_seconds=60)
    assert [request.id for request in account.requests(LATER)] == (ids[::-1] if turned else ids)


def test_a_shuffled_list_stays_the_same_from_call_to_call(clock: HastyClock) -> None:
    account = Account(clock, order="shuffled")
    ids = account.submit("batch", 30)
    first = [request.id for request in account.requests(LATER)]
    assert sorted(first) == sorted(ids)
    assert first not in (ids, ids[::-1])
    assert [request.id for request in account.requests(LATER)] == first


def test_an_unstable_list_differs_from_call_to_call(clock: HastyClock) -> None:
    account = Account(clock, order="unstable")
    account.submit("batch", 30)
    first, second = account.requests(LATER), account.requests(LATER)
    assert first != second
    assert sorted(r.id for r in first) == sorted(r.id for r in second)


def test_finished_requests_of_a_large_batch_are_made_only_once(clock: HastyClock) -> None:
    account = Account(clock, speed=100)
    account.submit("batch", 5000)
    first, second = account.requests(LATER), account.requests(LATER)
    assert len(first) == 5000
    assert all(one is other for one, other in zip(first, second, strict=True))
