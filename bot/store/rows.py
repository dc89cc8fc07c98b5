"""Between rows and the domain's values."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping

from bot.domain.alerts import Alerts
from bot.domain.change import Entry, Transition
from bot.domain.request import LipsyncRequest
from bot.domain.risk import NOTHING_AT_RISK, Risk
from bot.domain.watch import Events, Placement, Watch
from bot.store.columns import key_of
from bot.store.schema import requests

Row = dict[str, Any]
NOTHING_TOLD_OF_RISK = ""
_RISK: TypeAdapter[Risk] = TypeAdapter(Risk)


def reference_key(reference_id: str | None) -> str | None:
    """What stands for a reference in an index; none for none."""
    return None if reference_id is None else key_of(reference_id)


def glob_key(pattern: str) -> str:
    """What stands for a glob in an index; never equal to a reference's that is spelled the same."""
    return key_of("glob", pattern)


# In the order of the fields, so that rows become values by position: that is twice as fast as by name.
REQUEST = tuple(requests.c[field.name] for field in fields(LipsyncRequest))
ENTRY = (*REQUEST, *(requests.c[field.name] for field in fields(Entry)[1:]))


def request_of(row: Sequence[Any]) -> LipsyncRequest:
    """The request in a row of `REQUEST`'s columns."""
    return LipsyncRequest(*row)


def entry_of(row: Sequence[Any]) -> Entry:
    """The entry in a row of `ENTRY`'s columns."""
    return Entry(LipsyncRequest(*row[: len(REQUEST)]), *row[len(REQUEST) :])


def entry_row(account_id: str, entry: Entry) -> Row:
    """The row of an entry."""
    request = entry.request
    return {
        "account_id": account_id,
        "id": request.id,
        "reference_id": request.reference_id,
        "reference_key": reference_key(request.reference_id),
        "created_at": request.created_at,
        "status": request.status,
        "started_at": request.started_at,
        "finished_at": request.finished_at,
        "output_url": request.output_url,
        "error_message": request.error_message,
        "terminal": request.is_terminal,
        "listed": entry.listed,
        "first_reading": entry.first_reading,
        "open_reading": entry.open_reading,
        "outcome_reading": entry.outcome_reading,
        "changed_at": entry.changed_at,
        "place": entry.place,
        "cleared": entry.cleared,
    }


def transition_row(account_id: str, number: int, move: Transition) -> Row:
    """The row of a transition that the reading of this number has shown."""
    return {
        "account_id": account_id,
        "reading": number,
        "request_id": move.request_id,
        "old": move.old,
        "new": move.new,
        "seen_at": move.seen_at,
        "correction": move.correction,
    }


def watch_of(row: RowMapping) -> Watch:
    """The watch in a row of `watches`."""
    return Watch(
        id=row["id"],
        workspace_id=row["workspace_id"],
        account_id=row["account_id"],
        place=row["place"],
        reference_id=row["reference_id"],
        author=row["author"],
        events=Events(row["events"]),
        expected=row["expected"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        start_is_ours=row["start_is_ours"],
        since_reading=row["since_reading"],
        generation=row["generation"],
        generation_reading=row["generation_reading"],
        place_name=row["place_name"],
        public=row["public"],
        baseline_at=row["baseline_at"],
        settled_reading=row["settled_reading"],
        clips_reading=row["clips_reading"],
        ended_at=row["ended_at"],
        is_glob=row["is_glob"],
        glob_id=row["glob_id"],
        only_failures=row["only_failures"],
        placement=Placement(row["placement"]),
        mention=tuple(row["mention"].split()),
        asked_in=row["asked_in"],
        alerts=Alerts(frozenset(row["told"].split()), row["messages"]),
        ended_by_itself=row["ended_by_itself"],
        deadline=row["deadline"],
        deadline_zone=row["deadline_zone"],
        risk=_RISK.validate_json(row["risk"]) if row["risk"] else NOTHING_AT_RISK,
    )


def watch_row(watch: Watch) -> Row:
    """The row of a watch."""
    return {
        "id": watch.id,
        "workspace_id": watch.workspace_id,
        "account_id": watch.account_id,
        "place": watch.place,
        "place_name": watch.place_name,
        "public": watch.public,
        "reference_id": watch.reference_id,
        "reference_key": glob_key(watch.reference_id) if watch.is_glob else key_of(watch.reference_id),
        "author": watch.author,
        "events": watch.events.value,
        "expected": watch.expected,
        "created_at": watch.created_at,
        "started_at": watch.started_at,
        "start_is_ours": watch.start_is_ours,
        "since_reading": watch.since_reading,
        "generation": watch.generation,
        "generation_reading": watch.generation_reading,
        "baseline_at": watch.baseline_at,
        "settled_reading": watch.settled_reading,
        "clips_reading": watch.clips_reading,
        "ended_at": watch.ended_at,
        "is_glob": watch.is_glob,
        "glob_id": watch.glob_id,
        "only_failures": watch.only_failures,
        "placement": watch.placement.value,
        "mention": " ".join(watch.mention),
        "asked_in": watch.asked_in,
        "told": " ".join(sorted(watch.alerts.told)),
        "messages": watch.alerts.messages,
        "ended_by_itself": watch.ended_by_itself,
        "deadline": watch.deadline,
        "deadline_zone": watch.deadline_zone,
        "risk": NOTHING_TOLD_OF_RISK if watch.risk == NOTHING_AT_RISK else _RISK.dump_json(watch.risk).decode(),
    }
