"""What a channel has set holds in every flow: what it may hear of, who may change it, and who sees links."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import time, timedelta
from typing import TypeVar

import pytest

from bot.domain.announcement import FailureFacts, FinishedFacts
from bot.domain.answer import RequestAnswer, Scope, StatusAnswer, Wish
from bot.domain.deed import Did
from bot.domain.glob import compiled
from bot.domain.hours import Daily, Hours
from bot.domain.natural_time import TypedTime
from bot.domain.people_answer import Undone
from bot.domain.policy import LinksPolicy, Policy
from bot.domain.preview import PreviewAnswer
from bot.domain.sheet import Format, SheetAnswer
from bot.domain.watch import Events
from bot.errors import BadCommandError, NotAllowedError
from bot.flows.triaging import Choice
from tests.builders import NOON, request, uuid
from tests.flows.conftest import World

CLIENT_A = Policy(patterns=("client-a-*",))
MANAGED = Policy(managers=("UM", "UN"))
HOUR = timedelta(hours=1)
T = TypeVar("T")
Deed = Callable[[World, str], Awaitable[object]]


async def all_of(answers: AsyncIterator[T]) -> list[T]:
    return [answer async for answer in answers]


async def save(world: World, policy: Policy, *, place: str = "C1", person: str = "UM") -> None:
    there = await world.stories.policing.shown(place, person)
    await world.stories.policing.save(place, policy, person, version=there.version)


def wish(reference: str, *, place: str = "C1", asked_in: str | None = None, person: str = "UX") -> Wish:
    return Wish("T1", "default", place, reference, person, asked_in=asked_in)


def failing(world: World, *references: str) -> None:
    world.api.set(
        [request(number, "failed", reference=name, error="no face") for number, name in enumerate(references, 1)]
    )


# --- patterns ---

ASKING: dict[str, Deed] = {
    "status": lambda w, ref: all_of(w.stories.ask.status(ref, place="C1")),
    "a batch by a button": lambda w, ref: all_of(w.stories.ask.reference(ref, place="C1")),
    "share": lambda w, ref: w.stories.ask.recall(ref, place="C1"),
    "failures": lambda w, ref: all_of(w.stories.ask.failures(ref, place="C1")),
    "links": lambda w, ref: all_of(w.stories.sheets.links(ref, place="C1", person="UX")),
    "export": lambda w, ref: all_of(w.stories.sheets.export(ref, Format.CSV, place="C1", person="UX")),
    "watch": lambda w, ref: all_of(w.stories.watching.start(wish(ref))),
    "watch for me": lambda w, ref: all_of(w.stories.watching.start(wish(ref, place="D1", asked_in="C1"))),
    "watch again": lambda w, ref: all_of(w.stories.watching.again("C1", ref, "UX")),
    "except": lambda w, ref: w.stories.watching.leave_out("C1", ref, "UX"),
    "mute": lambda w, ref: w.stories.muting.mute("C1", ref, HOUR, "UX"),
    "unmute": lambda w, ref: w.stories.muting.unmute("C1", ref, "UX"),
    "handled": lambda w, ref: w.stories.triaging.handled("C1", Choice(ref), "UX"),
    "open again": lambda w, ref: w.stories.triaging.open_again("C1", Choice(ref), "UX"),
    "assign": lambda w, ref: w.stories.triaging.assign("C1", Choice(ref), "UX", "UX"),
    "mute a kind": lambda w, ref: w.stories.triaging.mute_kind("C1", Choice(ref), "UX", muted=True),
    "expect": lambda w, ref: w.stories.limits.expect("C1", ref, 3, "UX"),
    "deadline": lambda w, ref: w.stories.limits.deadline("C1", ref, None, "UX"),
    "preview": lambda w, ref: all_of(w.stories.previewing.preview(wish(ref))),
}
"""Everything that people do about one reference in a channel."""


@pytest.mark.parametrize("deed", ASKING.values(), ids=ASKING.keys())
async def test_nothing_is_told_or_done_about_a_reference_outside_the_patterns(world: World, deed: Deed) -> None:
    failing(world, "client-a-1", "batch-1")
    await world.watch("client-a-1")
    await all_of(world.stories.ask.status("batch-1"))  # so that it is known
    await save(world, CLIENT_A)
    calls = len(world.api.calls)

    with pytest.raises(NotAllowedError, match="This channel is only about `client-a-\\*`"):
        await deed(world, "batch-1")

    assert len(world.api.calls) == calls
    await deed(world, "client-a-1")


BY_ID = ("status", "failures", "links", "export", "watch")
BY_KNOWN_ID = (*BY_ID, "handled", "preview", "share")  # the others know only what is in our memory


@pytest.mark.parametrize(
    ("name", "known"), [*((name, False) for name in BY_ID), *((name, True) for name in BY_KNOWN_ID)]
)
async def test_a_request_by_its_id_is_as_much_of_its_reference_as_the_batch_is(
    world: World, name: str, known: bool
) -> None:
    failing(world, "client-a-1", "batch-1")
    if known:
        await all_of(world.stories.ask.status("batch-1"))
        await all_of(world.stories.ask.status("client-a-1"))
    await save(world, CLIENT_A)

    with pytest.raises(NotAllowedError):
        await ASKING[name](world, uuid(2))
    await ASKING[name](world, uuid(1))


async def test_a_request_without_a_reference_is_nothing_that_a_channel_with_patterns_is_about(world: World) -> None:
    world.api.set([request(1, reference=None)])
    (answer,) = await all_of(world.stories.ask.status(uuid(1), place="C1"))
    assert isinstance(answer, RequestAnswer)
    await save(world, CLIENT_A)
    with pytest.raises(NotAllowedError):
        await all_of(world.stories.ask.status(uuid(1), place="C1"))


async def test_an_id_that_is_a_reference_of_its_own_is_held_against_the_patterns_too(world: World) -> None:
    world.api.set([request(1, reference=uuid(77))])
    await save(world, CLIENT_A)
    with pytest.raises(NotAllowedError):
        await all_of(world.stories.ask.status(uuid(77), place="C1"))


async def test_other_places_and_conversations_hear_of_everything(world: World) -> None:
    failing(world, "batch-1")
    await save(world, CLIENT_A)
    for place in ("C2", "D1", None):
        assert await all_of(world.stories.ask.status("batch-1", place=place))
    assert (await world.watch("batch-1", place="D1")).place == "D1"


async def test_a_table_of_many_has_only_what_the_place_may_hear_of(world: World) -> None:
    failing(world, "client-a-1", "client-b-1", "batch-1")
    await world.watch("*", place="C2")
    await world.look()
    await save(world, CLIENT_A)
    ask = world.stories.ask

    answer = await ask.overview(compiled("*"), place="C1")

    assert [each.progress.reference_id for each in answer.overview.most] == ["client-a-1"]
    assert (answer.overview.totals.total, answer.overview.only) == (1, ("client-a-*",))
    assert (await ask.overview(compiled("*"), place="C2")).overview.references == 3
    with pytest.raises(NotAllowedError):
        await ask.overview(compiled("batch-*"), place="C1")


async def test_names_that_are_offered_and_the_queue_name_nothing_else(world: World) -> None:
    world.api.set([request(n, reference=name) for n, name in enumerate(("client-a-1", "client-b-1", "batch-1"), 1)])
    await world.watch("*", place="C2")
    await world.look()
    await save(world, CLIENT_A)
    ask = world.stories.ask
    assert await ask.nearest("client-b-2", place="C1") == ("client-a-1",)
    assert "client-b-1" in await ask.nearest("client-b-2", place="C2")
    unknown = (await all_of(ask.status("client-a-11", place="C1")))[-1]
    assert isinstance(unknown, StatusAnswer)
    assert unknown.nearest == ("client-a-1",)

    line = (await ask.lineup(place="C1")).lineup

    assert sorted((each.reference_id or "", each.others) for each in line.line) == [("", 2), ("client-a-1", 0)]
    assert line.waiting == 3
    assert len((await ask.lineup()).lineup.line) == 3


async def test_a_pattern_is_watched_where_it_has_something_in_common_with_those_of_the_channel(world: World) -> None:
    await save(world, CLIENT_A)
    watching = world.stories.watching
    with pytest.raises(NotAllowedError):
        await all_of(watching.start(wish("batch-*")))
    with pytest.raises(NotAllowedError, match="Type the same in my Messages tab"):
        await all_of(watching.start(wish("*", place="D1", asked_in="C1")))
    assert (await all_of(watching.start(wish("client-a-2*", place="D1", asked_in="C1"))))[-1].watch.place == "D1"
    await all_of(watching.start(wish("*")))
    failing(world, "client-a-1", "client-b-1")
    world.clock.pass_time(60)

    await world.look()
    await world.deliver()

    told = {said.progress.reference_id for _, _, said, _ in world.chat.messages if isinstance(said, FailureFacts)}
    assert told == {"client-a-1"}


async def test_a_preview_counts_only_what_the_watch_would_cover_with_the_events_that_are_usual_there(
    world: World,
) -> None:
    failing(world, "client-a-1", "client-b-1")
    await world.watch("*", place="C2")
    await world.look()
    await save(world, Policy(("client-a-*",), events=Events.EACH))

    (answer,) = await all_of(world.stories.previewing.preview(wish("*")))

    assert isinstance(answer, PreviewAnswer)
    assert (answer.recent.known, answer.watch.events) == (1, Events.EACH)
    with pytest.raises(NotAllowedError):
        await all_of(world.stories.previewing.preview(wish("client-b-*")))


async def test_lists_of_watches_leave_out_what_the_place_may_not_hear_of(world: World) -> None:
    for reference, place in (("client-a-1", "C2"), ("client-a-*", "C2"), ("batch-1", "C2"), ("*", "C3")):
        await all_of(world.stories.watching.start(wish(reference, place=place, person="U1")))
    await world.watch("client-a-2")
    await all_of(world.stories.watching.start(wish("client-*")))
    await save(world, CLIENT_A)
    ask = world.stories.ask

    mine = await ask.watches(Scope.MINE, place="C1", user="U1")
    here = await ask.watches(Scope.HERE, place="C1", user="U1")

    assert [line.watch.reference_id for line in mine.lines] == ["client-a-1", "client-a-*", "client-a-2"]
    assert mine.hidden == 2
    assert [line.watch.reference_id for line in here.lines] == ["client-a-2", "client-*"]
    assert here.hidden == 0
    assert (await ask.watches(Scope.MINE, place="D1", user="U1")).hidden == 0


async def test_patterns_that_are_set_later_end_what_is_outside_at_once(world: World) -> None:
    failing(world, "client-a-1", "batch-1")
    await world.watch("client-a-1")
    await world.watch("batch-1")
    policing = world.stories.policing
    assert [watch.reference_id for watch in await policing.outside("C1", CLIENT_A)] == ["batch-1"]

    saved = await policing.save("C1", CLIENT_A, "UM", version=0)

    assert [watch.reference_id for watch in saved.ended] == ["batch-1"]
    deeds = [(deed.did, deed.person, deed.subject) for deed in (await world.store.deeds.since(NOON))[-2:]]
    assert deeds == [(Did.SETTINGS, "UM", "all"), (Did.UNWATCH, "UM", "batch-1")]
    assert (await policing.shown("C1", "UX")).policy == CLIENT_A


# --- managers ---

CHANGING: dict[str, Callable[[World, str], Awaitable[object]]] = {
    "watch": lambda w, who: all_of(w.stories.watching.start(wish("batch-1", person=who))),
    "watch many": lambda w, who: all_of(w.stories.watching.start(wish("b*", person=who))),
    "watch again": lambda w, who: all_of(w.stories.watching.again("C1", "batch-1", who)),
    "unwatch": lambda w, who: w.stories.watching.stop("C1", "batch-1", who),
    "stop a pattern": lambda w, who: w.stories.watching.stop_glob("C1", "b*", who),
    "except": lambda w, who: w.stories.watching.leave_out("C1", "batch-1", who),
    "mute": lambda w, who: w.stories.muting.mute("C1", "batch-1", HOUR, who),
    "unmute": lambda w, who: w.stories.muting.unmute("C1", None, who),
    "mute a kind": lambda w, who: w.stories.triaging.mute_kind("C1", Choice("batch-1"), who, muted=True),
    "deadline": lambda w, who: w.stories.limits.deadline("C1", "batch-1", TypedTime(NOON + HOUR, "UTC", NOON), who),
    "expect": lambda w, who: w.stories.limits.expect("C1", "batch-1", 3, who),
    "quiet": lambda w, who: w.stories.timetabling.set_quiet("C1", Hours(time(1), time(2), "UTC"), who),
    "quiet off": lambda w, who: w.stories.timetabling.end_quiet("C1", who),
    "digest": lambda w, who: w.stories.timetabling.set_digest("C1", Daily(time(9), "UTC"), who),
    "digest off": lambda w, who: w.stories.timetabling.end_digest("C1", who),
    "settings": lambda w, who: w.stories.policing.save("C1", MANAGED, who, version=1),
}
"""Everything that changes what a channel is told."""


@pytest.mark.parametrize("deed", CHANGING.values(), ids=CHANGING.keys())
async def test_with_managers_only_they_change_what_a_channel_is_told(
    world: World, deed: Callable[[World, str], Awaitable[object]]
) -> None:
    failing(world, "batch-1")
    await world.watch()
    await save(world, MANAGED)
    before = await world.store.deeds.since(NOON)

    with pytest.raises(NotAllowedError, match="Only its managers change") as error:
        await deed(world, "UX")

    assert error.value.managers == ("UM", "UN")
    assert await world.store.deeds.since(NOON) == before
    await deed(world, "UN")


async def test_taking_care_of_failures_and_asking_stay_open_to_everybody(world: World) -> None:
    failing(world, "batch-1")
    await world.watch()
    await save(world, MANAGED)

    handled = await world.stories.triaging.handled("C1", Choice("batch-1"), "UX")
    await world.stories.triaging.open_again("C1", Choice("batch-1"), "UX")
    await world.stories.triaging.assign("C1", Choice("batch-1"), "UX", "UX")

    assert handled.kinds[0].care.handled is not None
    assert await all_of(world.stories.ask.status("batch-1", place="C1"))
    await world.stories.timetabling.quiet("C1")
    assert (await world.stories.policing.shown("C1", "UX")).may_change is False
    assert (await world.stories.policing.shown("C1", "UM")).may_change is True


async def test_everybody_decides_about_watches_of_their_own_managers_or_not(world: World) -> None:
    failing(world, "batch-1")
    await save(world, MANAGED)

    (*_, answer) = await all_of(world.stories.watching.start(wish("batch-1", place="D1", asked_in="C1")))
    assert answer.undo is not None
    undone = await world.stories.watching.undo("D1", answer.undo, "UX")

    assert undone.outcome is Undone.DONE


async def test_an_undo_is_a_change_like_any_other(world: World) -> None:
    failing(world, "batch-1")
    (*_, answer) = await all_of(world.stories.watching.start(wish("batch-1")))
    await save(world, MANAGED)
    assert answer.undo is not None

    with pytest.raises(NotAllowedError):
        await world.stories.watching.undo("C1", answer.undo, "UX")

    assert (await world.stories.watching.undo("C1", answer.undo, "UM")).outcome is Undone.DONE


# --- personal watches ---


async def test_nobody_else_sees_a_personal_watch(world: World) -> None:
    failing(world, "batch-1")
    await all_of(world.stories.watching.start(wish("batch-1", place="D1", asked_in="C1", person="U1")))
    await world.watch("batch-1", place="C1")
    ask = world.stories.ask
    for scope in Scope:
        seen = [line.watch.place for line in (await ask.watches(scope, place="C1", user="UX")).lines]
        assert "D1" not in seen
    assert "D1" in [line.watch.place for line in (await ask.watches(Scope.ALL, place="C1", user="U1")).lines]
    await world.look()
    await world.deliver()
    in_channel = [str(said) for place, _, said, _ in world.chat.messages if place == "C1"]
    assert in_channel
    assert not any("D1" in each for each in in_channel)
    digest = await world.stories.timetabling.digest_now("C1")
    assert digest.watches == 1


# --- links ---


async def test_where_links_are_off_none_are_given_and_nothing_is_exported(world: World) -> None:
    world.api.set([request(1, "completed")])
    await save(world, Policy(links=LinksPolicy.OFF))
    sheets = world.stories.sheets
    for asked in (
        sheets.links("batch-1", place="C1", person="UX"),
        sheets.export("batch-1", Format.CSV, place="C1", person="UX"),
        sheets.shared("batch-1", place="C1"),
    ):
        with pytest.raises(NotAllowedError, match="Links are switched off in this channel"):
            await all_of(asked)
    assert world.chat.files == []
    answer = (await all_of(sheets.links("batch-1", place="D1", person="UX")))[-1]
    assert isinstance(answer, SheetAnswer)
    assert len(answer.shown) == 1


async def test_links_are_shown_to_everybody_only_where_that_is_open(world: World) -> None:
    world.api.set([request(1, "completed")])
    sheets = world.stories.sheets
    assert not await sheets.can_share("C1")
    with pytest.raises(NotAllowedError, match="only to whoever asks"):
        await all_of(sheets.shared("batch-1", place="C1"))

    await save(world, Policy(links=LinksPolicy.OPEN))

    assert await sheets.can_share("C1")
    answer = (await all_of(sheets.shared("batch-1", place="C1")))[-1]
    assert isinstance(answer, SheetAnswer)
    assert [row.output_url for row in answer.shown] == ["https://storage.example/1.mp4"]
    assert not await sheets.can_share("D1")


async def test_finished_news_are_posted_with_who_may_see_links_there(world: World) -> None:
    world.api.set([request(1)])
    await world.watch()
    await save(world, Policy(links=LinksPolicy.OFF))
    world.api.set([request(1, "completed")])
    world.clock.pass_time(1_000)

    await world.look()
    await world.deliver()

    (manner,) = [world.chat.manners[id_] for _, id_, said, _ in world.chat.messages if isinstance(said, FinishedFacts)]
    assert manner.links is LinksPolicy.OFF


# --- settings ---


async def test_a_conversation_has_no_settings(world: World) -> None:
    with pytest.raises(BadCommandError, match="Settings are of channels"):
        await world.stories.policing.shown("D1", "UX")
    with pytest.raises(BadCommandError, match="Settings are of channels"):
        await world.stories.policing.save("D1", CLIENT_A, "UX", version=0)


async def test_who_comes_second_is_told_so_and_nothing_is_saved(world: World) -> None:
    await world.stories.policing.save("C1", CLIENT_A, "UM", version=0)
    with pytest.raises(BadCommandError, match="Somebody has changed these settings since"):
        await world.stories.policing.save("C1", Policy(), "UX", version=0)
    assert (await world.stories.policing.shown("C1", "UX")).policy == CLIENT_A
