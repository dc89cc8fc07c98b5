"""Whether a place's history can be read is remembered for each place, apart from whether it may be posted to."""

from bot.domain.finding import Blocked
from bot.store import Store
from tests.store.rig import TEAM, start, wish


async def test_a_place_is_known_by_why_its_history_cannot_be_read_until_it_can(store: Store) -> None:
    await start(store, wish(name="dubbing"))
    await store.outbox.learn_history(TEAM, "C1", "missing_scope")
    await store.outbox.learn_history(TEAM, "C1", "not_in_channel")
    await store.outbox.learn_history(TEAM, "C2", "missing_scope")  # nothing is watched there
    await store.outbox.learn_history("T2", "C1", "missing_scope")
    assert await store.outbox.unreadable(TEAM) == (Blocked("C1", "dubbing", "not_in_channel"),)
    assert await store.outbox.trouble(TEAM, "C1") is None
    (line,) = await store.watches.listing(TEAM, place="C1")
    assert (line.no_history, line.trouble) == ("not_in_channel", None)

    await store.outbox.learn_history(TEAM, "C1", None)
    assert await store.outbox.unreadable(TEAM) == ()
    (line,) = await store.watches.listing(TEAM, place="C1")
    assert line.no_history is None


async def test_that_a_history_can_be_read_is_no_news_of_a_place_that_nobody_knew(store: Store) -> None:
    await start(store)
    await store.outbox.learn_history(TEAM, "C1", None)
    assert await store.outbox.unreadable(TEAM) == ()
