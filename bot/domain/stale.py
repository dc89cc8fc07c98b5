"""When what is known of the account is too old to be taken for the present, and what is told of that."""

from dataclasses import dataclass
from datetime import timedelta

STALE = timedelta(minutes=10)  # far longer than any hiccup, and soon enough for whoever relies on it
MOST_NAMED = 10  # what fits into a sentence


def stale_after(gap_after: timedelta) -> timedelta:
    """How old data must be to be called old; where looks are rare, not before nothing was read for a whole gap."""
    return max(STALE, gap_after)


@dataclass(frozen=True, slots=True)
class Away:
    """Why the API cannot be read, as a sentence; a refused key is for the operator to mend."""

    why: str
    key_refused: bool = False
