"""What channels have set, in rows, inside a transaction."""

import json

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, insert, select, update

from bot.domain.glob import Allowed
from bot.domain.policy import LinksPolicy, Policy, SetPolicy, has_settings
from bot.domain.watch import Events
from bot.store.rows import Row
from bot.store.schema_policies import policies


def policy_at(connection: Connection, workspace_id: str, place: str) -> SetPolicy | None:
    """The settings of a place."""
    row = connection.execute(select(policies).where(_is(workspace_id, place))).mappings().one_or_none()
    return policy_of(row) if row else None


def allowed_at(connection: Connection, workspace_id: str, place: str) -> Allowed | None:
    """What a place may hear of; None for everything."""
    there = policy_at(connection, workspace_id, place)
    return there.policy.allowed if there else None


def links_at(connection: Connection, workspace_id: str, place: str) -> LinksPolicy:
    """Who may see links in what is said there: in a conversation whoever reads it."""
    if not has_settings(place):
        return LinksPolicy.OPEN
    there = policy_at(connection, workspace_id, place)
    return there.policy.links if there else LinksPolicy.PRIVATE


def allowed_by_place(connection: Connection) -> dict[tuple[str, str], Allowed]:
    """The same for every place (workspace, place) that may not hear of everything."""
    found: dict[tuple[str, str], Allowed] = {}
    for row in connection.execute(select(policies)).mappings():
        if allowed := policy_of(row).policy.allowed:
            found[(row["workspace_id"], row["place"])] = allowed
    return found


def _is(workspace_id: str, place: str) -> ColumnElement[bool]:
    return and_(policies.c.workspace_id == workspace_id, policies.c.place == place)


def write_policy(connection: Connection, workspace_id: str, place: str, after: SetPolicy) -> None:
    """Let these settings hold there, instead of those of the version before."""
    row = _row(after)
    if after.version == 1:
        connection.execute(insert(policies), {"workspace_id": workspace_id, "place": place, **row})
    else:
        connection.execute(update(policies).where(_is(workspace_id, place)).values(row))


def _row(after: SetPolicy) -> Row:
    policy = after.policy
    return {
        "patterns": json.dumps(policy.patterns, ensure_ascii=False),
        "links": policy.links.value,
        "events": policy.events.value if policy.events else None,
        "managers": " ".join(policy.managers),
        "version": after.version,
        "set_by": after.set_by,
        "set_at": after.set_at,
    }


def policy_of(row: RowMapping) -> SetPolicy:
    """The settings in a row of `policies`."""
    policy = Policy(
        patterns=tuple(json.loads(row["patterns"])),
        links=LinksPolicy(row["links"]),
        events=Events(row["events"]) if row["events"] else None,
        managers=tuple(row["managers"].split()),
    )
    return SetPolicy(policy, row["version"], row["set_by"], row["set_at"])
