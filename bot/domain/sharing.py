"""Whether another organisation reads a place, and in which words that is said."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_CONVERSATIONS = ("D", "U", "W")  # ids of DMs and of people


class CountsOnly(StrEnum):
    """Why a place is shown only counts: another organisation reads it, or nobody could say yet that none does."""

    SHARED = "shared"
    UNKNOWN = "unknown"


HERE = {
    CountsOnly.SHARED: "This channel is shared with another organisation, so I show only counts here.",
    CountsOnly.UNKNOWN: "I could not find out yet whether another organisation reads this channel, so I show only"
    " counts here.",
}
"""What whoever watches or asks in such a place is told."""
INSTEAD = {
    CountsOnly.SHARED: "Ask me in our DM.",
    CountsOnly.UNKNOWN: "Ask me in our DM, or again in a minute; into a private channel I have to be invited first.",
}
"""What to do for more than counts."""
NOT_YOURS = (
    "In a channel that several organisations share, or may share, `watches`, `help` and the `status` of what is watched"
    " there are for everybody. All else is for the people of the workspace that I am of, so nothing was done. Ask one"
    " of them."
)
"""What somebody of another organisation is told there who wants more."""
SMALL_PRINT = {
    CountsOnly.SHARED: "only counts: this channel is shared with another organisation",
    CountsOnly.UNKNOWN: "only counts, until it is known whether another organisation reads this channel",
}
"""What stands under every message there."""
IN_A_LIST = {
    CountsOnly.SHARED: "shared with another organisation: only counts",
    CountsOnly.UNKNOWN: "not known whether it is shared: only counts",
}
"""What stands beside the place in lists."""


@dataclass(frozen=True, slots=True)
class Openness:
    """What is known of a place: whether it is `shared` (None: nobody could say yet), and since when (our clock).

    `doubted`: something has happened since that may have changed it. `why` is why Slack could not say when it was last
    asked, in its word.
    """

    shared: bool | None
    learnt_at: datetime | None = None
    doubted: bool = False
    why: str | None = None

    @property
    def counts_only(self) -> CountsOnly | None:
        """Why only counts are shown there; None when everything may be."""
        if self.shared is None:
            return CountsOnly.UNKNOWN
        return CountsOnly.SHARED if self.shared else None

    @property
    def is_in_question(self) -> bool:
        """Whether whoever needs to know it now should ask first."""
        return self.shared is None or self.doubted


def may_be_shared(place: str) -> bool:
    """Whether another organisation could read it: what is said in DMs and to people is for them alone."""
    return not place.startswith(_CONVERSATIONS)
