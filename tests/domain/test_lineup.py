"""The account's queue: the oldest first, totals that add up, and nothing claimed of a time that nobody has seen."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.lineup import InLine, Lineup, LineupAnswer, Outcomes, as_of, in_order
from bot.domain.lineup_wording import lineup_freshness, lineup_lines, lineup_sentence
from tests.builders import at

LINE = st.builds(
    lambda name, running, waiting, other, seconds: InLine(
        name, running, waiting, other, at(seconds), at(seconds + 5) if waiting else None
    ),
    st.none() | st.text("abc", min_size=1, max_size=3),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 50),
)


def answer(**more: object) -> LineupAnswer:
    line = (InLine("a", 1, 2, 0, at(-100), at(-90)),)
    lineup = Lineup(at(0), line, Outcomes(5, 1), Outcomes(60), timedelta(seconds=90), 40, at(-5), at(-9), 0, 1.0)
    lineup = replace(lineup, **more)  # type: ignore[arg-type] # any field, by name
    return LineupAnswer(lineup, False, None, 3, 60, 60)


@given(st.lists(LINE, max_size=12))
def test_the_oldest_is_in_front_and_the_totals_add_up(line: list[InLine]) -> None:
    lineup = Lineup(at(0), in_order(line))
    assert sorted(lineup.line, key=lambda one: one.oldest_at) == list(lineup.line)
    assert lineup.running + lineup.waiting + lineup.other == sum(one.open for one in line)
    since = [one.waiting_since for one in line if one.waiting_since is not None]
    assert lineup.waiting_since == (min(since) if since else None)
    assert in_order(list(reversed(line))) == lineup.line or len(set(line)) < len(line) or _alike(line)


def _alike(line: list[InLine]) -> bool:
    """Whether two of them cannot be told apart by time and name: in an account each name is there once."""
    keys = [(one.oldest_at, one.reference_id) for one in line]
    return len(set(keys)) < len(keys)


@given(st.integers(-50, 5_000), st.integers(0, 1_000))
def test_what_is_known_ends_where_nothing_was_read_for_too_long(age: int, limit: int) -> None:
    until = as_of(at(700), now=at(0), looked_at=at(-age), stale_after=timedelta(seconds=limit))
    assert until <= at(700)
    assert until == (at(700 - age) if age > limit else at(700))


def test_it_says_how_much_runs_and_waits_and_since_when() -> None:
    said = str(lineup_sentence(answer()))
    assert said.startswith("the account's queue: 1 running, 2 waiting in 1 reference; oldest waiting since")
    assert "last hour: 5 finished (1 failed), last 24 hours: 60 finished" in said
    assert "typical clip 1 m 30 s, of the last 40 done" in "\n".join(map(str, lineup_lines(answer())))


def test_of_old_data_nothing_is_said_of_the_present() -> None:
    said = str(lineup_sentence(replace(answer(), stale=True)))
    assert "as of" in said
    assert "last hour" not in said
    assert "the hour before that" in said
    assert "nothing runs" not in str(lineup_sentence(replace(answer(line=()), stale=True)))


def test_before_anything_was_read_no_number_is_claimed() -> None:
    never = LineupAnswer(Lineup(at(0)), False, "the API answered 503", 0, 60, 60)
    assert "Nothing of the account was read yet" in str(lineup_sentence(never))
    assert "503" in str(lineup_sentence(never))
    assert not any(sign.isdigit() for line in lineup_lines(never) for sign in str(line))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"calls": 60}, "slowed by the budget: all 60 calls of the last minute were used"),
        ({"allowed": 30}, "the API asked to slow down: 30 of 60 calls a minute now"),
        ({"trouble": "the API answered 503"}, "the API could not be read: the API answered 503"),
    ],
)
def test_what_makes_it_slow_is_told(more: dict[str, object], said: str) -> None:
    slow = replace(answer(), **more)  # type: ignore[arg-type] # any field, by name
    assert said in [str(line) for line in lineup_freshness(slow)]
    assert said not in [str(line) for line in lineup_freshness(answer())]


def test_how_much_is_known_is_told() -> None:
    notes = [str(line) for line in lineup_freshness(answer(filled=0.4286, unread=2))]
    assert "42% of the account's list read so far, so there may be more" in notes
    assert "2 references in line never read as a whole yet" in notes
