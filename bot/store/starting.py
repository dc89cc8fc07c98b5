"""Starting and changing a watch, inside one transaction."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, and_, func, insert, select

from bot.domain.answer import Wish
from bot.domain.glob import compiled, is_everything
from bot.domain.policy import not_about
from bot.domain.risk import NOTHING_AT_RISK
from bot.domain.watch import Events, Placement, Watch
from bot.store import entries
from bot.store.accounts import lock_account
from bot.store.finding import same, watch_at
from bot.store.handing import change_under, cover_open, lift_exceptions, take_over
from bot.store.policy_rows import policy_at
from bot.store.queue import drop_unsent_of
from bot.store.rows import watch_row
from bot.store.schema import cards, watches
from bot.store.watching import queue_card, save, touch_card

_ANOTHER_DEADLINE = "there is another deadline, or none"  # why it was dropped


def start(
    connection: Connection, wish: Wish, now: datetime, api_now: datetime, *, is_ours: bool = False
) -> tuple[Watch, bool]:
    """Create the watch and queue its card, or change the one there is; returns it and whether it is new.

    `api_now` is reckoned by our clock when it `is_ours`: the API has not told its time yet.

    Where a glob covered the reference, what was kept of it goes on under its own name, so that nothing is told twice.
    Raises a `NotAllowedError` for what the place may not hear of by now, whatever it might when it was asked.
    """
    readings = lock_account(connection, wish.account_id)
    usual = _usual_events(connection, wish)
    there = watch_at(connection, wish.workspace_id, wish.place, wish.reference_id, is_glob=wish.is_glob)
    if there is not None and there.glob_id is None:
        return _changed(connection, there, wish), False
    watch = replace(_new(connection, wish, usual, readings, now, api_now), start_is_ours=is_ours)
    if there is None:
        connection.execute(insert(watches), watch_row(watch))
    else:
        watch = _going_on(watch, there)
        save(connection, watch)
        touch_card(connection, there.card_id, urgent=False)
    connection.execute(insert(cards), _new_card(watch, now))
    queue_card(connection, watch, 1, now)
    if watch.is_glob:
        take_over(connection, watch, readings)
        cover_open(connection, watch)
    else:
        lift_exceptions(connection, watch)
    return watch, True


def _new(connection: Connection, wish: Wish, usual: Events, readings: int, now: datetime, api_now: datetime) -> Watch:
    earlier = same(wish.workspace_id, wish.place, wish.reference_id, is_glob=wish.is_glob)
    generation = connection.execute(select(func.max(watches.c.generation)).where(earlier)).scalar_one() or 0
    place_name, public = _place(connection, wish)
    return Watch(
        id=str(uuid4()),
        workspace_id=wish.workspace_id,
        account_id=wish.account_id,
        place=wish.place,
        reference_id=wish.reference_id,
        author=wish.author,
        events=wish.events or usual,
        expected=wish.expected,
        created_at=now,
        started_at=api_now,
        since_reading=readings,
        generation=generation + 1,
        generation_reading=readings,
        place_name=place_name,
        public=public,
        clips_reading=readings,
        is_glob=wish.is_glob,
        only_failures=wish.is_glob and is_everything(wish.reference_id),
        placement=wish.placement or Placement.DEFAULT,
        mention=wish.mention or (),
        asked_in=wish.asked_in,
        deadline=wish.due.at if wish.due else None,
        deadline_zone=wish.due.zone if wish.due else "",
    )


def _place(connection: Connection, wish: Wish) -> tuple[str, bool]:
    """The place's name and whether it is public; what the wish does not tell is as its newest watch has it."""
    if wish.public is not None:
        return wish.place_name, wish.public
    there = and_(watches.c.workspace_id == wish.workspace_id, watches.c.place == wish.place)
    newest = select(watches.c.place_name, watches.c.public).where(there).order_by(watches.c.created_at.desc()).limit(1)
    known = connection.execute(newest).one_or_none()
    return (known.place_name, known.public) if known else (wish.place_name, False)


def _usual_events(connection: Connection, wish: Wish) -> Events:
    """What a watch tells there that does not say it itself."""
    there = policy_at(connection, wish.workspace_id, wish.place)
    if there is None:
        return Events.PROBLEMS
    policy, name = there.policy, wish.reference_id
    if not (policy.allows_some_of(compiled(name)) if wish.is_glob else policy.allows(name)):
        raise not_about(policy.patterns)
    return policy.events or Events.PROBLEMS


def _going_on(watch: Watch, kept: Watch) -> Watch:
    """The new watch with what was told for a glob, and since when: the messages of its failures go on to grow."""
    return replace(
        watch,
        id=kept.id,
        alerts=kept.alerts,
        since_reading=kept.since_reading,
        started_at=kept.started_at,
        start_is_ours=kept.start_is_ours,
    )


def _new_card(watch: Watch, now: datetime) -> dict[str, object]:
    return {
        "watch_id": watch.id,
        "number": 1,
        "queued_at": now,
        "shown": "",
        "dirty": True,
        "urgent": False,
        "changes": 0,
    }


def _changed(connection: Connection, watch: Watch, wish: Wish) -> Watch:
    changed = replace(
        watch,
        events=wish.events or watch.events,
        expected=_expected(watch, wish),
        place_name=wish.place_name or watch.place_name,
        public=watch.public if wish.public is None else wish.public,
        placement=wish.placement or watch.placement,
        mention=watch.mention if wish.mention is None else wish.mention,
        asked_in=watch.asked_in or wish.asked_in,
    )
    changed = _with_deadline(changed, wish)
    if changed.deadline != watch.deadline:
        drop_unsent_of(connection, watch.id, _ANOTHER_DEADLINE, kind="risk")
    if changed.expected != watch.expected:
        changed = _undecided(connection, changed, watch.expected)
    if changed != watch:
        save(connection, changed)
        change_under(connection, changed)
        touch_card(connection, watch.id, urgent=True)
    return changed


def _expected(watch: Watch, wish: Wish) -> int | None:
    if "expect" in wish.without:
        return None
    return watch.expected if wish.expected is None else wish.expected


def _with_deadline(watch: Watch, wish: Wish) -> Watch:
    """With the deadline that is wished; of another one nothing was told yet."""
    if "deadline" in wish.without:
        return replace(watch, deadline=None, deadline_zone="", risk=NOTHING_AT_RISK)
    if wish.due is None:
        return watch
    risk = watch.risk if wish.due.at == watch.deadline else NOTHING_AT_RISK
    return replace(watch, deadline=wish.due.at, deadline_zone=wish.due.zone, risk=risk)


def _undecided(connection: Connection, watch: Watch, before: int | None) -> Watch:
    """What was settled short of what was expected `before`, or is by now, the next look decides anew.

    Expecting more than came begins a new generation. Else it stays settled, so that what comes later reopens it.
    """
    if watch.settled_reading is None:
        return watch
    memory = entries.whole(connection, watch.account_id, watch.reference_id)
    came = sum(1 for entry in memory if entry.listed)
    if watch.expected is not None and watch.expected > came:
        return replace(watch, settled_reading=None, generation=watch.generation + 1)
    return replace(watch, settled_reading=None) if before is not None and before > came else watch
