"""How much waiting is worth a call to the API, and how much of it a call saves."""

from dataclasses import dataclass

LONGEST_UNREAD_SHARE = 0.02  # of its age: what ended late has waited long, ...
LONGEST_UNREAD_OLD = 900.0  # ... but is read after so many seconds all the same; as a rule also what nobody has read

USUAL_LOAD = 0.6  # the share of the budget at which a call has its usual price
LEAST_PRICE = 0.8  # of the usual one, ...
QUIET = 0.15  # ... but for the share below which the next call is hardly missed: there it falls ...
QUIET_PRICE = 0.1  # ... to so much of the usual one
SHORT = 0.9  # the share from which on what is worth a call has to wait for the budget
LONG = 150.0  # seconds; then, who has waited so long counts twice, ...
MOST = 2.0  # ... and by so much more at the most


@dataclass(frozen=True, slots=True)
class Pace:
    """All in seconds; for one POLL_INTERVAL.

    A call must save about `price` of waiting; a request that may have ended is read after `soon`, whatever that costs.
    What can be concluded but for rows that nobody has read waits `patience` for a call that reads them anyway. An
    open watched request stays unread for `longest_unread` at most (`longest_queued` while it only waits), as long as
    the budget allows it. The newest rows are read again after `longest_head` (`longest_blind` until durations are
    learned, `longest_idle` while nothing is watched).
    """

    price: float
    soon: float
    patience: float
    longest_unread: float
    longest_queued: float
    longest_head: float
    longest_blind: float
    longest_idle: float

    def price_at(self, load: float) -> float:
        """In proportion to the share of the budget used in the last minute: calls that nobody else needs are cheap."""
        least = QUIET_PRICE + (LEAST_PRICE - QUIET_PRICE) * min(load / QUIET, 1)
        price = self.price * max(load / USUAL_LOAD, least)
        return 2 * price if load >= SHORT else price  # as is the worth while hardly anything can have ended

    def longest(self, age: float, *, queued: bool) -> float:
        """How long an open watched request of this age stays unread at most, while the budget allows it."""
        usual = self.longest_queued if queued else self.longest_unread
        return min(max(usual, LONGEST_UNREAD_SHARE * age), max(LONGEST_UNREAD_OLD, usual))


def pace_of(poll_interval: float) -> Pace:
    """The pace for this POLL_INTERVAL: at the default of 15 s all is told within a minute, half of it within 5 s."""
    return Pace(
        price=0.325 * poll_interval,
        soon=1.55 * poll_interval,
        patience=1.4 * poll_interval,
        longest_unread=3.6 * poll_interval,
        longest_queued=12 * poll_interval,
        longest_head=max(min(4 * poll_interval, 60.0), poll_interval),
        longest_blind=poll_interval,
        longest_idle=max(60.0, poll_interval),
    )


def worth_of(unread: float, alive: float, open_for: float, load: float) -> float:
    """What a look saves at a request last seen τ = `unread` ago, open since for `open_for` of it, now with this chance.

    That is τ·p − ∫p with p = 1 − `alive` while all that is worth a call is read at once. Once what has ended is worth
    no more with time by that, so where calls have to wait for the budget it is τ·p, and more for who has waited long:
    then the page goes first of which most has ended and waits longest, and it need not be read twice.
    """
    if load >= SHORT:
        return unread * (1 - alive) * (1 + min(unread / LONG, MOST))
    return open_for - unread * alive
