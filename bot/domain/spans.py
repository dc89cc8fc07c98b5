"""Lengths of time as people type them: `30m`, `2h`, `1h30m`, `7d`."""

import re
from datetime import timedelta

from bot.errors import BadCommandError

SHORTEST_MUTE = timedelta(minutes=1)  # less is over before the message was written
LONGEST_MUTE = timedelta(days=30)  # who wants longer does not want the watch
_LONGEST_TEXT = 40
_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_SPELLINGS = {
    "d": ("d", "day", "days"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "m": ("m", "min", "mins", "minute", "minutes"),
    "s": ("s", "sec", "secs", "second", "seconds"),
}
_UNIT_OF = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}
_PART = re.compile(r"([0-9]{1,6})\s*([a-z]+)\s*")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+")
_EXAMPLES = "`30m`, `2h`, `1h30m` or `1d`"


def span(text: str) -> timedelta:
    """The length that was typed: whole numbers with units, each unit once and the largest first.

    Raises `BadCommandError` saying what to type instead.
    """
    typed = " ".join(text.lower().split())
    parts = _PART.findall(typed) if len(typed) <= _LONGEST_TEXT and _WHOLE.fullmatch(typed) else []
    units = [_UNIT_OF.get(unit) for _, unit in parts]
    in_order = [unit for unit in _UNITS if unit in units]
    if not parts or units != in_order:
        raise BadCommandError(f"I do not understand `{_shown(text)}` as a length of time. Type {_EXAMPLES}.")
    return sum((int(number) * _UNITS[unit] for (number, _), unit in zip(parts, in_order, strict=True)), timedelta())


def span_between(text: str, shortest: timedelta, longest: timedelta, limits: str) -> timedelta:
    """The same within limits, which `limits` names; raises `BadCommandError`."""
    length = span(text)
    if not shortest <= length <= longest:
        raise BadCommandError(f"`{_shown(text)}` is out of bounds: it can be {limits}. Type {_EXAMPLES}, for example.")
    return length


def mute_span(text: str) -> timedelta:
    """How long a place is muted: from a minute to 30 days; raises `BadCommandError`."""
    return span_between(text, SHORTEST_MUTE, LONGEST_MUTE, "from 1 minute to 30 days")


def _shown(text: str) -> str:
    cut = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
    return cut.replace("`", "'") or " "
