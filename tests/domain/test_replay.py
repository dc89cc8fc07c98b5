from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.announcement import Announcement, ClipsFacts, FailureFacts
from bot.domain.change import Entry
from bot.domain.past import Move, Past
from bot.domain.replay import Replayed, replay
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Events, Placement, Watch
from tests.builders import at, entry, request, watch
from tests.domain.replay_model import BEGAN, LONGEST, Batch

ERRORS = ("no face detected", "bad audio", "too long", "codec", "frozen", "silent", "dark", "blurred", "shaky", "other")
Row = tuple[int, int, str, int]
"""Created and ended (seconds), status, which error."""


def begun(**more: object) -> Watch:
    made = watch(events=Events.EACH, started=BEGAN)
    return replace(made, **more)  # type: ignore[arg-type] # any field, by name


def again(the_watch: Watch, pasts: Sequence[Past], until: float = 10**7) -> Replayed:
    return replay(the_watch, pasts, until=at(until), ahead=timedelta(), longest=LONGEST)


def is_message(said: Announcement, told: Sequence[Announcement]) -> bool:
    """The first announcement of a key is a message, the others edit it."""
    return next(each for each in told if each.key == said.key) is said


def shown(row: Row, number: int, seconds: float) -> LipsyncRequest | None:
    created, ended, status, error = row
    if created > seconds:
        return None
    if ended > seconds:
        return request(number, "processing" if (created + ended) / 2 <= seconds else "queued", created=created)
    return request(number, status, created=created, finished=ended, error=ERRORS[error] if status == "failed" else None)


def lived(rows: Sequence[Row], looks: Sequence[int], the_watch: Watch) -> Batch:
    """The batch, read at these times."""

    def listed(seconds: float) -> list[LipsyncRequest]:
        found = [shown(row, number, seconds) for number, row in enumerate(rows)]
        return [each for each in found if each is not None]

    batch = Batch(the_watch, listed)
    for seconds in [*sorted(set(looks)), 10**7]:
        if seconds > BEGAN and not batch.is_begun:
            batch.begin()
        batch.read(seconds)
    return batch


times = st.integers(0, 9_000)
rows = st.tuples(
    times, st.integers(10, 3_000), st.sampled_from(["completed", "completed", "failed"]), st.integers(0, 9)
)
batches = st.lists(rows.map(lambda row: (row[0], row[0] + row[1], row[2], row[3])), min_size=1, max_size=14)
look_times = st.lists(st.integers(0, 1_200).map(lambda n: 10 * n), min_size=3, max_size=40)


@given(
    batches,
    look_times,
    st.sampled_from([None, 3, 20]),
    st.sampled_from(list(Placement)),
)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_replay_tells_what_the_watch_told_when_it_happened(
    made: list[Row], looks: list[int], expected: int | None, placement: Placement
) -> None:
    batch = lived(made, looks, begun(expected=expected, placement=placement))
    first = [each for each in batch.told if is_message(each, batch.told)]

    replayed = again(begun(expected=expected, placement=placement), batch.pasts)

    assert [(told.kind, told.at) for told in replayed.told] == [(each.key.kind, each.recorded_at) for each in first]
    failures = [(each.facts.name, len(each.facts.ids)) for each in first if isinstance(each.facts, FailureFacts)]
    assert [(told.about, told.count) for told in replayed.told if told.kind == "failure"] == failures
    clips = [len(each.facts.ids) for each in first if isinstance(each.facts, ClipsFacts)]
    assert [told.count for told in replayed.told if told.kind == "clips"] == clips
    assert replayed.edits == len(batch.told) - len(first)


def crowd(failing: int, of: int, kinds: int = 3, start: int = 2_000) -> list[Row]:
    """So many that fail of so many, one a minute."""
    return [
        (start + 60 * n, start + 200 + 60 * n, "failed" if n < failing else "completed", n % kinds) for n in range(of)
    ]


@pytest.mark.parametrize("placement", list(Placement))
def test_a_large_batch_with_pings_rates_and_more_kinds_than_are_told(placement: Placement) -> None:
    batch = lived(
        [*crowd(120, 250), *crowd(30, 50, kinds=10, start=12_000)], range(1_500, 22_000, 30), begun(placement=placement)
    )
    first = [each for each in batch.told if is_message(each, batch.told)]

    replayed = again(begun(placement=placement), batch.pasts)

    assert [(told.kind, told.at) for told in replayed.told] == [(each.key.kind, each.recorded_at) for each in first]
    assert {"failure", "ping", "clips", "finished"} <= {told.kind for told in replayed.told}
    assert replayed.edits == len(batch.told) - len(first)
    assert replayed.work < 300 * 60  # far from every look at every request


