"""What channels have set: what is kept of it, what ends with it, and what globs and news make of it."""

from dataclasses import replace

import pytest

from bot.domain.announcement import CardFacts
from bot.domain.answer import Wish
from bot.domain.deed import Did
from bot.domain.delivery import CardEdit
from bot.domain.glob import compiled
from bot.domain.people_answer import Undone
from bot.domain.policy import LinksPolicy, Policy
from bot.domain.watch import Events
from bot.errors import NotAllowedError
from bot.store import Store
from bot.store.policies import Saved
from tests.builders import NOON, at, request
from tests.store.glob_rig import glob, glob_card, head, told, under
from tests.store.rig import ACCOUNT, LONGEST_SETTLE, TEAM, claim, drain, reading, record, start, wish

CLIENT_A = Policy(patterns=("client-a-*",))


async def save(
    store: Store, policy: Policy = CLIENT_A, *, version: int = 0, seconds: float = 100, place: str = "C1"
) -> Saved | None:
    return await store.policies.set(ACCOUNT, TEAM, place, policy, version=version, person="U9", now=at(seconds))


async def submit(store: Store, *references: str, seconds: float = 50, status: str = "queued") -> None:
    rows = [
        request(number, status, reference=name, error="no face" if status == "failed" else None)
        for number, name in enumerate(references, 1)
    ]
    await head(store, rows, seconds)


async def test_settings_are_kept_with_who_set_them_and_when(store: Store) -> None:
    assert await store.policies.at(TEAM, "C1") is None
    policy = Policy(("client-a-*", "ü {x,y}"), LinksPolicy.OPEN, Events.EACH, ("U1", "U2"))

    saved = await save(store, policy)

    there = await store.policies.at(TEAM, "C1")
    assert saved is not None
    assert saved.now == there
    assert there is not None
    assert (there.policy, there.version, there.set_by, there.set_at) == (policy, 1, "U9", at(100))
    assert await store.policies.at(TEAM, "C2") is None
    assert await store.policies.at("T2", "C1") is None
    (deed,) = await store.deeds.since(NOON)
    assert (deed.did, deed.person, deed.place, deed.subject) == (Did.SETTINGS, "U9", "C1", "all")
    assert deed.details == {
        "patterns": "client-a-*, ü {x,y}",
        "links": "open",
        "for": "each",
        "managers": "U1 U2",
    }


async def test_a_change_of_what_somebody_else_has_changed_since_does_nothing(store: Store) -> None:
    watch = await start(store)
    assert await save(store, Policy(links=LinksPolicy.OFF)) is not None

    assert await save(store, CLIENT_A, version=0, seconds=110) is None

    assert await store.watches.at(TEAM, "C1", "batch-1") == watch
    assert await save(store, Policy(), version=1, seconds=120) is not None
    there = await store.policies.at(TEAM, "C1")
    assert there is not None
    assert (there.policy, there.version) == (Policy(), 2)
    assert [deed.did for deed in await store.deeds.since(at(90))] == [Did.SETTINGS, Did.SETTINGS]


async def test_watches_outside_the_patterns_end_with_all_that_waits_for_them(store: Store) -> None:
    inside = await start(store, wish("client-a-1"))
    gone = await start(store, wish("batch-1"))
    elsewhere = await start(store, wish("batch-1", place="C2"))
    assert [each.id for each in await store.policies.outside(TEAM, "C1", CLIENT_A)] == [gone.id]
    await record(store, reading([request(1, "queued")], 10))
    await record(store, reading([request(1, "failed", error="no face", finished=20)], 30))

    saved = await save(store)

    assert saved is not None
    assert [(watch.id, watch.ended_at) for watch in saved.ended] == [(gone.id, at(100))]
    assert await store.watches.at(TEAM, "C1", "batch-1") is None
    assert (await store.watches.at(TEAM, "C1", "client-a-1")) is not None
    assert (await store.watches.at(TEAM, "C2", "batch-1")) is not None
    assert inside.id != elsewhere.id
    assert told(await drain(store, 200)) == [("C2", "failure", "batch-1")]
    deeds = [deed for deed in await store.deeds.since(at(90)) if deed.did is Did.UNWATCH]
    assert [(deed.person, deed.subject, deed.details["why"]) for deed in deeds] == [
        ("U9", "batch-1", "outside the patterns of this place")
    ]


async def test_a_glob_goes_on_with_what_both_cover_and_keeps_nothing_of_the_rest(store: Store) -> None:
    watch = await start(store, glob("*"))
    await submit(store, "client-a-1", "client-b-1")
    assert [each.reference_id for each in await under(store)] == ["client-a-1", "client-b-1"]

    saved = await save(store)

    assert saved is not None
    assert saved.ended == ()
    assert [each.reference_id for each in await under(store)] == ["client-a-1"]
    await submit(store, "client-a-1", "client-b-1", seconds=110, status="failed")
    assert told(await drain(store, 120)) == [("C1", "failure", "client-a-1")]
    card = await glob_card(store, watch)
    assert (card.overview.references, card.overview.only) == (1, ("client-a-*",))
    interest = await store.watches.patterns(ACCOUNT)
    assert (interest.covers("client-a-9"), interest.covers("client-b-9")) == (True, False)


async def test_a_glob_covers_references_that_appear_later_only_within_the_patterns(store: Store) -> None:
    await save(store)
    await start(store, glob("*-1"), seconds=110)

    await submit(store, "client-a-1", "client-b-1", "client-a-2", seconds=120)

    assert [each.reference_id for each in await under(store)] == ["client-a-1"]
    watched = await store.watches.watched(ACCOUNT)
    assert [each.reference_id for each in watched] == ["client-a-1"]
    assert await store.watches.covering(ACCOUNT, TEAM, "C1", "client-b-1") == ()


