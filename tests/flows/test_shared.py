"""Where another organisation reads a channel only counts are shown, and until that is known, too."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from bot.domain.announcement import CardFacts, FailureFacts
from bot.domain.answer import Scope, StatusAnswer, WatchAnswer, Wish
from bot.domain.counts_only import TROUBLE
from bot.domain.delivery import Manner
from bot.domain.glob import compiled
from bot.domain.sharing import CountsOnly
from bot.domain.sheet import Format
from bot.errors import (
    CountsOnlyError,
    InDoubtError,
    NoAccessError,
    NotSentError,
    SlackBusyError,
    SlackError,
    TokenRefusedError,
    UnavailableError,
)
from bot.flows.shared import ANSWER_SECONDS, FAULT_SECONDS, REFRESH, REFUSED_SECONDS
from bot.flows.triaging import Choice
from tests.builders import request, uuid
from tests.flows.conftest import World, Worlds
from tests.flows.test_deliver import failing

PASSING = [
    SlackBusyError(timedelta(seconds=7)),
    InDoubtError("http_500"),
    InDoubtError("timeout"),
    NotSentError("no_connection"),
]
LASTING = [TokenRefusedError("missing_scope", "groups:read"), NoAccessError("channel_not_found")]


def manners(world: World, kind: str) -> list[CountsOnly | None]:
    """Why only counts were shown in each message of this kind."""
    return [
        world.chat.manners[delivery].counts_only for _, delivery, said, _ in world.chat.messages if said.kind == kind
    ]


def edited(world: World, kind: type) -> list[CountsOnly | None]:
    """The same of the edits, in order."""
    both = zip(world.chat.edits, world.chat.edit_manners, strict=True)
    return [manner.counts_only for (_, said), manner in both if isinstance(said, kind)]


# --- posts and edits ---


async def test_everything_posted_into_a_shared_channel_has_only_counts(world: World) -> None:
    world.chat.shared = {"C1"}
    await failing(world)
    await world.deliver()
    assert manners(world, "card") == [CountsOnly.SHARED]
    assert manners(world, "failure") == [CountsOnly.SHARED]
    assert set(edited(world, CardFacts)) == {CountsOnly.SHARED}
    assert world.chat.looked_at == ["C1"]  # once


async def test_in_any_other_channel_everything_is_shown_and_it_is_asked_once_before_the_first_post(
    world: World,
) -> None:
    await failing(world)
    await world.deliver()
    assert manners(world, "card") + manners(world, "failure") == [None, None]
    assert world.chat.looked_at == ["C1"]


async def test_nobody_asks_about_a_dm(world: World) -> None:
    world.api.set([request(1)])
    await world.watch(place="U1")
    await world.deliver()
    assert await world.stories.sharing.why("D1") is None
    assert manners(world, "card") == [None]
    assert world.chat.looked_at == []


@pytest.mark.parametrize("fault", [*PASSING, *LASTING], ids=str)
async def test_until_slack_can_say_only_counts_are_shown_and_then_it_is_all_edited(
    world: World, fault: SlackError
) -> None:
    world.chat.look_faults = [fault] * 100
    await failing(world)
    await world.deliver()
    assert manners(world, "card") + manners(world, "failure") == [CountsOnly.UNKNOWN] * 2
    world.chat.look_faults = []
    world.clock.pass_time(REFUSED_SECONDS + 1)
    await world.deliver()
    await world.deliver()
    assert edited(world, FailureFacts)[-1] is None
    assert edited(world, CardFacts)[-1] is None


@pytest.mark.parametrize(
    ("fault", "pause"), [*((one, FAULT_SECONDS) for one in PASSING), (LASTING[1], REFUSED_SECONDS)], ids=str
)
async def test_after_a_fault_it_is_asked_again_later_but_not_at_once(
    world: World, fault: SlackError, pause: float
) -> None:
    await world.watch()
    world.chat.looked_at, world.chat.look_faults = [], [fault]
    await world.stories.access.joined("Ev1", "C1")  # which makes sure that it is due
    for _ in range(3):
        await world.stories.sharing.find_out()
    assert len(world.chat.looked_at) == 1
    world.clock.pass_time(pause - 1)
    await world.stories.sharing.find_out()
    assert len(world.chat.looked_at) == 1
    world.clock.pass_time(2)
    await world.stories.sharing.find_out()
    assert len(world.chat.looked_at) == 2


async def test_a_missing_scope_does_not_stop_anything_else(world: World) -> None:
    world.chat.look_faults = [TokenRefusedError("missing_scope", "groups:read")] * 9
    await failing(world)
    await world.deliver()
    assert world.told == ["failure"]
    assert not world.ground.vitals.token_refused
    known = await world.store.sharings.known("T1", "C1")
    assert known is not None
    assert known.why == "missing_scope groups:read"


async def test_what_is_known_is_asked_again_once_a_day(world: World) -> None:
    await failing(world)
    await world.deliver()
    world.clock.pass_time(REFRESH.total_seconds() - 300)
    await world.deliver()
    assert len(world.chat.looked_at) == 1
    world.chat.shared = {"C1"}
    world.clock.pass_time(600)
    await world.deliver()
    await world.deliver()
    assert len(world.chat.looked_at) == 2
    assert edited(world, FailureFacts)[-1] is CountsOnly.SHARED


async def test_what_is_known_survives_a_restart(worlds: Worlds) -> None:
    world = await worlds.begin()
    world.chat.shared = {"C1"}
    await failing(world)
    await world.deliver()
    again = await worlds.begin()
    again.chat.look_faults = [InDoubtError("timeout")] * 9
    assert await again.stories.sharing.why("C1") is CountsOnly.SHARED
    assert len(again.chat.looked_at) == 1


# --- events ---


async def test_when_slack_tells_that_a_channel_is_shared_what_was_posted_is_taken_back_at_once(world: World) -> None:
    await failing(world)
    await world.deliver()
    await world.stories.access.shared("C1")
    await world.stories.edits.step()
    assert edited(world, FailureFacts) == [CountsOnly.SHARED]
    assert edited(world, CardFacts)[-1] is CountsOnly.SHARED
    assert len(world.chat.looked_at) == 1  # nothing had to be asked


async def test_when_it_is_unshared_slack_is_asked_and_all_is_shown_again(world: World) -> None:
    world.chat.shared = {"C1"}
    await failing(world)
    await world.deliver()
    world.chat.look_faults = [InDoubtError("timeout")]
    await world.stories.access.unshared("C1")
    await world.deliver()
    assert await world.stories.sharing.remembered("C1") is CountsOnly.SHARED  # until Slack has said so
    world.chat.shared = set()
    world.clock.pass_time(FAULT_SECONDS + 1)
    await world.deliver()
    await world.deliver()
    assert edited(world, FailureFacts)[-1] is None


async def test_one_organisation_less_is_not_none(world: World) -> None:
    world.chat.shared = {"C1"}
    await failing(world)
    await world.deliver()
    await world.stories.access.unshared("C1")
    await world.deliver()
    assert await world.stories.sharing.why("C1") is CountsOnly.SHARED


async def test_an_event_about_a_dm_changes_nothing(world: World) -> None:
    await world.stories.access.shared("D1")
    assert await world.stories.sharing.why("D1") is None
    await world.stories.access.shared("")
    assert await world.store.sharings.known("T1", "") is None


async def test_an_invitation_makes_it_known(world: World) -> None:
    world.chat.look_faults = [NoAccessError("channel_not_found")] * 9
    await failing(world)
    await world.deliver()
    assert manners(world, "failure") == [CountsOnly.UNKNOWN]
    world.chat.look_faults = []
    await world.stories.access.joined("Ev1", "C1")
    await world.deliver()
    assert await world.stories.sharing.remembered("C1") is None


# --- answers ---


async def _last(answers: AsyncIterator[object]) -> object:
    return [answer async for answer in answers][-1]


ASKED: dict[str, Callable[[World], Awaitable[object]]] = {
    "failures": lambda w: _last(w.stories.ask.failures("batch-1", place="C1")),
    "stuck ids": lambda w: _last(w.stories.ask.stuck("batch-1", place="C1")),
    "a request": lambda w: _last(w.stories.ask.status(uuid(1), place="C1")),
    "links": lambda w: _last(w.stories.sheets.links("batch-1", place="C1", person="U1")),
    "export": lambda w: _last(w.stories.sheets.export("batch-1", Format.CSV, place="C1", person="U1")),
    "handled": lambda w: w.stories.triaging.handled("C1", Choice("batch-1"), "U1"),
    "open again": lambda w: w.stories.triaging.open_again("C1", Choice("batch-1"), "U1"),
    "assign": lambda w: w.stories.triaging.assign("C1", Choice("batch-1"), "U2", "U1"),
    "mute kind": lambda w: w.stories.triaging.mute_kind("C1", Choice("batch-1", "x"), "U1", muted=True),
    "queue": lambda w: w.stories.ask.lineup(place="C1"),
    "preview": lambda w: _last(w.stories.previewing.preview(Wish("T1", "default", "C1", "batch-1", "U1"))),
    "watches mine": lambda w: w.stories.ask.watches(Scope.MINE, place="C1", user="U1"),
    "watches all": lambda w: w.stories.ask.watches(Scope.ALL, place="C1", user="U1"),
}


@pytest.mark.parametrize("what", ASKED)
async def test_more_than_counts_is_refused_in_a_shared_channel_and_given_elsewhere(world: World, what: str) -> None:
    await failing(world)
    await world.deliver()
    await ASKED[what](world)
    await world.stories.access.shared("C1")
    calls = len(world.api.calls)
    with pytest.raises(CountsOnlyError, match=r"shared with another organisation.* Ask me in our DM"):
        await ASKED[what](world)
    read = world.api.calls[calls:]
    assert read == ([(uuid(1), -1)] if what == "a request" else [])  # nothing is read in vain


async def test_a_refusal_changes_nothing(world: World) -> None:
    await failing(world)
    await world.stories.access.shared("C1")
    with pytest.raises(CountsOnlyError):
        await world.stories.triaging.handled("C1", Choice("batch-1"), "U1")
    assert (await world.stories.ask.recall("batch-1")).progress.cleared == 0


async def _status(world: World, place: str | None) -> StatusAnswer:
    answer = await _last(world.stories.ask.status("batch-1", place=place))
    assert isinstance(answer, StatusAnswer)
    return answer


async def test_status_has_only_counts_in_a_shared_channel_also_where_it_is_shared_to_all(world: World) -> None:
    world.chat.shared = {"C1"}
    world.api.set([request(1, "failed", error="no face detected", finished=30), request(2)])
    there, elsewhere = await _status(world, "C1"), await _status(world, "C2")
    assert (there.progress.total, there.progress.failed) == (2, 1)
    assert "face" not in str(there)
    assert uuid(1) not in str(there)
    assert elsewhere.progress.kinds[0].ids == (uuid(1),)
    recalled = await world.stories.ask.recall("batch-1", place="C1")
    assert "face" not in str(recalled)
    assert world.chat.looked_at == ["C1", "C2"]


async def test_what_the_api_said_is_not_told_there(world: World) -> None:
    world.chat.shared = {"C1"}
    await _status(world, "C1")
    world.api.faults = [UnavailableError("the API answered 500: /srv/client-b/x.mov")] * 3
    assert (await _status(world, "C1")).trouble == TROUBLE


async def test_a_patterns_table_has_what_it_covers_and_no_names_that_it_does_not(world: World) -> None:
    world.chat.shared = {"C1"}
    world.api.set([request(1), request(2, reference="client-b")])
    await _status(world, None)
    async for _ in world.stories.ask.status("client-b"):
        pass
    covered = await world.stories.ask.overview(compiled("batch-*"), place="C1")
    assert [each.progress.reference_id for each in covered.overview.most] == ["batch-1"]
    missed = compiled("bach-?")
    assert (await world.stories.ask.overview(missed)).nearest == ("batch-1",)
    assert (await world.stories.ask.overview(missed, place="C1")).nearest == ()


async def test_while_slack_cannot_say_answers_have_only_counts_and_say_why(world: World) -> None:
    world.chat.look_faults = [NoAccessError("channel_not_found")]
    world.api.set([request(1, "failed", error="no face detected", finished=30)])
    assert "face" not in str(await _status(world, "C1"))
    with pytest.raises(CountsOnlyError, match="could not find out"):
        await _last(world.stories.ask.failures("batch-1", place="C1"))
    assert len(world.chat.looked_at) == 1
    world.clock.pass_time(ANSWER_SECONDS)
    assert "face" in str(await _status(world, "C1"))  # asked again: somebody may have invited the bot
    assert len(world.chat.looked_at) == 2


async def test_after_a_time_out_nobody_waits_for_the_next_one(world: World) -> None:
    world.chat.look_faults = [InDoubtError("timeout")]
    for _ in range(3):
        assert await world.stories.sharing.counts_only("C1")
    assert len(world.chat.looked_at) == 1


async def test_before_slack_has_told_who_the_bot_is_only_counts_are_shown(worlds: Worlds) -> None:
    world = await worlds.begin(known=False)
    assert await world.stories.sharing.why("C1") is CountsOnly.UNKNOWN
    assert world.chat.looked_at == []


async def test_whoever_watches_in_a_shared_channel_is_told_so(world: World) -> None:
    world.chat.shared = {"C1"}
    world.api.set([request(1, "failed", error="no face detected", finished=30)])
    answer = await _last(world.stories.watching.start(Wish("T1", "default", "C1", "batch-1", "U1")))
    assert isinstance(answer, WatchAnswer)
    assert answer.counts_only is CountsOnly.SHARED
    assert "face" not in str(answer.status)


async def test_a_personal_watch_is_confirmed_with_counts_and_told_in_full(world: World) -> None:
    world.chat.shared = {"C1"}
    world.api.set([request(1, "failed", error="no face detected", finished=30), request(2)])
    wish = Wish("T1", "default", "U1", "batch-1", "U1", asked_in="C1")
    answer = await _last(world.stories.watching.start(wish))
    assert isinstance(answer, WatchAnswer)
    assert answer.counts_only is None
    assert "face" not in str(answer.status)
    await world.deliver()
    assert manners(world, "card") == [None]


async def test_lists_and_about_say_where_it_holds(world: World) -> None:
    world.chat.shared = {"C1"}
    await failing(world)
    await world.deliver()
    (line,) = (await world.stories.ask.watches(Scope.HERE, place="C1", user="U1")).lines
    assert line.counts_only is CountsOnly.SHARED
    assert (await world.stories.ask.about()).counts_only == 1


async def test_a_digest_that_is_asked_for_has_only_counts(world: World) -> None:
    await failing(world)
    assert "'x'" in str(await world.stories.timetabling.digest_now("C1"))
    await world.stories.access.shared("C1")
    facts = await world.stories.timetabling.digest_now("C1")
    assert "'x'" not in str(facts)
    assert facts.needs.count == 1


def test_a_manner_without_a_word_shows_everything() -> None:
    assert Manner().counts_only is None
