from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alerts import MOST_MESSAGES, Alerts
from bot.domain.progress import summarise
from bot.domain.request import LipsyncRequest
from bot.domain.stuck import STEP, Scene, Told, judge, stuck_ones
from bot.domain.stuck_facts import StuckFacts
from bot.domain.traffic import Traffic
from bot.domain.vigil import Case, Judged
from bot.domain.watch import Placement, Watch
from tests.builders import at, request, uuid, watch

MINUTE = 60.0
USUAL = timedelta(minutes=1)
KNOWN = Traffic(usual=USUAL, starts=tuple((at(100.0 + n), at(110)) for n in range(10)))


def running(number: int, created: float = 0) -> LipsyncRequest:
    return request(number, "processing", created=created)


def case(rows: Sequence[LipsyncRequest], minutes: float, *, of: Watch | None = None, fresh: bool = True) -> Case:
    now, whose = at(minutes * MINUTE), of or watch()
    return Case(whose, summarise("batch-1", rows), int(minutes * 10), now, now, fresh)


def look(
    rows: Sequence[LipsyncRequest],
    minutes: float,
    before: Judged | None = None,
    *,
    of: Watch | None = None,
    calm: bool = False,
    fresh: bool = True,
    is_out: bool = True,
) -> Judged:
    """What follows from these requests at this minute after what was judged before."""
    whose = of or (before.watch if before else watch())
    told = Told.of_text(before.state) if before and before.state else None
    by_id = {row.id: row for row in rows if told and row.id in told.ids}
    suspects = tuple(row for row in rows if not row.is_terminal)
    return judge(case(rows, minutes, of=whose, fresh=fresh), Scene(KNOWN, suspects, by_id, calm, is_out), told)


def facts(judged: Judged) -> StuckFacts:
    said = judged.said[0].facts
    assert isinstance(said, StuckFacts)
    return said


def ids(judged: Judged) -> list[str]:
    return [one.id for one in facts(judged).ones]


# --- which are ---


@pytest.mark.parametrize(
    ("one", "seconds", "why"),
    [
        (running(1), 604, None),
        (running(1), 606, "slow"),
        (replace(running(1), started_at=None), 9_000, None),
        (replace(running(1), status="rendering"), 606, "slow"),
        (replace(running(1), started_at=at(5_000)), 606, None),
        (request(1, created=99), 169, None),
        (request(1, created=99), 170, "overtaken"),
        (request(1, created=100), 5_000, None),
        (request(1, "completed"), 5_000, None),
        (request(1, "failed"), 5_000, None),
        (replace(running(1), status="canceled", finished_at=at(60)), 5_000, None),
    ],
)
def test_a_request_is_stuck_when_it_runs_too_long_or_was_overtaken(
    one: LipsyncRequest, seconds: float, why: str | None
) -> None:
    found = stuck_ones([one], at(seconds), KNOWN)
    assert [each.why for each in found] == ([] if why is None else [why])


def test_nothing_is_stuck_where_nothing_is() -> None:
    assert stuck_ones([], at(0), Traffic()) == ()


# --- what is told ---


def test_it_is_told_at_once_and_then_only_edited_when_that_changes() -> None:
    first = look([running(1)], 11)
    assert (ids(first), first.watch.alerts.messages) == ([uuid(1)], 1)
    assert look([running(1)], 12, first).said == ()
    second = look([running(1), running(2)], 13, first)
    assert ids(second) == [uuid(1), uuid(2)]
    assert [said.key for said in second.said] == [first.said[0].key]
    assert second.watch.alerts.messages == 1


def test_its_message_says_how_many_have_finished_or_go_on_since() -> None:
    first = look([running(1), running(2), running(3)], 11)
    rows = [request(1, "completed", finished=680), running(2), running(3, created=680)]
    second = look(rows, 12, first)
    assert (ids(second), facts(second).finished, facts(second).moved) == ([uuid(2)], 1, 1)


def test_it_ends_when_nothing_was_stuck_for_a_while_and_the_next_is_a_new_one() -> None:
    first = look([running(1)], 11)
    done = [request(1, "completed", finished=690)]
    over = look(done, 12, first)
    assert (ids(over), facts(over).finished) == ([], 1)
    assert look(done, 13, over).state is not None
    soon = look([*done, running(2, created=100)], 15, over)
    assert soon.said[0].key == first.said[0].key
    rested = look(done, 23, over)
    assert (rested.said, rested.state) == ((), None)
    again = look([*done, running(2, created=700)], 24, rested)
    assert again.said[0].key != first.said[0].key


def test_ten_times_as_many_are_worth_a_ping_under_the_first() -> None:
    first = look([running(1)], 11)
    grown = look([running(n) for n in range(1, STEP + 1)], 12, first)
    message, ping = grown.said
    assert (message.key, ping.under) == (first.said[0].key, first.said[0].key)
    assert isinstance(ping.facts, StuckFacts)
    assert ping.facts.grown
    assert grown.watch.alerts.messages == 1
    assert look([running(n) for n in range(1, 30)], 13, grown).said[1:] == ()


