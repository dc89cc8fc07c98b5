"""What a team sees: a watch, a failure, the finish, each told once."""

from bot.domain.announcement import CardFacts, ClipsFacts, FailureFacts, FinishedFacts, ShortFacts
from bot.domain.progress import Settled
from bot.domain.watch import Events
from bot.errors import KeyRefusedError, UnavailableError
from tests.builders import NOON, at, request, uuid
from tests.flows.conftest import World, Worlds


async def test_a_watch_posts_its_card_first(world: World) -> None:
    world.api.set([request(1), request(2)])
    watch = await world.watch()
    await world.deliver()
    assert world.chat.kinds == ["card"]
    facts = world.chat.messages[0][2]
    assert isinstance(facts, CardFacts)
    assert (facts.watch.id, facts.progress.total) == (watch.id, 2)


async def test_a_failure_is_told_once_and_the_finish_once(world: World) -> None:
    world.api.set([request(1), request(2), request(3)])
    await world.watch()
    world.clock.pass_time(60)
    world.api.set([request(1, "failed", error="no face detected", finished=30)])
    await world.look()
    await world.look()
    await world.deliver()
    assert world.told == ["failure"]
    world.api.set([request(2, "completed", finished=70), request(3, "completed", finished=70)])
    world.clock.pass_time(600)
    await world.look()
    await world.look()
    await world.deliver()
    assert world.told == ["failure", "finished"]


async def test_a_backfill_says_nothing_but_the_card_knows(world: World) -> None:
    world.api.set([request(1, "failed", error="x", created=-900), request(2, "completed", created=-900)])
    await world.watch()
    await world.look()
    await world.deliver()
    assert world.told == []
    facts = world.chat.messages[0][2]
    assert isinstance(facts, CardFacts)
    assert facts.settlement == Settled(short=False)


async def test_what_happened_while_the_bot_was_down_is_told_at_the_next_start(worlds: Worlds) -> None:
    before = await worlds.begin()
    worlds.api.set([request(1), request(2)])
    await before.watch()
    await before.deliver()
    worlds.clock.pass_time(3_600)
    worlds.api.set(
        [
            request(1, "failed", error="x", finished=99),
            request(2, "completed", finished=99),
            request(3, "completed", created=50),
        ]
    )
    after = await worlds.begin()
    await after.look()
    await after.deliver()
    assert after.told == ["failure", "finished"]


async def test_what_was_recorded_but_not_posted_is_posted_after_a_restart(worlds: Worlds) -> None:
    before = await worlds.begin()
    worlds.api.set([request(1), request(2)])
    await before.watch()
    worlds.clock.pass_time(60)
    worlds.api.set([request(1, "failed", error="x", finished=30)])
    await before.look()
    assert worlds.chat.messages == []
    after = await worlds.begin()
    await after.deliver()
    assert after.chat.kinds == ["card", "failure"]


async def test_a_watch_made_while_the_api_is_away_loses_nothing(world: World) -> None:
    world.api.faults = [UnavailableError("the API answered 502")]
    world.api.set([request(1, created=-60)])
    await world.watch()
    world.clock.pass_time(50)
    world.api.set([request(1, "failed", error="x", created=-60, finished=40)])
    await world.look()
    await world.deliver()
    assert world.told == ["failure", "finished"]


async def test_completions_are_folded_for_those_who_want_them(world: World) -> None:
    world.api.set([request(n) for n in range(5)])
    await world.watch(events=Events.EACH)
    world.clock.pass_time(60)
    world.api.set([request(n, "completed", finished=20 + n) for n in range(3)])
    await world.look()
    await world.deliver()
    assert world.told == ["clips"]
    facts = world.chat.messages[-1][2]
    assert isinstance(facts, ClipsFacts)
    assert facts.ids == (uuid(0), uuid(1), uuid(2))


