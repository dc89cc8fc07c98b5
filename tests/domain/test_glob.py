"""Globs match as wcmatch's do, the more specific one decides, and what is too costly is refused with advice."""

import bracex
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wcmatch import fnmatch

from bot.domain.glob import (
    MOST_ALTERNATIVES,
    Covering,
    Glob,
    Interest,
    compiled,
    is_everything,
    is_glob,
    most_specific,
)
from bot.errors import BadCommandError

_FLAGS = fnmatch.BRACE | fnmatch.DOTMATCH | fnmatch.CASE
PARTS = st.sampled_from(
    ["a", "B", "-", ".", "/", "*", "?", "[ab]", "[!a]", "{a,b}", "{B*,?}", "{1..3}", "\\*", "[", "}"]
)
PATTERNS = st.lists(PARTS, min_size=1, max_size=4).map("".join)  # at most 81 alternatives: none is too costly
LONG_PATTERNS = st.lists(PARTS, min_size=1, max_size=7).map("".join)
NAMES = st.text(alphabet="abB-./*?123[]}{,", max_size=8)


@pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")  # of wcmatch's own expression for `[b-a[c]`
@given(LONG_PATTERNS, NAMES)
@example("{1..3}" * 5, "11111")
def test_a_pattern_matches_what_wcmatch_says_or_is_refused_as_too_costly(pattern: str, name: str) -> None:
    if len(bracex.expand(pattern, keep_escapes=True, limit=0)) > MOST_ALTERNATIVES:
        with pytest.raises(BadCommandError, match=f"more than {MOST_ALTERNATIVES} patterns"):
            compiled(pattern)
    else:
        assert compiled(pattern).matches(name) == fnmatch.fnmatch(name, pattern, flags=_FLAGS)


@given(PATTERNS, NAMES)
def test_every_match_begins_with_the_prefix(pattern: str, name: str) -> None:
    glob = compiled(pattern)

    assert not glob.matches(name) or name.startswith(glob.prefix)


@given(
    st.lists(PARTS, max_size=2).map("".join).map("{}*".format),
    st.text(alphabet="abB-./*?1[]{\n", min_size=1, max_size=8),
)
def test_what_is_only_a_prefix_matches_all_that_begins_with_it(pattern: str, name: str) -> None:
    glob = compiled(pattern)

    assert not glob.is_prefix or glob.matches(name) == name.startswith(glob.prefix)


def test_letters_before_a_star_are_only_a_prefix() -> None:
    are = [
        pattern for pattern in ("*", "a-*", "a**", "a", "a?*", "a*b*", "[a]*", "{a,b}*") if compiled(pattern).is_prefix
    ]
    assert are == ["*", "a-*", "a**"]


def test_what_nobody_watches_is_neither_named_nor_covered() -> None:
    interest = Interest(frozenset({"named"}), (Covering(compiled("a-*")),))
    assert interest.without({"named", "a-1", "b-1"}) == ["b-1"]


@given(st.lists(PATTERNS.map(compiled), min_size=1))
def test_one_of_several_globs_decides_whatever_their_order(globs: list[Glob]) -> None:
    decides = most_specific(globs)

    assert all(glob.specificity <= decides.specificity for glob in globs)
    assert most_specific([*reversed(globs)]).specificity == decides.specificity


@pytest.mark.parametrize(
    ("vague", "specific"),
    [
        ("*", "batch-*"),
        ("batch-*", "batch-2026-*"),
        ("batch-*", "batch-??"),
        ("batch-*-*", "batch--*"),
        ("{batch-2026-04,*}", "b*"),
        ("**a*", "*a"),
    ],
)
def test_the_more_literal_glob_is_more_specific(vague: str, specific: str) -> None:
    assert most_specific([compiled(vague), compiled(specific)]) == compiled(specific)


@pytest.mark.parametrize("text", ["batch-*", "b?", "b[ab]", "{a,b}", "x{1..3}", "{a,{b,c}}"])
def test_signs_of_a_pattern_are_seen(text: str) -> None:
    assert is_glob(text)


@pytest.mark.parametrize("text", ["batch-1", "a[", "{a}", "a]b", "{}", "[]", "a,b", ""])
def test_ordinary_references_are_no_patterns(text: str) -> None:
    assert not is_glob(text)


def test_only_stars_are_the_whole_account() -> None:
    assert [is_everything(text) for text in ("*", "**", "*?", "a*")] == [True, True, False, False]


@pytest.mark.parametrize("pattern", ["{1..5000}", "{a,b}" * 10, "{a,{b,{c,{d,e}}}}", "{" * 60 + "*", "*" * 201])
def test_a_costly_pattern_is_refused_with_advice(pattern: str) -> None:
    with pytest.raises(BadCommandError, match=r"Type a simpler one, such as `batch-\*`"):
        compiled(pattern)


def test_capital_letters_dots_and_slashes_are_like_others() -> None:
    glob = compiled("Client/*")

    assert glob.matches("Client/.a/b")
    assert not glob.matches("client/a")


def test_an_interest_covers_names_and_globs_without_their_exceptions() -> None:
    interest = Interest(
        frozenset({"x", "batch-9"}), (Covering(compiled("batch-*"), frozenset({"batch-2", "batch-9"})),)
    )

    assert [interest.covers(name) for name in ("x", "y", "batch-1", "batch-2", "batch-9", "batch-1")] == [
        True,
        False,
        True,
        False,
        True,
        True,
    ]
    assert interest
    assert not Interest()


def test_what_one_glob_excepts_another_may_cover() -> None:
    interest = Interest(globs=(Covering(compiled("a*"), frozenset({"ab"})), Covering(compiled("*b"))))

    assert interest.covers("ab")
