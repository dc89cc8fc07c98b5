"""Whether two patterns have anything in common."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import bracex

from bot.domain.glob import MOST_ALTERNATIVES, Glob, compiled

_MOST_STEPS = 5_000
_LATIN = range(0x250)
_PARTS = re.compile(
    r"(?P<star>\*+)|(?P<one>\?)|(?P<set>\[[!^]?\]?[^]\[\\]*\])|(?P<odd>\[)|(?P<letter>\\.|.)", re.DOTALL
)

_Part = tuple[str, str]
"""What kind of part it is, and its text."""


@lru_cache(maxsize=10_000)
def overlap(one: Glob, other: Glob) -> bool:
    """Whether some reference is covered by both.

    Where that would take long to find out, or a set of letters is spelled in an unusual way, they are taken to overlap.
    """
    left = _MOST_STEPS
    theirs = [_parts(each) for each in _alternatives(other)]
    for mine in map(_parts, _alternatives(one)):
        for each in theirs:
            met, steps = _meet(mine, each, left)
            left -= steps
            if met or left <= 0:
                return True
    return False


def _alternatives(glob: Glob) -> list[str]:
    return list(bracex.expand(glob.pattern, keep_escapes=True, limit=MOST_ALTERNATIVES))


def _parts(alternative: str) -> Sequence[_Part]:
    return [(part.lastgroup or "", part.group()) for part in _PARTS.finditer(alternative)]


def _meet(one: Sequence[_Part], other: Sequence[_Part], most: int) -> tuple[bool, int]:
    """Whether both can be walked through by the same letters, and how many steps were looked at."""
    if any(kind == "odd" or (kind == "set" and not _letters_of(text)) for kind, text in (*one, *other)):
        return True, 1
    seen = {(0, 0)}
    ahead = [(0, 0)]
    for step in range(most):
        if not ahead:
            return False, step
        at = ahead.pop()
        if at == (len(one), len(other)):
            return True, step
        for following in _steps(one, other, at):
            if following not in seen:
                seen.add(following)
                ahead.append(following)
    return True, most


def _steps(one: Sequence[_Part], other: Sequence[_Part], at: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Where one letter for both leads, or none where a star stands for nothing."""
    i, j = at
    mine = one[i] if i < len(one) else None
    theirs = other[j] if j < len(other) else None
    if mine is not None and mine[0] == "star":
        yield i + 1, j
    if theirs is not None and theirs[0] == "star":
        yield i, j + 1
    if mine is not None and theirs is not None and _share(mine, theirs):
        yield i + (mine[0] != "star"), j + (theirs[0] != "star")


def _share(one: _Part, other: _Part) -> bool:
    """Whether a letter can stand for both."""
    if one[0] in ("star", "one") or other[0] in ("star", "one"):
        return True
    if one[0] == other[0] == "letter":
        return one[1][-1] == other[1][-1]
    if one[0] == "letter":
        return compiled(other[1]).matches(one[1][-1])
    if other[0] == "letter":
        return compiled(one[1]).matches(other[1][-1])
    return any(compiled(other[1]).matches(letter) for letter in _letters_of(one[1])) or any(
        compiled(one[1]).matches(letter) for letter in _letters_of(other[1])
    )


@lru_cache(maxsize=1_000)
def _letters_of(set_: str) -> frozenset[str]:
    """The letters of a set, as far as they are Latin ones, named in it or next to those; none where it is no set."""
    near = {chr(min(max(ord(sign) + by, 0), 0x10FFFF)) for sign in set_ for by in (-1, 0, 1)}
    covers = compiled(set_).matches
    return frozenset(letter for letter in (*map(chr, _LATIN), *near) if covers(letter))
