"""Triage: what is handled, given to somebody or recovered, on cards, in messages, in counts and in the audit."""

from sqlalchemy import Connection, select

from bot.domain.announcement import CardFacts, FailureFacts, PingFacts
from bot.domain.deed import Did
from bot.domain.failure import kind_of
from bot.domain.glob import compiled
from bot.domain.request import LipsyncRequest
from bot.store import Store
from bot.store.schema import announcements
from bot.store.schema_people import cares
from bot.store.triages import Which
from tests.builders import at, request
from tests.store.glob_rig import glob
from tests.store.rig import ACCOUNT, LONGEST_SETTLE, TEAM, drain, reading, record, start, wish

NO_FACE, CODEC = kind_of("no face"), kind_of("codec")


def failed(number: int, why: str = "no face", reference: str = "batch-1", created: float = 10) -> LipsyncRequest:
    return request(number, "failed", error=why, reference=reference, created=created)


def which(*keys: str, reference: str = "batch-1", place: str = "C1") -> Which:
    return Which(TEAM, ACCOUNT, place, reference, keys or (NO_FACE,))


async def see(store: Store, *rows: LipsyncRequest, seconds: float = 100, reference: str = "batch-1") -> None:
    """A reading of these and of one more that goes on."""
    await record(store, reading((*rows, request(999, reference=reference)), seconds, reference=reference))


async def watched(store: Store, reference: str = "batch-1") -> str:
    watch = await start(store, wish(reference))
    await see(store, seconds=1, reference=reference)
    await drain(store, 2)
    return watch.id


async def card(store: Store, watch_id: str) -> CardFacts:
    facts = await store.cards.facts(watch_id, longest_settle=LONGEST_SETTLE)
    assert isinstance(facts, CardFacts)
    return facts


async def messages(store: Store) -> list[FailureFacts]:
    """The messages about failures that are to be edited."""
    due = await store.edits.due(TEAM, now=at(9_000), shown_before=at(9_000))
    return [edit.facts for edit in due if isinstance(edit.facts, FailureFacts)]


async def test_what_is_handled_is_open_no_more_and_says_who_did_it(store: Store) -> None:
    watch_id = await watched(store)
    await see(store, failed(1), failed(2), failed(3, "codec"))
    await drain(store, 110)

    (kind,) = await store.triages.handle(which(), person="U9", now=at(200))

    assert (kind.count, kind.open) == (2, 0)
    shown = await card(store, watch_id)
    assert shown.progress.open_failures == 1
    assert [(kind.name, kind.open) for kind in shown.progress.kinds] == [("no face", 0), ("codec", 1)]
    assert shown.progress.kinds[0].care.handled is not None
    assert shown.progress.kinds[0].care.handled.by == "U9"
    (edited,) = [facts for facts in await messages(store) if facts.key == NO_FACE]
    assert (edited.cleared, edited.care.handled) == (2, kind.care.handled)
    (deed,) = [deed for deed in await store.deeds.since(at(150)) if deed.did is Did.HANDLED]
    assert (deed.person, deed.place, deed.subject, dict(deed.details)) == ("U9", "C1", "batch-1", {"kinds": NO_FACE})


async def test_what_came_after_the_message_that_was_clicked_stays_open(store: Store) -> None:
    await watched(store)
    await see(store, failed(1), failed(2, created=20), failed(3, created=30))
    (kind,) = await store.triages.handle(which(), person="U9", now=at(200), seen={NO_FACE: 2})
    assert (kind.count, kind.open) == (3, 1)


async def test_what_fails_that_way_again_is_told_and_counts_as_open(store: Store) -> None:
    await watched(store)
    await see(store, failed(1))
    await drain(store, 110)
    await store.triages.handle(which(), person="U9", now=at(200))
    await see(store, failed(1), failed(2), seconds=300)

    (ping,) = [each.announcement.facts for each in await drain(store, 310)]

    assert isinstance(ping, PingFacts)
    assert [(kind.count, kind.open) for kind in ping.kinds] == [(2, 1)]
    assert ping.progress.open_failures == 1
    await see(store, failed(1), failed(2), failed(3), seconds=400)
    assert await drain(store, 410) == []


async def test_a_failure_that_is_handled_can_be_opened_again(store: Store) -> None:
    watch_id = await watched(store)
    await see(store, failed(1))
    await store.triages.handle(which(), person="U9", now=at(200))
    (kind,) = await store.triages.open_again(which(), person="U8", now=at(210))
    assert (kind.open, kind.care.handled) == (1, None)
    assert (await card(store, watch_id)).progress.open_failures == 1


