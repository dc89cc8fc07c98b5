"""Walk through the history of a place, page by page, at the pace that Slack allows."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.delivery import Shown
from bot.errors import SlackBusyError, SlackError
from bot.flows.slack_line import SlackLine
from bot.ports import Chat, Clock

log = structlog.get_logger(__name__)

LONGEST_PACE = timedelta(seconds=60)  # some apps may ask once a minute
AFTER_A_FAULT = timedelta(seconds=30)
FAULTS_AT_A_PAGE = 2  # the cursor itself may be what is wrong


@dataclass(frozen=True, slots=True)
class Where:
    """A place, or what stands under a message of it."""

    place: str
    thread_ts: str | None = None

    @property
    def method(self) -> str:
        """Slack counts the two ways to read apart."""
        return "find" if self.thread_ts is None else "find_in_thread"


@dataclass(slots=True)
class Walk:
    """A walk and how far it came: `seen` has what was shown, by delivery. Waits are on the monotonic clock."""

    where: Where
    since: datetime
    until: datetime
    cursor: str | None = None
    pages: int = 0
    is_over: bool = False
    seen: defaultdict[str, list[Shown]] = field(default_factory=lambda: defaultdict(list))
    read_at: float = 0.0
    waits_until: float = 0.0
    faults: int = 0

    def copies(self, author: str) -> dict[str, list[Shown]]:
        """What was shown more than once by this author, in order."""
        by_id = {name: [each for each in shown if each.author == author] for name, shown in self.seen.items()}
        return {name: sorted(shown, key=_order) for name, shown in by_id.items() if len(shown) > 1}

    def start_over(self) -> None:
        """Begin again at the first page."""
        self.cursor, self.pages, self.faults = None, 0, 0
        self.seen.clear()


def _order(shown: Shown) -> tuple[int, ...]:
    return shown.posted.order


@dataclass(slots=True)
class History:
    """Reads pages; after a refusal it remembers how far apart calls must be, so that not every other one is refused."""

    chat: Chat
    clock: Clock
    line: SlackLine
    _pace: dict[str, float] = field(default_factory=dict, init=False)
    _read_at: dict[str, float] = field(default_factory=dict, init=False)

    def opens_at(self, walk: Walk) -> datetime:
        """When the next page of the walk may be read."""
        wait = timedelta(seconds=max(walk.waits_until - self.clock.monotonic(), 0.0))
        return max(self.line.opens_at(walk.where.method), self.clock.now() + wait)

    def may_read(self, walk: Walk) -> bool:
        """Whether it may be read now."""
        return walk.waits_until <= self.clock.monotonic() and not self.line.is_closed(walk.where.method)

    def relax(self) -> None:
        """Nothing is left to be read: next time Slack may allow more."""
        self._pace.clear()

    async def read(self, walk: Walk) -> bool:
        """Read one page and note it in the walk; False when the page has to be tried again.

        Raises a `NoHistoryError` when it never can be read.
        """
        method, walk.read_at = walk.where.method, self.clock.monotonic()
        try:
            page = await self.chat.find(
                walk.where.place, walk.since, walk.until, thread_ts=walk.where.thread_ts, cursor=walk.cursor
            )
        except SlackBusyError as error:
            self.line.trouble(method, error)
            self._refused(method, error.retry_after)
            return False
        self.line.works(method)
        self._read_at[method] = self.clock.monotonic()
        if method in self._pace:
            self.line.close(method, timedelta(seconds=self._pace[method]))
        _note(walk, page.shown)
        walk.cursor, walk.is_over = page.cursor, page.cursor is None
        walk.pages, walk.faults = walk.pages + 1, 0
        return True

    def failed(self, walk: Walk, error: SlackError) -> None:
        """The page could not be read for a reason that may pass."""
        self.line.trouble(walk.where.method, error)
        walk.waits_until = self.clock.monotonic() + AFTER_A_FAULT.total_seconds()
        walk.faults += 1
        if walk.faults >= FAULTS_AT_A_PAGE:
            walk.start_over()

    def _refused(self, method: str, pause: timedelta) -> None:
        self.line.close(method, pause)
        if method in self._read_at:
            since = self.clock.monotonic() - self._read_at[method]
            self._pace[method] = min(since + pause.total_seconds(), LONGEST_PACE.total_seconds())


def _note(walk: Walk, page: Iterable[Shown]) -> None:
    for each in page:
        if each not in walk.seen[each.delivery_id]:  # a page may show again what the one before showed
            walk.seen[each.delivery_id].append(each)
