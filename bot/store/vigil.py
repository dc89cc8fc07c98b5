"""The vigil: rules that go by time, asked about what is open, in one transaction with what they tell."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, update

from bot.domain.announcement import Key
from bot.domain.delivery import State
from bot.domain.traffic import is_stalled, silent_since
from bot.domain.vigil import Case, Judged
from bot.store.accounts import lock_account
from bot.store.catching_up import gap_of
from bot.store.database import Database
from bot.store.lost_cards import renew_lost_card
from bot.store.queue import UNTOUCHED, queue, stored_key
from bot.store.schema import announcements
from bot.store.traffic import recent
from bot.store.vigil_cases import Freshness, cases_of, running_of, suspects_of, witnesses_of
from bot.store.vigil_rules import RULES, Round
from bot.store.vigil_stall import OVER, stall_of, tell_stall
from bot.store.vigil_states import States, remember, states_of
from bot.store.watching import save, touch_card, with_card


@dataclass(frozen=True, slots=True)
class Needs:
    """There is something to judge.

    `witnesses` are given when the account seems to stand still: requests that nobody watches and that were open when
    they were last seen, so that nobody knows whether they finish.
    """

    witnesses: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Vigil:
    """What only passing time can tell of an account; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def needs(self, account_id: str, *, now: datetime, fresh_after: datetime) -> Needs | None:
        """What is needed to judge; None when nothing is open that is told of, and no message is to be ended."""
        fresh = Freshness(now, fresh_after)
        return await self.database.read(lambda connection: _needs(connection, account_id, fresh))

    async def keep(self, account_id: str, *, now: datetime, fresh_after: datetime, may_stall: bool = True) -> int:
        """Judge everything by our memory as it is in this transaction; returns how many messages are new or changed.

        Nothing is concluded from readings of `fresh_after` (our clock) or earlier, nor while the account catches up;
        that the account stands still only if it `may_stall`.
        """
        fresh = Freshness(now, fresh_after)
        return await self.database.write(lambda connection: keep(connection, account_id, fresh, may_stall=may_stall))


def _needs(connection: Connection, account_id: str, fresh: Freshness) -> Needs | None:
    cases = cases_of(connection, account_id, 0, fresh)
    lasting = stall_of(connection, account_id)
    if not cases and lasting is None:
        return None
    known = _known(cases)
    running = running_of(connection, account_id, known)
    if running is None or (lasting is not None and lasting.over_at is None):
        return Needs()
    traffic, _ = recent(connection, account_id)
    if not is_stalled(traffic, running):
        return Needs()
    return Needs(witnesses_of(connection, account_id, known, silent_since(traffic, running)))


def _known(cases: Iterable[Case]) -> list[Case]:
    return [case for case in cases if case.fresh and not case.is_settled]


def keep(connection: Connection, account_id: str, fresh: Freshness, *, may_stall: bool) -> int:
    """Judge all cases; other writers of the account wait, so what was read just before is known."""
    number = lock_account(connection, account_id)
    if gap_of(connection, account_id) is not None:
        return 0
    cases = cases_of(connection, account_id, number, fresh)
    known = _known(cases)
    traffic, finishes = recent(connection, account_id)
    running = running_of(connection, account_id, known)
    still = tell_stall(connection, account_id, known, traffic, running, finishes, may_begin=may_stall)
    about = Round(traffic, suspects_of(connection, account_id, known, traffic), still.calm)
    states = states_of(connection, (case.watch.id for case in cases))
    return still.said + sum(_judge(connection, case, about, states) for case in cases)


def _judge(connection: Connection, case: Case, about: Round, states: States) -> int:
    said = 0
    for name, rule in RULES.items():
        state = states.get((case.watch.id, name))
        judged = rule(connection, case, about, state)
        remember(connection, case.watch.id, name, state, judged.state)
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
