"""Names that somebody may have meant."""

from collections.abc import Iterable
from heapq import nlargest

MOST_NEAR = 3  # more are no help to who mistyped
_LOOKED_AT_CLOSELY = 50
_LONGEST = 500
_SHORT = 5  # of a short name one letter in three may be wrong, of a longer one two or a fifth


def distance(one: str, other: str) -> int:
    """How many letters must be added, dropped or changed to make one text the other."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, against in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (letter != against))
    return row[-1]


def nearest(text: str, names: Iterable[str], most: int = MOST_NEAR) -> tuple[str, ...]:
    """The names within a few letters of the text or beginning like it, the nearest first.

    One quick pass over all names, a closer look at the few that share most at both ends: fit for 100,000 names.
    """
    if not text:
        return ()
    wanted = text[:_LONGEST].casefold()
    candidates = nlargest(_LOOKED_AT_CLOSELY, names, key=lambda name: _shared(wanted, name[:_LONGEST].casefold()))
    ranked = sorted((_rank(wanted, name), name) for name in candidates if _is_near(wanted, name))
    return tuple(name for _, name in ranked[:most])


def _shared(one: str, other: str) -> int:
    """How many letters two texts share at the beginning and at the end, less what one is longer."""
    shorter = min(len(one), len(other))
    begin = _alike(one, other, shorter)
    end = _alike(one[::-1], other[::-1], shorter - begin)
    return 2 * (begin + end) - abs(len(one) - len(other))


def _alike(one: str, other: str, most: int) -> int:
    for index in range(most):
        if one[index] != other[index]:
            return index
    return most


def _is_near(wanted: str, name: str) -> bool:
    folded = name[:_LONGEST].casefold()
    begins = _alike(wanted, folded, min(len(wanted), len(folded)))
    slips = len(wanted) // 3 if len(wanted) < _SHORT else max(len(wanted) // 5, 2)
    return begins >= max(len(wanted) * 2 // 3, 3) or _slips(wanted, folded) <= slips


def _rank(wanted: str, name: str) -> tuple[int, int]:
    folded = name[:_LONGEST].casefold()
    return (_slips(wanted, folded), distance(wanted, folded))


def _slips(wanted: str, folded: str) -> int:
    """How many letters are wrong, whatever follows them in the name."""
    return distance(wanted, folded[: len(wanted)])
