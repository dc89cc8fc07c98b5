"""Which places others read is kept, and what was posted there is edited when that changes."""

from bot.domain.finding import SHARED, Blocked
from bot.domain.sharing import CountsOnly, Openness
from bot.store import Store
from tests.builders import NOON, at, request
from tests.store.rig import LONGEST_SETTLE, TEAM, claim_one, drain, news, posted, reading, record, start, wish

FAR = 1_000_000


async def learn(store: Store, place: str = "C1", *, shared: bool, seconds: float = 0) -> bool:
    return await store.sharings.learn(TEAM, place, shared=shared, now=at(seconds))


async def due(store: Store, before: float = -FAR) -> tuple[str, ...]:
    return await store.sharings.due(TEAM, learnt_before=at(before))


async def to_edit(store: Store) -> tuple[list[str], list[str]]:
    """The cards and the messages that are to be edited at once, long before their time."""
    cards = await store.cards.due(
        TEAM, now=at(100), changed_before=at(-FAR), open_before=at(-FAR), settled_before=at(-FAR),
        longest_settle=LONGEST_SETTLE,
    )  # fmt: skip
    messages = await store.edits.due(TEAM, now=at(100), shown_before=at(-FAR))
    return [edit.watch_id for edit in cards], [edit.facts.kind for edit in messages]


async def told(store: Store) -> str:
    """A watch whose card and one more message were posted and show all there is; its id."""
    watch = await start(store)
    await record(store, reading([request(1)], 10))
    await store.outbox.queue([news("a", watch=watch)])
    await drain(store, 20)
    await store.cards.due(
        TEAM, now=at(100), changed_before=at(100), open_before=at(100), settled_before=at(100),
        longest_settle=LONGEST_SETTLE,
    )  # fmt: skip
    await store.cards.shown(watch.id, "digest", now=at(30))
    assert await to_edit(store) == ([], [])
    return watch.id


async def test_what_is_learnt_is_kept(store: Store) -> None:
    assert await store.sharings.known(TEAM, "C1") is None

    await learn(store, shared=True, seconds=5)

    assert await store.sharings.known(TEAM, "C1") == Openness(True, at(5))
    assert await store.sharings.known("T2", "C1") is None
    assert await store.sharings.known(TEAM, "C2") is None


async def test_a_place_of_which_slack_cannot_say_has_a_reason_until_it_can(store: Store) -> None:
    await store.sharings.unanswered(TEAM, "C1", "missing_scope")
    unknown = await store.sharings.known(TEAM, "C1")
    assert unknown == Openness(None, None, why="missing_scope")
    assert unknown is not None
    assert unknown.counts_only is CountsOnly.UNKNOWN

    await learn(store, shared=False, seconds=7)

    assert await store.sharings.known(TEAM, "C1") == Openness(False, at(7))


async def test_what_is_known_stays_when_slack_cannot_say_it_again(store: Store) -> None:
    await learn(store, shared=True)

    await store.sharings.unanswered(TEAM, "C1", "timeout")

    assert await store.sharings.known(TEAM, "C1") == Openness(True, NOON, why="timeout")


async def test_a_doubt_is_over_with_the_next_answer(store: Store) -> None:
    await learn(store, shared=True)
    await store.sharings.doubt(TEAM, "C1")
    assert await store.sharings.known(TEAM, "C1") == Openness(True, NOON, doubted=True)
    assert await due(store) == ("C1",)

    await learn(store, shared=True, seconds=9)

    assert await due(store) == ()


async def test_a_doubt_about_a_place_that_nobody_knows_changes_nothing(store: Store) -> None:
    await store.sharings.doubt(TEAM, "C1")

    assert await store.sharings.known(TEAM, "C1") is None


# --- whom to ask about ---


async def test_places_with_watches_and_with_messages_to_come_are_asked_about(store: Store) -> None:
    await start(store, wish(place="C2"))
    await start(store, wish(place="U1"))
    await start(store, wish(place="D1"))
    await store.outbox.queue([news("a", place="C9")])

    assert await due(store) == ("C2", "C9")


