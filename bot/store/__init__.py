"""Our memory; the only place with SQL."""

from bot.store.open import Store, open_store

__all__ = ["Store", "open_store"]
