"""The references that steps of workflows wait for, which looks read as if somebody watched them; in a transaction."""

from sqlalchemy import Connection, Select, select

from bot.store.schema_workflow import IS_WAITING, workflow_steps


def awaited_keys(account_id: str) -> Select[tuple[str]]:
    """The keys of the references that steps wait for."""
    return select(workflow_steps.c.reference_key).where(workflow_steps.c.account_id == account_id, IS_WAITING)


def awaited(connection: Connection, account_id: str) -> dict[str, str]:
    """The references that steps wait for, by key."""
    mine = (workflow_steps.c.account_id == account_id, IS_WAITING)
    query = select(workflow_steps.c.reference_key, workflow_steps.c.reference_id).where(*mine).distinct()
    return {row[0]: row[1] for row in connection.execute(query)}
