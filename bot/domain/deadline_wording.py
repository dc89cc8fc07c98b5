"""The sentences about deadlines, for cards, confirmations, lists and M6."""

from datetime import datetime, timedelta
from typing import assert_never

from bot.domain.natural_time import TypedTime
from bot.domain.progress import Progress, Settlement, Waiting
from bot.domain.risk import AT_RISK_BELOW, is_complete, spare
from bot.domain.risk_facts import Before, Level, RiskFacts
from bot.domain.wording import counts
from bot.domain.words import NOTHING, At, Foreign, Strong, TimeStyle, Words, counted, duration, joined, number, words
from bot.domain.zones import zone_of

_ON_A_CLOCK = timedelta(hours=12)  # what is farther away needs its day
_SLOW = 0.95  # clips a minute: below, they are told by the hour
_A_PACE_APART = 1.15  # what differs less than this is no change that anybody would see


def in_its_zone(moment: datetime, zone: str, now: datetime | None = None) -> str:
    """Such as "Fri 28 Nov 17:00 CET (Europe/Berlin)"; with the year where that is not the year of `now`."""
    there = moment.astimezone(zone_of(zone))
    year = f" {there.year}" if now is not None and there.year != now.astimezone(zone_of(zone)).year else ""
    clock = f"{there:%a} {there.day} {there:%b}{year} {there:%H:%M}"
    name = there.tzname() or ""
    if name == zone:
        return f"{clock} {zone}"
    return f"{clock} {name} ({zone})" if name.isalpha() else f"{clock} ({zone})"


def echo(typed: TypedTime) -> Words:
    """How a typed time was understood: with its zone, how long it is until then, and as the reader's clocks show it."""
    length = duration(_to_minutes(typed.at - typed.typed_at))
    said = words(
        f"Deadline {in_its_zone(typed.at, typed.zone, typed.typed_at)}, in {length}; on your clock that is ",
        At(typed.at, "day"),
        ".",
    )
    notes = "; ".join(typed.notes)
    return words(said, f" {notes[0].upper()}{notes[1:]}.") if notes else said


