"""What is shown below a message in which somebody posted a link to a request."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.mentioned import beginnings, mentioned, plain_address
from bot.domain.overview import Standing
from bot.domain.request import LipsyncRequest

MOST_A_MESSAGE = 2  # more would push the conversation off the screen
MOST_LOOKED_AT = 20  # links of one message: whoever posts more wants to pass on a list, not to talk about a clip
COOL_DOWN = timedelta(minutes=30)  # people who talk about a clip link to it again and again


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it was posted, its address without what may be signed, and the request ids in it."""

    url: str
    address: str
    ids: tuple[str, ...]

    @classmethod
    def of(cls, url: str) -> "Link":
        """What a link may lead to."""
        return cls(url, plain_address(url), tuple(dict.fromkeys(each.text for each in mentioned(url).ids)))

    @property
    def beginnings(self) -> tuple[str, ...]:
        """What the id of the request may begin with whose output this is."""
        return beginnings(self.address)


def links_of(urls: Iterable[str]) -> tuple[Link, ...]:
    """The links that are looked at, each once."""
    return tuple(map(Link.of, list(dict.fromkeys(urls))[:MOST_LOOKED_AT]))


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What is shown of one request below the link `url`.

    `read_at` is our clock when that was read, None when it was never read as a whole. `standing` is that of its
    reference, with the totals; None without a reference. `with_reason` lets it say why the request failed.
    """

    url: str
    request: LipsyncRequest
    read_at: datetime | None
    standing: Standing | None = None
    with_reason: bool = False
