"""What a look can do next."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """Read the page of the account's list whose newest place is `top`; the newest page when that is None.

    Of several `pages` each lies beneath the one before; they are asked for at once.
    """

    top: float | None
    pages: int = 1


@dataclass(frozen=True, slots=True)
class ByReference:
    """Read a reference by itself."""

    reference_id: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is worth a call before this time (API's clock, seconds)."""

    until: float


Call = Window | ByReference
Step = Call | Wait