def _to_minutes(length: timedelta) -> timedelta:
    return timedelta(minutes=-(-length // timedelta(minutes=1)) if length > timedelta() else 0)


def card_part(
    progress: Progress,
    settlement: Settlement,
    deadline: datetime,
    odds: float | None,
    read_at: datetime,
    ahead: timedelta = timedelta(),
) -> Words:
    """Such as "today at 17:12, at risk (31%)"; `deadline` and `read_at` are by our clock, the API's is `ahead`.

    `read_at` is when the totals were so: only until then it is known whether the deadline was met.
    """
    left = spare(progress, deadline + ahead)
    if left is not None:
        return words(At(deadline, "day"), _outcome(settlement, left))
    return words(At(deadline, "day"), _so_far(progress, deadline, odds, read_at))


def _outcome(settlement: Settlement, left: timedelta) -> str:
    if left < timedelta():
        return f", missed by {duration(-left)}"
    so_far = " so far" if isinstance(settlement, Waiting) else ""
    return f", met{so_far} with {duration(left)} to spare"


def _so_far(progress: Progress, deadline: datetime, odds: float | None, read_at: datetime) -> Words:
    if is_complete(progress):  # at moments that nobody knows
        return NOTHING
    if read_at >= deadline:
        return words(", missed ", At(deadline, "ago"))
    if odds is None:
        return NOTHING
    return words(f", at risk ({percent(odds)})" if odds < AT_RISK_BELOW else f", on track ({percent(odds)})")


def against(left: timedelta) -> str:
    """A finish against its deadline: "48 m before its deadline" or "12 m late"."""
    return f"{duration(left)} before its deadline" if left >= timedelta() else f"{duration(-left)} late"


def percent(odds: float) -> str:
    """Odds as people read them, rounded down: never 0 % or 100 %, which nobody knows."""
    if odds < 0.01:
        return "under 1%"
    return "over 99%" if odds > 0.99 else f"{int(100 * odds + 1e-9)}%"


# --- M6 ---

RISK = {
    Level.AT_RISK: "its deadline is at risk",
    Level.UNLIKELY: "its deadline will probably be missed",
    Level.ON_TRACK: "on track for its deadline again",
    Level.MISSED: "its deadline was missed",
}
"""The same in a list of many."""


def risk_headline(facts: RiskFacts) -> Words:
    """What is the matter, in the midst of a sentence."""
    match facts.level:
        case Level.AT_RISK:
            return words("may miss its deadline", _odds(facts))
        case Level.UNLIKELY:
            return words("will probably miss its deadline", _odds(facts))
        case Level.ON_TRACK:
            return words("is on track for its deadline again", _odds(facts))
        case Level.MISSED:
            return words("has missed its deadline: ", _left(facts.progress))
        case _:
            assert_never(facts.level)


def _odds(facts: RiskFacts) -> str:
    return f": {percent(facts.odds)} likely to make it" if facts.odds is not None else ""


def _left(progress: Progress) -> str:
    if not progress.of:
        return "no request has come"
    left = progress.of - progress.terminal
    is_ = "is" if left == 1 else "are"
    return f"{number(left)} of {number(progress.of)} {is_} not finished"


def risk_lines(facts: RiskFacts) -> tuple[Words, ...]:
    """The deadline and the likely finish, what changed, and what would be needed."""
    due = words("Deadline ", At(facts.deadline, "day"), f", set as {in_its_zone(facts.deadline, facts.zone)}")
    finish = words("Finish ", finish) if (finish := _finish(facts)) else NOTHING
    return tuple(line for line in (due, finish, _changed(facts), _needed(facts)) if line)


def risk_sentence(facts: RiskFacts) -> Words:
    """The same in one sentence that begins with the reference."""
    progress = facts.progress
    due = words("it was " if facts.level is Level.MISSED else "it is ", At(facts.deadline, "day"))
    finish = words("the finish is expected ", finish) if (finish := _finish(facts)) else NOTHING
    totals = counts(progress, between=", ", before_total=" ") if progress.of else NOTHING
    what = words(Foreign(progress.reference_id), " ", risk_headline(facts))
    return words(joined([what, due, finish, totals, words("read ", At(facts.read_at, "ago"))], "; "), ".")


def _finish(facts: RiskFacts) -> Words:
    if facts.likely is None:
        return NOTHING
    style: TimeStyle = "day" if facts.likely - facts.read_at > _ON_A_CLOCK else "time"
    about = words("about ", At(facts.likely, style))
    if facts.early is None or facts.late is None:
        return about
    return words(about, " (80%: ", At(facts.early, style), " to ", At(facts.late, style), ")")


def _changed(facts: RiskFacts) -> Words:
    before = facts.before
    if before is None:
        return NOTHING
    parts = [_pace_change(before, facts.pace), _growth(before, facts.progress)]
    said = joined([part for part in parts if part], ", ")
    return words("Since ", At(before.at), ": ", said) if said else NOTHING


def _pace_change(before: Before, pace: float | None) -> str:
    if not before.pace or pace is None:
        return ""
    if max(pace, before.pace) < _A_PACE_APART * max(min(pace, before.pace), 1e-9):
        return ""
    then, now, unit = paces(before.pace, pace)
    return f"pace {then} → {now} {unit}"


def _growth(before: Before, progress: Progress) -> str:
    more = progress.of - before.of
    if more > 0:
        return f"{counted(more, 'more clip')} to do"
    return f"{counted(-more, 'clip')} fewer" if more < 0 else ""


def _needed(facts: RiskFacts) -> Words:
    if facts.needed is None:
        return NOTHING
    needed, now, unit = paces(facts.needed, facts.needed if facts.pace is None else facts.pace)
    so_far = f", now {now}" if facts.pace is not None else ""
    return words("To make it: ", Strong(f"{needed} {unit}"), so_far)


def paces(one: float, other: float) -> tuple[str, str, str]:
    """Two paces (clips a minute) as numbers of the same unit, and that unit; where both are slow it is an hour."""
    if max(one, other) < _SLOW:
        return f"{60 * one:.3g}", f"{60 * other:.3g}", "clips/h"
    return f"{one:.3g}", f"{other:.3g}", "clips/min"
