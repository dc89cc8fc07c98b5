from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alerts import NOTHING_TOLD, weigh
from bot.domain.failure import FailureKind, kinds
from bot.domain.progress import Progress, summarise
from bot.domain.request import LipsyncRequest
from bot.domain.triage import MOST_ATTEMPTS, Care, Handled, Triage, recovered
from bot.domain.triage_wording import failed, state
from bot.domain.wording import finished_sentence, kind_line
from tests.builders import NOON, at, request, uuid

HANDLED = Care(handled=Handled("U1", NOON))
STATUSES = st.sampled_from(["queued", "processing", "completed", "failed", "canceled"])


def attempt(number: int, status: str, created: float) -> LipsyncRequest:
    return request(number, status, created=created)


# --- recovered ---


def test_a_clip_that_failed_and_was_sent_again_is_recovered_once_it_completes() -> None:
    first, second = attempt(1, "failed", 0), attempt(2, "failed", 100)
    assert recovered([first, second, attempt(3, "processing", 200)]) == frozenset()
    assert recovered([attempt(3, "completed", 200), second, first]) == {uuid(1), uuid(2)}


def test_what_fails_after_it_completed_is_not_recovered() -> None:
    assert recovered([attempt(1, "completed", 0), attempt(2, "failed", 100)]) == frozenset()


def test_in_a_batch_whose_requests_run_side_by_side_nothing_makes_another_good() -> None:
    assert recovered([attempt(1, "failed", 0), attempt(2, "completed", 30)]) == frozenset()


def test_a_clip_sent_very_often_is_taken_for_a_batch() -> None:
    rows = [attempt(n, "failed", 100 * n) for n in range(MOST_ATTEMPTS)]
    assert recovered([*rows[:-1], attempt(99, "completed", 5_000)]) == {row.id for row in rows[:-1]}
    assert recovered([*rows, attempt(99, "completed", 5_000)]) == frozenset()


@given(st.lists(st.tuples(STATUSES, st.integers(0, 500)), max_size=12, unique_by=lambda each: each[1]))
def test_only_failures_older_than_a_completed_request_recover(rows: list[tuple[str, int]]) -> None:
    made = [attempt(n, status, created) for n, (status, created) in enumerate(rows)]
    good = [row.created_at for row in made if row.status == "completed"]
    for row in made:
        if row.id in recovered(made):
            assert row.status == "failed"
            assert row.created_at < max(good)


# --- open failures ---


@given(st.lists(STATUSES, max_size=20), st.sets(st.integers(0, 19)))
def test_open_failures_add_up(statuses: list[str], cleared: set[int]) -> None:
    rows = [request(n, status, error="x" * (n % 3)) for n, status in enumerate(statuses)]
    progress = summarise("batch-1", rows, triage=Triage(frozenset(map(uuid, cleared))))
    assert progress.open_failures == sum(kind.open for kind in progress.kinds)
    assert 0 <= progress.open_failures <= progress.failed
    assert all(0 <= kind.cleared <= kind.count for kind in progress.kinds)


def test_words_tell_how_many_are_open() -> None:
    assert [failed(Progress("b", failed=n, cleared=cleared)) for n, cleared in ((0, 0), (6, 0), (6, 4), (6, 6))] == [
        "",
        "6 failed",
        "6 failed, 2 open",
        "6 failed, none open",
    ]
    assert finished_sentence(Progress("b", failed=6, cleared=4)) == "finished with 2 failures open"
    assert finished_sentence(Progress("b", failed=1, cleared=1)) == "finished with 1 failure, none open"
    assert state(2, 2, Care()) == ", recovered"
    (kind,) = kinds([request(1, "failed", error="no face")], Triage(frozenset({uuid(1)})))
    assert str(kind_line(replace(kind, care=HANDLED))) == "no face ×1, handled"


# --- what is told ---


def kind(count: int, *, cleared: int = 0, care: Care = HANDLED) -> FailureKind:
    return FailureKind("a", "kind a", tuple(map(uuid, range(count))), NOON, NOON, cleared, care)


FEW = Progress("batch-1", total=3, failed=3)
TOLD = weigh(NOTHING_TOLD, [kind(1, care=Care())], FEW, pings_are_new=False).after


def test_what_fails_again_after_it_was_handled_is_told_once_each_time() -> None:
    again = weigh(TOLD, [kind(2, cleared=1)], FEW, pings_are_new=False)
    assert again.pinged == (kind(2, cleared=1),)
    assert weigh(again.after, [kind(3, cleared=1)], FEW, pings_are_new=False).pinged == ()
    later = kind(4, cleared=3, care=Care(handled=Handled("U1", at(60))))
    assert weigh(again.after, [later], FEW, pings_are_new=False).pinged == (later,)


def test_of_a_muted_kind_nothing_new_is_told_and_its_message_goes_on() -> None:
    many = [kind(100, care=Care())]
    new = weigh(NOTHING_TOLD.mute_kind("a", muted=True), many, FEW, pings_are_new=False)
    assert (new.first, new.pinged) == ((), ())
    known = weigh(TOLD.mute_kind("a", muted=True), many, FEW, pings_are_new=False)
    assert (known.first, known.grown, known.pinged) == ((), tuple(many), ())
    heard = weigh(known.after.mute_kind("a", muted=False), many, FEW, pings_are_new=False)
    assert heard.pinged == tuple(many)


def test_a_watch_under_a_glob_begins_with_what_is_muted_and_nothing_else() -> None:
    alerts = TOLD.mute_kind("b", muted=True)
    assert alerts.only_muted.muted_kinds == {"b"}
    assert not alerts.only_muted.has_told(kind(1))
