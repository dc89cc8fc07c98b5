"""What can happen on a model account, as steps that are drawn and played one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.watch import Events
from bot.errors import ChamelaionError, RateLimitedError, UnavailableError
from tests.builders import NOON
from tests.flows.model_account import LATENCY, REASONS, ModelAccount
from tests.flows.model_expectations import PATTERNS, Command, Moment
from tests.flows.model_stage import Stage

REFERENCES = ("batch-1", "batch-2", "other")
PLACES = ("C1", "C2")
FAULTS: tuple[ChamelaionError, ...] = (
    UnavailableError("the API answered 500"),
    UnavailableError("the API took too much time"),
    RateLimitedError("the API answered 429"),
    RateLimitedError("the API answered 429", timedelta(seconds=20)),
)


@dataclass(frozen=True, slots=True)
class Insert:
    """Requests are sent, all at the same moment; they may have ended before anybody sees them open."""

    reference: str | None
    count: int
    status: str = "queued"

    def happen(self, account: ModelAccount) -> None:
        """At once."""
        account.insert(self.reference, self.count)
        for row in account.rows[-self.count :] if self.status != "queued" else ():
            account.move(row, self.status)

    async def play(self, stage: Stage) -> None:
        self.happen(stage.account)


@dataclass(frozen=True, slots=True)
class Move:
    """Up to `count` requests, from one on, get another status, whatever they had (`back`: of those that ended)."""

    first: int
    count: int
    status: str
    reason: str = REASONS[0]
    back: bool = False

    def happen(self, account: ModelAccount) -> None:
        """At once."""
        rows = account.in_order(row for row in account.rows if row.is_terminal == self.back)[::-1]
        start = self.first % len(rows) if rows else 0
        for row in rows[start : start + self.count]:
            account.move(row, self.status, reason=self.reason)

    async def play(self, stage: Stage) -> None:
        self.happen(stage.account)


@dataclass(frozen=True, slots=True)
class Delete:
    """The account lists some requests no more."""

    which: int
    count: int = 1

    def happen(self, account: ModelAccount) -> None:
        """At once."""
        if rows := account.in_order(account.rows)[::-1]:
            start = self.which % len(rows)
            for row in rows[start : start + self.count]:
                account.delete(row)

    async def play(self, stage: Stage) -> None:
        self.happen(stage.account)


Change = Insert | Move | Delete


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """The account changes between two calls: just before the next, or so many later."""

    calls: int
    change: Change

    async def play(self, stage: Stage) -> None:
        stage.account.meanwhile.append((stage.account.asked + self.calls, self.change.happen))


@dataclass(frozen=True, slots=True)
class GoOn:
    """Time passes with looks."""

    seconds: float

    async def play(self, stage: Stage) -> None:
        await stage.go_on(self.seconds)


@dataclass(frozen=True, slots=True)
class Away:
    """Time passes without looks; then the bot starts anew, or was only asleep."""

    seconds: float
    restarts: bool

    async def play(self, stage: Stage) -> None:
        stage.be_away(self.seconds)
        await (stage.restart() if self.restarts else stage.look())


@dataclass(frozen=True, slots=True)
class Die:
    """The bot is killed in a look and starts anew."""

    calls: int

    async def play(self, stage: Stage) -> None:
        await stage.die_in_a_look(self.calls)


@dataclass(frozen=True, slots=True)
class Fail:
    """The next calls fail."""

    fault: int
    times: int

    async def play(self, stage: Stage) -> None:
        stage.account.faults += [FAULTS[self.fault]] * self.times


@dataclass(frozen=True, slots=True)
class Remember:
    """Stale answers show the account as it is now."""

    async def play(self, stage: Stage) -> None:
        stage.account.remember()


@dataclass(frozen=True, slots=True)
class Lie:
    """The next answers are stale."""

    times: int

    async def play(self, stage: Stage) -> None:
        stage.account.stale = self.times


@dataclass(frozen=True, slots=True)
class Break:
    """The list of one reference, or the account's, cannot be read any more; or everything can again."""

    what: str | None
    mends: bool

    async def play(self, stage: Stage) -> None:
        stage.account.broken = set() if self.mends else {self.what}
        stage.disturb()


@dataclass(frozen=True, slots=True)
class SetClock:
    """Somebody sets our clock."""

    seconds: float

    async def play(self, stage: Stage) -> None:
        stage.set_our_clock(self.seconds)


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody watches, or changes what is told."""

    place: str
    name: str
    events: Events | None
    expected: int | None
    beside_a_look: bool

    async def play(self, stage: Stage) -> None:
        expected = None if self.name in PATTERNS else self.expected
        command = Command(self.place, self.name, Moment(0, 0), NOON, events=self.events, expected=expected)
        await stage.watch(command, beside_a_look=self.beside_a_look)


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody stops a watch, if there is one."""

    place: str
    name: str

    async def play(self, stage: Stage) -> None:
        await stage.stop(Command(self.place, self.name, Moment(0, 0), NOON, stops=True))


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody asks."""

    reference: str
    fresh: bool
    beside_a_look: bool

    async def play(self, stage: Stage) -> None:
        await stage.ask(self.reference, fresh=self.fresh, beside_a_look=self.beside_a_look)


Step = Change | Meanwhile | GoOn | Away | Die | Fail | Remember | Lie | Break | SetClock | Watch | Stop | Ask


@dataclass(frozen=True, slots=True)
class Story:
    """An account as it is when the bot first starts, and what happens then."""

    order: str
    page: int
    refuses_large: bool
    ahead: float
    calls: int
    settle: float
    older: Sequence[tuple[str, int, str, float]]
    steps: Sequence[Step]
    latency: float = LATENCY
