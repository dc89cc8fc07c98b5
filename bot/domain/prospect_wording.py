"""The words for when a batch will be finished and how fast it goes, which Slack and the terminal share."""

from datetime import datetime, timedelta

from bot.domain.prospect import Finish, Prospect, Rhythm
from bot.domain.words import NOTHING, At, TimeStyle, Words, counted, duration, joined, number, words

_BARS = "▁▂▃▄▅▆▇█"
FROM_OLD_DATA = words("Finish: not foretold from old data")
_SAME_DAY = timedelta(hours=12)  # until then a time of day can be no other day's


def prospect_lines(prospect: Prospect | None, at: datetime | None, *, old: bool = False) -> tuple[Words, ...]:
    """The line about the finish and the one about the pace; nothing when nothing is open.

    `at` is when they are shown, on any clock; `old` when the data is too old to conclude anything from it.
    """
    if prospect is None:
        return ()
    if old:
        return (FROM_OLD_DATA,)
    pace = pace_line(prospect.rhythm) if prospect.rhythm else NOTHING
    return tuple(line for line in (finish_line(prospect, at), pace) if line)


def finish_line(prospect: Prospect, at: datetime | None = None) -> Words:
    """Such as "Finish about 15:42 (80%: 15:28 to 16:07)"."""
    if prospect.finish is not None:
        return words(_finish(prospect.finish, at), _without(prospect))
    if prospect.why == "stands":
        return words("Finish: cannot be said, nothing is in work")
    if prospect.why == "early":
        return words(f"Finish: too early to say ({number(prospect.finished)} finished)")
    return words("Finish: cannot be said from the times so far")


def finish_phrase(prospect: Prospect | None, at: datetime | None = None) -> Words:
    """The same in the midst of a sentence; nothing when no finish is foretold."""
    if prospect is None or prospect.finish is None:
        return NOTHING
    return words("finish about ", At(prospect.finish.likely, _style(prospect.finish, at)), _without(prospect))


def _finish(finish: Finish, at: datetime | None) -> Words:
    style = _style(finish, at)
    early, late = At(finish.early, style), At(finish.late, style)
    return words("Finish about ", At(finish.likely, style), " (80%: ", early, " to ", late, ")")


def _style(finish: Finish, at: datetime | None) -> TimeStyle:
    return "time" if at is None or finish.late - at < _SAME_DAY else "day"


def _without(prospect: Prospect) -> str:
    return f", without the {number(prospect.missing)} that have not come" if prospect.missing else ""


def pace_line(rhythm: Rhythm) -> Words:
    """Such as "Pace 3.1 clips/min ▂▃▅▆▆▇▆ · typical clip 1 m 52 s"."""
    spark = "".join(_BARS[level] for level in rhythm.levels)
    typical = f"typical clip {duration(rhythm.typical)}" if rhythm.typical is not None else ""
    return joined([f"Pace {_pace(rhythm.a_minute)} {spark}", typical], " · ")


def _pace(a_minute: float) -> str:
    if a_minute == 0 or a_minute >= 0.95:
        return f"{a_minute:.3g} clips/min"
    return f"{counted(max(round(60 * a_minute), 1), 'clip')}/h"
