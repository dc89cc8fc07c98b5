"""The words for hours and days: "19:00 to 08:00, Mon to Fri (Europe/Berlin)"."""

from datetime import datetime, time

from bot.domain.hours import EVERY_DAY, Daily, Hours
from bot.domain.typed_hours import DAY_NAMES
from bot.domain.words import listed, words
from bot.domain.zones import zone_of

_SHORTEST_RUN = 3  # "Mon to Wed", but "Mon and Tue"


def hours_text(hours: Hours) -> str:
    """Such as "from 19:00 to 08:00 of the next day, beginning Mon to Fri (Europe/Berlin)"."""
    is_over_midnight = hours.begin > hours.end
    end = f"{clock(hours.end)} of the next day" if is_over_midnight else clock(hours.end)
    days = days_text(hours.days)
    named = f"beginning {days}" if is_over_midnight and hours.days != EVERY_DAY else days
    return f"from {clock(hours.begin)} to {end}, {named} ({hours.zone})"


def daily_text(daily: Daily) -> str:
    """Such as "at 09:00, Mon to Fri (Europe/Berlin)"."""
    return f"at {clock(daily.at)}, {days_text(daily.days)} ({daily.zone})"


def clock(at: time) -> str:
    """A time of the day."""
    return f"{at:%H:%M}"


def days_text(days: frozenset[int]) -> str:
    """Such as "Mon to Fri", "Mon, Wed and Sun" or "every day"."""
    if days == EVERY_DAY:
        return "every day"
    first = next(day for day in sorted(days) if (day - 1) % 7 not in days)
    run = [(first + ahead) % 7 for ahead in range(len(days))]
    if len(days) >= _SHORTEST_RUN and frozenset(run) == days:
        return f"{DAY_NAMES[run[0]]} to {DAY_NAMES[run[-1]]}"
    return str(listed([words(DAY_NAMES[day]) for day in sorted(days)]))


def on_its_clock(moment: datetime, zone: str) -> str:
    """Such as "Fri 27 Nov 09:00 CET"."""
    there = moment.astimezone(zone_of(zone))
    return f"{there:%a} {there.day} {there:%b} {there:%H:%M} {there:%Z}"
