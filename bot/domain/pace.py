"""How much waiting is worth a call to the API."""

from dataclasses import dataclass

LONGEST_UNREAD_SHARE = 0.02  # of its age: what ended late has waited long, ...
LONGEST_UNREAD_OLD = 900.0  # ... but is read after so many seconds all the same

USUAL_LOAD = 0.61  # the share of the budget at which a call has its usual price
LEAST_PRICE, MOST_PRICE = 0.8, 1.1  # of the usual one


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
        """The price where this share of the budget was used in the last minute: the less, the cheaper is a call."""
        return self.price * min(max((load / USUAL_LOAD) ** 3, LEAST_PRICE), MOST_PRICE)

    def longest(self, age: float, *, queued: bool) -> float:
        """How long an open watched request of this age stays unread at most, while the budget allows it."""
        usual = self.longest_queued if queued else self.longest_unread
        return min(max(usual, LONGEST_UNREAD_SHARE * age), max(LONGEST_UNREAD_OLD, usual))


def pace_of(poll_interval: float) -> Pace:
    """The pace for this POLL_INTERVAL: at the default of 15 s all is told within a minute, half of it within 5 s."""
    return Pace(
        price=0.354 * poll_interval,
        soon=1.5 * poll_interval,
        patience=1.4 * poll_interval,
        longest_unread=3.6 * poll_interval,
        longest_queued=12 * poll_interval,
        longest_head=max(min(4 * poll_interval, 60.0), poll_interval),
        longest_blind=poll_interval,
        longest_idle=max(60.0, poll_interval),
    )