async def test_two_places_are_each_told(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch(place="C1")
    await world.watch(place="C2")
    world.clock.pass_time(30)
    world.api.set([request(1, "failed", error="x", finished=20)])
    await world.look()
    await world.deliver()
    told = [(place, said.kind) for place, _, said, _ in world.chat.messages if said.kind != "card"]
    assert sorted(told) == [("C1", "failure"), ("C2", "failure")]


async def test_fewer_than_expected_settles_short_and_the_rest_reopens_it(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch(expected=3)
    world.clock.pass_time(60)
    world.api.set([request(1, "completed", finished=30), request(2, "completed", finished=30)])
    world.clock.pass_time(60)
    await world.look()
    await world.deliver()
    assert world.told == ["short"]
    assert isinstance(world.chat.messages[-1][2], ShortFacts)
    world.api.set([request(3, "processing", created=130)])
    await world.look()
    world.api.set([request(3, "completed", created=130)])
    world.clock.pass_time(60)
    await world.look()
    await world.deliver()
    assert world.told == ["short", "reopened", "finished"]


async def test_a_single_clip_is_told_with_its_outcome(world: World) -> None:
    world.api.set([request(1)])
    await world.watch()
    world.clock.pass_time(90)
    world.api.set([request(1, "completed", finished=80)])
    await world.look()
    await world.deliver()
    facts = world.chat.messages[-1][2]
    assert isinstance(facts, FinishedFacts)
    assert facts.output_url == "https://storage.example/1.mp4"


async def test_the_finish_waits_for_the_settle_window_and_the_look_comes_back_in_that_moment(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    world.clock.pass_time(50)
    world.api.set([request(1, "completed", finished=40), request(2, "completed", finished=40)])
    next_at = await world.look()
    await world.deliver()
    assert world.told == []
    assert at(60) <= next_at <= at(62)
    world.clock.pass_time((next_at - world.clock.now()).total_seconds())
    await world.look()
    await world.deliver()
    assert world.told == ["finished"]


async def test_an_api_clock_an_hour_ahead_changes_nothing(world: World) -> None:
    world.api.skew = at(3_600) - NOON
    world.api.set([request(1, created=3_500), request(2, "failed", error="old", created=3_400, finished=3_550)])
    await world.look()
    await world.watch()
    world.clock.pass_time(60)
    world.api.set([request(1, "failed", error="new", created=3_500, finished=3_640)])
    await world.look()
    await world.deliver()
    told = [said for _, _, said, _ in world.chat.messages if isinstance(said, FailureFacts)]
    assert [facts.name for facts in told] == ["new"]


async def test_a_refused_key_keeps_every_watch_and_recovers_by_itself(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    world.clock.pass_time(30)
    world.api.set([request(1, "failed", error="x", finished=20)])
    world.api.faults = [KeyRefusedError("the API key is refused: invalid token")] * 3
    for _ in range(3):
        await world.look()
        assert world.ground.vitals.api_trouble == "the API key is refused: invalid token"
    await world.look()
    await world.deliver()
    assert world.ground.vitals.api_trouble is None
    assert world.told == ["failure"]


async def test_a_list_that_is_empty_for_a_moment_is_no_news(world: World) -> None:
    rows = [request(1, "processing"), request(2, "completed", finished=5)]
    world.api.set(rows)
    await world.watch()
    world.clock.pass_time(700)
    world.api.rows = [rows[1]]
    await world.look()
    world.api.rows = []
    await world.look()
    world.api.rows = rows
    await world.look()
    await world.deliver()
    assert world.told == []


async def test_nothing_of_a_stopped_watch_is_posted_and_a_new_one_starts_anew(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    world.clock.pass_time(30)
    world.api.set([request(1, "failed", error="x", finished=20)])
    await world.look()
    stopped = await world.stories.watching.stop("C1", "batch-1")
    assert stopped.watch is not None
    await world.deliver()
    assert world.told == []
    again = await world.watch()
    assert again.generation == 2
    world.api.set([request(2, "failed", error="x", finished=50)])
    world.clock.pass_time(60)
    await world.look()
    await world.deliver()
    assert world.told == ["failure", "finished"]


async def test_stopping_what_is_not_watched_says_so(world: World) -> None:
    stopped = await world.stories.watching.stop("C1", "batch-9")
    assert stopped.watch is None


async def test_an_old_outcome_is_no_news_though_the_api_had_not_told_its_time_when_the_watch_began(
    world: World,
) -> None:
    world.api.skew = at(3_600) - NOON
    world.api.set([request(1, "failed", error="old", created=3_000, finished=3_500), request(2, created=3_000)])
    world.api.faults = [UnavailableError("the API answered 502")]
    await world.watch()
    await world.look()
    world.clock.pass_time(60)
    world.api.set([request(2, "failed", error="new", created=3_000, finished=3_640)])
    await world.look()
    await world.deliver()
    told = [said for _, _, said, _ in world.chat.messages if isinstance(said, FailureFacts)]
    assert [facts.name for facts in told] == ["new"]


async def test_more_expected_after_the_finish_is_told_as_a_second_finish(world: World) -> None:
    world.api.set([request(n, created=n * 200) for n in range(3)])
    world.clock.pass_time(500)
    await world.watch(expected=3)
    world.api.set([request(n, "completed", created=n * 200, finished=520) for n in range(3)])
    world.clock.pass_time(30)
    await world.look()
    await world.deliver()
    assert world.told == ["finished"]
    await world.watch(expected=5)
    world.clock.pass_time(60)
    world.api.set([request(n, created=580) for n in (3, 4)])
    await world.look()
    world.clock.pass_time(60)
    world.api.set([request(n, "completed", created=580, finished=640) for n in (3, 4)])
    await world.look()
    await world.deliver()
    assert world.told == ["finished", "finished"]


async def test_less_expected_after_it_settled_short_is_told_as_the_finish(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch(expected=3)
    world.clock.pass_time(130)
    world.api.set([request(1, "completed", finished=30), request(2, "completed", finished=30)])
    await world.look()
    await world.deliver()
    await world.watch(expected=2)
    await world.look()
    await world.deliver()
    assert world.told == ["short", "finished"]


async def test_a_batch_that_reopens_with_a_failure_is_told_in_that_order(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    world.clock.pass_time(130)
    world.api.set([request(1, "completed", finished=30), request(2, "completed", finished=30)])
    await world.look()
    world.clock.pass_time(900)
    world.api.set([request(3, "failed", error="x", created=1_000, finished=1_020)])
    await world.look()
    world.clock.pass_time(700)
    await world.look()
    await world.deliver()
    assert world.told == ["finished", "reopened", "failure", "finished"]


async def test_what_one_channel_expects_does_not_colour_the_status_of_another(world: World) -> None:
    world.api.set([request(1)])
    await world.watch(expected=300)
    ask = world.stories.ask
    here = [answer async for answer in ask.reference("batch-1", place="C1")][-1]
    there = [answer async for answer in ask.reference("batch-1", place="C2")][-1]
    assert (here.progress.expected, there.progress.expected) == (300, None)


async def test_a_watch_can_be_stopped_by_the_uuid_it_was_made_with(world: World) -> None:
    world.api.set([request(1), request(2)])
    watch = await world.watch(uuid(1))
    assert watch.reference_id == "batch-1"
    assert (await world.stories.watching.stop("C1", uuid(1))).watch is not None
    assert (await world.stories.watching.stop("C1", uuid(1))).watch is None
