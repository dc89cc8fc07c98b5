"""Where a process can be made to die: before, within and after each step of the pipeline."""

from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

from bot.app import Parts
from bot.ports import Chat
from bot.store import Store
from bot.store.database import Database

T = TypeVar("T")
Method = Callable[..., Awaitable[Any]]

STEPS = {
    "ledger": ("fall_behind", "record", "caught_up"),
    "outbox": ("claim", "sent", "again", "doubt", "settle_doubt", "park", "without_thread", "audited"),
    "cards": ("shown",),
    "edits": ("done",),
    "senders": ("take", "renew", "release"),
}
"""The methods of the store that write while the pipeline runs: each is one transaction."""
READS = {"edits": ("due",)}
"""The methods that only read, but say what is done next."""
CALLS = ("post", "update", "find", "delete")
"""What is asked of Slack."""
STORED = tuple(
    f"{when} {part}.{method}"
    for part, methods in STEPS.items()
    for method in methods
    for when in ("before", "within", "after")
)
"""`before` nothing is written, `within` it is written but not committed, `after` it is committed."""
AROUND = (
    *(f"{part}.{method}" for part, methods in READS.items() for method in methods),
    *(f"chat.{call}" for call in CALLS),
)
CALLED = tuple(f"{when} {each}" for each in AROUND for when in ("before", "after"))
POINTS = (*STORED, *CALLED)

_step: ContextVar[str] = ContextVar("step", default="")


@dataclass
class Passage:
    """Counts how often each point is passed; at the `hit`-th passage of `point` it lets `die` have its way."""

    point: str
    hit: int
    die: Callable[[], None]
    passed: dict[str, int] = field(default_factory=dict)

    def at(self, point: str) -> None:
        self.passed[point] = self.passed.get(point, 0) + 1
        if point == self.point and self.passed[point] == self.hit:
            self.die()


class MortalDatabase(Database):
    """The database given, in whose transactions one may die before they are committed."""

    def __init__(self, real: Database, passage: Passage) -> None:
        self.__dict__.update(real.__dict__)
        self.passage = passage

    async def write(self, work: Callable[[Connection], T]) -> T:
        step = _step.get()

        def then_die(connection: Connection) -> T:
            answer = work(connection)
            if step:
                self.passage.at(f"within {step}")
            return answer

        return await super().write(then_die)


@dataclass(frozen=True)
class MortalChat:
    """The chat given, around whose calls one may die; what it is asked, and how, is its own business."""

    chat: Chat
    passage: Passage

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as in the chat
        real = getattr(self.chat, name)
        return _around(real, f"chat.{name}", self.passage) if name in CALLS else real


def mortal_parts(passage: Passage) -> Parts:
    """The real pieces, each step of which is a point of the passage."""
    return Parts(chat=lambda chat: mortal_chat(chat, passage), store=lambda store: mortal_store(store, passage))


def mortal_chat(chat: Chat, passage: Passage) -> Chat:
    return cast("Chat", MortalChat(chat, passage))


def mortal_store(store: Store, passage: Passage) -> Store:
    """The same store on the same database; the methods of `STEPS` and `READS` tell the passage when they are passed."""
    database = MortalDatabase(store.database, passage)
    parts = {
        part: _mortal(getattr(store, part), part, (*STEPS[part], *READS.get(part, ())), passage, database)
        for part in STEPS
    }
    return replace(store, database=database, **parts)


def _mortal(part: T, name: str, methods: Sequence[str], passage: Passage, database: Database) -> T:
    kind = type(part)
    around = {method: _around(getattr(kind, method), f"{name}.{method}", passage) for method in methods}
    made = remade(part, **around)
    object.__setattr__(made, "database", database)
    return made


def remade(part: T, **methods: Method) -> T:
    """A copy of a part of the store with other methods, whatever fields that part has."""
    kind = type(part)
    made: T = object.__new__(type(kind.__name__, (kind,), dict(methods)))
    for each in fields(part):  # type: ignore[arg-type]  # every part of the store is a dataclass
        object.__setattr__(made, each.name, getattr(part, each.name))
    return made


def _around(method: Method, point: str, passage: Passage) -> Method:
    async def around(*args: object, **options: object) -> object:
        passage.at(f"before {point}")
        token = _step.set(point)
        try:
            answer: object = await method(*args, **options)
        finally:
            _step.reset(token)
        passage.at(f"after {point}")
        return answer

    return around
