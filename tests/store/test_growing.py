"""A database of an earlier version keeps what it knows, in the tables of this one."""

from datetime import UTC, datetime, timedelta

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from bot.domain.glob import compiled
from bot.domain.progress import Progress
from bot.store import open_store
from tests.fakes import FakeClock
from tests.store.rig import ACCOUNT

BEFORE_GLOBS = "0001"
BEFORE_COUNTS = "0004"
NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 4, 1, 13, tzinfo=UTC)


def bring_to(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def remember(connection: Connection, table: str, **row: object) -> None:
    names = ", ".join(row)
    gaps = ", ".join(f":{name}" for name in row)
    values = {name: _plain(connection, value) for name, value in row.items()}
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({gaps})"), values)  # noqa: S608 - our own words


def _plain(connection: Connection, value: object) -> object:
    is_moment = isinstance(value, datetime) and connection.dialect.name == "sqlite"
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if is_moment and isinstance(value, datetime) else value


def fill(connection: Connection) -> None:
    bring_to(connection, BEFORE_GLOBS)
    for request_id, name, created in (("a", "batch-1", NOON), ("b", "batch-1", LATER), ("c", "batch-2", NOON)):
        remember(
            connection,
            "requests",
            account_id=ACCOUNT,
            id=request_id,
            reference_id=name,
            reference_key=f"key of {name}",
            created_at=created,
            status="queued",
            terminal=False,
            listed=True,
            first_reading=1,
            changed_at=created,
        )
    remember(
        connection,
        "batches",
        account_id=ACCOUNT,
        reference_key="key of batch-2",
        reference_id="batch-2",
        read_at=LATER,
        api_now=LATER,
    )


def fill_before_counts(connection: Connection) -> None:
    bring_to(connection, BEFORE_COUNTS)
    statuses = ("queued", "queued", "processing", "completed", "failed", "canceled", "completed")
    for number, status in enumerate(statuses):
        ended = status in ("completed", "failed", "canceled")
        remember(
            connection,
            "requests",
            account_id=ACCOUNT,
            id=f"request {number}",
            reference_id="batch-1",
            reference_key="key of batch-1",
            created_at=NOON + timedelta(minutes=number),
            status=status,
            finished_at=LATER + timedelta(minutes=number) if ended else None,
            terminal=ended,
            listed=number < len(statuses) - 1,
            first_reading=1,
            changed_at=NOON,
        )
    for name in ("batch-1", "batch-2"):
        remember(
            connection,
            "batches",
            account_id=ACCOUNT,
            reference_key=f"key of {name}",
            reference_id=name,
            changed_at=NOON,
        )


async def test_what_was_there_is_counted(bare_url: str, clock: FakeClock) -> None:
    store = await open_store(bare_url, clock)
    await store.database.write(fill_before_counts)

    await store.database.migrate()

    one, other = (await store.references.overview(ACCOUNT, compiled("*"), most=2)).most
    assert one.progress == Progress(
        "batch-1", total=6, completed=1, failed=1, processing=1, queued=2, other=(("canceled", 1),),
        ended_otherwise=1, vanished=1, first_created_at=NOON, last_created_at=NOON + timedelta(minutes=5),
        last_ended_at=LATER + timedelta(minutes=5),
    )  # fmt: skip
    assert one.waiting_since == NOON
    assert other.progress == Progress("batch-2")
    await store.database.close()


async def test_every_reference_that_was_there_is_listed(bare_url: str, clock: FakeClock) -> None:
    store = await open_store(bare_url, clock)
    await store.database.write(fill)

    await store.database.migrate()

    found = await store.references.overview(ACCOUNT, compiled("batch-*"), most=9)
    known = {each.progress.reference_id: (each.progress.total, each.read_at) for each in found.most}
    assert known == {"batch-1": (2, None), "batch-2": (1, LATER)}
    query = text("SELECT reference_id, changed_at FROM batches ORDER BY reference_id")
    rows = await store.database.read(lambda c: [(row[0], str(row[1])[:19]) for row in c.execute(query)])
    assert rows == [("batch-1", "2026-04-01 13:00:00"), ("batch-2", "2026-04-01 12:00:00")]
    await store.database.close()
