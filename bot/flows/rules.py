"""The numbers by which the flows work, from the settings."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.lease import LONGEST_LEASE

SHORTEST_LEASE = timedelta(seconds=0.5)


@dataclass(frozen=True, slots=True)
class Rules:
    """How long, how often, and whose.

    `poll_interval` says how patient looks are (`bot.domain.pace`), `gap_after` how long nothing must have been read
    before what was missed is told in one message, `longest_settle` the longest settle window, `card_interval` the
    shortest time between edits of a card, `quiet` how long an attempt in doubt is left alone before the history is
    read, `retention` after how long what has ended is forgotten, `owner` names this process.
    """

    account_id: str
    owner: str
    poll_interval: timedelta
    gap_after: timedelta
    longest_settle: timedelta
    card_interval: timedelta
    quiet: timedelta
    retention: timedelta
    resend_in_doubt: bool

    @property
    def lease(self) -> timedelta:
        """How long this process sends before it must have said that it goes on.

        With the default quiet time it is the longest that there is.
        """
        return min(max(self.quiet / 6, SHORTEST_LEASE), LONGEST_LEASE)
