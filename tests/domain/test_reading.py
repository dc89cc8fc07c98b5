from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.reading import Known, Range
from bot.domain.request import LipsyncRequest, Page
from tests.builders import NOON, request, uuid


def page(requests: Sequence[LipsyncRequest], offset: int, limit: int) -> Page:
    return Page(tuple(requests[offset : offset + limit]), offset, limit, len(requests), NOON, NOON, None)


def read(spread: Range, listing: Callable[[int], Sequence[LipsyncRequest]], limit: int) -> int:
    """Read to the end of a list that may change with each call; returns the number of calls."""
    calls = 0
    while spread.offset is not None:
        spread.add(page(listing(calls), spread.offset, limit))
        calls += 1
        assert calls < 10_000
    return calls


@pytest.mark.parametrize("size", [0, 1, 20, 21, 100, 101, 5_000])
@pytest.mark.parametrize("limit", [20, 100])
def test_a_quiet_list_is_read_whole_whatever_its_length(size: int, limit: int) -> None:
    rows = [request(n) for n in range(size)]
    spread = Range(Known(), whole=False)
    calls = read(spread, lambda _: rows, limit)
    assert spread.complete
    assert spread.listed == frozenset(row.id for row in rows)
    assert calls == max(1, -(-max(size - 3, 1) // (limit - 3)))


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_tiny_pages_are_read_too(limit: int) -> None:
    rows = [request(n) for n in range(9)]
    spread = Range(Known(), whole=True)
    read(spread, lambda _: rows, limit)
    assert spread.listed == frozenset(row.id for row in rows)


def test_rows_that_arrive_at_the_head_while_reading_are_noticed() -> None:
    old = [request(n) for n in range(50)]
    new = request(99)
    spread = Range(Known(), whole=True)
    read(spread, lambda call: old if call == 0 else [new, *old], 20)
    assert spread.complete
    assert spread.listed == frozenset(row.id for row in [new, *old])


def test_rows_that_vanish_while_reading_leave_no_gap() -> None:
    rows = [request(n) for n in range(50)]
    spread = Range(Known(), whole=True)
    read(spread, lambda call: rows if call == 0 else rows[5:], 20)
    assert spread.complete
    assert spread.listed == frozenset(row.id for row in rows[5:])


def test_a_list_in_another_order_at_every_call_ends_incomplete() -> None:
    rows = [request(n) for n in range(60)]
    spread = Range(Known(), whole=True)
    calls = read(spread, lambda call: rows[call % 2 :: 2] + rows[(call + 1) % 2 :: 2], 20)
    assert calls <= 12
    assert not spread.complete
    assert spread.listed is None


def test_a_total_that_lies_ends_incomplete() -> None:
    spread = Range(Known(), whole=True)
    while spread.offset is not None:
        spread.add(Page((), spread.offset, 20, 7, NOON, NOON, None))
    assert not spread.complete


def test_what_is_known_spares_the_other_pages() -> None:
    rows = [request(n, "queued" if n < 4 else "completed") for n in range(500)]
    known = Known(
        listed=frozenset(row.id for row in rows[1:]), open=frozenset(uuid(n) for n in (1, 2, 3)), complete=True
    )
    spread = Range(known, whole=False)
    assert read(spread, lambda _: rows, 100) == 1
    assert spread.complete
    assert spread.listed is None


def test_an_open_request_that_is_not_explained_keeps_the_reading_going() -> None:
    rows = [request(n) for n in range(500)]
    known = Known(listed=frozenset(row.id for row in rows), open=frozenset({uuid(250)}), complete=True)
    spread = Range(known, whole=False)
    assert read(spread, lambda _: rows, 100) == 3
    assert spread.complete


def test_a_fresh_reading_takes_every_page() -> None:
    rows = [request(n, "completed") for n in range(500)]
    known = Known(listed=frozenset(row.id for row in rows), complete=True)
    assert read(Range(known, whole=True), lambda _: rows, 100) == 6


@given(st.data(), st.integers(0, 60), st.integers(2, 30))
def test_inserts_at_either_end_never_hide_a_row(data: st.DataObject, size: int, limit: int) -> None:
    rows = [request(n) for n in range(size)]
    fresh = iter(range(1_000, 2_000))

    def listing(_: int) -> list[LipsyncRequest]:
        for _n in range(data.draw(st.integers(0, 2))):
            rows.insert(0 if data.draw(st.booleans()) else len(rows), request(next(fresh)))
        return rows

    before = {row.id for row in rows}
    spread = Range(Known(), whole=True)
    if limit > 6:  # a list that grows faster than it is read has no end
        read(spread, listing, limit)
        assert before <= spread.seen.keys()
        assert not spread.complete or spread.listed == spread.seen.keys()
