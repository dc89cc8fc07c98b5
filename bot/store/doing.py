"""What people do with watches: written down, and kept so that it can be taken back, inside one transaction."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, insert

from bot.domain.answer import Wish
from bot.domain.deed import Deed, Did
from bot.domain.watch import Placement, Watch
from bot.domain.zones import zone_of
from bot.store.accounts import lock_account
from bot.store.deeds import note
from bot.store.finding import watch_at
from bot.store.pictures import Picture, journal, picture
from bot.store.schema_people import undos
from bot.store.starting import start
from bot.store.stopping import except_from_globs, stop


def start_for(
    connection: Connection, wish: Wish, now: datetime, api_now: datetime, undo_id: str, *, is_ours: bool = False
) -> tuple[Watch, bool]:
    """Create or change the watch as `starting.start` does; a wish that changes nothing leaves no trace."""
    lock_account(connection, wish.account_id)
    there = watch_at(connection, wish.workspace_id, wish.place, wish.reference_id, is_glob=wish.is_glob)
    before = picture(connection, wish.workspace_id, wish.place)
    watch, is_new = start(connection, wish, now, api_now, is_ours=is_ours)
    if is_new or _tells_otherwise(watch, there):
        deed = _deed(watch, now, wish.author, Did.WATCH if is_new else Did.CHANGE, _wanted(watch))
        _keep(connection, before, deed, undo_id, watch.account_id, watch.id)
    return watch, is_new


def _tells_otherwise(watch: Watch, there: Watch | None) -> bool:
    """Whether a watch that was there differs in what somebody wished, not only in what its place is called."""
    return there is None or _wanted(watch) != _wanted(there)


def _wanted(watch: Watch) -> dict[str, str]:
    placement = {} if watch.placement is Placement.DEFAULT else {"in": watch.placement.value}
    mention = {"mention": " ".join(watch.mention)} if watch.mention else {}
    expected = {} if watch.expected is None else {"expect": str(watch.expected)}
    return {"for": watch.events.value, **placement, **mention, **expected, **_due(watch)}


def _due(watch: Watch) -> dict[str, str]:
    """The deadline as the clocks of its zone show it, and the zone."""
    if watch.deadline is None:
        return {}
    there = watch.deadline.astimezone(zone_of(watch.deadline_zone))
    return {"by": f"{there.isoformat(timespec='minutes')} {watch.deadline_zone}"}


def change_for(connection: Connection, wish: Wish, now: datetime, undo_id: str) -> Watch | None:
    """Change the watch that the place has of its own; None when it has none."""
    lock_account(connection, wish.account_id)
    there = watch_at(connection, wish.workspace_id, wish.place, wish.reference_id, is_glob=wish.is_glob)
    if there is None or there.glob_id is not None:
        return None
    kept = replace(wish, place_name=there.place_name, public=there.public)
    return start_for(connection, kept, now, now, undo_id)[0]


def stop_for(
    connection: Connection,
    workspace_id: str,
    place: str,
    reference_id: str,
    now: datetime,
    undo_id: str,
    *,
    author: str,
    is_glob: bool,
) -> Watch | None:
    """End a watch as `stopping.stop` does."""
    there = watch_at(connection, workspace_id, place, reference_id, is_glob=is_glob)
    if there is None:
        return None
    lock_account(connection, there.account_id)
    before = picture(connection, workspace_id, place)
    watch = stop(connection, workspace_id, place, reference_id, now, is_glob=is_glob)
    if watch is not None:
        deed = _deed(watch, now, author, Did.UNWATCH, _wanted(watch))
        _keep(connection, before, deed, undo_id, watch.account_id, watch.id)
    return watch


def leave_out_for(
    connection: Connection,
    account_id: str,
    workspace_id: str,
    place: str,
    reference_id: str,
    author: str,
    now: datetime,
    undo_id: str,
) -> tuple[tuple[Watch, ...], Watch | None]:
    """Except a reference from the globs of a place, and end its own watch; returns those globs and that watch."""
    lock_account(connection, account_id)
    before = picture(connection, workspace_id, place)
    globs = except_from_globs(connection, account_id, workspace_id, place, reference_id, author, now)
    own = stop(connection, workspace_id, place, reference_id, now, is_glob=False)
    if globs or own is not None:
        did = Did.EXCEPT if globs else Did.UNWATCH
        details = {"from": ", ".join(glob.reference_id for glob in globs)} if globs else {}
        deed = Deed(now, workspace_id, place, author, did, reference_id, details)
        _keep(connection, before, deed, undo_id, account_id, own.id if own else None)
    return globs, own


def _deed(watch: Watch, now: datetime, author: str, did: Did, details: Mapping[str, str]) -> Deed:
    return Deed(now, watch.workspace_id, watch.place, author, did, watch.reference_id, details)


def _keep(
    connection: Connection, before: Picture, deed: Deed, undo_id: str, account_id: str, watch_id: str | None
) -> None:
    note(connection, deed)
    after = picture(connection, deed.workspace_id, deed.place)
    row = {
        "id": undo_id,
        "workspace_id": deed.workspace_id,
        "account_id": account_id,
        "place": deed.place,
        "deed": deed.did.value,
        "subject": deed.subject,
        "watch_id": watch_id,
        "done_at": deed.done_at,
        "journal": journal(connection, before, after, lock_account(connection, account_id)).text(),
    }
    connection.execute(insert(undos), row)
