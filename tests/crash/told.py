"""What is due, and what stands in Slack: the one place where messages are counted."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from bot.domain.delivery import State
from bot.sandbox.slack_api import Call
from bot.sandbox.slack_entities import Message
from bot.store import Store
from bot.store.schema import announcements

REPEAT = "This may be a repeat"
Told = tuple[str, str, str]
"""A place, a reference, and what is said of it: a kind of failure by its name, `finished`, or `card`."""


@dataclass(frozen=True)
class Figures:
    """How many messages were due and are there, how many are missing, how many are there too often.

    `marked` of the doubled ones say themselves that they may be a repeat.
    """

    due: int = 0
    posted: int = 0
    lost: int = 0
    doubled: int = 0
    marked: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.due + other.due,
            self.posted + other.posted,
            self.lost + other.lost,
            self.doubled + other.doubled,
            self.marked + other.marked,
        )

    @property
    def is_right(self) -> bool:
        """Whether all is there, and twice only where it says so."""
        return self.lost == 0 and self.doubled == self.marked


def figures(due: Counter[Told], told: Counter[Told], marked: int = 0) -> Figures:
    """What is due against what stands in the channels."""
    lost, doubled = due - told, told - due
    return Figures(due.total(), told.total(), lost.total(), doubled.total(), marked)


def said_in(reference: str, facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The news in a message, each with its reference; a catch-up has many."""
    match facts["kind"]:
        case "failure":
            yield reference, facts["name"]
        case "catch_up":
            for each in facts["references"]:
                about = each["progress"]["reference_id"]
                yield from ((about, kind["name"]) for kind in each["kinds"])
                if each["ending"]:
                    yield about, each["ending"]
        case "access" | "stale" | "back":
            pass
        case kind:
            yield reference, kind


@dataclass(frozen=True)
class Row:
    """An announcement in the outbox."""

    place: str
    reference_id: str
    state: str
    facts: Mapping[str, Any]

    def told(self) -> Iterator[Told]:
        for reference, what in said_in(self.reference_id, self.facts):
            yield self.place, reference, what


async def outbox_rows(store: Store) -> dict[str, Row]:
    """All announcements by delivery id."""
    table = announcements.c
    query = select(table.id, table.place, table.reference_id, table.state, table.facts)
    rows = await store.database.read(lambda connection: connection.execute(query).all())
    return {row.id: Row(row.place, row.reference_id, row.state, json.loads(row.facts)) for row in rows}


def delivery_of(message: Message) -> str | None:
    """The delivery id in a message's metadata."""
    payload = (message.metadata or {}).get("event_payload", {})
    found: str | None = payload.get("delivery")
    return found


def marks(calls: Iterable[Call]) -> Counter[str]:
    """How often each delivery was posted with the remark that it may be a repeat; an edited card has it no more."""
    found: Counter[str] = Counter()
    for call in calls:
        if call.method == "chat.postMessage" and call.ok and REPEAT in str(call.args.get("text")):
            metadata = call.args["metadata"]  # the client sends it as JSON, or in a form as the text of it
            parsed = json.loads(metadata) if isinstance(metadata, str) else metadata
            found[parsed["event_payload"]["delivery"]] += 1
    return found


def count(
    messages: Iterable[Message], rows: Mapping[str, Row], marked: Mapping[str, int] = MappingProxyType({})
) -> tuple[Counter[Told], int]:
    """What these messages say, and how much of what they repeat is `marked` so."""
    copies = Counter(filter(None, map(delivery_of, messages)))
    told: Counter[Told] = Counter()
    repeats = 0
    for delivery, number in copies.items():
        assert delivery in rows, "there is a message of an announcement that nobody remembers"
        says = Counter(rows[delivery].told())
        told.update({each: times * number for each, times in says.items()})
        repeats += min(number - 1, marked.get(delivery, 0)) * says.total()
    return told, repeats


def unsent(rows: Mapping[str, Row]) -> int:
    """How many announcements still wait, in doubt or not."""
    return sum(1 for row in rows.values() if row.state not in (State.SENT, State.DROPPED))
