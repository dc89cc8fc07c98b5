"""Time zones: as people type them behind a time, and the one that a deadline keeps."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import BadCommandError

_LARGEST_OFFSET = timedelta(hours=14)
_UTC = ("utc", "gmt", "z")
_AREAS = {
    "cet": "Europe/Berlin",
    "cest": "Europe/Berlin",
    "wet": "Europe/Lisbon",
    "west": "Europe/Lisbon",
    "eet": "Europe/Helsinki",
    "eest": "Europe/Helsinki",
    "msk": "Europe/Moscow",
    "bst": "Europe/London",
    "est": "America/New_York",
    "edt": "America/New_York",
    "et": "America/New_York",
    "cdt": "America/Chicago",
    "ct": "America/Chicago",
    "mdt": "America/Denver",
    "mt": "America/Denver",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "pt": "America/Los_Angeles",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "hkt": "Asia/Hong_Kong",
    "sgt": "Asia/Singapore",
    "aest": "Australia/Sydney",
    "aedt": "Australia/Sydney",
    "nzst": "Pacific/Auckland",
    "nzdt": "Pacific/Auckland",
}
"""Where the clocks are that an abbreviation is about, unless those of the person who types it have that name too."""
_SEVERAL = {
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "cst": ("America/Chicago", "Asia/Shanghai"),
    "mst": ("America/Denver", "America/Phoenix"),
}
"""Abbreviations of which nobody knows what they mean; the others have one meaning that most people have in mind."""
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?")
_AT_THE_END = re.compile(
    r"(?P<rest>.*[0-9]{1,2}:[0-9]{2}) ?(?P<offset>z|[+-][0-9]{2}:?[0-9]{2})"
    r"|(?P<rest2>.+?) (?:utc|gmt) ?(?P<offset2>[+-] ?[0-9]{1,2}(?::?[0-9]{2})?)"
    r"|(?P<rest3>.+?) (?P<name>[a-z][a-z0-9_+/-]+)(?: time)?"
)


@dataclass(frozen=True, slots=True)
class TypedZone:
    """A zone behind a time; `name` is IANA's or `UTC+02:00`, `abbreviation` what was typed where that was one."""

    name: str
    abbreviation: str = ""


def zone_of(name: str) -> tzinfo:
    """The zone of a name that `split_zone` gave or Slack told; UTC where this machine knows none of that name."""
    if found := _OFFSET.fullmatch(name.removeprefix("UTC")):
        return timezone(_offset(found), name)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, not a name, or a folder
        return UTC


def is_zone(name: str) -> bool:
    """Whether this machine knows an IANA zone of this name."""
    return name in _names().values() or name == "UTC"


def split_zone(text: str, own: str | None, now: datetime) -> tuple[str, TypedZone | None]:
    """The text (in small letters) without the zone at its end, and that zone; None where none is there.

    `own` is the zone of the person who types, which may give an abbreviation its meaning. Raises `BadCommandError` for
    an abbreviation that has several.
    """
    found = _AT_THE_END.fullmatch(text)
    if found is None:
        return text, None
    rest = found["rest"] or found["rest2"] or found["rest3"]
    if offset := found["offset"] or found["offset2"]:
        return rest, _by_offset(offset.replace(" ", ""))
    zone = _named(found["name"], own, now)
    return (rest, zone) if zone else (text, None)


def _by_offset(typed: str) -> TypedZone:
    found = _OFFSET.fullmatch(typed)
    if found is None or _offset(found) == timedelta():
        return TypedZone("UTC")
    minutes = round(abs(_offset(found)).total_seconds()) // 60
    if abs(_offset(found)) > _LARGEST_OFFSET or int(found["minutes"] or 0) > 59:
        raise BadCommandError(f"`{typed}` is no time zone. Type one such as `+02:00` or `Europe/Berlin`.")
    return TypedZone(f"UTC{found['sign']}{minutes // 60:02}:{minutes % 60:02}")


def _offset(found: re.Match[str]) -> timedelta:
    length = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return -length if found["sign"] == "-" else length


def _named(typed: str, own: str | None, now: datetime) -> TypedZone | None:
    if typed in _UTC:
        return TypedZone("UTC")
    if typed in _AREAS or typed in _SEVERAL:
        abbreviation = typed.upper()
        if own is not None and abbreviation in _abbreviations(own, now):
            return TypedZone(own, abbreviation)
        if typed in _SEVERAL:
            several = ", ".join(f"`{name}`" for name in _SEVERAL[typed])
            raise BadCommandError(f"`{abbreviation}` has several meanings. Type the place instead, such as {several}.")
        return TypedZone(_AREAS[typed], abbreviation)
    name = _names().get(typed)
    return TypedZone(name) if name else None


def _abbreviations(name: str, now: datetime) -> set[str | None]:
    """What the clocks of a zone are called in winter and in summer."""
    zone = zone_of(name)
    return {datetime(now.year, month, 1, tzinfo=UTC).astimezone(zone).tzname() for month in (1, 7)}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Every zone by its name in small letters, and by its city where no other zone has that."""
    every = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    cities: dict[str, list[str]] = {}
    for name in every:
        cities.setdefault(name.rpartition("/")[2].lower(), []).append(name)
    only = {city: names[0] for city, names in cities.items() if len(names) == 1}
    return {**only, **{name.lower(): name for name in every}}
