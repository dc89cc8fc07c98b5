"""Short ways to globs and what is under them."""

from sqlalchemy import select

from bot.domain.announcement import GlobCardFacts
from bot.domain.answer import Wish
from bot.domain.delivery import Delivery
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Events, Watch
from bot.store import Store
from bot.store.schema import watches
from tests.builders import request
from tests.store.rig import (
    ACCOUNT,
    LONGEST_SETTLE,
    TEAM,
    reading,
    record,
)

REASON = "no face"


def glob(pattern: str = "batch-*", *, place: str = "C1", events: Events | None = None) -> Wish:
    return Wish(TEAM, ACCOUNT, place, pattern, "U1", events, is_glob=True)


def of(number: int, status: str = "queued", *, batch: int = 1, **more: float | str) -> LipsyncRequest:
    finished = more.get("finished")
    return request(
        number,
        status,
        reference=f"batch-{batch}",
        created=float(more.get("created", 0)),
        finished=float(finished) if finished is not None else None,
        error=REASON if status == "failed" else None,
    )


async def head(store: Store, rows: list[LipsyncRequest], seconds: float) -> int:
    """The head page of the whole account; how much it announced."""
    return (await record(store, reading(rows, seconds, reference=None, ended=False))).announced


async def whole(store: Store, rows: list[LipsyncRequest], seconds: float, batch: int = 1) -> int:
    return (await record(store, reading(rows, seconds, reference=f"batch-{batch}"))).announced


async def under(store: Store) -> list[Watch]:
    """The watches that globs keep, by their references."""
    query = select(watches.c.place, watches.c.reference_id).where(
        watches.c.glob_id.is_not(None), watches.c.ended_at.is_(None)
    )
    rows = await store.database.read(lambda c: c.execute(query.order_by(watches.c.reference_id)).all())
    found = [await store.watches.at(TEAM, place, name) for place, name in rows]
    return [watch for watch in found if watch is not None]


def told(deliveries: list[Delivery]) -> list[tuple[str, str, str]]:
    """The place, kind and reference of everything but cards."""
    keys = [(each.announcement.key, each.announcement.reference_id) for each in deliveries]
    return [(key.place, key.kind, reference) for key, reference in keys if key.kind != "card"]


async def glob_card(store: Store, watch: Watch) -> GlobCardFacts:
    facts = await store.cards.facts(watch.id, longest_settle=LONGEST_SETTLE)
    assert isinstance(facts, GlobCardFacts)
    return facts
