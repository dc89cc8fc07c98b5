"""The vigil: rules that go by time, asked about what is open, in one transaction with what they tell."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from bot.domain.announcement import Key
from bot.domain.delivery import State
from bot.domain.vigil import Case, Judged
from bot.store.accounts import lock_account
from bot.store.catching_up import gap_of
from bot.store.database import Database
from bot.store.lost_cards import renew_lost_card
from bot.store.queue import UNTOUCHED, queue, stored_key
from bot.store.schema import announcements
from bot.store.schema_vigil import account_vigils, vigils
from bot.store.traffic import recent
from bot.store.vigil_cases import Freshness, cases_of, running_of, suspects_of
from bot.store.vigil_rules import RULES, Round
from bot.store.vigil_stall import OVER, tell_stall
from bot.store.watching import save, touch_card, with_card

States = dict[tuple[str, str], str]  # by watch id and rule


@dataclass(frozen=True, slots=True)
class Vigil:
    """What only passing time can tell of an account; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def is_needed(self, account_id: str, *, now: datetime, fresh_after: datetime) -> bool:
        """Whether there is anything to judge: something open that is told of, or a message to be ended."""
        fresh = Freshness(now, fresh_after)

        def work(connection: Connection) -> bool:
            query = select(account_vigils.c.rule).where(account_vigils.c.account_id == account_id)
            return bool(cases_of(connection, account_id, 0, fresh) or connection.execute(query).first())

        return await self.database.read(work)

    async def keep(self, account_id: str, *, now: datetime, fresh_after: datetime) -> int:
        """Judge everything by our memory as it is in this transaction; returns how many messages are new or changed.

        Nothing is concluded from readings of `fresh_after` (our clock) or earlier, nor while the account catches up.
        """
        fresh = Freshness(now, fresh_after)
        return await self.database.write(lambda connection: keep(connection, account_id, fresh))


def keep(connection: Connection, account_id: str, fresh: Freshness) -> int:
    """Judge all cases; other writers of the account wait, so what was read just before is known."""
    number = lock_account(connection, account_id)
    if gap_of(connection, account_id) is not None:
        return 0
    cases = cases_of(connection, account_id, number, fresh)
    known = [case for case in cases if case.fresh and not case.is_settled]
    traffic, finishes = recent(connection, account_id)
    running = running_of(connection, account_id, known)
    still = tell_stall(connection, account_id, known, traffic, running, finishes)
    about = Round(traffic, suspects_of(connection, account_id, known, traffic), still.calm)
    states = _states(connection, (case.watch.id for case in cases))
    return still.said + sum(_judge(connection, case, about, states) for case in cases)


def _judge(connection: Connection, case: Case, about: Round, states: States) -> int:
    said = 0
    for name, rule in RULES.items():
        state = states.get((case.watch.id, name))
        judged = rule(connection, case, about, state)
        _remember(connection, case.watch.id, name, state, judged.state)
        said += _tell(connection, case, judged)
        case = replace(case, watch=judged.watch)
    return said


def _tell(connection: Connection, case: Case, judged: Judged) -> int:
    """Queue what is said, in order; how many messages are new or changed."""
    if judged.watch != case.watch:
        save(connection, judged.watch)
    for key in judged.dropped:
        _drop(connection, key)
    new = queue(connection, judged.said)
    if judged.said or judged.dropped:
        touch_card(connection, case.watch.card_id, urgent=new > 0)
    if new:
        renew_lost_card(connection, with_card(connection, judged.watch), case.read_at)
    return len(judged.said)


def _drop(connection: Connection, key: Key) -> None:
    mine = (announcements.c.key == stored_key(key), announcements.c.state.in_(UNTOUCHED))
    gone = {"state": State.DROPPED, "why": OVER, "version": announcements.c.version + 1}
    connection.execute(update(announcements).where(*mine).values(gone))


# --- what was told ---


def _states(connection: Connection, watch_ids: Iterable[str]) -> States:
    wanted = frozenset(watch_ids)
    rows = connection.execute(select(vigils)).mappings()
    return {(row["watch_id"], row["rule"]): row["state"] for row in rows if row["watch_id"] in wanted}


def _remember(connection: Connection, watch_id: str, rule: str, before: str | None, after: str | None) -> None:
    if after == before:
        return
    mine = (vigils.c.watch_id == watch_id, vigils.c.rule == rule)
    if after is None:
        connection.execute(delete(vigils).where(*mine))
    elif before is None:
        connection.execute(insert(vigils), {"watch_id": watch_id, "rule": rule, "state": after})
    else:
        connection.execute(update(vigils).where(*mine).values(state=after))
