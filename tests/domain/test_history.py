import pytest

from bot.domain.history import KINDS, unreadable

ALL = frozenset(KINDS)


@pytest.mark.parametrize(
    ("place", "public", "scope"),
    [
        ("C1", True, "channels:history"),
        ("C1", False, "groups:history"),
        ("U1", False, "im:history"),
        ("W1", False, "im:history"),
        ("D1", False, "im:history"),
    ],
)
def test_each_kind_of_place_takes_its_own_scope(place: str, public: bool, scope: str) -> None:
    assert unreadable(place, public=public, granted=ALL, learnt=None) is None
    assert unreadable(place, public=public, granted=ALL - {scope}, learnt=None) == "missing_scope"


def test_what_slack_answered_stays_until_the_token_shows_that_it_is_mended() -> None:
    assert unreadable("C1", public=True, granted=ALL, learnt="not_in_channel") == "not_in_channel"
    assert unreadable("C1", public=True, granted=ALL, learnt="missing_scope") is None
    assert unreadable("C1", public=True, granted=frozenset(), learnt="missing_scope") == "missing_scope"
