from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.announcement import (
    Announcement,
    ClipsFacts,
    FailureFacts,
    FinishedFacts,
    PingFacts,
    ReopenedFacts,
    ShortFacts,
    renewed,
)
from bot.domain.change import Entry
from bot.domain.failure import kind_of
from bot.domain.notice import Look, Noticed, notice
from bot.domain.watch import Events, Watch
from tests.builders import at, entry, request, uuid, watch


def look(
    number: int, now: float, *, ended: bool = True, complete: bool = True, steady: bool = True, settle: float = 600
) -> Look:
    return Look(number, at(now), at(now), ended, complete, steady, timedelta(seconds=settle))


def said(noticed: Noticed) -> list[str]:
    return [announcement.key.kind for announcement in noticed.announcements]


def only(noticed: Noticed) -> Announcement:
    (announcement,) = noticed.announcements
    return announcement


def failed(number: int, reading: int, error: str = "no face detected", *, finished: float = 100) -> Entry:
    return entry(request(number, "failed", error=error, finished=finished), outcome=reading)


def done(number: int, reading: int, *, finished: float = 100, created: float = 0) -> Entry:
    return entry(request(number, "completed", finished=finished, created=created), first=reading, outcome=reading)


def waiting(number: int = 99) -> Entry:
    return entry(request(number, created=1), opened=1)


def test_a_failure_seen_open_before_is_told() -> None:
    one = entry(request(1, "failed", error="no face detected", finished=-50), opened=2, outcome=3)
    announcement = only(notice(watch(since=1), [one, waiting()], look(3, 100)))
    assert isinstance(announcement.facts, FailureFacts)
    assert announcement.facts.name == "no face detected"
    assert announcement.key.level == "w1"


def test_a_backfill_says_nothing() -> None:
    old = [failed(1, 2, finished=-10), done(2, 2, finished=-5)]
    noticed = notice(watch(since=1), old, look(2, 10_000))
    assert noticed.announcements == ()
    assert noticed.watch.baseline_at == at(10_000)
    assert noticed.watch.settled_reading == 2


def test_a_late_first_reading_loses_nothing() -> None:
    noticed = notice(watch(since=1, events=Events.EACH), [failed(1, 2), done(2, 2), waiting()], look(2, 5_000))
    assert said(noticed) == ["failure", "clips"]


def test_what_memory_had_before_the_watch_is_not_told() -> None:
    known = failed(1, 1)
    assert notice(watch(since=1, started=50), [known, waiting()], look(1, 100)).announcements == ()


def test_the_same_kind_is_announced_with_the_same_key_and_all_its_ids() -> None:
    first = only(notice(watch(since=1), [failed(1, 2), waiting()], look(2, 100)))
    again = only(notice(watch(since=1), [failed(1, 2), failed(2, 3, finished=130), waiting()], look(3, 140)))
    assert first.key == again.key
    assert isinstance(again.facts, FailureFacts)
    assert again.facts.ids == (uuid(1), uuid(2))


def test_a_reading_that_adds_nothing_says_nothing() -> None:
    noticed = notice(watch(since=1, events=Events.ALL), [failed(1, 2), waiting()], look(3, 100))
    assert noticed.announcements == ()


def test_each_kind_has_a_key_of_its_own() -> None:
    noticed = notice(watch(since=1), [failed(1, 2), failed(2, 2, "bad audio"), waiting()], look(2, 100))
    assert len({a.key for a in noticed.announcements}) == 2


def test_failures_are_told_before_the_reading_has_ended() -> None:
    noticed = notice(watch(since=1), [failed(1, 2), done(2, 2)], look(2, 10_000, ended=False, complete=False))
    assert said(noticed) == ["failure"]
    assert noticed.watch.baseline_at is None


def test_completions_are_folded_per_look_and_told_once() -> None:
    noticed = notice(
        watch(since=1, events=Events.EACH), [done(1, 2, finished=120), done(2, 2), waiting()], look(2, 130)
    )
    facts = only(noticed).facts
    assert isinstance(facts, ClipsFacts)
    assert facts.ids == (uuid(2), uuid(1))
    assert notice(noticed.watch, [done(1, 2), done(2, 2), waiting()], look(3, 140)).announcements == ()


@pytest.mark.parametrize("events", [Events.FAILURES, Events.PROBLEMS])
def test_completions_are_told_only_to_those_who_want_them(events: Events) -> None:
    assert notice(watch(since=1, events=events), [done(1, 2), waiting()], look(2, 130)).announcements == ()


def finish(the_watch: Watch, now: float = 10_000) -> Noticed:
    return notice(the_watch, [done(1, 2), done(2, 2)], look(2, now))


def test_the_finish_is_told_at_the_look_that_sees_it_settled() -> None:
    early = finish(watch(since=1), now=30)
    assert early.announcements == ()
    late = finish(early.watch, now=60)
    assert isinstance(only(late).facts, FinishedFacts)
    assert late.watch.settled_reading == 2
    assert notice(late.watch, [done(1, 2), done(2, 2)], look(3, 20_000)).announcements == ()


def test_an_incomplete_or_unsteady_reading_finishes_nothing() -> None:
    batch = [done(1, 2), done(2, 2)]
    assert notice(watch(since=1), batch, look(2, 10_000, complete=False)).announcements == ()
    assert notice(watch(since=1), batch, look(2, 10_000, steady=False)).announcements == ()


def test_the_finish_of_a_single_clip_tells_its_outcome() -> None:
    facts = only(notice(watch(since=1), [done(1, 2)], look(2, 10_000))).facts
    assert isinstance(facts, FinishedFacts)
    assert (facts.status, facts.output_url) == ("completed", "https://storage.example/1.mp4")


