"""How a look ends the steps of workflows that wait for its batches, and what steps come to; in a transaction."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select, update

from bot.domain.progress import Settled, Waiting, settlement
from bot.domain.workflow_answer import Answer, Failure, Outputs, Phase, settled_outputs
from bot.store import entries
from bot.store.caring import batch_of, progress_of
from bot.store.noticing import A_LOOK_LATER, Circumstances
from bot.store.schema import IS_OPEN, requests
from bot.store.schema_workflow import IS_WAITING, workflow_steps


@dataclass(slots=True)
class Awaited:
    """How many steps a look has ended, and by reference when it may be called settled (the API's clock)."""

    ended: int = 0
    settles: dict[str, datetime] = field(default_factory=dict)


def settle_awaited(connection: Connection, look: Circumstances, waiting: Mapping[str, str]) -> Awaited:
    """End the steps whose batch this look has seen settled."""
    found, concluded = Awaited(), look.ended & look.complete
    for key, reference_id in waiting.items():
        if reference_id in concluded and not _is_open(connection, look.account_id, reference_id):
            _settle(connection, look, key, reference_id, found)
    return found


def _is_open(connection: Connection, account_id: str, reference_id: str) -> bool:
    still_open = and_(entries.of_reference(account_id, reference_id), IS_OPEN)
    return bool(connection.execute(select(select(requests.c.id).where(still_open).exists())).scalar_one())


def _settle(connection: Connection, look: Circumstances, key: str, reference_id: str, found: Awaited) -> None:
    api_now = look.reading.api_now
    batch = batch_of(connection, look.account_id, reference_id)
    state = settlement(batch.requests, expected=None, api_now=api_now, longest=look.longest_settle)
    if isinstance(state, Waiting):
        found.settles[reference_id] = state.until
    elif isinstance(state, Settled) and not look.steady:
        found.settles[reference_id] = api_now + A_LOOK_LATER  # something vanished: the next look must agree
    elif isinstance(state, Settled):
        these = and_(workflow_steps.c.account_id == look.account_id, workflow_steps.c.reference_key == key, IS_WAITING)
        found.ended += answer(connection, these, settled_outputs(progress_of(batch, None)), look.reading.read_at)


def answer(connection: Connection, these: ColumnElement[bool], what: Answer, now: datetime) -> int:
    """Write down what these steps have come to, to be told now; returns how many they are."""
    values = {
        "phase": Phase.ANSWERED,
        "version": workflow_steps.c.version + 1,
        "answer": written(what),
        "answered_at": now,
        "due_at": now,
        "attempts": 0,
        "why": None,
    }
    return connection.execute(update(workflow_steps).where(these).values(values)).rowcount


def written(what: Answer) -> str:
    """An answer as text."""
    shown = {"error": what.sentence} if isinstance(what, Failure) else {"outputs": dict(what.values)}
    return json.dumps(shown, ensure_ascii=False)


def read(text: str) -> Answer:
    """The answer in a text."""
    shown = json.loads(text)
    return Failure(shown["error"]) if "error" in shown else Outputs(shown["outputs"])
