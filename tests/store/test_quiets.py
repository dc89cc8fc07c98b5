"""Quiet hours: what is held in them, that they begin once, and what becomes of them beside mutes and set clocks."""

from datetime import time, timedelta

from bot.domain.announcement import CardFacts, CatchUpFacts
from bot.domain.deed import Did
from bot.domain.delivery import Delivery
from bot.domain.hours import Hours
from bot.domain.timetable import Quiet
from bot.store import Store
from tests.builders import NOON, at
from tests.store.rig import ACCOUNT, LONGEST_SETTLE, TEAM, claim, drain, kinds, news, start
from tests.store.test_mutes import ended, failed, mute, see, watched

HOUR = 3_600
EVENING = Hours(time(13), time(15), "UTC")  # from an hour after noon, for two hours


def quiet(hours: Hours = EVENING, *, seconds: float = 0, place: str = "C1", author: str = "U9") -> Quiet:
    return Quiet(TEAM, ACCOUNT, place, hours, author, at(seconds))


async def begun(store: Store, seconds: float) -> int:
    return await store.quiets.begin_due(ACCOUNT, now=at(seconds))


def summary(deliveries: list[Delivery]) -> CatchUpFacts:
    (facts,) = [each.announcement.facts for each in deliveries]
    assert isinstance(facts, CatchUpFacts)
    return facts


async def test_what_happens_in_quiet_hours_is_held_and_told_in_one_message_at_their_end(store: Store) -> None:
    await watched(store, "batch-1")
    await store.quiets.set(quiet())
    assert await store.quiets.at(TEAM, "C1") == quiet()
    assert await begun(store, HOUR - 1) == 0
    assert await begun(store, HOUR) == 1
    assert await begun(store, HOUR + 1) == 0
    await see(store, failed(1), failed(2, "codec"), seconds=HOUR + 100)

    assert await drain(store, HOUR + 110) == []
    assert await ended(store, 3 * HOUR - 1) == 0
    assert await ended(store, 3 * HOUR) == 1

    facts = summary(await drain(store, 3 * HOUR + 1))
    assert (facts.why, facts.since, facts.until) == ("quiet", at(HOUR), at(3 * HOUR))
    assert facts.references[0].failed == 2
    assert await ended(store, 3 * HOUR + 10) == 0
    assert await begun(store, 3 * HOUR + 10) == 0


async def test_set_in_their_midst_they_begin_at_once_and_end_with_what_they_held_when_taken_away(store: Store) -> None:
    await watched(store, "batch-1")
    await store.quiets.set(quiet(seconds=1.5 * HOUR))
    (mute_,) = await store.mutes.here(TEAM, "C1")
    assert (mute_.by_hours, mute_.since, mute_.until) == (True, at(1.5 * HOUR), at(3 * HOUR))
    await see(store, failed(1), seconds=1.6 * HOUR)
    assert await drain(store, 1.6 * HOUR) == []

    there, told = await store.quiets.end(TEAM, "C1", now=at(1.7 * HOUR), author="U8")

    assert (there and there.author, told) == ("U9", 1)
    assert summary(await drain(store, 1.7 * HOUR)).why == "quiet"
    assert await store.quiets.at(TEAM, "C1") is None
    assert await store.quiets.end(TEAM, "C1", now=at(1.8 * HOUR), author="U8") == (None, 0)
    deeds = [deed for deed in await store.deeds.since(at(1)) if deed.did in (Did.QUIET, Did.QUIET_OFF)]
    assert [(deed.did, deed.person) for deed in deeds] == [(Did.QUIET, "U9"), (Did.QUIET_OFF, "U8")]
    assert deeds[0].details == {"hours": "13:00-15:00 0 1 2 3 4 5 6 UTC"}


async def test_other_hours_lengthen_or_end_those_that_go_on(store: Store) -> None:
    await watched(store, "batch-1")
    await store.quiets.set(quiet(seconds=1.5 * HOUR))
    await store.quiets.set(quiet(Hours(time(13), time(18), "UTC"), seconds=2 * HOUR))
    (mute_,) = await store.mutes.here(TEAM, "C1")
    assert mute_.until == at(6 * HOUR)

    await store.quiets.set(quiet(Hours(time(20), time(21), "UTC"), seconds=2.5 * HOUR))

    assert await store.mutes.here(TEAM, "C1") == ()


