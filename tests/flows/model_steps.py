"""What can happen on a model account, as steps that are drawn and played one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st

from bot.domain.watch import Events
from bot.errors import ChamelaionError, RateLimitedError, UnavailableError
from tests.builders import NOON
from tests.flows.model_account import REASONS
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
    """Requests are sent, all at the same moment."""

    reference: str | None
    count: int

    async def play(self, stage: Stage) -> None:
        stage.account.insert(self.reference, self.count)


@dataclass(frozen=True, slots=True)
class Move:
    """Up to `count` requests, from one on, get another status, whatever they had (`back`: of those that ended)."""

    first: int
    count: int
    status: str
    reason: str = REASONS[0]
    back: bool = False

    async def play(self, stage: Stage) -> None:
        account = stage.account
        rows = account.in_order(row for row in account.rows if row.is_terminal == self.back)[::-1]
        start = self.first % len(rows) if rows else 0
        for row in rows[start : start + self.count]:
            account.move(row, self.status, reason=self.reason)


@dataclass(frozen=True, slots=True)
class Delete:
    """The account lists a request no more."""

    which: int

    async def play(self, stage: Stage) -> None:
        if rows := stage.account.in_order(stage.account.rows)[::-1]:
            stage.account.delete(rows[self.which % len(rows)])


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


Step = Insert | Move | Delete | GoOn | Away | Die | Fail | Remember | Lie | Break | SetClock | Watch | Stop | Ask


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


_references = st.sampled_from(REFERENCES)
_often_watched = st.sampled_from(("batch-1", "batch-1", "batch-1", "batch-2", "other"))
_names = st.sampled_from(("batch-1", "batch-1", "batch-2", *PATTERNS))
_places = st.sampled_from(("C1", "C1", "C2"))
_events = st.sampled_from((None, *Events))
_which = st.integers(0, 40)
_often: list[st.SearchStrategy[Step]] = [
    st.builds(Insert, _often_watched, st.sampled_from((1, 2, 5, 30))),
    st.builds(
        Move,
        st.integers(0, 6),
        st.sampled_from((1, 1, 3, 40)),
        st.sampled_from(
            ("processing", "completed", "completed", "failed", "failed", "failed", "canceled", "uploading")
        ),
        st.sampled_from((REASONS[0], *REASONS)),
    ),
    st.builds(GoOn, st.sampled_from((3.0, 20.0, 40.0, 70.0, 200.0))),
]
_now_and_then: list[st.SearchStrategy[Step]] = [
    st.builds(Watch, _places, _names, _events, st.sampled_from((None, None, 1, 4)), st.booleans()),
    st.builds(Stop, _places, _names),
    st.builds(Ask, _references, st.booleans(), st.booleans()),
    st.builds(Insert, st.none(), st.sampled_from((1, 5, 30))),
    st.builds(Delete, _which),
    st.builds(Away, st.sampled_from((10.0, 100.0, 400.0, 4_000.0)), st.booleans()),
    st.builds(Die, st.integers(1, 4)),
    st.builds(Fail, st.integers(0, 3), st.integers(1, 4)),
    st.builds(Remember),
    st.builds(Lie, st.integers(1, 2)),
    st.builds(Break, st.sampled_from(("batch-1", "batch-1", None)), st.booleans()),
    st.builds(SetClock, st.sampled_from((-3_600.0, -40.0, 40.0, 3_600.0))),
    st.builds(Move, _which, st.just(1), st.sampled_from(("processing", "completed", "failed")), back=st.just(True)),
]
_first_watches = st.lists(
    st.builds(Watch, _places, _names, st.sampled_from((None, Events.EACH)), st.none(), st.just(False)),
    min_size=1,
    max_size=2,
)
# `one_of` would forget how often a strategy is named.
_steps = st.sampled_from((*_often * 7, *_now_and_then)).flatmap(lambda kind: kind)
STORIES = st.builds(
    lambda first, steps, **others: Story(**others, steps=(*first, *steps)),
    order=st.sampled_from(("newest first", "newest first", "oldest first", "mixed")),
    page=st.sampled_from((3, 7, 20, 100)),
    refuses_large=st.booleans(),
    ahead=st.sampled_from((0.0, 0.0, -90.0, 3_600.0)),
    calls=st.sampled_from((60, 300)),
    settle=st.sampled_from((0.0, 90.0)),
    older=st.lists(
        st.tuples(
            st.sampled_from((*REFERENCES, "ancient")),
            st.integers(1, 12),
            st.sampled_from(("queued", "processing", "completed", "failed")),
            st.sampled_from((100.0, 5_000.0)),
        ),
        max_size=3,
    ),
    first=_first_watches,
    steps=st.lists(_steps, min_size=8, max_size=20),
)
