"""Mutes: what is held, what is told at the end, and what is told all the same."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.announcement import CatchUpFacts, FailureFacts
from bot.domain.answer import Wish
from bot.domain.delivery import Asked, Delivery, Manner, State
from bot.domain.mute import Mute
from bot.domain.request import LipsyncRequest
from bot.store import Store
from tests.builders import at, request
from tests.store.rig import ACCOUNT, TEAM, claim, drain, kinds, news, posted, reading, record, start, wish


def mute(subject: str | None = "batch-1", *, hours: float = 2, since: float = 0, is_glob: bool = False) -> Mute:
    until = at(since) + timedelta(hours=hours)
    return Mute("", TEAM, ACCOUNT, "C1", subject, is_glob, "U9", at(since), 0, until)


def failed(number: int, why: str = "no face", reference: str = "batch-1", created: float = 10) -> LipsyncRequest:
    return request(number, "failed", error=why, reference=reference, created=created)


async def see(store: Store, *rows: LipsyncRequest, seconds: float = 100, reference: str = "batch-1") -> None:
    """A reading of these and of one more that goes on."""
    number = 1_000 + sum(map(ord, reference))
    goes_on = request(number, reference=reference)
    await record(store, reading((*rows, goes_on), seconds, reference=reference))


async def watched(store: Store, *references: str) -> None:
    """Watched in C1 from noon on, with their cards posted."""
    for reference in references:
        await start(store, wish(reference))
        await see(store, seconds=1, reference=reference)
    await drain(store, 2)


def summary(deliveries: list[Delivery]) -> CatchUpFacts:
    (facts,) = [each.announcement.facts for each in deliveries]
    assert isinstance(facts, CatchUpFacts)
    assert facts.why == "muted"
    return facts


async def ended(store: Store, seconds: float) -> int:
    return await store.mutes.end_due(ACCOUNT, now=at(seconds))


async def test_what_is_muted_is_held_and_told_in_one_message_at_the_end(store: Store) -> None:
    await watched(store, "batch-1")
    await store.mutes.begin(mute())
    await see(store, failed(1), failed(2, "codec"), seconds=100)
    await see(store, failed(1), failed(2, "codec"), failed(3), request(4, "completed", created=10), seconds=200)

    assert await drain(store, 210) == []
    assert await ended(store, 7_199) == 0
    assert await ended(store, 7_200) == 1

    facts = summary(await drain(store, 7_201))
    assert (facts.since, facts.until) == (at(0), at(7_200))
    (one,) = facts.references
    assert (one.completed, one.failed) == (1, 3)
    assert {kind.name: kind.count for kind in one.kinds} == {"no face": 2, "codec": 1}
    assert await ended(store, 7_300) == 0
    assert await drain(store, 7_300) == []


async def test_after_the_mute_kinds_that_were_told_are_not_told_again_and_others_are(store: Store) -> None:
    await watched(store, "batch-1")
    await store.mutes.begin(mute())
    await see(store, failed(1))
    await drain(store, 110)
    await ended(store, 7_200)
    await drain(store, 7_201)

    await see(store, failed(1), failed(2), failed(3, "codec"), seconds=7_300)

    facts = [each.announcement.facts for each in await drain(store, 7_301)]
    assert [said.name for said in facts if isinstance(said, FailureFacts)] == ["codec"]
    assert len(facts) == 1


async def test_a_mute_in_which_nothing_happened_ends_without_a_word(store: Store) -> None:
    await watched(store, "batch-1")
    await store.mutes.begin(mute())

    assert await ended(store, 7_200) == 1
    assert await drain(store, 7_201) == []


async def test_what_waits_when_a_place_is_muted_is_held_too_and_what_is_under_way_goes_on(store: Store) -> None:
    watch = await start(store)
    await drain(store)
    await store.outbox.queue([news("under way", watch=watch), news("waits", watch=watch)])
    (delivery,) = await claim(store)
    await store.mutes.begin(mute())

    assert await store.outbox.sent(delivery, posted(), now=at(1))
    assert await claim(store, 2) == ()
    assert (await store.outbox.tally(TEAM)).counts[State.HELD] == 1


async def test_another_place_another_reference_cards_and_access_trouble_are_told(store: Store) -> None:
    await watched(store, "batch-1", "batch-2")
    await start(store, wish(place="C2"))
    await store.mutes.begin(mute())
    await see(store, failed(1))
    await see(store, failed(2, reference="batch-2"), seconds=101, reference="batch-2")

    told = await drain(store, 110)

    assert sorted((d.announcement.key.place, d.announcement.key.kind) for d in told) == [
        ("C1", "failure"),
        ("C2", "card"),
        ("C2", "failure"),
    ]


async def test_access_trouble_is_told_to_a_person_whose_place_is_muted(store: Store) -> None:
    await start(store, wish(author="U1"))
    (delivery,) = await claim(store)
    muted = Mute("", TEAM, ACCOUNT, "U1", None, False, "U1", at(0), 0, at(7_200))
    await store.mutes.begin(muted)

    await store.outbox.park(delivery, "not_in_channel", now=at(1), retry_after=timedelta(minutes=5))

    assert kinds(await claim(store, 2)) == ["access"]


async def test_everything_here_is_one_summary_of_all_references(store: Store) -> None:
    await watched(store, "batch-1", "batch-2", "other")
    await store.mutes.begin(mute(None))
    for number, reference in enumerate(("batch-1", "batch-2", "other"), 1):
        await see(store, failed(number, reference=reference), seconds=100 + number, reference=reference)
    assert await drain(store, 110) == []

    await ended(store, 7_200)

    facts = summary(await drain(store, 7_201))
    assert [one.progress.reference_id for one in facts.references] == ["batch-1", "batch-2", "other"]


async def test_a_pattern_mutes_what_matches(store: Store) -> None:
    await watched(store, "batch-1", "other")
    await store.mutes.begin(mute("batch-*", is_glob=True))
    await see(store, failed(1))
    await see(store, failed(2, reference="other"), seconds=101, reference="other")

    assert [each.announcement.reference_id for each in await drain(store, 110)] == ["other"]
    await ended(store, 7_200)
    assert [one.progress.reference_id for one in summary(await drain(store, 7_201)).references] == ["batch-1"]


async def test_what_two_mutes_cover_waits_for_the_later(store: Store) -> None:
    await watched(store, "batch-1", "batch-2")
    await store.mutes.begin(mute(None, hours=1))
    await store.mutes.begin(mute("batch-1", hours=3))
    await see(store, failed(1))
    await see(store, failed(2, reference="batch-2"), seconds=101, reference="batch-2")

    await ended(store, 3_600)
    first = summary(await drain(store, 3_601))
    await ended(store, 3 * 3_600)
    second = summary(await drain(store, 3 * 3_600 + 1))

    assert [one.progress.reference_id for one in first.references] == ["batch-2"]
    assert [one.progress.reference_id for one in second.references] == ["batch-1"]


async def test_typed_again_it_lasts_until_the_new_time_and_still_tells_all(store: Store) -> None:
    await watched(store, "batch-1")
    first = await store.mutes.begin(mute(hours=1))
    await see(store, failed(1))
    again = await store.mutes.begin(mute(hours=1, since=3_000))

    assert (again.id, again.since, again.until) == (first.id, at(0), at(6_600))
    assert await ended(store, 3_600) == 0
    assert await ended(store, 6_600) == 1
    assert summary(await drain(store, 6_601)).since == at(0)


async def test_unmuting_tells_at_once_and_says_how_much(store: Store) -> None:
    await watched(store, "batch-1")
    begun = await store.mutes.begin(mute())
    await see(store, failed(1), failed(2, "codec"))
    await claim(store, 110)

    was, told = await store.mutes.end(TEAM, "C1", only=(begun,), now=at(200), author="U2")

    assert (was, told) == ((begun,), 2)
    assert len(summary(await drain(store, 201)).references[0].kinds) == 2
    assert await store.mutes.end(TEAM, "C1", only=(begun,), now=at(300), author="U2") == ((), 0)


async def test_mutes_at_the_same_moment_each_tell_what_they_held(store: Store) -> None:
    await watched(store, "batch-1")
    for number in (1, 2):
        await store.mutes.begin(mute())
        await see(store, *(failed(n, f"reason {chr(96 + n)}") for n in range(1, number + 1)), seconds=100 + number)
        assert await drain(store, 110) == []
        await store.mutes.end(TEAM, "C1", only=None, now=at(110), author="U2")
        assert len(summary(await drain(store, 111)).references[0].kinds) == 1


async def test_a_watch_that_ends_while_muted_is_not_told_of(store: Store) -> None:
    await watched(store, "batch-1", "batch-2")
    await store.mutes.begin(mute(None))
    await see(store, failed(1))
    await see(store, failed(2, reference="batch-2"), seconds=101, reference="batch-2")
    await claim(store, 110)

    await store.watches.stop(TEAM, "C1", "batch-1", now=at(120))
    await ended(store, 7_200)

    assert [one.progress.reference_id for one in summary(await drain(store, 7_201)).references] == ["batch-2"]


async def test_after_a_gap_what_is_muted_waits_for_the_end_of_the_mute(store: Store) -> None:
    await watched(store, "batch-1", "batch-2")
    await store.mutes.begin(mute())
    await store.ledger.fall_behind(ACCOUNT, now=at(1_000), after=timedelta(minutes=5))
    await see(store, failed(1), seconds=1_001)
    await see(store, failed(2, reference="batch-2"), seconds=1_002, reference="batch-2")
    assert await store.ledger.caught_up(ACCOUNT, now=at(1_003)) == 1

    (caught_up,) = [each.announcement.facts for each in await drain(store, 1_004)]
    assert isinstance(caught_up, CatchUpFacts)
    assert [one.progress.reference_id for one in caught_up.references] == ["batch-2"]
    await ended(store, 7_200)
    assert [one.progress.reference_id for one in summary(await drain(store, 7_201)).references] == ["batch-1"]


async def test_a_catch_up_that_waits_is_held_and_told_in_the_summary(store: Store) -> None:
    await watched(store, "batch-1")
    await store.ledger.fall_behind(ACCOUNT, now=at(1_000), after=timedelta(minutes=5))
    await see(store, failed(1), seconds=1_001)
    await store.ledger.caught_up(ACCOUNT, now=at(1_002))
    await store.mutes.begin(mute(None, since=1_003))
    await see(store, failed(1), failed(2, "codec"), seconds=1_004)
    assert await drain(store, 1_005) == []

    await ended(store, 1_003 + 7_200)

    (one,) = summary(await drain(store, 9_000)).references
    assert [kind.name for kind in one.kinds] == ["codec", "no face"]
    assert one.failed == 2


async def test_the_card_and_the_list_say_until_when(store: Store) -> None:
    watch = await start(store)
    await start(store, Wish(TEAM, ACCOUNT, "C1", "batch-*", "U1", is_glob=True))
    await store.mutes.begin(mute())

    card = await store.cards.facts(watch.id, longest_settle=timedelta(minutes=10))
    lines = {line.watch.reference_id: line.muted_until for line in await store.watches.listing(TEAM, place="C1")}

    assert card is not None
    assert card.muted_until == at(7_200)
    assert lines == {"batch-1": at(7_200), "batch-*": None}


async def test_cards_are_edited_at_once_when_a_mute_begins_and_when_it_ends(store: Store) -> None:
    watch = await start(store)
    await drain(store)

    async def due(seconds: float) -> list[object]:
        early = at(-9_999)
        found = await store.cards.due(
            TEAM,
            now=at(seconds),
            changed_before=early,
            open_before=early,
            settled_before=early,
            longest_settle=timedelta(minutes=10),
        )
        for edit in found:
            await store.cards.shown(edit.watch_id, "shown", now=at(seconds))
        return [edit.facts.muted_until for edit in found if edit.watch_id == watch.id]

    await due(1)
    await due(1)
    assert await due(1) == []
    await store.mutes.begin(mute(None))
    assert await due(2) == [at(7_200)]
    await ended(store, 7_200)
    assert await due(7_201) == [None]


async def test_a_mute_that_would_last_too_long_since_the_clock_was_set_back_is_over(store: Store) -> None:
    await start(store)
    await store.mutes.begin(mute(hours=24, since=86_400 * 40))

    assert await ended(store, 0) == 1


async def test_a_summary_names_the_people_and_says_when_it_was_asked_for(store: Store) -> None:
    for seconds, (reference, person, place) in enumerate((("batch-1", "U7", "C8"), ("batch-2", "U6", "C9"))):
        await start(store, replace(wish(reference), mention=(person,), asked_in=place), seconds)
        await see(store, seconds=2, reference=reference)
    await start(store, replace(wish("batch-3"), mention=("U5",)))
    await drain(store, 3)
    await store.mutes.begin(mute(None))
    for number, reference in enumerate(("batch-1", "batch-2"), 1):
        await see(store, failed(number, reference=reference), seconds=100, reference=reference)
    await ended(store, 7_200)

    (delivery,) = await claim(store, 7_201)

    manner = delivery.manner
    assert manner.mention == ("U7", "U6")
    assert manner.asked == (Asked("C8", at(0)), Asked("C9", at(1)))


async def test_a_catch_up_after_a_gap_names_them_as_well(store: Store) -> None:
    await start(store, replace(wish(), mention=("U7",), asked_in="C8"))
    await see(store, seconds=1)
    await drain(store, 2)
    await store.ledger.fall_behind(ACCOUNT, now=at(1_000), after=timedelta(minutes=5))
    await see(store, failed(1), seconds=1_001)
    await store.ledger.caught_up(ACCOUNT, now=at(1_002))

    (delivery,) = await claim(store, 1_003)

    assert delivery.announcement.key.kind == "catch_up"
    assert delivery.manner == Manner(mention=("U7",), asked=(Asked("C8", at(0)),))