def test_where_messages_go_is_as_the_watch_has_it() -> None:
    batch = lived(crowd(110, 110), range(1_500, 9_000, 30), begun())
    new = {
        placement: [told.kind for told in again(begun(placement=placement), batch.pasts).told if told.is_new]
        for placement in Placement
    }
    assert "ping" not in new[Placement.DEFAULT]
    assert "ping" in new[Placement.FLAT]
    assert new[Placement.THREAD] == []
    assert "finished" in new[Placement.BROADCAST]


def past(made: Entry, *moves: tuple[int, str, float]) -> Past:
    return Past(made, tuple(Move(number, status, at(seconds)) for number, status, seconds in moves))


def done(number: int, created: float, *, listed: bool = True) -> Past:
    """A clip that was seen waiting and finished, 60 seconds after it was created."""
    made = entry(
        request(number, "completed", created=created), first=10 * number, outcome=10 * number + 1, listed=listed
    )
    return past(made, (10 * number, "queued", created + 1), (10 * number + 1, "completed", created + 61))


def test_the_pages_of_one_look_are_told_together() -> None:
    one, other = done(1, 2_000), done(2, 2_003)
    assert [(told.kind, told.count) for told in again(begun(), [one, other]).told] == [("clips", 2), ("finished", 0)]


def test_a_watch_of_one_reference_ends_a_day_after_it_settled_and_that_of_a_glob_does_not() -> None:
    pasts = [done(1, 2_000), done(2, 200_000)]
    ended = again(begun(), pasts)
    assert [told.kind for told in ended.told] == ["clips", "finished"]
    assert ended.ended_at == ended.told[-1].at + timedelta(days=1)
    goes_on = again(begun(glob_id="g"), pasts)
    assert [told.kind for told in goes_on.told] == ["clips", "finished", "reopened", "clips", "finished"]
    assert goes_on.ended_at is None


def test_what_was_there_before_is_not_told_and_what_was_open_is() -> None:
    before = done(1, 100)
    made = entry(request(2, "failed", created=200, finished=1_500, error="x"), first=15, outcome=19)
    running = past(made, (15, "queued", 210), (19, "failed", 1_510))
    assert [told.kind for told in again(begun(), [before]).told] == []
    assert [told.kind for told in again(begun(), [before, running]).told] == ["failure", "finished"]


def test_what_is_listed_no_more_and_never_ended_is_left_out_and_counted() -> None:
    gone = past(entry(request(7, "queued", created=2_000), listed=False), (15, "queued", 2_001))
    replayed = again(begun(), [done(1, 2_000), gone, done(3, 2_010, listed=False)])
    assert replayed.gone == 1
    assert [told.kind for told in replayed.told] == ["clips", "clips", "finished"]


def test_a_corrected_outcome_is_told_once_and_counted() -> None:
    made = entry(request(1, "completed", created=2_000), outcome=3)
    moves = (
        Move(2, "queued", at(2_001)),
        Move(3, "failed", at(2_061)),
        Move(4, "completed", at(2_100), correction=True),
    )
    replayed = again(begun(), [Past(made, moves)])
    assert replayed.corrected == 1
    assert [told.kind for told in replayed.told] == ["failure", "finished", "clips"]


def test_a_batch_that_is_still_waited_for_is_not_finished() -> None:
    pasts = [done(1, 2_000), done(2, 2_100)]
    assert [told.kind for told in again(begun(), pasts, until=2_299).told] == ["clips", "finished", "reopened", "clips"]
    assert again(begun(), pasts, until=2_301).told[-1].kind == "finished"


def test_only_failures_are_told_of_the_whole_account() -> None:
    batch = lived(crowd(2, 10), range(1_500, 9_000, 30), begun())
    assert {told.kind for told in again(begun(only_failures=True, glob_id="g"), batch.pasts).told} == {"failure"}


def test_it_stops_when_there_is_too_much_to_look_at() -> None:
    pasts = lived(crowd(30, 60), range(1_500, 9_000, 30), begun()).pasts
    whole = again(begun(), pasts)
    part = replay(begun(), pasts, until=at(10**7), ahead=timedelta(), longest=LONGEST, most=whole.work // 2)
    assert (whole.cut, part.cut) == (False, True)
    assert part.told == whole.told[: len(part.told)]


def test_of_no_requests_nothing_is_told() -> None:
    assert again(begun(), []) == Replayed()
