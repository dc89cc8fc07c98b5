"""Hours and days as people type them: `19:00-8:00 mon-fri`, `daily 9:00 weekdays`, `7pm to 8am Europe/Berlin`."""

import re
from dataclasses import dataclass
from datetime import datetime, time

from bot.domain.hours import EVERY_DAY
from bot.domain.zones import split_zone
from bot.errors import BadCommandError

LONGEST_TEXT = 100  # characters: seven days by their long names and a zone have about ninety
DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CLOCK = r"(?:[0-9]{1,2}(?::[0-9]{2})?(?: ?[ap]\.?m\b\.?)?|noon|midday|midnight)"
_HOURS = re.compile(rf"(?:from )?(?P<begin>{_CLOCK}) ?(?:[-–—]|to|until|till) ?(?P<end>{_CLOCK})(?P<rest>[ ,].*)?")
_DAILY = re.compile(rf"(?:daily |every day |each day )?(?:at )?(?P<at>{_CLOCK})(?P<rest>[ ,].*)?")
_TIME = re.compile(r"(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2}))?(?: ?(?P<half>[ap])\.?m\.?)?")
_NAMED = {"noon": time(12), "midday": time(12), "midnight": time(0), "24:00": time(0)}
_DAY = (
    r"(?:mon(?:days?)?|tue(?:s|sdays?)?|wed(?:s|nesdays?)?|thu(?:r|rs|rsdays?)?|fri(?:days?)?|sat(?:urdays?)?"
    r"|sun(?:days?)?)"
)
_DAYS = re.compile(rf"(?:on )?(?P<days>{_DAY}(?: ?(?:[-–—,+]|to|and) ?{_DAY}|,? {_DAY})*)(?P<rest>(?: .*)?)")
_FROM_TO = re.compile(rf"({_DAY}) ?(?:[-–—]|to) ?({_DAY})")
_GROUPS = {
    "weekdays": frozenset(range(5)),
    "workdays": frozenset(range(5)),
    "weekends": frozenset((5, 6)),
    "weekend": frozenset((5, 6)),
    "daily": EVERY_DAY,
    "every day": EVERY_DAY,
}
_LETTERS = 3  # by which days of the week differ


@dataclass(frozen=True, slots=True)
class TypedHours:
    """`begin` to `end` on these days; `zone` is what was typed for one, maybe nothing."""

    begin: time
    end: time
    days: frozenset[int]
    zone: str


@dataclass(frozen=True, slots=True)
class TypedDaily:
    """A time on these days; `zone` is what was typed for one, maybe nothing."""

    at: time
    days: frozenset[int]
    zone: str


def typed_hours(text: str) -> TypedHours | None:
    """The hours that were typed; None where they cannot be understood."""
    found = _HOURS.fullmatch(plain) if len(plain := _plain(text)) <= LONGEST_TEXT else None
    begin, end = (_time(found["begin"]), _time(found["end"])) if found else (None, None)
    if found is None or begin is None or end is None or begin == end:
        return None
    return TypedHours(begin, end, *_days(found["rest"] or ""))


def typed_daily(text: str) -> TypedDaily | None:
    """The time of the day that was typed; None where it cannot be understood."""
    found = _DAILY.fullmatch(plain) if len(plain := _plain(text)) <= LONGEST_TEXT else None
    at = _time(found["at"]) if found else None
    return None if found is None or at is None else TypedDaily(at, *_days(found["rest"] or ""))


def typed_zone(text: str, own: str, now: datetime) -> str:
    """The zone that was typed behind hours; raises `BadCommandError` where that is none."""
    rest, zone = split_zone(f"0:00 {text.lower()}", own, now)
    if zone is None or rest != "0:00":
        shown = text.replace("`", "'")
        raise BadCommandError(
            f"I do not understand `{shown}` behind the time. Type days such as `mon-fri` or `mon,wed`, then a time zone"
            " such as `Europe/Berlin` if it is not yours. Nothing was changed."
        )
    return zone.name


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _time(typed: str) -> time | None:
    if typed in _NAMED:
        return _NAMED[typed]
    found = _TIME.fullmatch(typed)
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] == "p" else 0) if 1 <= hour <= 12 else 24
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _days(typed: str) -> tuple[frozenset[int], str]:
    """The days at the beginning, all where none are named, and what is left."""
    rest = typed.strip(" ,")
    for name, days in _GROUPS.items():
        if rest == name or rest.startswith(f"{name} "):
            return days, rest.removeprefix(name).strip()
    found = _DAYS.fullmatch(rest)
    if found is None:
        return EVERY_DAY, rest
    return _named(found["days"]), found["rest"].strip()


def _named(typed: str) -> frozenset[int]:
    days = {_number(name) for name in re.findall(_DAY, typed)}
    for first, last in _FROM_TO.findall(typed):
        days |= {(_number(first) + ahead) % 7 for ahead in range((_number(last) - _number(first)) % 7 + 1)}
    return frozenset(days)


def _number(name: str) -> int:
    return DAY_NAMES.index(name[:_LETTERS].capitalize())