def test_fewer_than_expected_is_settled_short() -> None:
    announcement = only(finish(watch(since=1, expected=3)))
    assert isinstance(announcement.facts, ShortFacts)
    assert announcement.key.level == "3"


def test_vanished_requests_leave_the_totals() -> None:
    gone = entry(request(7), opened=1, listed=False)
    facts = only(notice(watch(since=1), [done(1, 2), done(2, 2), gone], look(2, 10_000))).facts
    assert isinstance(facts, FinishedFacts)
    assert (facts.progress.total, facts.progress.vanished) == (2, 1)


def test_a_request_that_comes_after_the_finish_reopens_the_batch() -> None:
    settled = finish(watch(since=1)).watch
    noticed = notice(settled, [done(1, 2), done(2, 2), entry(request(3, created=900), first=5, opened=5)], look(5, 950))
    announcement = only(noticed)
    assert isinstance(announcement.facts, ReopenedFacts)
    assert (announcement.facts.arrived, announcement.key.generation) == (1, 2)
    assert noticed.watch.settled_reading is None


def test_the_second_finish_is_told_in_the_next_generation() -> None:
    settled = finish(watch(since=1)).watch
    batch = [done(1, 2), done(2, 2), done(3, 5, created=900, finished=960)]
    noticed = notice(settled, batch, look(5, 20_000))
    assert said(noticed) == ["reopened", "finished"]
    assert {a.key.generation for a in noticed.announcements} == {2}


def test_a_batch_settled_before_the_watch_reopens_when_more_comes() -> None:
    silent = notice(watch(since=1), [done(1, 2, finished=-5)], look(2, 10_000))
    assert silent.announcements == ()
    more = [done(1, 2, finished=-5), entry(request(2, created=10_100), first=4, opened=4)]
    assert said(notice(silent.watch, more, look(4, 10_200))) == ["reopened"]


def test_a_corrected_outcome_neither_reopens_nor_is_told_again() -> None:
    settled = finish(watch(since=1)).watch
    corrected = replace(done(2, 2), request=request(2, "processing"))
    assert notice(settled, [done(1, 2), corrected], look(5, 20_000)).announcements == ()
    again = replace(done(2, 2), request=request(2, "failed", error="late"))
    assert notice(settled, [done(1, 2), again], look(6, 20_000)).announcements == ()


def test_nothing_is_finished_when_everything_vanished() -> None:
    assert notice(watch(since=1), [entry(request(1), listed=False)], look(2, 10_000)).announcements == ()


# --- pings ---


def told(*counts: int, the_watch: Watch | None = None) -> Noticed:
    """What is noticed at the last of looks that saw so many failures of one kind."""
    noticed, entries = Noticed(the_watch or watch(since=1), ()), [waiting()]
    for number, count in enumerate(counts, 2):
        entries += [failed(n, number) for n in range(len(entries), count + 1)]
        noticed = notice(noticed.watch, entries, look(number, 100 * number))
    return noticed


def test_a_kind_that_was_told_is_said_again_at_ten_in_the_thread_of_its_message() -> None:
    edited, ping = told(1, 10).announcements
    assert isinstance(edited.facts, FailureFacts)
    assert isinstance(ping.facts, PingFacts)
    assert ping.under == edited.key
    assert [kind.count for kind in ping.facts.kinds] == [10]
    assert said(told(1, 10, 11)) == ["failure"]


def test_the_failure_rate_is_told_with_a_first_message_and_by_itself_without_one() -> None:
    finished = [done(n, 2) for n in range(100, 140)]
    several = [failed(n, 2) for n in range(20)]
    first = only(notice(watch(since=1), [*finished, *several, waiting(500)], look(2, 200)))
    assert isinstance(first.facts, FailureFacts)
    assert first.facts.rate == 20
    before = notice(watch(since=1), [failed(0, 2), waiting(500)], look(2, 200)).watch
    later = [failed(0, 2), *(failed(n, 3) for n in range(1, 10)), *finished, waiting(500)]
    edited, ping = notice(before, later, look(3, 300)).announcements
    assert isinstance(ping.facts, PingFacts)
    assert (ping.facts.rate, ping.under) == (5, edited.key)


def test_the_eighth_kind_says_that_it_is_the_last_one() -> None:
    errors = ["no face", "bad audio", "too long", "too short", "no audio", "bad codec", "no video", "too loud", "other"]
    entries = [failed(n, 2, error) for n, error in enumerate(errors)]
    facts = [each.facts for each in notice(watch(since=1), [*entries, waiting()], look(2, 200)).announcements]
    assert [isinstance(each, FailureFacts) and each.is_last for each in facts] == [False] * 7 + [True]


def test_a_kind_that_the_account_never_had_is_said_to_be_new() -> None:
    entries = [failed(1, 2), failed(2, 2, "bad audio"), waiting()]
    unseen = frozenset({kind_of("bad audio")})
    noticed = notice(watch(since=1), entries, replace(look(2, 200), unseen=unseen))
    facts = {each.facts.name: each.facts.unseen for each in noticed.announcements if each.facts.kind == "failure"}
    assert facts == {"no face detected": False, "bad audio": True}


def test_what_was_said_once_stays_in_the_newer_facts() -> None:
    old = only(told(1)).facts
    new = told(1, 2).announcements[0].facts
    assert isinstance(old, FailureFacts)
    assert isinstance(new, FailureFacts)
    kept = renewed(replace(old, rate=20, unseen=True, is_last=True), new)
    assert kept == replace(new, rate=20, unseen=True, is_last=True)
