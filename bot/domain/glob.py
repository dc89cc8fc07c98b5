"""Globs: one pattern for many references, such as `batch-*`."""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile

import bracex
from wcmatch import fnmatch

from bot.errors import BadCommandError

LONGEST_GLOB = 200  # characters: patterns that people type are far shorter, and what they cost grows with it
MOST_ALTERNATIVES = 100  # a pattern of more is answered with a simpler one to type
MOST_NESTED = 3  # braces in braces: each level multiplies what is tried
_MOST_REMEMBERED = 200_000
_FLAGS = fnmatch.BRACE | fnmatch.DOTMATCH | fnmatch.CASE
_SIGNS = re.compile(r"[*?]|\[[^]]+\]|\{[^{}]*(,|\.\.)[^{}]*\}")
_EVERYTHING = re.compile(r"\*+")
_PARTS = re.compile(r"(?P<star>\*+)|(?P<one>\?|\[[!^]?\]?[^]]*\])|(?P<letter>\\.|.)", re.DOTALL)

Specificity = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern as wcmatch's `fnmatch` reads it with `BRACE | DOTMATCH | CASE`.

    `specificity` compares: more letters, then more single wildcards, then fewer stars come first; of alternatives in
    braces the vaguest counts. `prefix` is what every match begins with, `letters` are those of the first alternative.
    """

    pattern: str
    specificity: Specificity
    prefix: str
    letters: str
    _whole: re.Pattern[str] = field(repr=False, compare=False)

    @property
    def is_prefix(self) -> bool:
        """Whether it covers everything that begins with its prefix, and nothing else."""
        return self.pattern.endswith("*") and self.pattern.rstrip("*") == self.prefix

    def matches(self, reference_id: str) -> bool:
        """Whether the pattern covers the whole reference."""
        return self._whole.fullmatch(reference_id) is not None


def is_glob(text: str) -> bool:
    """Whether a text holds signs of a pattern; a reference that is called so is one all the same."""
    return _SIGNS.search(text) is not None


def is_everything(pattern: str) -> bool:
    """Whether a pattern covers the whole account."""
    return _EVERYTHING.fullmatch(pattern) is not None


@lru_cache(maxsize=1_000)
def compiled(pattern: str) -> Glob:
    """The pattern, ready to match; `BadCommandError` says what to type instead of one that is too costly."""
    if len(pattern) > LONGEST_GLOB:
        raise _refused(f"A pattern has at most {LONGEST_GLOB} characters, and that one has {len(pattern):,}")
    if _depth(pattern) > MOST_NESTED:
        raise _refused(f"That pattern nests braces more than {MOST_NESTED} deep")
    try:
        alternatives = bracex.expand(pattern, keep_escapes=True, limit=MOST_ALTERNATIVES)
        wanted, _ = fnmatch.translate(pattern, flags=_FLAGS, limit=0)
        whole = re.compile("|".join(wanted))
    except bracex.ExpansionLimitException as error:
        raise _refused(f"The braces of that pattern stand for more than {MOST_ALTERNATIVES} patterns") from error
    except (re.error, RecursionError) as error:
        raise _refused("That pattern cannot be understood") from error
    letters = "".join(_letters(alternatives[0]))
    return Glob(pattern, min(map(_specificity, alternatives)), _shared(map(_prefix, alternatives)), letters, whole)


def _refused(why: str) -> BadCommandError:
    return BadCommandError(f"{why}. Type a simpler one, such as `batch-*`, or one reference by its name.")


def _depth(pattern: str) -> int:
    depth = deepest = 0
    for sign in pattern:
        depth += (sign == "{") - (sign == "}" and depth > 0)
        deepest = max(deepest, depth)
    return deepest


def _specificity(alternative: str) -> Specificity:
    kinds = [part.lastgroup for part in _PARTS.finditer(alternative)]
    return (kinds.count("letter"), kinds.count("one"), -kinds.count("star"))


def _letters(alternative: str) -> Iterable[str]:
    return (part.group()[-1] for part in _PARTS.finditer(alternative) if part.lastgroup == "letter")


def _prefix(alternative: str) -> str:
    letters = ""
    for part in _PARTS.finditer(alternative):
        if part.lastgroup != "letter":
            break
        letters += part.group()[-1]
    return letters.partition("[")[0]


def _shared(texts: Iterable[str]) -> str:
    """What all of them begin with."""
    in_order = sorted(texts)
    pairs = zip(in_order[0], in_order[-1], strict=False)
    return "".join(letter for letter, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


@dataclass(frozen=True, slots=True)
class Allowed:
    """The only references that a place may hear of: those that a pattern covers, or that are called like one.

    A pattern that this version would not take any more covers nothing.
    """

    patterns: tuple[str, ...]
    globs: tuple[Glob, ...]

    @classmethod
    def of(cls, patterns: tuple[str, ...]) -> "Allowed | None":
        """What these patterns allow; None where there are none: everything."""
        return cls(patterns, tuple(_usable(patterns))) if patterns else None

    def covers(self, reference_id: str) -> bool:
        """Whether the place may hear of this reference."""
        return reference_id in self.patterns or any(glob.matches(reference_id) for glob in self.globs)

    def covers_all_of(self, glob: Glob) -> bool:
        """Whether the glob surely covers nothing else."""
        begins = any(each.is_prefix and glob.prefix.startswith(each.prefix) for each in self.globs)
        return begins or glob.pattern in {each.pattern for each in self.globs}


def _usable(patterns: Iterable[str]) -> Iterator[Glob]:
    for pattern in patterns:
        with suppress(BadCommandError):
            yield compiled(pattern)


@dataclass(frozen=True, slots=True)
class Covering:
    """A glob that a place watches, without the references that it excepts; `only` what the place may hear of."""

    glob: Glob
    exceptions: frozenset[str] = frozenset()
    only: Allowed | None = None

    @classmethod
    def within(cls, glob: Glob, only: Allowed | None, exceptions: frozenset[str] = frozenset()) -> "Covering":
        """What the glob is about in a place; where it covers nothing else anyway, nothing needs to be held against."""
        return cls(glob, exceptions, None if only is None or only.covers_all_of(glob) else only)

    def covers(self, reference_id: str) -> bool:
        """Whether it is about this reference."""
        if reference_id in self.exceptions or not self.glob.matches(reference_id):
            return False
        return self.only is None or self.only.covers(reference_id)


@dataclass(frozen=True, slots=True)
class Interest:
    """All that somebody watches in an account: references by name, and globs."""

    exact: frozenset[str] = frozenset()
    globs: tuple[Covering, ...] = ()
    _remembered: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __bool__(self) -> bool:
        """Whether anything is watched at all."""
        return bool(self.exact or self.globs)

    def covers(self, reference_id: str) -> bool:
        """Whether somebody watches this reference; asked again for the same one, it costs next to nothing."""
        if reference_id in self.exact:
            return True
        known = self._remembered.get(reference_id)
        if known is None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            known = self._remembered[reference_id] = any(each.covers(reference_id) for each in self.globs)
        return known

    def without(self, references: AbstractSet[str]) -> list[str]:
        """Those of the references that nobody watches; of many that are watched by name it costs next to nothing."""
        return [name for name in references - self.exact if not self.covers(name)]


def most_specific(globs: Iterable[Glob]) -> Glob:
    """The glob that decides, the earliest among equals; there is at least one."""
    return max(globs, key=lambda glob: glob.specificity)
