"""What a deed changes in a place, kept so that it can be taken back, inside a transaction."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select

from bot.domain.delivery import State
from bot.store.columns import UtcDateTime
from bot.store.dialect import chunks
from bot.store.queue import is_unsent
from bot.store.rows import Row
from bot.store.schema import announcements, exceptions, watches

_OF_NEWS = ("state", "why", "not_before", "facts", "watch_id", "version")
_UNDER_WAY = (State.SENDING, State.IN_DOUBT)
_NOT_OURS = ("settled_at", "settled_for")  # written down again by itself


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that was changed: what its columns held before, as far as that was something else."""

    id: str
    before: Row


@dataclass(frozen=True, slots=True)
class News:
    """An announcement that was changed, and the version that it had then."""

    number: int
    before: Row
    version: int


@dataclass(frozen=True, slots=True)
class Journal:
    """What a deed has changed in its place; `reading` was the account's newest then.

    `lifted` are exceptions that it took away, `excepted` those that it made (watch id and reference key). `under_way`
    are the announcements that were being sent.
    """

    reading: int
    watches: tuple[Changed, ...]
    lifted: tuple[Row, ...]
    excepted: tuple[tuple[str, str], ...]
    news: tuple[News, ...]
    under_way: tuple[int, ...]

    def text(self) -> str:
        """The journal as it is stored."""
        return json.dumps(
            {
                "reading": self.reading,
                "watches": [[one.id, _plain(one.before)] for one in self.watches],
                "lifted": [_plain(row) for row in self.lifted],
                "excepted": self.excepted,
                "news": [[one.number, _plain(one.before), one.version] for one in self.news],
                "under_way": self.under_way,
            }
        )

    @classmethod
    def of_text(cls, text: str) -> "Journal":
        """The journal as it was stored."""
        told = json.loads(text)
        return cls(
            reading=told["reading"],
            watches=tuple(Changed(id_, _values(watches, before)) for id_, before in told["watches"]),
            lifted=tuple(_values(exceptions, row) for row in told["lifted"]),
            excepted=tuple((watch_id, key) for watch_id, key in told["excepted"]),
            news=tuple(News(number, _values(announcements, before), v) for number, before, v in told["news"]),
            under_way=tuple(told["under_way"]),
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """A place as it is at one moment: its active watches, their exceptions, and what is unsent."""

    watches: Mapping[str, Row]
    exceptions: Mapping[tuple[str, str], Row]
    news: Mapping[int, Row]


def picture(connection: Connection, workspace_id: str, place: str) -> Picture:
    """The place as it is now."""
    here = (watches.c.workspace_id == workspace_id, watches.c.place == place, watches.c.ended_at.is_(None))
    active = connection.execute(select(watches).where(*here)).mappings()
    excepted = connection.execute(
        select(exceptions).where(exceptions.c.watch_id.in_(select(watches.c.id).where(*here, watches.c.is_glob)))
    ).mappings()
    unsent = connection.execute(
        select(announcements.c.number, *(announcements.c[name] for name in _OF_NEWS)).where(
            announcements.c.workspace_id == workspace_id, announcements.c.place == place, is_unsent(announcements)
        )
    ).mappings()
    return Picture(
        watches={row["id"]: dict(row) for row in active},
        exceptions={(row["watch_id"], row["reference_key"]): dict(row) for row in excepted},
        news={row["number"]: dict(row) for row in unsent},
    )


def journal(connection: Connection, before: Picture, after: Picture, reading: int) -> Journal:
    """What is different in `after`; rows that have left the picture are looked up."""
    ended = _by(connection, watches, "id", before.watches.keys() - after.watches.keys())
    dropped = _by(connection, announcements, "number", before.news.keys() - after.news.keys())
    then: dict[str, Row | RowMapping] = {**after.watches, **ended}
    news: dict[int, Row | RowMapping] = {**after.news, **dropped}
    return Journal(
        reading=reading,
        watches=tuple(
            Changed(id_, old)
            for id_, row in before.watches.items()
            if id_ in then and (old := _difference(row, then[id_], _NOT_OURS))
        ),
        lifted=tuple(row for key, row in before.exceptions.items() if key not in after.exceptions),
        excepted=tuple(key for key in after.exceptions if key not in before.exceptions),
        news=tuple(
            News(number, old, news[number]["version"])
            for number, row in before.news.items()
            if number in news and (old := _difference(row, news[number], ("version",)))
        ),
        under_way=tuple(number for number, row in before.news.items() if row["state"] in _UNDER_WAY),
    )


def _by(connection: Connection, table: Table, name: str, keys: Iterable[Any]) -> dict[Any, RowMapping]:
    found: dict[Any, RowMapping] = {}
    for part in chunks(sorted(keys)):
        rows = connection.execute(select(table).where(table.c[name].in_(part))).mappings()
        found |= {row[name]: row for row in rows}
    return found


def _difference(before: Row, after: RowMapping | Row, leave: tuple[str, ...]) -> Row:
    return {name: value for name, value in before.items() if name not in leave and after[name] != value}


def _plain(row: Row) -> Row:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


def _values(table: Table, row: Row) -> Row:
    return {
        name: datetime.fromisoformat(value)
        if value is not None and isinstance(table.c[name].type, UtcDateTime)
        else value
        for name, value in row.items()
    }
