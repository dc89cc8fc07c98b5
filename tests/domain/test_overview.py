"""Many references side by side: the neediest first, and nothing claimed that was not read."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.overview import Standing, survey
from bot.domain.overview_wording import (
    more_references,
    overview_freshness,
    overview_headline,
    overview_sentence,
    risk_lines,
)
from bot.domain.progress import Progress
from tests.builders import at


def standing(
    name: str, *, done: int = 0, failed: int = 0, waiting: int = 0, since: float = 0, read: float | None = 5
) -> Standing:
    progress = Progress(name, done + failed + waiting, completed=done, failed=failed, queued=waiting)
    return Standing(progress, at(since) if waiting else None, None if read is None else at(read))


STANDINGS = st.builds(
    standing,
    st.text(alphabet="abc", min_size=1, max_size=4),
    done=st.integers(0, 3),
    failed=st.integers(0, 3),
    waiting=st.integers(0, 3),
    since=st.integers(0, 9),
)


def test_failures_come_first_then_the_longest_waiting_then_the_rest() -> None:
    every = [
        standing("done", done=2),
        standing("waits since 9", waiting=1, since=9),
        standing("one failed", failed=1, done=1),
        standing("waits since 3", waiting=1, since=3),
        standing("two failed", failed=2),
    ]

    found = survey("*", every, looked_at=at(99), most=4)

    names = [each.progress.reference_id for each in found.most]
    assert names == ["two failed", "one failed", "waits since 3", "waits since 9"]
    assert str(risk_lines(found)[1]) == "one failed · 1 failed · 100% of 2"
    assert str(more_references(found)) == "and 1 more reference"


@given(st.lists(STANDINGS), st.integers(0, 10))
def test_totals_are_those_of_all_whatever_is_shown(every: list[Standing], most: int) -> None:
    found = survey("x*", every, looked_at=None, most=most)

    assert found.totals.total == sum(each.progress.total for each in every)
    assert found.totals.failed == sum(each.progress.failed for each in every)
    assert (found.references, len(found.most)) == (len(every), min(most, len(every)))


def test_the_oldest_reading_of_what_is_open_counts_and_what_was_never_read_is_named() -> None:
    every = [standing("a", waiting=1, read=7), standing("b", waiting=1, read=None), standing("c", done=1, read=1)]

    found = survey("*", every, looked_at=at(99), most=3)

    assert (found.read_at, found.unread) == (at(7), 1)
    notes = [str(note) for note in overview_freshness(found)]
    assert notes == ["oldest reading 1 April 2026, 12:00 UTC", "1 reference never read as a whole yet"]


def test_when_nothing_is_open_the_newest_reading_of_the_account_counts() -> None:
    found = survey("*", [standing("c", done=1, read=1)], looked_at=at(99), most=3)

    assert (found.read_at, found.unread) == (at(99), 0)
    assert str(overview_sentence(found)) == "*: 1 reference, 100% finished, 1 done of 1; read 1 April 2026, 12:01 UTC"


def test_where_nothing_matches_no_number_is_claimed() -> None:
    found = survey("*", [], looked_at=None, most=3)

    assert str(overview_sentence(found)) == "No known reference matches * yet"
    assert str(overview_headline(found)) == "* · 0 references · no requests yet"
