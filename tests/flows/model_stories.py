"""Draws stories: each number is one thing that happens and the time after it, whatever the other numbers are."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from hypothesis import strategies as st

from bot.domain.watch import Events
from bot.flows.source import SMALLEST_PAGE
from tests.flows.model_account import LATENCY, ORDERS, REASONS
from tests.flows.model_expectations import PATTERNS
from tests.flows.model_steps import (
    FAULTS,
    REFERENCES,
    Ask,
    Away,
    Break,
    Change,
    Delete,
    Die,
    Fail,
    GoOn,
    Insert,
    Lie,
    Meanwhile,
    Move,
    Remember,
    SetClock,
    Step,
    Stop,
    Story,
    Watch,
)

_WATCHED = (*("batch-1",) * 3, "batch-2", "other")
_STATUSES = (*("processing",) * 2, *("completed",) * 3, *("failed",) * 4, "canceled", "uploading")
_NAMES = ("batch-1", "batch-1", "batch-2", *PATTERNS)
_PLACES = ("C1", "C1", "C2")
_NUMBER = st.integers(0, 2**24 - 1)  # as many as Hypothesis draws evenly


def _insert(lot: Random) -> Insert:
    status = lot.choice((*("queued",) * 5, "processing", "completed", "failed", "failed"))
    return Insert(lot.choice((*_WATCHED * 2, None)), lot.choice((1, 1, 2, 5, 12, 30)), status)


def _move(lot: Random) -> Move:
    reason = lot.choice((REASONS[0], *REASONS))
    return Move(lot.choice((0, 0, 1, 3, 6, 20)), lot.choice((1, 1, 3, 40)), lot.choice(_STATUSES), reason)


def _delete(lot: Random) -> Delete:
    return Delete(lot.choice((0, 0, lot.randrange(40))), lot.choice((1, 1, 1, 3, 12)))


def _watch(lot: Random) -> Watch:
    events = lot.choice((None, *Events))
    return Watch(lot.choice(_PLACES), lot.choice(_NAMES), events, lot.choice((None, None, 1, 4)), _is(lot))


def _is(lot: Random) -> bool:
    return lot.random() < 1 / 2


_CHANGES: tuple[Callable[[Random], Change], ...] = (_insert, _insert, _move, _delete, _delete)
_KINDS: dict[Callable[[Random], Step], int] = {
    _insert: 12,
    _move: 20,
    _delete: 3,
    _watch: 5,
    lambda lot: Meanwhile(lot.choice((1, 2, 2, 3, 4)), lot.choice(_CHANGES)(lot)): 7,
    lambda lot: Stop(lot.choice(_PLACES), lot.choice(_NAMES)): 2,
    lambda lot: Ask(lot.choice(REFERENCES), fresh=_is(lot), beside_a_look=_is(lot)): 4,
    lambda lot: Away(lot.choice((10.0, 100.0, 400.0, 4_000.0)), restarts=_is(lot)): 2,
    lambda lot: Die(lot.choice((1, 2, 2, 3, 4))): 3,
    lambda lot: Fail(lot.randrange(len(FAULTS)), lot.choice((1, 1, 2, 3, 4))): 2,
    lambda _: Remember(): 1,
    lambda lot: Lie(lot.choice((1, 2))): 2,
    lambda lot: Break(lot.choice(("batch-1", "batch-1", None)), mends=_is(lot)): 2,
    lambda lot: SetClock(lot.choice((-3_600.0, -40.0, 40.0, 3_600.0))): 1,
    lambda lot: Move(lot.randrange(40), 1, lot.choice(("processing", "completed", "failed")), back=True): 1,
}


def _beat(number: int) -> Sequence[Step]:
    lot = Random(number)  # noqa: S311 - a story, not a secret
    (kind,) = lot.choices(tuple(_KINDS), tuple(_KINDS.values()))
    seconds = lot.choice((0.0, 0.0, 0.0, 3.0, 20.0, 20.0, 40.0, 70.0))
    return (kind(lot), GoOn(seconds)) if seconds else (kind(lot),)


def _older(lot: Random) -> tuple[str, int, str, float]:
    status = lot.choice(("queued", "processing", "completed", "failed"))
    return lot.choice((*REFERENCES, "ancient")), lot.randint(1, 12), status, lot.choice((100.0, 5_000.0))


def story_of(number: int, beats: Sequence[int]) -> Story:
    """The story of these numbers; the first says what account it is, and what is watched from the beginning."""
    lot = Random(number)  # noqa: S311 - a story, not a secret
    first = [
        Watch(lot.choice(_PLACES), lot.choice(_NAMES), lot.choice((None, Events.EACH)), None, beside_a_look=False)
        for _ in range(lot.choice((1, 1, 2)))
    ]
    story = Story(
        order=lot.choice((*("newest first",) * 4, *("oldest first",) * 2, *tuple(ORDERS)[2:])),
        page=lot.choice((5, 7, 7, 20, 20, 100)),
        refuses_large=_is(lot),
        ahead=lot.choice((0.0, 0.0, -90.0, 3_600.0)),
        calls=lot.choice((60, 300)),
        settle=lot.choice((0.0, 90.0)),
        older=[_older(lot) for _ in range(lot.choice((0, 0, 1, 3)))],
        steps=(*first, *(step for each in beats for step in _beat(each))),
    )
    if story.page < SMALLEST_PAGE:
        return story  # the API would have to be asked too often for all to be read in time
    return replace(story, latency=lot.choice((*(LATENCY,) * 3, 1.5, 4.0)))


STORIES = st.builds(story_of, _NUMBER, st.lists(_NUMBER, min_size=8, max_size=16))
