"""Names that may have been meant are few, near, and quickly found."""

import time

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.nearness import MOST_NEAR, distance, nearest

WORDS = st.text(alphabet="abc-1", max_size=8)


@given(WORDS, WORDS)
def test_a_distance_is_the_same_both_ways_and_nothing_only_for_equals(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= distance(one, other) <= max(len(one), len(other))


@given(WORDS, st.lists(WORDS))
def test_no_name_is_made_up_and_an_equal_one_comes_first(text: str, names: list[str]) -> None:
    found = nearest(text, names)

    assert set(found) <= set(names)
    assert len(found) <= MOST_NEAR
    assert not (text in names and len(text) > 0) or found[0] == text


def test_slips_capitals_and_beginnings_are_forgiven_and_others_are_not_named() -> None:
    names = ["batch-2026-04", "batch-2026-05", "Promo-FR", "series-s02", "x"]

    assert nearest("bacth-2026-04", names)[0] == "batch-2026-04"
    assert nearest("promo-fr", names) == ("Promo-FR",)
    assert nearest("series", names) == ("series-s02",)
    assert nearest("nothing like it", names) == ()
    assert nearest("", names) == ()


def test_a_hundred_thousand_names_take_little_time() -> None:
    names = [f"client-{number % 50}/batch-2026-{number:06}" for number in range(100_000)]

    began = time.perf_counter()
    found = nearest("client-7/bacth-2026-000057", names)

    assert found[0] == "client-7/batch-2026-000057"
    assert time.perf_counter() - began < 5
