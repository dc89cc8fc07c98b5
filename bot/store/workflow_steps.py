"""The steps that workflows have begun: each is taken once, answered once, and told until Slack knows."""

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, func, or_, select, update

from bot.domain.deed import NOBODY, Deed, Did
from bot.domain.progress import settlement
from bot.domain.workflow import FORMS
from bot.domain.workflow_answer import Answer, Execution, Phase, time_over_outputs
from bot.store.caring import batch_of, progress_of
from bot.store.columns import key_of
from bot.store.database import Database
from bot.store.deeds import note
from bot.store.dialect import insert_if_new
from bot.store.ending_steps import answer, read, written
from bot.store.schema_workflow import IS_UNDONE, workflow_steps

_IS_NEW = and_(workflow_steps.c.phase.in_((Phase.TAKEN, Phase.ANSWERED)), workflow_steps.c.why.is_(None))
"""Nothing was tried yet, so that nothing is waited for, wherever the clock was set meanwhile."""


@dataclass(frozen=True, slots=True)
class WorkflowSteps:
    """The steps of all workspaces; every method is one transaction and may raise `StoreError`.

    What changes a step takes it as it was read, and returns False when somebody has changed it since.
    """

    database: Database

    async def take(self, taken: Execution, *, person: str = NOBODY, place: str = "") -> bool:
        """Write down a step that was begun, and who did so if anybody is known; False when it is there already."""

        def work(connection: Connection) -> bool:
            if not insert_if_new(connection, workflow_steps, _row(taken)):
                return False
            if taken.form_id in FORMS:
                subject = str(taken.inputs.get("reference", ""))
                details = {"step": FORMS[taken.form_id].title}
                now, workspace = taken.taken_at, taken.workspace_id
                note(connection, Deed(now, workspace, place, person, Did.STEP, subject, details))
            return True

        return await self.database.write(work)

    async def due(
        self, workspace_id: str, *, now: datetime, busy: Set[str] = frozenset(), limit: int
    ) -> tuple[Execution, ...]:
        """The steps of which something is to be done now, the longest due first, without the `busy` ones."""
        wanted = and_(_open(workspace_id, busy), or_(workflow_steps.c.due_at <= now, _IS_NEW))
        query = select(workflow_steps).where(wanted).order_by(workflow_steps.c.due_at, workflow_steps.c.id)

        def work(connection: Connection) -> tuple[Execution, ...]:
            return tuple(map(_execution, connection.execute(query.limit(limit)).mappings()))

        return await self.database.read(work)

    async def next_at(self, workspace_id: str, busy: Set[str] = frozenset()) -> datetime | None:
        """When there is something to do for one that is not `busy`; None when there is none."""
        query = select(workflow_steps.c.due_at).where(_open(workspace_id, busy))
        query = query.order_by(workflow_steps.c.due_at).limit(1)
        return await self.database.read(lambda c: c.execute(query).scalar_one_or_none())

    async def wait(self, step: Execution, reference_id: str, *, ends_at: datetime) -> bool:
        """From now on the step waits for the reference, which looks read."""
        where = {"reference_id": reference_id, "reference_key": key_of(reference_id)}
        return await self._change(step, {"phase": Phase.WAITING, "ends_at": ends_at, "due_at": ends_at, **where})

    async def answer(self, step: Execution, what: Answer, *, now: datetime) -> bool:
        """The step has come to this, which is to be told."""
        return await self.database.write(lambda connection: answer(connection, _as_read(step), what, now) == 1)

    async def time_over(self, step: Execution, *, now: datetime, api_now: datetime, longest: timedelta) -> bool:
        """A step that still waits has waited long enough: it ends with what our memory has."""

        def work(connection: Connection) -> bool:
            batch = batch_of(connection, step.account_id, step.reference_id or "")
            state = settlement(batch.requests, expected=None, api_now=api_now, longest=longest)
            outputs = time_over_outputs(progress_of(batch, None), state)
            return answer(connection, _as_read(step), outputs, now) == 1

        return await self.database.write(work)

    async def again(self, step: Execution, *, at: datetime, why: str, counts: bool = True) -> bool:
        """Slack may not know the answer yet: it is told again at this time. Unless it `counts` it was not tried."""
        return await self._change(step, {"due_at": at, "why": why, "attempts": step.attempts + counts})

    async def end(self, step: Execution, phase: Phase, *, now: datetime, why: str | None = None) -> bool:
        """Nothing is left to do for it."""
        return await self._change(step, {"phase": phase, "ended_at": now, "why": why})

    async def counts(self) -> Mapping[Phase, int]:
        """How many steps there are in each phase, those that are forgotten left out."""
        query = select(workflow_steps.c.phase, func.count()).group_by(workflow_steps.c.phase)

        def work(connection: Connection) -> Mapping[Phase, int]:
            found = {row[0]: row[1] for row in connection.execute(query)}
            return {phase: found.get(phase.value, 0) for phase in Phase}

        return await self.database.read(work)

    async def undone(self) -> int:
        """How many steps go on."""
        query = select(func.count()).select_from(workflow_steps).where(IS_UNDONE)
        return await self.database.read(lambda connection: connection.execute(query).scalar_one())

    async def _change(self, step: Execution, values: dict[str, Any]) -> bool:
        statement = update(workflow_steps).where(_as_read(step)).values(version=step.version + 1, **values)
        return await self.database.write(lambda connection: connection.execute(statement).rowcount == 1)


def forget_steps(connection: Connection, before: datetime) -> None:
    """Forget the steps that were over before this."""
    connection.execute(delete(workflow_steps).where(workflow_steps.c.ended_at < before))


def _open(workspace_id: str, busy: Set[str]) -> ColumnElement[bool]:
    mine = and_(workflow_steps.c.workspace_id == workspace_id, IS_UNDONE)
    return and_(mine, workflow_steps.c.id.not_in(sorted(busy))) if busy else mine


def _as_read(step: Execution) -> ColumnElement[bool]:
    return and_(workflow_steps.c.id == step.id, workflow_steps.c.version == step.version)


def _row(step: Execution) -> dict[str, Any]:
    return {
        "id": step.id,
        "workspace_id": step.workspace_id,
        "account_id": step.account_id,
        "form": step.form_id,
        "inputs": json.dumps(dict(step.inputs), ensure_ascii=False),
        "phase": step.phase.value,
        "version": step.version,
        "taken_at": step.taken_at,
        "due_at": step.taken_at,
        "answer": written(step.answer) if step.answer is not None else None,
        "answered_at": step.answered_at,
        "attempts": step.attempts,
    }


def _execution(row: RowMapping) -> Execution:
    return Execution(
        id=row["id"],
        workspace_id=row["workspace_id"],
        account_id=row["account_id"],
        form_id=row["form"],
        inputs=json.loads(row["inputs"]),
        taken_at=row["taken_at"],
        phase=Phase(row["phase"]),
        version=row["version"],
        reference_id=row["reference_id"],
        ends_at=row["ends_at"],
        answer=read(row["answer"]) if row["answer"] is not None else None,
        answered_at=row["answered_at"],
        attempts=row["attempts"],
    )
