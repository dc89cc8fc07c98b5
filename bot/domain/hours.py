"""Hours of the day by the clocks of a time zone: when a place is quiet, and when its digest is due.

Where the clocks go forward over a time, the moment of the change stands for it. Where they go back and show a time
twice, hours begin at the first of both and end at the second: they have every minute that a clock shows in them.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.domain.zones import zone_of

EVERY_DAY = frozenset(range(7))
DAY = timedelta(days=1)
_BEFORE = 2  # days: what began two days ago may still go on where a zone has left out a whole day
_AHEAD = 9  # days: whatever comes once a week comes within these, from yesterday on
_AFTER_THAT = 16  # days: and once more, where the first time has had its turn


@dataclass(frozen=True, slots=True)
class Hours:
    """From `begin` to `end` on the clocks of `zone`, over midnight when `end` is not later.

    `days` (Monday is 0) are those on which they begin.
    """

    begin: time
    end: time
    zone: str
    days: frozenset[int] = EVERY_DAY


@dataclass(frozen=True, slots=True)
class Daily:
    """A time on the clocks of `zone`, on these `days` (Monday is 0)."""

    at: time
    zone: str
    days: frozenset[int] = EVERY_DAY


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment until just before another."""

    begin: datetime
    end: datetime

    def has(self, moment: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.begin <= moment < self.end


@dataclass(frozen=True, slots=True)
class Turn:
    """The digest of one `day` on its zone's clocks: `due` then, and about what happened `since` the one before."""

    day: date
    due: datetime
    since: datetime


def moment_of(day: date, at: time, zone: tzinfo, *, last: bool = False) -> datetime:
    """When the clocks show this (UTC); the first time, or the `last`, where they show it twice."""
    early, late = (datetime.combine(day, at, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if late < early:
        return _jump(late, early, zone)
    return late if last else early


def _jump(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The moment between these two when the clocks are changed, to the second."""
    old = before.astimezone(zone).utcoffset()

    def is_changed(seconds: int) -> bool:
        return (before + timedelta(seconds=seconds)).astimezone(zone).utcoffset() != old

    seconds = range(int((after - before).total_seconds()) + 1)
    return before + timedelta(seconds=bisect_left(seconds, True, key=is_changed))


def day_of(moment: datetime, zone: str) -> date:
    """The day that the calendars of a zone show."""
    return moment.astimezone(zone_of(zone)).date()


def span_at(hours: Hours, now: datetime) -> Span | None:
    """The span in which this moment lies; None when it lies in none."""
    found = [span for span in _spans(hours, now) if span.has(now)]
    return max(found, key=lambda span: span.end, default=None)


def next_span(hours: Hours, now: datetime) -> Span:
    """The first span that begins after this moment."""
    return min((span for span in _spans(hours, now) if span.begin > now), key=lambda span: span.begin)


def _spans(hours: Hours, now: datetime) -> Iterator[Span]:
    zone, today = zone_of(hours.zone), day_of(now, hours.zone)
    for ahead in range(-_BEFORE, _AHEAD):
        day = today + ahead * DAY
        if day.weekday() in hours.days:
            end_day = day if hours.begin < hours.end else day + DAY
            yield Span(moment_of(day, hours.begin, zone), moment_of(end_day, hours.end, zone, last=True))


# --- digests ---


def turn_at(daily: Daily, quiet: Hours | None, now: datetime, since: datetime) -> Turn | None:
    """The digest that is due now: its moment has come on this day of the calendar, and after it was asked for.

    It is one of this day only: what was missed for a day is not made up for. One that falls into the hours in which
    its place is `quiet` is due at their end. `since` is when the digest was asked for.
    """
    today = day_of(now, daily.zone)
    for turn in reversed(list(_turns(daily, quiet, now))):
        was_asked_for = not moment_of(turn.day, daily.at, zone_of(daily.zone)) <= since <= now
        if was_asked_for and turn.due <= now and day_of(turn.due, daily.zone) == today:
            return turn
    return None


def next_turn(daily: Daily, quiet: Hours | None, now: datetime, told: date | None = None) -> Turn:
    """The next digest after this moment that is not that of a day for which it was `told`."""
    coming = (turn for turn in _turns(daily, quiet, now) if turn.due > now and turn.day != told)
    return min(coming, key=lambda turn: (turn.due, turn.day))


def before(daily: Daily, moment: datetime) -> datetime:
    """When the last digest before this moment was due, whether it is quiet then or not."""
    zone, today = zone_of(daily.zone), day_of(moment, daily.zone)
    days = (today - back * DAY for back in range(_AHEAD))
    return next(due for day in days if day.weekday() in daily.days and (due := moment_of(day, daily.at, zone)) < moment)


def _turns(daily: Daily, quiet: Hours | None, now: datetime) -> Iterator[Turn]:
    zone, today = zone_of(daily.zone), day_of(now, daily.zone)
    for ahead in range(-_BEFORE, _AFTER_THAT):
        day = today + ahead * DAY
        if day.weekday() in daily.days:
            moment = moment_of(day, daily.at, zone)
            held = span_at(quiet, moment) if quiet else None
            yield Turn(day, held.end if held else moment, before(daily, moment))
