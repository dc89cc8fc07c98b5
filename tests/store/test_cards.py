"""Cards are edited when they changed or grow old, and posted anew when they are gone."""

from dataclasses import replace

from bot.domain.announcement import Card, CardFacts
from bot.domain.delivery import CardEdit
from bot.domain.places import Coverage, Order
from bot.domain.progress import UNFINISHED, Settled, Unfinished, Waiting
from bot.domain.watch import Watch
from bot.store import Store
from tests.builders import at, request
from tests.store.rig import LONGEST_SETTLE, TEAM, claim, drain, kinds, posted, reading, record, start, wish

LONG_AGO = at(-1_000_000)


async def due(
    store: Store,
    *,
    changed: float | None = None,
    opened: float | None = None,
    settled: float | None = None,
    now: float = 1_000_000,
    limit: int = 20,
) -> tuple[CardEdit, ...]:
    """Cards to edit; what is not given does not make a card due."""
    return await store.cards.due(
        TEAM,
        now=at(now),
        changed_before=LONG_AGO if changed is None else at(changed),
        open_before=LONG_AGO if opened is None else at(opened),
        settled_before=LONG_AGO if settled is None else at(settled),
        longest_settle=LONGEST_SETTLE,
        limit=limit,
    )


async def shown(store: Store, seconds: float) -> Watch:
    """A watch of an open batch whose card was posted, brought up to date at that time, and shows all there is."""
    watch = await start(store)
    await record(store, reading([request(1)], seconds))
    await drain(store, seconds)
    assert [edit.watch_id for edit in await due(store, changed=seconds)] == [watch.id]
    await store.cards.shown(watch.id, "digest", now=at(seconds))
    assert await due(store, changed=seconds) == ()
    return watch


def card(facts: Card | None) -> CardFacts:
    assert isinstance(facts, CardFacts)
    return facts


# --- what a card shows ---


async def test_a_card_without_a_reading_shows_that(store: Store) -> None:
    watch = await start(store, wish(expected=3))

    facts = card(await store.cards.facts(watch.id, longest_settle=LONGEST_SETTLE))

    assert (facts.watch, facts.progress.total, facts.progress.expected) == (watch, 0, 3)
    assert (facts.settlement, facts.read_at) == (UNFINISHED, None)


async def test_a_card_shows_the_settlement_of_the_last_whole_reading(store: Store) -> None:
    watch = await start(store)
    seen: list[CardFacts] = []
    for seconds, status in ((10, "queued"), (30, "completed"), (61, "completed")):
        await record(store, reading([request(1, status, finished=20 if status == "completed" else None)], seconds))
        seen.append(card(await store.cards.facts(watch.id, longest_settle=LONGEST_SETTLE)))

    assert [facts.settlement for facts in seen] == [Unfinished(), Waiting(at(60)), Settled(short=False)]
    assert [facts.read_at for facts in seen] == [at(10), at(30), at(61)]


async def test_a_watch_that_ended_or_never_was_has_no_card_to_post(store: Store) -> None:
    watch = await start(store)
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(1))

    assert await store.cards.facts(watch.id, longest_settle=LONGEST_SETTLE) is None
    assert await store.cards.facts("never was", longest_settle=LONGEST_SETTLE) is None


# --- when a card is due ---


async def test_a_card_that_was_not_posted_is_not_edited(store: Store) -> None:
    await start(store)
    await record(store, reading([request(1)]))

    assert await due(store, changed=1_000, opened=1_000, settled=1_000) == ()


async def test_a_card_is_brought_up_to_date_after_it_was_posted(store: Store) -> None:
    watch = await start(store)
    (delivery,) = await claim(store)
    await store.outbox.sent(delivery, posted(7, "C1"), now=at(5))

    assert await due(store, changed=4.9) == ()
    (edit,) = await due(store, changed=5)

    assert (edit.watch_id, edit.posted, edit.shown) == (watch.id, posted(7, "C1"), "")
    assert edit.facts == await store.cards.facts(watch.id, longest_settle=LONGEST_SETTLE)


async def test_a_change_waits_until_the_card_has_shown_the_last_one_long_enough(store: Store) -> None:
    await shown(store, 10)
    await record(store, reading([request(1, "processing")], 20))

    assert await due(store, changed=9) == ()
    (edit,) = await due(store, changed=10)
    assert (edit.shown, card(edit.facts).progress.processing, card(edit.facts).read_at) == ("digest", 1, at(20))


async def test_an_announcement_the_finish_and_a_wish_make_a_card_urgent(store: Store) -> None:
    watch = await shown(store, 10)
    await record(store, reading([request(1), request(2, "failed", finished=15)], 20))
    assert len(await due(store)) == 1
    await store.cards.shown(watch.id, "digest", now=at(20))
    assert await due(store) == ()

    await start(store, wish(expected=7))

    (edit,) = await due(store)
    assert edit.facts.watch.expected == 7