async def test_a_place_that_is_known_is_asked_about_again_when_that_is_long_ago(store: Store) -> None:
    await start(store)
    await learn(store, shared=False, seconds=10)

    assert await due(store, before=10) == ()
    assert await due(store, before=11) == ("C1",)


async def test_a_place_of_which_slack_could_not_say_is_asked_about_again(store: Store) -> None:
    await start(store)
    await store.sharings.unanswered(TEAM, "C1", "timeout")

    assert await due(store) == ("C1",)


async def test_a_place_where_nothing_is_watched_any_more_is_not_asked_about(store: Store) -> None:
    await start(store)
    await drain(store)
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(1))

    assert await due(store) == ()


# --- what is edited ---


async def test_when_a_channel_becomes_shared_all_that_was_posted_is_edited_at_once(store: Store) -> None:
    watch_id = await told(store)
    await learn(store, shared=False)
    assert await to_edit(store) == ([], [])

    assert await learn(store, shared=True)

    assert await to_edit(store) == ([watch_id], ["clips"])


async def test_when_it_is_not_shared_any_more_it_is_all_shown_again(store: Store) -> None:
    watch_id = await told(store)
    await learn(store, shared=True)
    cards, messages = await to_edit(store)
    assert (cards, messages) == ([watch_id], ["clips"])

    assert await learn(store, shared=False)

    assert await to_edit(store) == ([watch_id], ["clips"])


async def test_what_was_posted_before_anybody_asked_is_edited_only_where_the_channel_is_shared(store: Store) -> None:
    await told(store)

    assert not await learn(store, shared=False)

    assert await to_edit(store) == ([], [])


async def test_what_was_posted_while_it_was_unknown_is_edited_when_it_is_known(store: Store) -> None:
    watch_id = await told(store)
    await store.sharings.unanswered(TEAM, "C1", "timeout")

    assert await learn(store, shared=False)

    assert await to_edit(store) == ([watch_id], ["clips"])


async def test_learning_the_same_again_edits_nothing(store: Store) -> None:
    await told(store)
    await learn(store, shared=True)
    _, (edit,) = (await to_edit(store))[0], await store.edits.due(TEAM, now=at(100), shown_before=at(100))
    await store.edits.done(edit, now=at(100))

    assert not await learn(store, shared=True, seconds=100)

    assert (await to_edit(store))[1] == []


async def test_what_is_on_its_way_when_a_channel_becomes_shared_is_edited_once_it_is_there(store: Store) -> None:
    await store.outbox.queue([news("a")])
    delivery = await claim_one(store)

    await learn(store, shared=True)
    assert (await to_edit(store))[1] == []
    await store.outbox.sent(delivery, posted(), now=at(1))

    assert (await store.edits.due(TEAM, now=at(100), shown_before=at(50)))[0].facts.kind == "clips"


async def test_other_places_are_left_alone(store: Store) -> None:
    await told(store)

    assert not await learn(store, "C2", shared=True)

    assert await to_edit(store) == ([], [])


# --- lists ---


async def test_lists_say_which_watched_places_are_shown_only_counts(store: Store) -> None:
    await start(store, wish(place="C1", name="studio"))
    await start(store, wish(place="C2"))
    await start(store, wish(place="C3"))
    await learn(store, "C1", shared=True)
    await store.sharings.unanswered(TEAM, "C2", "channel_not_found")
    await learn(store, "C3", shared=False)
    await learn(store, "C4", shared=True)  # where nothing is watched

    assert await store.sharings.watched(TEAM) == (
        Blocked("C1", "studio", SHARED),
        Blocked("C2", "", "channel_not_found"),
    )
    lines = await store.watches.listing(TEAM, author="U1")
    assert {line.watch.place: line.counts_only for line in lines} == {
        "C1": CountsOnly.SHARED,
        "C2": CountsOnly.UNKNOWN,
        "C3": None,
    }
