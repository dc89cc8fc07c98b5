"""What people do about failures: who looks at a kind, what is handled, and what came right by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from bot.domain.request import LipsyncRequest

MOST_ATTEMPTS = 10  # a clip that was sent more often than that is a batch, and nobody knows which came for which


@dataclass(frozen=True, slots=True)
class Assigned:
    """Somebody (`to`, a user id) looks at a failure kind, because `by` said so."""

    to: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Handled:
    """Somebody said that the failures of a kind so far need nothing more; `at` is our clock."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Care:
    """What people have done about one failure kind of one reference, in the whole account."""

    assigned: Assigned | None = None
    handled: Handled | None = None


UNTOUCHED = Care()


@dataclass(frozen=True, slots=True)
class Triage:
    """What is known of the failures of one reference besides the requests themselves.

    `cleared` are the ids of failed requests that are not open any more: handled, or recovered. `cares` is by the key of
    the failure kind.
    """

    cleared: frozenset[str] = frozenset()
    cares: Mapping[str, Care] = field(default_factory=dict)

    def care(self, key: str) -> Care:
        """What people have done about the kind with this key."""
        return self.cares.get(key, UNTOUCHED)


NO_TRIAGE = Triage()


def recovered(requests: Sequence[LipsyncRequest]) -> frozenset[str]:
    """The failed requests of a one-clip reference that a newer one has made good by completing.

    A reference is taken for one clip that was sent again when each of its few requests was created after the one before
    had ended.
    """
    if not 2 <= len(requests) <= MOST_ATTEMPTS:
        return frozenset()
    attempts = sorted(requests, key=lambda request: (request.created_at, request.id))
    if not all(earlier.is_terminal and earlier.ended_at <= later.created_at for earlier, later in pairwise(attempts)):
        return frozenset()
    good = max((n for n, request in enumerate(attempts) if request.status == "completed"), default=0)
    return frozenset(_failed(attempts[:good]))


def _failed(requests: Iterable[LipsyncRequest]) -> Iterable[str]:
    return (request.id for request in requests if request.status == "failed")