async def test_what_was_ended_early_does_not_begin_again_in_the_same_hours(store: Store) -> None:
    await watched(store, "batch-1")
    await store.quiets.set(quiet())
    await begun(store, HOUR)
    await see(store, failed(1), seconds=HOUR + 100)
    await drain(store, HOUR + 100)

    _, told = await store.mutes.end(TEAM, "C1", only=None, now=at(1.5 * HOUR), author="U9")

    assert told == 1
    assert await begun(store, 1.6 * HOUR) == 0
    assert kinds(await drain(store, 1.6 * HOUR)) == ["catch_up"]
    assert await begun(store, HOUR + 86_400) == 1


async def test_a_mute_and_quiet_hours_go_on_by_themselves_and_the_last_tells_all_of_it(store: Store) -> None:
    await watched(store, "batch-1")
    await store.quiets.set(quiet())
    await store.mutes.begin(mute(hours=2))
    await see(store, failed(1), seconds=100)
    await drain(store, 110)
    await begun(store, HOUR)
    await see(store, failed(1), failed(2, "codec"), seconds=1.5 * HOUR)
    await drain(store, 1.5 * HOUR)

    assert await ended(store, 2 * HOUR) == 1
    assert await drain(store, 2 * HOUR) == []
    assert await ended(store, 3 * HOUR) == 1

    facts = summary(await drain(store, 3 * HOUR))
    assert (facts.why, facts.since) == ("quiet", at(0))
    assert facts.references[0].failed == 2


async def test_beside_a_mute_of_everything_there_are_two_and_each_can_be_ended(store: Store) -> None:
    await watched(store, "batch-1")
    await store.quiets.set(quiet())
    await store.mutes.begin(mute(None, hours=8))
    await begun(store, HOUR)
    assert [one.by_hours for one in await store.mutes.here(TEAM, "C1")] == [False, True]
    assert (await store.quiets.end(TEAM, "C1", now=at(2 * HOUR), author="U9"))[1] == 0
    assert [one.by_hours for one in await store.mutes.here(TEAM, "C1")] == [False]


async def test_hours_that_nobody_was_there_to_end_go_on_with_the_next_ones(store: Store) -> None:
    await watched(store, "batch-1")
    await store.quiets.set(quiet())
    await begun(store, HOUR)
    await see(store, failed(1), seconds=HOUR + 100)
    await drain(store, HOUR + 100)
    again = 86_400 + HOUR + 60

    assert await begun(store, again) == 1
    assert await ended(store, again) == 0
    assert await drain(store, again) == []
    assert await ended(store, 86_400 + 3 * HOUR) == 1
    assert summary(await drain(store, 86_400 + 3 * HOUR)).since == at(HOUR)


async def test_after_our_clock_was_set_back_it_is_not_quiet_until_the_hours_come(store: Store) -> None:
    await watched(store, "batch-1")
    await store.quiets.set(quiet())
    await begun(store, HOUR + 60)

    assert await ended(store, HOUR + 30) == 0  # put right by seconds
    assert await ended(store, 100) == 1
    assert await begun(store, 100) == 0
    assert await store.mutes.here(TEAM, "C1") == ()
    assert await begun(store, HOUR + 10) == 1
    assert len(await store.mutes.here(TEAM, "C1")) == 1


async def test_cards_lists_and_the_next_moment_tell_until_when_it_is_quiet(store: Store) -> None:
    await watched(store, "batch-1")
    watch = await start(store)
    await store.quiets.set(quiet())
    assert await store.quiets.next_at(ACCOUNT, now=at(10)) == at(HOUR)
    await begun(store, HOUR)
    assert await store.quiets.next_at(ACCOUNT, now=at(HOUR)) == at(3 * HOUR)

    card = await store.cards.facts(watch.id, longest_settle=LONGEST_SETTLE)
    (line,) = await store.watches.listing(TEAM, place="C1")

    assert isinstance(card, CardFacts)
    assert (card.muted_until, card.quiet) == (at(3 * HOUR), True)
    assert (line.muted_until, line.quiet) == (at(3 * HOUR), True)


async def test_other_places_are_told_as_ever(store: Store) -> None:
    await start(store)
    await drain(store)
    await store.quiets.set(quiet(place="C2"))
    await begun(store, HOUR)
    await store.outbox.queue([news("here"), news("there", place="C2")])
    assert [each.announcement.key.place for each in await claim(store, HOUR)] == ["C1"]


async def test_without_quiet_hours_there_is_no_next_moment(store: Store) -> None:
    assert await store.quiets.next_at(ACCOUNT, now=NOON) is None
    assert await store.quiets.begin_due("another", now=NOON + timedelta(days=1)) == 0
