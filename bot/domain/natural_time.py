"""Times as people type them: `fri 17:00`, `tomorrow noon`, `in 3h`, `17:00 CET`, `2026-12-01 09:00`.

The shape of what was typed says which parts are given, and nothing else is taken; dateutil reads these parts.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from dateutil.parser import ParserError, parse

from bot.domain.spans import span
from bot.domain.zones import TypedZone, split_zone, zone_of
from bot.errors import BadCommandError

LONGEST_TEXT = 60  # characters: the longest time that can be meant has about forty
FARTHEST = timedelta(days=366)  # a batch takes hours or days: what is farther away is a mistyped year
JUST_PAST = timedelta(days=60)  # a day without a year that is so long past is hardly meant for next year
END_OF_DAY = time(18)  # of a working day: who means midnight says so, and the earlier one warns in time

_EXAMPLES = "`fri 17:00`, `tomorrow noon`, `in 3h`, `17:00 CET` or `2026-12-01 09:00`"
_WEEKDAY = r"(?:mon(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_NUMBER = r"[0-9]{1,2}(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"(?:(?P<weekday>{_WEEKDAY}) )?(?P<date>(?P<iso>[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}})"
    r"|(?P<dots>[0-9]{1,2}\.[0-9]{1,2}\.(?:[0-9]{4})?)"
    rf"|(?:the )?{_NUMBER} (?:of )?{_MONTH}(?: [0-9]{{4}})?|{_MONTH} {_NUMBER}(?: [0-9]{{4}})?)"
)
_LETTERS = 3  # by which days of the week differ, and all that dateutil takes besides whole names
_OF_WEEK = re.compile(rf"(?:(?P<which>next|this|coming) )?(?P<weekday>{_WEEKDAY})")
_HAS_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_NAMED_DAYS = {"today": 0, "tomorrow": 1, "tmrw": 1, "day after tomorrow": 2, "yesterday": -1}
_MIDNIGHT = ("midnight", "24:00")
_NAMED_TIMES = {"noon": time(12), "midday": time(12), "eod": END_OF_DAY, "end of day": END_OF_DAY}
_HALF_DAY = r" ?[ap]\.?m\b\.?"
_TIME = (
    rf"(?:(?:0?[1-9]|1[0-2])(?::[0-9]{{2}})?{_HALF_DAY}|[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?"
    r"|noon|midday|midnight|eod|end of day)"
)
_HOUR = r"(?<=at )[0-9]{1,2}(?![0-9:])"
_TIME_FIRST = re.compile(rf"(?:at )?(?P<time>{_TIME}|{_HOUR})(?: (?:on )?(?P<day>.+))?")
_TIME_LAST = re.compile(rf"(?:on )?(?P<day>.+?) (?:at )?(?P<time>{_TIME}|{_HOUR})")
_RELATIVE = re.compile(r"in (?P<length>.+)|(?P<length2>.+) from now")
_WEEKS = re.compile(r"([0-9]{1,3}) ?w(?:eeks?)?")
_ONE = {"half an hour": "30 minutes", "an hour": "1 hour", "a minute": "1 minute", "a day": "1 day", "a week": "7 days"}
_SLASHES = re.compile(r"[0-9]+/[0-9]+")


@dataclass(frozen=True, slots=True)
class TypedTime:
    """A moment (UTC) that somebody typed, the zone it was meant in, and what has to be said of how it was understood.

    `zone` is an IANA name, or such as `UTC+02:00`; `typed_at` is when it was typed.
    """

    at: datetime
    zone: str
    typed_at: datetime
    notes: tuple[str, ...] = ()


def names_zone(text: str, now: datetime) -> bool:
    """Whether a zone is typed with the time, so that nobody needs to be asked for one."""
    try:
        return split_zone(_plain(text), None, now)[1] is not None
    except BadCommandError:  # which `typed_time` tells
        return True


def typed_time(text: str, now: datetime, own: str) -> TypedTime:
    """The next moment after `now` that the text can mean, in the zone that it names, else in `own`.

    Raises `BadCommandError`, which says what was understood and what to type instead.
    """
    plain = _plain(text)
    rest, zone = split_zone(plain, own, now)
    reading = _Reading(text, now, zone or TypedZone(own))
    try:
        moment = reading.read(rest)
    except (ParserError, ValueError, OverflowError) as error:
        raise reading.not_understood() from error
    return reading.checked(moment)


def _plain(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise BadCommandError(f"That is too long for a time. Type one such as {_EXAMPLES}.")
    small = " ".join(text.lower().replace(",", " ").split())
    return re.sub(r"(?<=[0-9])t(?=[0-9]{2}:)", " ", small).removeprefix("by ")


@dataclass(slots=True)
class _Reading:
    text: str
    now: datetime
    zone: TypedZone
    notes: list[str] = field(default_factory=list)

    @property
    def here(self) -> datetime:
        """Now, as the clocks of the zone show it."""
        return self.now.astimezone(zone_of(self.zone.name)).replace(tzinfo=None)

    def read(self, plain: str) -> datetime:
        """The moment, in UTC."""
        if found := _RELATIVE.fullmatch(plain):
            return self._later(found["length"] or found["length2"])
        found = _TIME_FIRST.fullmatch(plain) or _TIME_LAST.fullmatch(plain)
        if found is None:
            raise self._without_time(plain)
        is_midnight = found["time"] in _MIDNIGHT
        at = time() if is_midnight else self._time(found["time"])
        local = datetime.combine(self._day(found["day"], at, is_midnight=is_midnight), at)
        if is_midnight:
            self.notes.append(f"midnight is the end of {local:%a} {local.day} {local:%b}")
            local += timedelta(days=1)
        return self._moment(local)

    def _later(self, length: str) -> datetime:
        how_long = _span(length)
        if how_long is None:
            raise self.not_understood()
        if not how_long % timedelta(days=1):
            return self._moment((self.here + how_long).replace(microsecond=0))
        return (self.now.astimezone(UTC) + how_long).replace(microsecond=0)

    def _time(self, typed: str) -> time:
        if typed in _NAMED_TIMES:
            named = _NAMED_TIMES[typed]
            if named == END_OF_DAY:
                self.notes.append(f"the end of the day is {named:%H:%M}")
            return named
        whole = typed if not typed.isdecimal() else f"{typed}:00"
        return parse(whole.replace(".", ""), default=datetime.combine(self.here, time())).time()

    def _day(self, typed: str | None, at: time, *, is_midnight: bool) -> date:
        today = self.here.date()
        is_over = not is_midnight and datetime.combine(today, at) <= self.here
        if typed is None:
            return today + timedelta(days=1 if is_over and not self._comes_again(today, at) else 0)
        if typed in _NAMED_DAYS:
            return today + timedelta(days=_NAMED_DAYS[typed])
        if found := _OF_WEEK.fullmatch(typed):
            return self._of_week(found, is_over=is_over)
        if found := _DATE.fullmatch(typed):
            return self._date(found)
        raise self.not_understood()

    def _comes_again(self, today: date, at: time) -> bool:
        """Whether the clocks go back and show this time a second time today."""
        second = datetime.combine(today, at, zone_of(self.zone.name)).replace(fold=1)
        return second.astimezone(UTC) > self.now

    def _of_week(self, found: re.Match[str], *, is_over: bool) -> date:
        today = self.here.date()
        start = datetime.combine(today, time())
        day = parse(found["weekday"][:_LETTERS], default=start).date()
        if day == today and is_over:
            day += timedelta(days=7)
        if found["which"] == "next" and day.isocalendar()[:2] == today.isocalendar()[:2]:
            other = day + timedelta(days=7)
            raise BadCommandError(
                f"`{_shown(self.text)}` can mean {_day_text(day)} or {_day_text(other)}."
                f" Type the date, such as `{other:%Y-%m-%d} 17:00`."
            )
        return day

    def _date(self, found: re.Match[str]) -> date:
        today, typed = self.here.date(), found["date"].removeprefix("the ").replace(" of ", " ")
        if found["iso"]:
            day = date(*map(int, typed.split("-")))
        elif found["dots"]:
            number, month, year = typed.split(".")
            day = date(int(year or today.year), int(month), int(number))
        else:
            day = parse(typed, default=datetime(today.year, 1, 1)).date()  # noqa: DTZ001 - a day only
        if not _HAS_YEAR.search(typed) and day < today - JUST_PAST:
            day = day.replace(year=day.year + 1)
        weekday = found["weekday"]
        if weekday and parse(weekday[:_LETTERS], default=datetime.combine(day, time())).date() != day:
            raise BadCommandError(f"{_day_text(day)} {day.year} is not a `{weekday}`. Type the date alone.")
        return day

    def _moment(self, local: datetime) -> datetime:
        """The moment when the clocks show this; where they never do or twice, the note says what was taken."""
        zone = zone_of(self.zone.name)
        first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        if first.utcoffset() == second.utcoffset():
            return self._named(first)
        shown = f"{local:%H:%M}"
        if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
            after = first.astimezone(UTC).astimezone(zone)
            self.notes.append(f"the clocks go forward then and never show {shown}, so I take {after:%H:%M}")
            return first.astimezone(UTC)
        wanted = [one for one in (first, second) if one.tzname() == self.zone.abbreviation] or [first, second]
        taken = next((one for one in wanted if one.astimezone(UTC) > self.now), wanted[-1])
        if len(wanted) > 1:
            which = "first" if taken is first else "second"
            self.notes.append(f"the clocks go back then and show {shown} twice, so I take the {which} ({taken:%Z})")
        return taken.astimezone(UTC)

    def _named(self, local: datetime) -> datetime:
        typed = self.zone.abbreviation
        if len(typed) > 2 and local.tzname() != typed:
            self.notes.append(f"{typed} is not used there then, so I take the time that the clocks show, {local:%Z}")
        return local.astimezone(UTC)

    def checked(self, moment: datetime) -> TypedTime:
        """The moment, if it is still to come and not too far away."""
        local = moment.astimezone(zone_of(self.zone.name))
        shown = f"`{_shown(self.text)}` is {_day_text(local)} {local:%Y %H:%M} ({self.zone.name})"
        if moment <= self.now:
            raise BadCommandError(f"{shown}, and that is past. Type a time to come, such as {_EXAMPLES}.")
        if moment - self.now > FARTHEST:
            raise BadCommandError(f"{shown}, and that is more than a year away. Is the year right?")
        return TypedTime(moment, self.zone.name, self.now, tuple(self.notes))

    def _without_time(self, plain: str) -> BadCommandError:
        if _span(plain) is not None:
            return BadCommandError(
                f"`{_shown(self.text)}` is a length of time. Type `in {_shown(self.text)}`, or a time such as `17:00`."
            )
        try:
            day = self._day(plain.removeprefix("on "), time.max, is_midnight=True)
        except BadCommandError as error:
            return error
        if day < self.here.date():
            what = f"`{_shown(self.text)}` is {_day_text(day)}, and that is past"
            return BadCommandError(f"{what}. Type a time to come, such as {_EXAMPLES}.")
        return BadCommandError(
            f"`{_shown(self.text)}` is {_day_text(day)}, but at what time? Type `{_shown(self.text)} 17:00`, or"
            f" `{_shown(self.text)} eod` for the end of that day, {END_OF_DAY:%H:%M}."
        )

    def not_understood(self) -> BadCommandError:
        """What to type instead."""
        if _SLASHES.search(self.text):
            return BadCommandError(
                f"In `{_shown(self.text)}` I cannot tell the day from the month. Type it as `2026-12-01 09:00` or"
                " `1 dec 9am`."
            )
        return BadCommandError(f"I do not understand `{_shown(self.text)}` as a time. Type {_EXAMPLES}, for example.")


def _span(typed: str) -> timedelta | None:
    plain = typed.replace(" and ", " ")
    for words_, number in _ONE.items():
        plain = re.sub(rf"^{words_}$", number, plain)
    if weeks := _WEEKS.fullmatch(plain):
        return timedelta(weeks=int(weeks[1]))
    try:
        return span(plain)
    except BadCommandError:
        return None


def _day_text(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _shown(text: str) -> str:
    return text.replace("`", "'") or " "
