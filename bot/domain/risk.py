"""M6: when a place is told that a deadline is at risk, out of danger again, or missed."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.progress import Progress
from bot.domain.risk_facts import Before, Level, RiskFacts

AT_RISK_BELOW = 0.5  # odds: from here on it is likelier to be missed than met, and somebody may still help
UNLIKELY_BELOW = 0.1  # odds: even the early end of the 80 % interval is too late, so it is time to tell the client
ON_TRACK_FROM = 0.7  # odds: well above what is told as a risk, so that chance alone does not tell it over and over
BEFORE_EVERY = timedelta(minutes=10)  # while all is well, what "before" means need not be newer
_CLIPS_A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Risk:
    """What was told of one deadline, in the order it was told, and how it was when it was last in no danger.

    `is_told` while the last word is that it is in danger.
    """

    told: tuple[Level, ...] = ()
    before: Before | None = None

    @property
    def is_told(self) -> bool:
        """Whether the last that was told is a danger."""
        return self.told[-1:] in ((Level.AT_RISK,), (Level.UNLIKELY,))


NOTHING_AT_RISK = Risk()


@dataclass(frozen=True, slots=True)
class Chances:
    """What can be said of the finish now; None where it is too early to say. Moments are the API's clock.

    8 of 10 times all is finished between `early` and `late`; `pace` is in clips per minute.
    """

    odds: float | None = None
    early: datetime | None = None
    likely: datetime | None = None
    late: datetime | None = None
    pace: float | None = None


UNCLEAR = Chances()


@dataclass(frozen=True, slots=True)
class Sight:
    """A batch with a deadline at one moment; all of it on the API's clock, which is `ahead` of ours.

    `as_of` is the last complete reading, after which nothing is known.
    """

    progress: Progress
    deadline: datetime
    zone: str
    as_of: datetime
    now: datetime
    ahead: timedelta = timedelta()


def is_complete(progress: Progress) -> bool:
    """Whether all that is expected, or seen, has ended."""
    return 0 < progress.of <= progress.terminal


def spare(progress: Progress, deadline: datetime) -> timedelta | None:
    """How long before the deadline all had ended (negative: after it); None while something is open.

    Both are by the API's clock.
    """
    if not is_complete(progress) or progress.last_ended_at is None:
        return None
    return deadline - progress.last_ended_at


def needed_pace(progress: Progress, left: timedelta) -> float | None:
    """How many clips a minute would have to end from now on; None where there is no time left, or nothing to do."""
    to_do = progress.of - progress.terminal
    return to_do / (left / _CLIPS_A_MINUTE) if left > timedelta() and to_do > 0 else None


def assess(risk: Risk, sight: Sight, chances: Chances) -> tuple[Risk, RiskFacts | None]:
    """What is told of a deadline now, if anything, and what was told then.

    Each level is told once. The miss needs no forecast, only a reading that is later than the deadline: what ended
    before it may not have been seen yet.
    """
    if Level.MISSED in risk.told or is_complete(sight.progress):
        return risk, None
    if sight.now >= sight.deadline:
        return _told(risk, sight, Chances(), Level.MISSED) if sight.as_of >= sight.deadline else (risk, None)
    if chances.odds is None:
        return risk, None
    level = _level(risk, chances.odds)
    if level is not None:
        return _told(risk, sight, chances, level)
    return _remembered(risk, sight, chances), None


def _level(risk: Risk, odds: float) -> Level | None:
    if odds < UNLIKELY_BELOW:
        level = Level.UNLIKELY
    elif odds < AT_RISK_BELOW:
        level = Level.AT_RISK
        if Level.UNLIKELY in risk.told:  # that was worse
            return None
    elif odds >= ON_TRACK_FROM and risk.is_told:
        level = Level.ON_TRACK
    else:
        return None
    return None if level in risk.told else level


def _told(risk: Risk, sight: Sight, chances: Chances, level: Level) -> tuple[Risk, RiskFacts]:
    def ours(moment: datetime | None) -> datetime | None:
        return None if moment is None else moment - sight.ahead

    facts = RiskFacts(
        progress=sight.progress,
        level=level,
        deadline=sight.deadline - sight.ahead,
        zone=sight.zone,
        read_at=sight.as_of - sight.ahead,
        odds=chances.odds,
        early=ours(chances.early),
        likely=ours(chances.likely),
        late=ours(chances.late),
        pace=chances.pace,
        needed=None if level is Level.ON_TRACK else needed_pace(sight.progress, sight.deadline - sight.now),
        before=risk.before if level is not Level.ON_TRACK else None,
    )
    after = replace(risk, told=(*risk.told, level))
    return _remembered(after, sight, chances), facts


def _remembered(risk: Risk, sight: Sight, chances: Chances) -> Risk:
    """With how it is now, while there is no danger and what is remembered is old."""
    if chances.odds is None or chances.odds < ON_TRACK_FROM:
        return risk
    now = sight.now - sight.ahead
    if risk.before is not None and timedelta() <= now - risk.before.at < BEFORE_EVERY:
        return risk
    return replace(risk, before=Before(now, chances.pace, sight.progress.of))