def test_a_ping_that_is_a_new_message_counts_and_is_left_out_after_eight() -> None:
    flat = replace(watch(), placement=Placement.FLAT, alerts=Alerts(messages=MOST_MESSAGES - 2))
    first = look([running(1)], 11, of=flat)
    many, more = [running(n) for n in range(1, 11)], [running(n) for n in range(1, 101)]
    second = look(many, 12, first)
    assert (len(second.said), second.watch.alerts.messages) == (2, MOST_MESSAGES)
    assert len(look(more, 13, second).said) == 1


def test_after_eight_messages_about_a_batch_it_is_on_the_card_only() -> None:
    full = replace(watch(), alerts=Alerts(messages=MOST_MESSAGES))
    assert look([running(1)], 11, of=full) == Judged(full, None)


def test_while_the_account_stands_still_nothing_more_is_told_but_what_recovers_is() -> None:
    assert look([running(1)], 11, calm=True).said == ()
    first = look([running(1), running(2)], 11)
    still = look([running(n) for n in range(1, 20)], 12, first, calm=True)
    assert still.said == ()
    better = look([request(1, "completed", finished=700), *(running(n) for n in range(2, 20))], 13, still, calm=True)
    assert ids(better) == [uuid(2)]


def test_nothing_is_told_on_old_data_and_nothing_is_forgotten() -> None:
    assert look([running(1)], 60, fresh=False).said == ()
    first = look([running(1)], 11)
    later = look([running(1), running(2)], 60, first, fresh=False)
    assert (later.said, later.state) == ((), first.state)


def test_what_is_over_before_anybody_tried_to_post_it_is_dropped() -> None:
    first = look([running(1)], 11)
    over = look([request(1, "completed", finished=690)], 12, first, is_out=False)
    assert (over.said, over.dropped, over.state) == ((), (first.said[0].key,), None)


@pytest.mark.parametrize("is_out", [True, False])
def test_when_the_batch_settles_its_message_takes_leave(*, is_out: bool) -> None:
    first = look([running(1)], 11)
    settled = replace(first.watch, settled_reading=5)
    over = look([request(1, "completed", finished=690)], 12, first, of=settled, fresh=False, is_out=is_out)
    assert over.state is None
    assert len(over.said) == is_out
    assert len(over.dropped) == (not is_out)


# --- whatever happens ---

ended = st.sampled_from([None, None, None, "completed", "failed"])
stories = st.lists(
    st.tuples(st.floats(0.5, 30), st.lists(ended, min_size=1, max_size=25), st.booleans(), st.booleans()),
    max_size=12,
)


@given(stories, st.sampled_from(list(Placement)))
def test_totals_add_up_and_messages_are_few_whatever_happens(
    story: list[tuple[float, list[str | None], bool, bool]], placement: Placement
) -> None:
    minutes, judged = 0.0, Judged(replace(watch(), placement=placement), None)
    keys, gone = set(), dict[int, str]()
    for passed, states, calm, fresh in story:
        minutes += passed
        for number, state in enumerate(states):
            if state is not None:
                gone.setdefault(number, state)
        rows = [request(n, gone[n], finished=60) if n in gone else running(n) for n in range(25)]
        judged = look(rows, minutes, judged, calm=calm, fresh=fresh)
        assert fresh or not judged.said
        for said in judged.said:
            keys.add(said.key)
            assert isinstance(said.facts, StuckFacts)
            known = Told.of_text(judged.state or "")
            assert len(said.facts.ones) + said.facts.finished + said.facts.moved == len(known.ids)
            assert not {one.id for one in said.facts.ones} & {uuid(n) for n in gone}
        assert judged.watch.alerts.messages <= MOST_MESSAGES
    assert len({key for key in keys if "×" not in key.level}) <= MOST_MESSAGES


@given(st.lists(st.floats(0, 5_000), max_size=30), st.floats(0, 9_000), st.floats(0, 9_000))
def test_who_is_slow_stays_so_until_it_ends(created: list[float], now: float, passed: float) -> None:
    rows = [running(n, at_) for n, at_ in enumerate(created)]
    before = {one.id for one in stuck_ones(rows, at(now), KNOWN)}
    assert before <= {one.id for one in stuck_ones(rows, at(now + passed), KNOWN)}


@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=40), st.integers(0, 500), st.integers(0, 900)
)
def test_who_was_overtaken_has_ten_that_were_created_later_and_have_started(
    begun: list[tuple[int, int]], created: int, now: int
) -> None:
    known = Traffic(starts=tuple((at(c), at(s)) for c, s in begun))
    found = stuck_ones([request(1, created=created)], at(now), known)
    later = [c for c, s in begun if c > created and s <= now - 60]
    assert bool(found) == (len(later) >= 10)
