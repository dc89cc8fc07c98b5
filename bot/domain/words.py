"""Sentences as pieces, so that Slack and the terminal show the same words, each in its own way."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, assert_never

LONGEST_NAME = 120  # characters of foreign text in one place: longer ones push everything else out of sight
_NOTHING = "(empty)"
_JOINERS = "\u200c\u200d"  # without them some scripts and emoji fall apart
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"

TimeStyle = Literal["time", "day", "ago"]


@dataclass(frozen=True, slots=True)
class Foreign:
    """Text that others wrote: shown on one line, cut after `longest` characters, and never able to act."""

    text: str
    longest: int = LONGEST_NAME
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Strong:
    """Words of ours that stand out."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Words that can be typed as they are: ours, or clean ones without backticks."""

    text: str


@dataclass(frozen=True, slots=True)
class At:
    """A moment: the time of day, the day and the time, or how long ago it was."""

    moment: datetime
    style: TimeStyle = "time"


@dataclass(frozen=True, slots=True)
class Place:
    """A channel, or a person's DM with the bot."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the workspace, by user id."""

    id: str


Piece = str | Foreign | Strong | Code | At | Place | Person


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence or a line; `str()` gives the terminal's text, with times in UTC."""

    pieces: tuple[Piece, ...]

    def __str__(self) -> str:
        return "".join(_in_terminal(piece) for piece in self.pieces)

    def __add__(self, other: "Words | Piece") -> "Words":
        more = other.pieces if isinstance(other, Words) else (other,)
        return Words((*self.pieces, *more))

    def __bool__(self) -> bool:
        return bool(self.pieces)


NOTHING = Words(())


def words(*pieces: "Piece | Words") -> Words:
    """Put pieces and sentences one after the other."""
    flat = NOTHING
    for piece in pieces:
        flat += piece
    return flat


def joined(parts: Iterable["Words | Piece"], between: str) -> Words:
    """Put parts one after the other with something between them; empty parts are left out."""
    result = NOTHING
    for part in parts:
        if part:
            result += words(between, part) if result else part
    return result


def listed(parts: Iterable["Words | Piece"]) -> Words:
    """Enumerate: "a", "a and b", "a, b and c"."""
    every = list(parts)
    if len(every) < 2:
        return words(*every)
    return words(joined(every[:-1], ", "), " and ", every[-1])


def _in_terminal(piece: Piece) -> str:
    match piece:
        case str():
            return piece
        case Foreign():
            return clean(piece.text, piece.longest)
        case Strong() | Code():
            return piece.text
        case At():
            return utc(piece.moment, piece.style)
        case Place():
            return f"#{clean(piece.name)}" if piece.name else clean(piece.id)
        case Person():
            return clean(piece.id)
        case _:
            assert_never(piece)


# --- foreign text ---


def clean(text: str, longest: int = LONGEST_NAME) -> str:
    """Foreign text on one line, harmless to its surroundings and not longer than `longest` characters.

    Control characters and direction marks are taken out, text that runs from right to left is isolated.
    """
    begin = text[: 4 * longest]
    visible = " ".join("".join(map(_visible, begin)).split())
    if len(visible) > longest or len(text) > len(begin):
        visible = visible[: longest - 1].rstrip() + "…"
    if any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in visible):
        return f"{_ISOLATE}{visible}{_END_ISOLATE}"
    return visible or _NOTHING


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    if category == "Cf" and character not in _JOINERS:
        return ""
    return " " if category in ("Cc", "Zl", "Zp") else character


# --- numbers and times ---


def number(value: int) -> str:
    """A number with thousands separated: "5,000"."""
    return f"{value:,}"


def counted(value: int, one: str, many: str | None = None) -> str:
    """A number of things: "1 clip", "2 clips"."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def duration(length: timedelta) -> str:
    """A length of time in its two largest units: "1 h 12 m", "1 m 52 s", "45 s"; never negative."""
    seconds = max(round(length.total_seconds()), 0)
    sizes = ((seconds // 86_400, "d"), (seconds // 3_600 % 24, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    first = next((i for i, (value, _) in enumerate(sizes) if value), len(sizes) - 1)
    largest = sizes[first : first + 2]
    return " ".join(f"{number(value)} {unit}" for value, unit in largest if value) or "0 s"


def utc(moment: datetime, style: TimeStyle = "time") -> str:
    """A moment in UTC: "15:20 UTC", with the day unless only the time is wanted: "30 March 2026, 15:20 UTC"."""
    there = moment.astimezone(UTC)
    time = there.strftime("%H:%M UTC")
    return time if style == "time" else f"{there.day} {there:%B %Y}, {time}"
