"""The whole bot gives back the right to send when it ends."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from bot.scheduler import SystemClock
from bot.store import open_store
from tests.app.conftest import DE, staged


async def test_whoever_ends_in_order_lets_the_next_begin_at_once(tmp_path: Path) -> None:
    async with staged(tmp_path, QUIET_SECONDS="90") as stage:
        stage.account.submit("batch-1", 2)
        await stage.slack.command("U0ANA", DE, "watch batch-1")
        await stage.card("batch-1")
    store = await open_store(f"sqlite:///{tmp_path / 'lipsync.db'}", SystemClock())
    assert await store.senders.left(stage.slack.workspace.team) <= timedelta()  # a lease of 15 seconds
    assert await store.database.read(lambda c: c.execute(text("SELECT term FROM senders")).scalars().all()) == [1]
    await store.database.close()
