"""Unsafe ways to read a list that changes while it is read: what proves the bot must find these, too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.reading import Known, Range, overlap
from bot.domain.request import LipsyncRequest, Page
from tests.builders import NOON, request

Rows = Sequence[LipsyncRequest]
PAGE = 20
MOST_CALLS = 100
LISTED = tuple(request(number) for number in range(50))
NEW = tuple(request(100 + number) for number in range(2))
OVERLOOKS = "overlooks a request"

SCENES: dict[str, Rows] = {
    "nothing happens": LISTED,
    "two arrive at the head": (*NEW, *LISTED),
    "two arrive at the end": (*LISTED, *NEW),
    "one vanishes at the head while another arrives at the end": (*LISTED[1:], NEW[0]),
    "five vanish at the head": LISTED[5:],
    "five vanish at the head while two arrive at the end": (*LISTED[5:], *NEW),
}
"""What is listed from the second page on."""


class NoOverlap(Range):
    """Each page begins where the one before has ended."""

    def add(self, page: Page) -> None:
        before, self._last = self._round, None
        super().add(page)
        if self.offset is not None and self._round == before:
            self.offset += overlap(page.limit)


class NothingCounted(Range):
    """What was seen when the end is reached counts as the whole list."""

    def _end_round(self) -> None:
        self.listed = frozenset(self.seen)
        self._end(complete=True)


@dataclass(frozen=True)
class Reader:
    """A way to read that is not safe, what comes of it, and in which scene it shows."""

    name: str
    does: str
    harm: str
    shows: str
    kind: Callable[..., Range]


READERS = (
    Reader(
        "no overlap",
        "each page of the API's list is read from where the one before has ended",
        OVERLOOKS,
        "one vanishes at the head while another arrives at the end",
        NoOverlap,
    ),
    Reader(
        "nothing counted",
        "what was seen when the end of the API's list is reached counts as all there is",
        OVERLOOKS,
        "five vanish at the head",
        NothingCounted,
    ),
)


def is_read_right(kind: Callable[..., Range], scene: str) -> bool:
    """Whether this reads, to the end and as the whole, just what is there at the end."""
    spread, later = kind(Known(), whole=True), SCENES[scene]
    for call in range(MOST_CALLS):
        if spread.offset is None:
            break
        rows = LISTED if call == 0 else later
        part = tuple(rows[spread.offset : spread.offset + PAGE])
        spread.add(Page(part, spread.offset, PAGE, len(rows), NOON, NOON, None))
    return spread.complete and spread.listed == frozenset(row.id for row in later)
