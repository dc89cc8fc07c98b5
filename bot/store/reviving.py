"""Putting back what a deed has changed, as far as nothing has moved on since, inside a transaction."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, delete, exists, insert, select, update

from bot.domain.delivery import State
from bot.domain.watch import Events, Watch
from bot.store.catching_up import CATCH_UP, catching_up_since
from bot.store.dialect import insert_if_new
from bot.store.holding import MUTED, mutes_of
from bot.store.moves import UNWATCHED
from bot.store.passing_on import pass_on
from bot.store.pictures import Changed, Journal, News
from bot.store.queue import drop_unsent_of
from bot.store.rows import NOTHING_TOLD_OF_RISK, Row, watch_of, watch_row
from bot.store.schema import announcements, cards, exceptions, watches
from bot.store.troubles import trouble
from bot.store.vigil_states import take_states
from bot.store.watching import touch_card, touch_cards


def put_back(connection: Connection, journal: Journal) -> list[Watch]:
    """Undo what a deed did to watches, exceptions and news; returns the watches that go on again."""
    for watch_id, key in journal.excepted:
        mine = (exceptions.c.watch_id == watch_id, exceptions.c.reference_key == key)
        connection.execute(delete(exceptions).where(*mine))
    for row in journal.lifted:
        if _is_active(connection, row["watch_id"]):
            insert_if_new(connection, exceptions, row)
    revived = [watch for one in _globs_first(connection, journal) if (watch := _put_back_watch(connection, one))]
    for news in journal.news:
        _put_back_news(connection, news)
    _send_again(connection, journal, revived)
    touch_cards(connection, {watch.card_id for watch in revived} | {row.id for row in journal.watches})
    return revived


def _globs_first(connection: Connection, journal: Journal) -> list[Changed]:
    """What is under a glob can only go on once the glob does."""
    under = set(
        connection.execute(
            select(watches.c.id).where(
                watches.c.glob_id.is_not(None), watches.c.id.in_([one.id for one in journal.watches])
            )
        ).scalars()
    )
    return sorted(journal.watches, key=lambda one: one.id in under)


def _is_active(connection: Connection, watch_id: str) -> bool:
    is_there = exists().where(watches.c.id == watch_id, watches.c.ended_at.is_(None))
    return bool(connection.execute(select(is_there)).scalar_one())


# --- watches ---


def _put_back_watch(connection: Connection, changed: Changed) -> Watch | None:
    """Returns the watch when it had ended and goes on again."""
    row = connection.execute(select(watches).where(watches.c.id == changed.id)).mappings().one_or_none()
    if row is None:
        return None
    values = _restored(row, changed.before)
    glob_id = values.get("glob_id", row["glob_id"])
    if glob_id is not None and not _is_active(connection, glob_id):
        return None
    goes_on_again = "ended_at" in changed.before and row["ended_at"] is not None
    if goes_on_again:
        rival = _rival(connection, row)
        if rival is not None and rival.glob_id is None:
            return None
        heir = rival or _heir(connection, row)
        if heir is not None:
            values |= _absorbed(connection, heir, row, values)
    elif row["ended_at"] is not None:
        return None
    connection.execute(update(watches).where(watches.c.id == changed.id).values(values))
    if not goes_on_again:
        return None
    return watch_of(connection.execute(select(watches).where(watches.c.id == changed.id)).mappings().one())


def _restored(row: RowMapping, before: Row) -> Row:
    """What was before, but nothing that was told since is forgotten."""
    values = dict(before)
    if "generation" in values:
        values["generation"] = max(values["generation"], row["generation"])
    if row["settled_reading"] is not None:
        values.pop("settled_reading", None)
    if "clips_reading" in values and Events(row["events"]).tell_completions:
        values["clips_reading"] = max(values["clips_reading"], row["clips_reading"])
    for name in ("told", "messages"):
        values.pop(name, None)
    if "deadline" in values:
        values.setdefault("risk", NOTHING_TOLD_OF_RISK)  # what was told since is of the other deadline
    return values


def _rival(connection: Connection, row: RowMapping) -> Watch | None:
    """The watch of the same that is active instead."""
    found = connection.execute(
        select(watches).where(
            watches.c.workspace_id == row["workspace_id"],
            watches.c.place == row["place"],
            watches.c.reference_key == row["reference_key"],
            watches.c.ended_at.is_(None),
            watches.c.id != row["id"],
        )
    )
    rival = found.mappings().one_or_none()
    return watch_of(rival) if rival else None


def _heir(connection: Connection, row: RowMapping) -> Watch | None:
    """What a glob that has ended since had taken over from the watch: it counts from the same reading on."""
    found = connection.execute(
        select(watches)
        .where(
            watches.c.workspace_id == row["workspace_id"],
            watches.c.place == row["place"],
            watches.c.reference_key == row["reference_key"],
            watches.c.glob_id.is_not(None),
            watches.c.ended_at >= row["ended_at"],
            watches.c.since_reading == row["since_reading"],
            watches.c.id != row["id"],
        )
        .order_by(watches.c.ended_at.desc())
        .limit(1)
    )
    heir = found.mappings().one_or_none()
    return watch_of(heir) if heir else None


def _absorbed(connection: Connection, rival: Watch, row: RowMapping, values: Row) -> Row:
    """What a glob kept of the reference meanwhile counts for the watch that goes on: returns what that changes."""
    pass_on(connection, rival.id, row["id"])
    take_states(connection, rival.id, row["id"])
    connection.execute(delete(watches).where(watches.c.id == rival.id))
    generation = max(values.get("generation", row["generation"]), rival.generation)
    settled = values.get("settled_reading", row["settled_reading"])
    clips = values.get("clips_reading", row["clips_reading"])
    return {
        "generation": generation,
        "settled_reading": rival.settled_reading if settled is None else settled,
        "clips_reading": max(clips, rival.clips_reading) if rival.events.tell_completions else clips,
        "told": " ".join(sorted({*row["told"].split(), *rival.alerts.told})),
        "messages": _messages(rival, row),
    }


def _messages(rival: Watch, row: RowMapping) -> int:
    """Of what took over from the watch the messages count on; of what began anew they are further ones."""
    before: int = row["messages"]
    took_over = rival.alerts.told.issuperset(row["told"].split())
    return max(before, rival.alerts.messages) if took_over else before + rival.alerts.messages


def separate(connection: Connection, watch: Watch, now: datetime) -> None:
    """A watch that took over what a glob kept gives it back: its card ends with a watch of its own."""
    ended = replace(watch, id=str(uuid4()), ended_at=now)
    connection.execute(insert(watches), watch_row(ended))
    connection.execute(update(cards).where(cards.c.watch_id == watch.id).values(watch_id=ended.id))
    is_card = (announcements.c.watch_id == watch.id, announcements.c.kind == "card")
    connection.execute(update(announcements).where(*is_card).values(watch_id=ended.id))
    drop_unsent_of(connection, ended.id, UNWATCHED)
    touch_card(connection, ended.id, urgent=True)


# --- news ---


def _put_back_news(connection: Connection, news: News) -> None:
    mine = (announcements.c.number == news.number, announcements.c.version == news.version)
    row = connection.execute(select(announcements).where(*mine)).mappings().one_or_none()
    if row is None:
        return
    values = dict(news.before)
    if "state" in values:
        values |= _as_things_are(connection, row, values)
    changed = update(announcements).where(*mine).values({**values, "version": announcements.c.version + 1})
    connection.execute(changed)


def _as_things_are(connection: Connection, row: RowMapping, before: Row) -> Row:
    """What waited for a reason that is over by now need not wait for it."""
    state, why = before["state"], before.get("why", row["why"])
    if state == State.PARKED:
        still = trouble(connection, row["workspace_id"], row["place"]) is not None
    elif state == State.HELD and why == CATCH_UP:
        still = _is_catching_up(connection, row["watch_id"])
    elif state == State.HELD and why == MUTED:
        mutes = mutes_of(connection, row["workspace_id"], row["place"])
        still = any(mute.covers(row["reference_id"]) for mute in mutes)
    else:
        return {}
    return {} if still else {"state": State.PENDING, "why": None, "not_before": None}


def _is_catching_up(connection: Connection, watch_id: str) -> bool:
    account_id = connection.execute(select(watches.c.account_id).where(watches.c.id == watch_id)).scalar_one_or_none()
    return account_id is not None and catching_up_since(connection, account_id) is not None


def _send_again(connection: Connection, journal: Journal, revived: list[Watch]) -> None:
    """What was on its way, and found its watch ended when it could not be posted, waits again."""
    for number in journal.under_way:
        connection.execute(
            update(announcements)
            .where(
                announcements.c.number == number,
                announcements.c.watch_id.in_([watch.id for watch in revived]),
                announcements.c.state == State.DROPPED,
                announcements.c.why == UNWATCHED,
            )
            .values(state=State.PENDING, why=None, version=announcements.c.version + 1)
        )