async def test_a_glob_that_has_nothing_in_common_with_the_patterns_ends(store: Store) -> None:
    await start(store, glob("batch-*"))
    await submit(store, "batch-1")

    saved = await save(store)

    assert saved is not None
    assert [watch.reference_id for watch in saved.ended] == ["batch-*"]
    assert await under(store) == []
    assert await store.watches.active(ACCOUNT) == ()


@pytest.mark.parametrize("wanted", [wish("batch-1"), glob("batch-*")], ids=["a reference", "a pattern"])
async def test_what_was_allowed_when_it_was_asked_is_not_watched_once_it_is_not(store: Store, wanted: Wish) -> None:
    await save(store)

    with pytest.raises(NotAllowedError, match="This channel is only about `client-a-\\*`"):
        await start(store, wanted)

    assert await store.watches.active(ACCOUNT) == ()
    assert (await start(store, replace(wanted, place="C2"))).place == "C2"


async def test_without_patterns_a_glob_covers_everything_again(store: Store) -> None:
    await start(store, glob("*"))
    await save(store)
    await save(store, Policy(), version=1, seconds=110)

    await submit(store, "client-a-1", "client-b-1", seconds=120)

    assert [each.reference_id for each in await under(store)] == ["client-a-1", "client-b-1"]


async def test_what_is_asked_about_a_glob_is_of_what_the_place_may_hear_of(store: Store) -> None:
    await submit(store, "client-a-1", "client-b-1", "client-b-2")
    only = CLIENT_A.allowed
    from_memory = store.references
    wanted = compiled("client-*")

    found = await from_memory.overview(ACCOUNT, wanted, most=9, only=only)

    assert (found.references, found.totals.total, found.only) == (1, 1, ("client-a-*",))
    assert [each.progress.reference_id for each in found.most] == ["client-a-1"]
    assert (await from_memory.overview(ACCOUNT, compiled("client-a-*"), most=9, only=only)).only == ()
    assert (await from_memory.overview(ACCOUNT, wanted, most=9)).references == 3
    assert await from_memory.nearest(ACCOUNT, "client-b-3", only) == ("client-a-1",)
    assert (await from_memory.recent(ACCOUNT, wanted, since=NOON, most=9, only=only)).known == 1


async def test_what_was_undone_does_not_bring_back_what_is_outside_by_now(store: Store) -> None:
    await start(store, wish("batch-1"))
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(60), undo_id="u1")
    await start(store, glob("*"), seconds=62)
    await submit(store, "client-a-1", "client-b-1", seconds=64)
    await store.watches.stop(TEAM, "C1", "*", now=at(66), is_glob=True, undo_id="u2")
    await save(store)

    one = await store.undos.take_back("u1", TEAM, "C1", now=at(120), person="U1")
    other = await store.undos.take_back("u2", TEAM, "C1", now=at(120), person="U1")

    assert (one.outcome, one.subject) == (Undone.OUTSIDE, "batch-1")
    assert other.outcome is Undone.DONE
    assert [each.reference_id for each in await under(store)] == ["client-a-1"]
    assert await store.watches.at(TEAM, "C1", "batch-1") is None
    assert await store.undos.is_of("u1", TEAM, "C1")
    assert not await store.undos.is_of("u1", TEAM, "C2")


async def test_a_new_watch_tells_what_is_usual_there_unless_it_says_it_itself(store: Store) -> None:
    await save(store, Policy(events=Events.EACH))

    assert (await start(store, wish("a"))).events is Events.EACH
    assert (await start(store, wish("b", events=Events.FAILURES))).events is Events.FAILURES
    assert (await start(store, wish("b"))).events is Events.FAILURES
    assert (await start(store, wish("c", place="C2"))).events is Events.PROBLEMS


async def test_news_and_cards_know_who_may_see_links_where_they_are_said(store: Store) -> None:
    for place in ("C1", "C2", "C3", "D1"):
        await start(store, wish("batch-1", place=place))
    await save(store, Policy(links=LinksPolicy.OPEN), place="C2", seconds=1)
    await save(store, Policy(links=LinksPolicy.OFF), place="C3", seconds=1)
    await record(store, reading([request(1)], 10))
    await drain(store, 20)
    done = request(1, "completed", finished=700)
    await record(store, replace(reading([done], 710), api_now=at(2_000)))

    said = {each.announcement.key.place: each.manner.links for each in await claim(store, 2_001)}

    assert said == {
        "C1": LinksPolicy.PRIVATE,
        "C2": LinksPolicy.OPEN,
        "C3": LinksPolicy.OFF,
        "D1": LinksPolicy.OPEN,
    }


async def test_a_change_of_settings_edits_the_cards_of_the_place(store: Store) -> None:
    watch = await start(store, wish("client-a-1"))
    await record(store, reading([request(1, reference="client-a-1")], 10, reference="client-a-1"))
    await drain(store, 20)
    (edit,) = await _due(store, 30)
    assert edit.watch_id == watch.id
    await store.cards.shown(watch.id, "x", now=at(31))
    assert await _due(store, 32) == ()

    await save(store, Policy(links=LinksPolicy.OFF))

    (edit,) = await _due(store, 101)
    assert isinstance(edit.facts, CardFacts)
    assert edit.facts.links is False


async def _due(store: Store, seconds: float) -> tuple[CardEdit, ...]:
    return await store.cards.due(
        TEAM,
        now=at(seconds),
        changed_before=at(0),
        open_before=at(0),
        settled_before=at(0),
        longest_settle=LONGEST_SETTLE,
    )
