"""What a channel allows: references, globs, watches, and what is typed into its settings."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.glob import Allowed, Covering, compiled
from bot.domain.lineup import InLine, Lineup, hidden
from bot.domain.overlap import overlap
from bot.domain.policy import (
    MOST_PATTERNS,
    NOTHING_SET,
    LinksPolicy,
    Policy,
    has_settings,
    is_shown,
    not_about,
    outside,
    patterns_typed,
)
from bot.domain.policy_wording import named, narrowed, policy_lines
from bot.domain.watch import Events, Watch
from bot.errors import BadCommandError
from tests.builders import NOON, at, watch

CLIENT_A = Policy(patterns=("client-a-*",))
LETTERS = "abcd"
PARTS = st.sampled_from(["a", "b", "c", "?", "*", "[ab]", "[!a]", "[^bc]", "{a,bc}", "{b,*}"])
PATTERNS = st.lists(PARTS, min_size=1, max_size=3).map("".join)
SHORT = ["".join(word) for length in range(7) for word in product(LETTERS, repeat=length)]


def glob_watch(pattern: str) -> Watch:
    return replace(watch(reference=pattern), is_glob=True)


# --- references ---


def test_without_patterns_a_place_hears_of_everything() -> None:
    assert NOTHING_SET.allows("anything")
    assert NOTHING_SET.allows(None)
    assert NOTHING_SET.allows_some_of(compiled("*"))
    assert NOTHING_SET.allows_all_of(compiled("*"))
    assert (NOTHING_SET.links, NOTHING_SET.events) == (LinksPolicy.PRIVATE, None)


def test_with_patterns_it_hears_of_what_one_of_them_covers_and_of_no_request_without_a_reference() -> None:
    policy = Policy(patterns=("client-a-*", "shared"))
    assert [policy.allows(name) for name in ("client-a-1", "shared", "Shared", "client-b-1", "x-client-a-1")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert not policy.allows(None)


def test_a_reference_that_is_called_like_a_pattern_is_allowed_by_its_name() -> None:
    assert Policy(patterns=("batch-[1]",)).allows("batch-[1]")
    assert Policy(patterns=("batch-[1]",)).allows("batch-1")


def test_a_pattern_that_cannot_be_read_any_more_allows_nothing_rather_than_everything() -> None:
    assert not Policy(patterns=("{1..999}",)).allows("1")
    assert Policy(patterns=("{1..999}",)).allowed is not None


# --- globs ---


def test_a_glob_in_a_place_covers_only_what_both_cover() -> None:
    covering = Covering.within(compiled("*-2026"), CLIENT_A.allowed, frozenset({"client-a-x-2026"}))
    names = ("client-a-1-2026", "client-b-1-2026", "client-a-1", "client-a-x-2026")
    assert [covering.covers(name) for name in names] == [True, False, False, False]


@pytest.mark.parametrize(
    ("pattern", "some", "every"),
    [
        ("*", True, False),
        ("client-a-*", True, True),
        ("client-a-2026-*", True, True),
        ("client-[ab]-*", True, False),
        ("client-b-*", False, False),
        ("*-2026", True, False),
        ("client-?-1", True, False),
        ("{client-b,client-c}-*", False, False),
        ("{client-b,client-a}-*", True, False),
    ],
)
def test_a_place_hears_of_some_of_a_glob_of_all_of_it_or_of_nothing(pattern: str, some: bool, every: bool) -> None:
    assert CLIENT_A.allows_some_of(compiled(pattern)) is some
    assert CLIENT_A.allows_all_of(compiled(pattern)) is every


def test_what_covers_nothing_else_needs_not_be_held_against_the_patterns() -> None:
    assert Covering.within(compiled("client-a-2*"), CLIENT_A.allowed).only is None
    assert Covering.within(compiled("client-*"), CLIENT_A.allowed).only == CLIENT_A.allowed


def test_globs_overlap_with_a_pattern_that_is_a_name() -> None:
    assert Policy(patterns=("batch-[1]",)).allows_some_of(compiled("batch-[[]1]"))
    assert not Policy(patterns=("batch-7",)).allows_some_of(compiled("batch-?1"))


@given(PATTERNS, PATTERNS)
@example("[ab]", "[!a]")
@example("a*b", "*")
@example("{a,bc}", "b?")
def test_two_patterns_overlap_exactly_where_a_name_is_covered_by_both(one: str, other: str) -> None:
    first, second = compiled(one), compiled(other)
    both = any(first.matches(name) and second.matches(name) for name in SHORT)
    assert overlap(first, second) == both
    assert overlap(second, first) == both


def test_what_takes_too_long_to_find_out_or_is_spelled_in_an_odd_way_is_taken_to_overlap() -> None:
    assert overlap(compiled("*a" * 95 + "{b,c,d}"), compiled("*" + "a*" * 95 + "{x,y,z}"))
    assert not overlap(compiled("a*" * 90 + "{b,c,d}"), compiled("b*" * 90 + "{x,y,z}"))
    assert overlap(compiled("[[:digit:]]"), compiled("[[:alpha:]]"))
    assert overlap(compiled("a[]"), compiled("a[]"))
    assert overlap(compiled("[z-a]x"), compiled("[z-a]x"))


@given(PATTERNS, PATTERNS, st.sampled_from(SHORT))
def test_what_surely_covers_all_of_a_glob_covers_each_of_its_names(wide: str, narrow: str, name: str) -> None:
    allowed = Allowed.of((wide,))
    assert allowed is not None
    if allowed.covers_all_of(compiled(narrow)) and compiled(narrow).matches(name):
        assert allowed.covers(name)


# --- watches ---


def test_watches_outside_are_those_that_have_nothing_to_tell_any_more() -> None:
    inside = (watch(reference="client-a-1"), glob_watch("*"), glob_watch("client-[ab]-*"))
    gone = (watch(reference="batch-1"), glob_watch("client-b-*"))
    assert outside(CLIENT_A, (*inside, *gone)) == gone
    assert outside(NOTHING_SET, (*inside, *gone)) == ()
    assert outside(CLIENT_A, (glob_watch("{1..999}"),)) == ()


def test_of_other_places_only_watches_are_shown_that_count_nothing_else() -> None:
    shown = (watch(reference="client-a-1"), glob_watch("client-a-2*"))
    kept = (watch(reference="batch-1"), glob_watch("*"), glob_watch("{1..999}"))
    assert [is_shown(CLIENT_A, each) for each in (*shown, *kept)] == [True, True, False, False, False]
    assert all(is_shown(NOTHING_SET, each) for each in (*shown, *kept))


def test_without_managers_everybody_may_change_things_with_them_only_they() -> None:
    assert NOTHING_SET.may_change("U1")
    assert Policy(managers=("U1", "U2")).may_change("U2")
    assert not Policy(managers=("U1", "U2")).may_change("U3")


def test_only_channels_have_settings() -> None:
    assert [has_settings(place) for place in ("C1", "G1", "D1")] == [True, True, False]


def test_what_a_channel_is_not_about_is_refused_with_a_few_of_its_patterns() -> None:
    assert "only about `a-*`. Ask in" in str(not_about(("a-*",)))
    many = str(not_about(tuple(f"{n}`{'x' * 60}" for n in range(7))))
    assert f"`0'{'x' * 37}…`, `1'" in many
    assert "`, 2 more. Ask in" in many


# --- what is typed ---


def test_patterns_are_typed_one_on_each_line() -> None:
    assert patterns_typed("  client-a-*\n\n shared \nclient-a-*") == ("client-a-*", "shared")
    assert patterns_typed("") == ()
    assert patterns_typed("*") == ("*",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ok-*\n{1..999}", "{1..999}: The braces of that pattern stand for more than 100 patterns"),
        ("x" * 201, "A pattern has at most 200 characters"),
        ("a\tb\u0007", "control characters"),
        ("\n".join(f"a{n}" for n in range(MOST_PATTERNS + 1)), "That is 21 patterns, and there can be 20"),
    ],
)
def test_a_pattern_that_cannot_be_taken_is_named_with_what_to_type_instead(text: str, why: str) -> None:
    with pytest.raises(BadCommandError) as error:
        patterns_typed(text)
    assert why in str(error.value)


# --- the queue ---


def test_in_the_queue_names_are_hidden_that_a_place_may_not_see_and_the_totals_stay() -> None:
    line = (
        InLine("client-b-1", 1, 2, 0, NOON, NOON),
        InLine("client-a-1", 3, 0, 1, at(10)),
        InLine("batch-1", 0, 5, 0, at(20), at(20)),
        InLine(None, 1, 0, 0, at(30)),
    )
    lineup = Lineup(at(100), line)

    shown = hidden(lineup, CLIENT_A.allowed)

    assert [(each.reference_id, each.others) for each in shown.line] == [(None, 2), ("client-a-1", 0), (None, 0)]
    assert shown.line[0] == InLine(None, 1, 7, 0, NOON, NOON, others=2)
    assert (shown.running, shown.waiting, shown.other) == (lineup.running, lineup.waiting, lineup.other)
    assert shown.waiting_since == lineup.waiting_since
    assert hidden(lineup, None) is lineup
    assert hidden(lineup, Policy(patterns=("*",)).allowed) is lineup


# --- words ---


def test_a_few_patterns_are_named_and_the_others_counted() -> None:
    assert str(named(("a-*",))) == "a-*"
    assert str(named(tuple(f"{n}-*" for n in range(7)))) == "0-*, 1-*, 2-*, 3-*, 4-* and 2 more patterns"
    assert str(narrowed(("a-*", "b-*"))) == "only what this channel is about: a-* and b-*"
    assert not narrowed(())


def test_settings_are_told_line_by_line() -> None:
    assert [str(line) for line in policy_lines(NOTHING_SET)] == [
        "About: every reference",
        "Links: only whoever asks sees them",
        "A new watch tells: failures, the finish, and what is stuck or may be late (for problems)",
        "Watches and settings may be changed by: everybody here",
    ]
    policy = Policy(("client-a-*",), LinksPolicy.OFF, Events.EACH, ("U1", "U2"))
    assert [str(line) for line in policy_lines(policy)] == [
        "About: client-a-*",
        "Links: none here; ask in your DM with me",
        "A new watch tells: failures, the finish, and finished clips (for each)",
        "Watches and settings may be changed by: U1 and U2",
    ]
