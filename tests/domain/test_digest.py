"""What goes into which part of a digest, and that the parts add up."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.digest import MOST_LINES, Moments, Seen, digest, open_kinds
from bot.domain.digest_facts import DigestFacts, DigestPart
from bot.domain.digest_wording import calm, digest_sentence, rest
from bot.domain.failure import FailureKind
from bot.domain.progress import Progress
from bot.domain.risk_facts import Level
from bot.domain.triage import Assigned, Care
from tests.builders import NOON, at

MOMENTS = Moments(at(-86_400), NOON, "UTC", at(-600), at(-10))


def seen(
    name: str = "batch-1",
    *,
    completed: int = 0,
    failed: int = 0,
    cleared: int = 0,
    queued: int = 0,
    ended: float | None = None,
    **more: object,
) -> Seen:
    progress = Progress(
        name,
        total=completed + failed + queued,
        completed=completed,
        failed=failed,
        queued=queued,
        cleared=cleared,
        last_ended_at=None if ended is None else at(ended),
    )
    return Seen(progress, at(-20), **more)  # type: ignore[arg-type]  # a test's shorthand


def parts(facts: DigestFacts) -> tuple[DigestPart, ...]:
    return (facts.needs, facts.due, facts.finished, facts.running)


def test_unresolved_comes_first_and_missed_deadlines_before_all() -> None:
    late = seen("late", queued=1, deadline=at(-60), zone="UTC")
    risky = seen("risky", queued=1, deadline=at(60), zone="UTC", told=Level.UNLIKELY)
    few, many = seen("few", failed=1), seen("many", failed=9)
    facts = digest([few, many, risky, late], MOMENTS, 4)
    assert [line.progress.reference_id for line in facts.needs.lines] == ["late", "risky", "many", "few"]
    assert [line.risk for line in facts.needs.lines] == [Level.MISSED, Level.UNLIKELY, None, None]


def test_what_is_on_track_again_or_met_needs_nobody() -> None:
    again = seen("again", queued=1, deadline=at(60), zone="UTC", told=Level.ON_TRACK)
    met = seen("met", completed=1, ended=-60, deadline=at(-30), zone="UTC", told=Level.AT_RISK)
    facts = digest([again, met], MOMENTS, 2)
    assert [part.count for part in parts(facts)] == [0, 1, 1, 0]


def test_a_deadline_after_the_last_reading_is_not_called_missed() -> None:
    passed = seen("passed", queued=1, deadline=at(-5), zone="UTC")  # it was read 20 seconds ago
    assert [part.count for part in parts(digest([passed], MOMENTS, 1))] == [0, 1, 0, 0]


def test_today_is_that_of_the_calendar_of_whoever_asked() -> None:
    tonight = seen("tonight", queued=1, deadline=at(11 * 3_600), zone="UTC")  # 23:00 UTC, tomorrow in Tokyo
    assert digest([tonight], MOMENTS, 1).due.count == 1
    tokyo = Moments(MOMENTS.since, NOON, "Asia/Tokyo", MOMENTS.fresh_after, MOMENTS.looked_at)
    assert digest([tonight], tokyo, 1).due.count == 0


def test_handled_failures_need_nobody_and_settled_short_does() -> None:
    handled = seen("handled", completed=3, failed=2, cleared=2, ended=-60)
    short = Seen(Progress("short", total=4, completed=4, expected=6, last_ended_at=at(-60)), at(-20), settled=True)
    facts = digest([handled, short], MOMENTS, 2)
    assert [line.progress.reference_id for line in facts.needs.lines] == ["short"]
    assert [line.progress.reference_id for line in facts.finished.lines] == ["handled"]


def test_what_finished_before_is_not_told_again() -> None:
    assert [part.count for part in parts(digest([seen(completed=1, ended=-90_000)], MOMENTS, 1))] == [0, 0, 0, 0]


@given(
    st.lists(
        st.builds(
            seen,
            st.text(min_size=1, max_size=8),
            completed=st.integers(0, 3),
            failed=st.integers(0, 3),
            cleared=st.integers(0, 3),
            queued=st.integers(0, 3),
            ended=st.none() | st.floats(-200_000, 0),
            deadline=st.none() | st.integers(-100_000, 100_000).map(at),
            zone=st.just("Europe/Berlin"),
            stuck=st.integers(0, 2),
            settled=st.booleans(),
            told=st.none() | st.sampled_from(Level),
        ),
        max_size=40,
    ),
    st.integers(0, 1_000),
)
def test_each_reference_is_in_one_part_at_most_and_long_parts_are_cut_with_counts(every: list[Seen], age: int) -> None:
    moments = Moments(MOMENTS.since, NOON, "", MOMENTS.fresh_after, at(-age))
    facts = digest(every, moments, len(every))
    assert sum(part.count for part in parts(facts)) <= len(every)
    for part in parts(facts):
        assert len(part.lines) == min(part.count, MOST_LINES)
    assert facts.stale == (facts.read_at is None or facts.read_at <= at(-600))
    said = str(digest_sentence(facts))
    assert said.startswith("Digest")
    assert not (facts.stale and "Nothing needs you" in said)
    assert bool(calm(facts)) == (facts.needs.count == 0)
    assert not (facts.stale and "Nothing is" in str(rest(facts)) and every)


def test_kinds_are_cut_and_name_who_is_on_them() -> None:
    care = Care(Assigned("U7", "U9", NOON))
    kinds = [FailureKind(f"k{n}", f"kind {n}", ("a",) * n, NOON, NOON, care=care) for n in range(1, 6)]
    handled = FailureKind("done", "done", ("a", "b"), NOON, NOON, cleared=2)
    shown, more = open_kinds([*kinds, handled])
    assert [(kind.name, kind.open, kind.assigned_to) for kind in shown] == [
        ("kind 5", 5, "U7"),
        ("kind 4", 4, "U7"),
        ("kind 3", 3, "U7"),
    ]
    assert more == 2


def test_the_last_reading_counts_where_nothing_is_open() -> None:
    old = Moments(MOMENTS.since, NOON, "", MOMENTS.fresh_after, NOON - timedelta(hours=1))
    assert digest([seen(completed=1, ended=-60)], old, 1).stale
    assert digest([], Moments(MOMENTS.since, NOON, "", MOMENTS.fresh_after), 0).stale
