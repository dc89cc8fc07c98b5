"""What can be asked for about quiet hours and digests, and how that is typed."""

from dataclasses import dataclass
from typing import Literal

from bot.domain.typed_hours import TypedDaily, TypedHours, typed_daily, typed_hours
from bot.errors import BadCommandError

DIGEST_FORM = "digest daily 9:00 [mon-fri]|off|now"
DIGEST_MORE = (
    "What needs you first, then what is due today, what was finished and what is running, of all that is watched here:"
    " once a day, in your Slack time zone unless you name another. In quiet hours it waits for their end. With now, you"
    " alone see it at once. Without more, I say which digest this place has."
)
QUIET_FORM = "quiet 19:00-8:00 [mon-fri]|off"
QUIET_MORE = (
    "What happens in these hours is told in one message at their end; cards are still edited, and trouble with access"
    " is still told. The days are those on which they begin. They are in your Slack time zone unless you name another,"
    " such as 19:00-8:00 mon-fri Europe/Berlin. unmute all ends them for once. Without more, I say what holds here."
)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Quiet hours of this place: which are there (`hours` is None), these, or none any more (`off`)."""

    hours: TypedHours | None = None
    off: bool = False


@dataclass(frozen=True, slots=True)
class DailyDigest:
    """The digest of this place: which is there, every day at a time, `off`, or shown `now`."""

    daily: TypedDaily | None = None
    act: Literal["show", "set", "off", "now"] = "show"


Timetabled = QuietHours | DailyDigest


def quiet_hours(typed: str, command: str) -> QuietHours:
    """What was typed behind `quiet`; raises `BadCommandError`."""
    if typed.lower() in ("", "off"):
        return QuietHours(off=bool(typed))
    if (hours := typed_hours(typed)) is not None:
        return QuietHours(hours)
    raise BadCommandError(f"I do not understand that as hours. Type `{command} {QUIET_FORM}`.")


def daily_digest(typed: str, command: str) -> DailyDigest:
    """What was typed behind `digest`; raises `BadCommandError`."""
    match typed.lower():
        case "":
            return DailyDigest()
        case "off":
            return DailyDigest(act="off")
        case "now":
            return DailyDigest(act="now")
    if (daily := typed_daily(typed)) is not None:
        return DailyDigest(daily, "set")
    raise BadCommandError(f"I do not understand that as a time of the day. Type `{command} {DIGEST_FORM}`.")