async def test_somebody_looks_at_it_until_nobody_does(store: Store) -> None:
    watch_id = await watched(store)
    await see(store, failed(1))
    ((kind,), _) = await store.triages.assign(which(), "U7", person="U9", now=at(200))
    assert kind.care.assigned is not None
    assert (kind.care.assigned.to, kind.care.assigned.by) == ("U7", "U9")
    assert (await card(store, watch_id)).progress.kinds[0].care == kind.care
    ((kind,), _) = await store.triages.assign(which(), None, person="U9", now=at(210))
    assert kind.care.assigned is None
    assert [dict(deed.details)["to"] for deed in await store.deeds.since(at(150))] == ["U7", "nobody"]


async def test_a_clip_that_was_sent_again_and_completed_recovers_with_its_message(store: Store) -> None:
    watch_id = await watched(store, "clip")
    await record(store, reading([failed(1, reference="clip")], 100, reference="clip"))
    await drain(store, 110)
    good = request(2, "completed", reference="clip", created=200)
    await record(store, reading([failed(1, reference="clip"), good], 300, reference="clip"))

    shown = await card(store, watch_id)
    assert (shown.progress.failed, shown.progress.open_failures) == (1, 0)
    (edited,) = await messages(store)
    assert (edited.cleared, edited.care.handled) == (1, None)
    await store.triages.open_again(which(reference="clip"), person="U9", now=at(400))
    assert (await card(store, watch_id)).progress.open_failures == 0


async def test_a_recovery_is_taken_back_when_the_api_corrects_what_had_completed(store: Store) -> None:
    watch_id = await watched(store, "clip")
    first, second = failed(1, reference="clip"), request(2, "completed", reference="clip", created=200)
    await record(store, reading([first, second], 300, reference="clip"))
    corrected = failed(2, "codec", reference="clip", created=200)
    await record(store, reading([first, corrected], 400, reference="clip"))
    assert (await card(store, watch_id)).progress.open_failures == 2


async def test_the_table_of_a_pattern_puts_open_failures_first(store: Store) -> None:
    for reference, many in (("batch-1", 3), ("batch-2", 1)):
        rows = [failed(10 * many + n, reference=reference) for n in range(many)]
        await record(store, reading(rows, 100, reference=reference))
    await store.triages.handle(which(), person="U9", now=at(200))

    overview = await store.references.overview(ACCOUNT, compiled("batch-*"), most=10)

    assert [one.progress.reference_id for one in overview.most] == ["batch-2", "batch-1"]
    assert (overview.totals.failed, overview.totals.open_failures) == (4, 1)


async def test_a_muted_kind_is_told_no_more_here_also_of_other_batches_of_a_pattern(store: Store) -> None:
    await start(store, glob("batch-*"))
    await see(store, seconds=1)
    await see(store, failed(1))
    await drain(store, 110)
    watch = await store.triages.mute(which(), muted=True, person="U9", now=at(200))
    assert watch is not None
    assert watch.reference_id == "batch-*"

    await see(store, failed(5, reference="batch-2"), failed(6, "codec", "batch-2"), seconds=300, reference="batch-2")

    told = [each.announcement.facts for each in await drain(store, 310)]
    assert [facts.key for facts in told if isinstance(facts, FailureFacts)] == [CODEC]
    await store.triages.mute(which(), muted=False, person="U9", now=at(400))
    await see(store, failed(8, reference="batch-3"), seconds=500, reference="batch-3")
    told = [each.announcement.facts for each in await drain(store, 510)]
    assert [facts.key for facts in told if isinstance(facts, FailureFacts)] == [NO_FACE]


async def test_what_is_not_watched_here_cannot_be_muted(store: Store) -> None:
    await see(store, failed(1))
    assert await store.triages.mute(which(), muted=True, person="U9", now=at(200)) is None


async def test_care_is_forgotten_with_the_batch(store: Store) -> None:
    await see(store, failed(1))
    await store.triages.handle(which(), person="U9", now=at(200))
    await record(store, reading([failed(1)], 250))
    assert await store.ledger.forget(ACCOUNT, at(10_000)) > 0

    def rows(connection: Connection) -> int:
        return len(connection.execute(select(cares)).all()) + len(connection.execute(select(announcements)).all())

    assert await store.database.read(rows) == 0
