"""Whether a post whose answer was lost can be looked for in a place: where it cannot, it is told at least once."""

from collections.abc import Set

MISSING_SCOPE = "missing_scope"
KINDS = {
    "channels:history": "public channels",
    "groups:history": "private channels",
    "im:history": "DMs",
    "mpim:history": "group DMs",
}
"""The scope that it takes to read the history of a place, by its kind."""
_DIRECT = ("U", "W", "D")  # ids of persons and of DMs begin so


def scope_of(place: str, *, public: bool) -> str:
    """The scope that it takes to read this place's history."""
    if place.startswith(_DIRECT):
        return "im:history"
    return "channels:history" if public else "groups:history"


def unreadable(place: str, *, public: bool, granted: Set[str], learnt: str | None) -> str | None:
    """Why the place's history cannot be read, in Slack's word; None as long as nothing speaks against it.

    `granted` are the scopes of the token (none: nobody knows), `learnt` is what Slack answered when it was last read.
    """
    if not granted:
        return learnt
    if scope_of(place, public=public) not in granted:
        return MISSING_SCOPE
    return None if learnt == MISSING_SCOPE else learnt
