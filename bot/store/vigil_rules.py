"""The rules that go by time, each with what it must know of our memory; inside the vigil's transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select, true

from bot.domain import missing, stuck
from bot.domain.announcement import Key
from bot.domain.missing import ToldMissing
from bot.domain.request import LipsyncRequest
from bot.domain.stuck import Scene, Told
from bot.domain.traffic import Traffic
from bot.domain.vigil import Case, Judged
from bot.store import entries
from bot.store.queue import UNTOUCHED, stored_key
from bot.store.schema import announcements, requests


@dataclass(frozen=True, slots=True)
class Round:
    """What is the same for all cases: how the account goes, and by reference which requests may be stuck.

    It is `calm` while nothing moves in the account, or may not.
    """

    traffic: Traffic
    suspects: Mapping[str, tuple[LipsyncRequest, ...]]
    calm: bool


Rule = Callable[[Connection, Case, Round, str | None], Judged]
"""Judges a case; is given and gives back what it wants to remember of the watch, None when that is nothing."""


def judge_stuck(connection: Connection, case: Case, about: Round, state: str | None) -> Judged:
    """Requests that run too long or were overtaken."""
    told = Told.of_text(state) if state else None
    scene = Scene(about.traffic, about.suspects.get(case.watch.reference_id, ()), {}, about.calm)
    if told is None:
        return stuck.judge(case, scene, None)
    known = entries.by_ids(connection, case.watch.account_id, told.ids)
    scene = Scene(
        traffic=about.traffic,
        suspects=scene.suspects,
        told={id_: entry.request for id_, entry in known.items()},
        calm=about.calm,
        is_out=_is_out(connection, stuck.key_of_trouble(case.watch, told.level)),
    )
    return stuck.judge(case, scene, told)


def judge_missing(connection: Connection, case: Case, _about: Round, state: str | None) -> Judged:
    """A submission that stopped."""
    if state is not None:
        told = ToldMissing.of_text(state)
        return missing.judge(case, (), told, is_out=_is_out(connection, missing.key_of_stop(case, told)))
    if not missing.may_have_stopped(case):
        return Judged(case.watch, None)
    mine = entries.of_reference(case.watch.account_id, case.watch.reference_id)
    created = connection.execute(select(requests.c.created_at).where(mine, requests.c.listed == true()))
    return missing.judge(case, created.scalars().all(), None)


def _is_out(connection: Connection, key: Key) -> bool:
    """Whether somebody has tried to post it; nobody tries before this transaction has ended."""
    query = select(announcements.c.state).where(announcements.c.key == stored_key(key)).with_for_update()
    return connection.execute(query).scalar_one_or_none() not in UNTOUCHED


RULES: Mapping[str, Rule] = {"stuck": judge_stuck, "missing": judge_missing}
"""By the name under which a rule's state is kept; in this order they are asked."""