async def test_a_change_while_the_card_was_being_edited_is_shown_next(store: Store) -> None:
    watch = await shown(store, 10)
    await record(store, reading([request(1, "processing")], 20))
    await due(store, changed=10)
    await record(store, reading([request(1, "completed")], 21))

    await store.cards.shown(watch.id, "processing", now=at(22))

    (edit,) = await due(store, changed=22)
    assert (edit.shown, card(edit.facts).progress.completed) == ("processing", 1)


async def test_a_first_whole_reading_that_only_repeats_what_was_seen_is_shown_all_the_same(store: Store) -> None:
    watch = await start(store)
    rows = [request(1, "completed")]
    everything = Coverage(Order.NEWEST_FIRST, 1, at(9_000).timestamp())
    await record(store, replace(reading(rows, 9_000, reference=None), coverage=everything))
    await record(store, replace(reading([], 9_010, reference=None), closes=frozenset({"batch-1"})))
    await drain(store, 9_011)
    (edit,) = await due(store, changed=9_011)
    assert card(edit.facts).read_at is None
    await store.cards.shown(watch.id, "reading", now=at(9_013))
    assert await due(store) == ()

    await record(store, reading(rows, 9_012))  # which began before that edit and is recorded after it

    (edit,) = await due(store)
    assert (edit.shown, card(edit.facts).read_at) == ("reading", at(9_012))


async def test_what_was_shown_without_having_been_due_stays_to_be_edited(store: Store) -> None:
    watch = await start(store)
    await drain(store)

    await store.cards.shown(watch.id, "digest", now=at(10))

    assert [edit.shown for edit in await due(store, changed=10)] == ["digest"]


async def test_the_age_of_an_open_card_is_renewed_only_when_there_was_a_reading(store: Store) -> None:
    watch = await shown(store, 10)

    assert await due(store, opened=10) == ()
    await record(store, reading([request(1)], 200))

    assert await due(store, opened=9, settled=1_000) == ()
    (edit,) = await due(store, opened=10)
    assert (edit.watch_id, card(edit.facts).read_at) == (watch.id, at(200))


async def test_the_age_of_a_settled_card_is_renewed_more_rarely(store: Store) -> None:
    watch = await shown(store, 10)
    await record(store, reading([request(1, "completed")], 1_000))
    await due(store)
    await store.cards.shown(watch.id, "settled", now=at(1_000))
    await record(store, reading([request(1, "completed")], 1_300))

    assert await due(store, opened=2_000) == ()
    assert [edit.shown for edit in await due(store, settled=1_000)] == ["settled"]


async def test_the_card_of_an_ended_watch_is_edited_once_more(store: Store) -> None:
    watch = await shown(store, 10)
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(20))

    (edit,) = await due(store)
    assert edit.facts.watch == replace(watch, baseline_at=at(10), ended_at=at(20))
    await store.cards.shown(watch.id, "ended", now=at(21))
    await record(store, reading([request(1, "completed")], 30))

    assert await due(store, changed=1_000, opened=1_000, settled=1_000) == ()


async def test_urgent_cards_come_first_and_then_those_that_waited_longest(store: Store) -> None:
    for n in (3, 1, 2):
        await start(store, wish(f"batch-{n}", place=f"C{n}"))
        await drain(store, n)
    await start(store, wish("batch-3", place="C3", expected=7))

    edits = await due(store, changed=10)

    assert [edit.facts.watch.place for edit in edits] == ["C3", "C1", "C2"]
    assert len(await due(store, changed=10, limit=2)) == 2


async def test_cards_of_other_workspaces_are_left_alone(store: Store) -> None:
    await shown(store, 10)

    found = await store.cards.due(
        "T2",
        now=at(100),
        changed_before=at(99),
        open_before=at(99),
        settled_before=at(99),
        longest_settle=LONGEST_SETTLE,
    )

    assert found == ()


# --- lost ---


async def test_a_lost_card_is_edited_no_more_and_posted_anew_with_the_next_announcement(store: Store) -> None:
    watch = await shown(store, 10)
    await store.cards.lost(watch.id, now=at(20))
    await record(store, reading([request(1, "processing")], 3_700))
    assert await due(store, changed=9_999, opened=9_999) == ()
    assert await claim(store) == ()

    await record(store, reading([request(1), request(2, "failed", created=3_000)], 3_800))

    deliveries = await drain(store, 3_801)
    assert kinds(deliveries) == ["failure", "card"]
    assert deliveries[1].announcement.key.level == f"{watch.id} 2"
    assert [edit.posted for edit in await due(store, changed=9_999)] == [posted(2)]


async def test_a_lost_card_is_posted_anew_at_most_once_an_hour(store: Store) -> None:
    watch = await shown(store, 10)
    for n, seconds in enumerate((1_000, 3_700, 4_000, 7_300), start=2):
        await store.cards.lost(watch.id, now=at(seconds))
        failed = request(n, "failed", created=seconds, error="no face " + "x" * n)
        await record(store, reading([request(1), failed], seconds + 100, whole=False))

    assert kinds(await drain(store, 9_000)).count("card") == 2
