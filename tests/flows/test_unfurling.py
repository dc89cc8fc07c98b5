"""What stands below a link: when, of which request, how often, and what is done when Slack does not take it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.domain.unfurl import Glimpse
from bot.errors import InDoubtError, NoMessageError, SlackBusyError, SlackError, TokenRefusedError, UnavailableError
from bot.flows.unfurling import UNFURLS_PER_MINUTE, Unfurling, make_unfurling
from tests.builders import request, uuid
from tests.flows.conftest import World, Worlds

HOST = "https://storage.chamelaion.com/output"


@dataclass
class FakeUnfurler:
    """Remembers what was shown where; `faults` are raised in order."""

    shown: list[tuple[str, str, Sequence[Glimpse]]] = field(default_factory=list)
    faults: list[SlackError] = field(default_factory=list)
    tries: int = 0

    async def unfurl(self, place: str, ts: str, glimpses: Sequence[Glimpse]) -> None:
        await asyncio.sleep(0)
        self.tries += 1
        if self.faults:
            raise self.faults.pop(0)
        self.shown.append((place, ts, glimpses))

    @property
    def ids(self) -> list[list[str]]:
        return [[each.request.id for each in glimpses] for _, _, glimpses in self.shown]


def link(number: int) -> str:
    return f"{HOST}/{uuid(number)}.mp4"


def unfurling(world: World, shows: FakeUnfurler) -> Unfurling:
    return make_unfurling(world.ground, world.stories, "default", shows)


@pytest.fixture
async def read(world: World) -> World:
    """A world that has read ten requests of one batch, and one whose address tells only the beginning of its id."""
    short = request(77, "completed", reference="batch-7", url=f"{HOST}/{uuid(77)[:8]}.mp4?signature=x")
    world.api.set([*(request(number, "completed") for number in range(1, 11)), short])
    for name in ("batch-1", "batch-7"):
        async for _ in world.stories.ask.status(name):
            pass
    return world


async def test_the_cool_down_is_of_one_request_in_one_place(read: World) -> None:
    shows = FakeUnfurler()
    subject = unfurling(read, shows)
    await subject.show("C1", "1.1", [link(1)])
    await subject.show("C1", "1.2", [link(1)])
    await subject.show("C2", "1.3", [link(1)])
    await subject.show("C1", "1.4", [link(2)])
    read.clock.pass_time(29 * 60)
    await subject.show("C1", "1.5", [link(1)])
    read.clock.pass_time(61)
    await subject.show("C1", "1.6", [link(1)])
    assert [(place, ts) for place, ts, _ in shows.shown] == [("C1", "1.1"), ("C2", "1.3"), ("C1", "1.4"), ("C1", "1.6")]


async def test_two_a_message_also_when_it_is_told_of_by_another_event(read: World) -> None:
    shows = FakeUnfurler()
    subject = unfurling(read, shows)
    await subject.show("C1", "1.1", [link(1)])
    await subject.show("C1", "1.1", [link(1), link(2), link(3)])
    await subject.show("C1", "1.1", [link(4)])
    assert shows.ids == [[uuid(1)], [uuid(2)]]


async def test_one_request_is_shown_once_however_often_it_is_linked_to(read: World) -> None:
    shows = FakeUnfurler()
    await unfurling(read, shows).show("C1", "1.1", [link(1), f"{link(1)}?again", f"https://app.x.com/{uuid(1)}"])
    assert [[each.url for each in glimpses] for _, _, glimpses in shows.shown] == [[link(1)]]


async def test_an_address_with_the_beginning_of_an_id_leads_to_the_request_whose_output_it_is(read: World) -> None:
    shows = FakeUnfurler()
    await unfurling(read, shows).show("C1", "1.1", [f"{HOST}/{uuid(77)[:8]}.mp4?signature=other"])
    await unfurling(read, shows).show("C1", "1.2", [f"https://elsewhere.com/{uuid(1)[:8]}.mp4"])
    assert shows.ids == [[uuid(77)]]


async def test_two_replicas_that_are_told_of_one_message_show_it_once(worlds: Worlds) -> None:
    one, other = await worlds.begin(), await worlds.begin()
    one.api.set([request(number, "completed") for number in range(1, 5)])
    async for _ in one.stories.ask.status("batch-1"):
        pass
    shows = FakeUnfurler()
    links = [link(number) for number in range(1, 5)]
    await asyncio.gather(*(unfurling(each, shows).show("C1", "1.1", links) for each in (one, other)))
    assert shows.ids == [[uuid(1), uuid(2)]]


async def test_what_the_place_expects_counts_there(read: World) -> None:
    await read.watch(expected=40)
    shows = FakeUnfurler()
    for place in ("C1", "C2"):
        await unfurling(read, shows).show(place, "1.1", [link(1)])
    standings = [glimpses[0].standing for _, _, glimpses in shows.shown]
    assert [each.progress.expected for each in standings if each] == [40, None]


async def test_a_429_is_obeyed_and_the_link_may_be_shown_later(read: World) -> None:
    shows = FakeUnfurler(faults=[SlackBusyError(timedelta(seconds=20))])
    subject = unfurling(read, shows)
    await subject.show("C1", "1.1", [link(1)])
    await subject.show("C1", "1.2", [link(1)])
    assert shows.tries == 1
    read.clock.pass_time(21)
    await subject.show("C1", "1.3", [link(1)])
    assert shows.ids == [[uuid(1)]]


@pytest.mark.parametrize(
    "fault", [InDoubtError("timeout"), InDoubtError("http_500"), NoMessageError("cannot_unfurl_url"),
              TokenRefusedError("missing_scope")],
)  # fmt: skip
async def test_what_may_have_been_shown_or_never_will_be_is_not_tried_again(read: World, fault: SlackError) -> None:
    shows = FakeUnfurler(faults=[fault])
    subject = unfurling(read, shows)
    await subject.show("C1", "1.1", [link(1)])
    await subject.show("C1", "1.1", [link(1)])
    assert shows.tries == 1
    assert read.ground.vitals.slack_trouble is None


async def test_slack_is_not_called_more_often_than_it_takes(
    read: World,
) -> None:
    shows = FakeUnfurler()
    subject = unfurling(read, shows)
    began = read.clock.monotonic()
    for number in range(100):
        await subject.show(f"C{number}", "1.1", [link(1)])
    assert len(shows.shown) == 100
    assert (read.clock.monotonic() - began) / 60 >= 100 / UNFURLS_PER_MINUTE - 1


async def test_an_api_that_is_away_leaves_the_link_alone_and_it_is_asked_again(read: World) -> None:
    read.api.set([*read.api.rows, request(50, reference=None)])
    read.api.faults = [UnavailableError("away")]
    shows = FakeUnfurler()
    subject = unfurling(read, shows)
    await subject.show("C1", "1.1", [link(50)])
    assert shows.tries == 0
    await subject.show("C1", "1.2", [link(50)])
    assert shows.ids == [[uuid(50)]]
    assert shows.shown[0][2][0].standing is None


async def test_a_request_that_may_not_be_heard_of_there_is_not_asked_for_again(read: World) -> None:
    shows = FakeUnfurler()
    before = len(read.api.calls)
    await unfurling(read, shows).show("C1", "1.1", [link(number) for number in range(60, 70)])
    assert len(read.api.calls) - before == 1
    assert shows.tries == 0
