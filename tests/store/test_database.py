"""Transactions are whole or not at all, on both databases."""

from bot.store import Store


async def test_migrating_twice_is_harmless(store: Store) -> None:
    await store.database.migrate()

    assert await store.database.ping()
