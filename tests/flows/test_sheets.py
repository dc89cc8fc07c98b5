"""Links and rows are given fresh, whole or said not to be, to one person, and remembered once they have arrived."""

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.domain.answer import RequestAnswer, StatusAnswer
from bot.domain.sheet import Format, Handed, Handing, SheetAnswer
from bot.errors import (
    InDoubtError,
    NoAccessError,
    NotSentError,
    RateLimitedError,
    RefusedMessageError,
    SlackBusyError,
    SlackError,
    TokenRefusedError,
)
from tests.builders import request, uuid
from tests.fakes import FakeClock
from tests.flows.conftest import World, Worlds, until

Answer = StatusAnswer | RequestAnswer | SheetAnswer


async def last(answers: AsyncIterator[Answer]) -> SheetAnswer:
    every = [answer async for answer in answers]
    assert isinstance(every[-1], SheetAnswer)
    return every[-1]


async def links(world: World, *, only_new: bool = False, place: str = "C1", person: str = "U1") -> SheetAnswer:
    """The links, arrived."""
    answer = await last(world.stories.sheets.links("batch-1", place=place, person=person, only_new=only_new))
    await world.stories.sheets.given(answer, place=place, person=person)
    return answer


async def export(world: World, wanted: Format = Format.CSV) -> SheetAnswer:
    return await last(world.stories.sheets.export("batch-1", wanted, place="C1", person="U1"))


def done(world: World, numbers: range) -> None:
    world.api.set([request(number, "completed", created=number) for number in numbers])


def numbers(answer: SheetAnswer) -> list[int]:
    return [int(row.id[-12:], 16) for row in answer.rows]


def rows(world: World) -> list[list[str]]:
    """What stands in the last file, without its head."""
    _, file = world.chat.files[-1]
    return list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))[1:]


# --- links ---


async def test_up_to_a_hundred_links_are_shown_read_from_every_page(world: World) -> None:
    world.api.largest_page = 40
    done(world, range(100))
    answer = await links(world)
    assert (len(answer.shown), answer.handed, world.chat.files) == (100, None, [])
    assert [offset for _, offset in world.api.calls] == [0, 37, 74]


async def test_more_links_go_into_a_file_for_the_person_alone(world: World) -> None:
    done(world, range(101))
    world.api.set([request(500, "failed")])
    answer = await links(world)
    assert answer.handed == Handed(Handing.SENT)
    assert answer.shown == ()
    ((person, file),) = world.chat.files
    assert person == "U1"
    assert re.fullmatch(r"batch-1-links-20260401-12000\dZ\.csv", file.name)
    assert str(file.says) == "101 output links of batch-1, read 1 April 2026, 12:00 UTC."
    assert [row[1] for row in rows(world)] == [uuid(number) for number in range(101)]


async def test_links_are_what_the_api_says_now_not_what_it_said_before(world: World) -> None:
    world.api.set([request(1, "completed", url="https://x.example/old")])
    await links(world)
    world.api.set([request(1, "completed", url="https://x.example/fresh")])
    assert [row.output_url for row in (await links(world)).rows] == ["https://x.example/fresh"]


async def test_a_single_request_is_answered_as_such_and_exported_as_one_row(world: World) -> None:
    done(world, range(3))
    sheets = world.stories.sheets
    (answer,) = [each async for each in sheets.links(uuid(1), place="C1", person="U1")]
    assert isinstance(answer, RequestAnswer)
    exported = await last(sheets.export(uuid(1), Format.CSV, place="C1", person="U1"))
    assert numbers(exported) == [1]
    assert [row[1] for row in rows(world)] == [uuid(1)]


# --- only new ---


async def test_new_links_are_those_that_were_not_given_to_this_person_here(world: World) -> None:
    done(world, range(3))
    first = await links(world, only_new=True)
    assert (numbers(first), first.since) == ([0, 1, 2], None)
    world.clock.pass_time(600)
    done(world, range(2, 5))
    second = await links(world, only_new=True)
    assert (numbers(second), second.since) == ([3, 4], first.gathered.read_at)
    third = await links(world, only_new=True)
    assert (numbers(third), third.since) == ([], second.gathered.read_at)
    for place, person in (("C2", "U1"), ("C1", "U2")):
        assert numbers(await links(world, only_new=True, place=place, person=person)) == [0, 1, 2, 3, 4]


async def test_a_clip_that_is_listed_late_is_new_whatever_its_times_say(world: World) -> None:
    done(world, range(10, 12))
    await links(world)
    world.clock.pass_time(600)
    done(world, range(1, 2))  # finished before the two others
    assert numbers(await links(world, only_new=True)) == [1]


async def test_what_did_not_arrive_is_still_new(world: World) -> None:
    done(world, range(3))
    await last(world.stories.sheets.links("batch-1", place="C1", person="U1"))
    assert numbers(await links(world, only_new=True)) == [0, 1, 2]


async def test_an_export_gives_the_links_too(world: World) -> None:
    done(world, range(3))
    await export(world)
    assert numbers(await links(world, only_new=True)) == []


@pytest.mark.parametrize("fault", [NotSentError("upload_failed"), InDoubtError("timeout")])
async def test_where_the_file_may_be_missing_the_first_hundred_are_shown_and_only_they_are_old(
    world: World, fault: SlackError
) -> None:
    done(world, range(130))
    world.chat.file_faults = [fault]
    answer = await links(world)
    assert numbers(answer) == list(range(130))
    assert len(answer.shown) == 100
    assert numbers(await links(world, only_new=True)) == list(range(100, 130))


# --- export ---


@pytest.mark.parametrize("wanted", Format)
async def test_an_export_has_every_row_of_every_status(world: World, wanted: Format) -> None:
    statuses = ("completed", "failed", "processing", "queued", "canceled", "uploading")
    world.api.set([request(number, status) for number, status in enumerate(statuses)])
    answer = await export(world, wanted)
    assert answer.handed == Handed(Handing.SENT)
    ((_, file),) = world.chat.files
    assert re.fullmatch(rf"batch-1-20260401-12000\dZ\.{wanted.value}", file.name)
    assert all(status in file.content.decode() for status in statuses)


async def test_rows_that_vanished_from_the_api_are_not_exported(world: World) -> None:
    done(world, range(3))
    await export(world)
    world.api.rows = world.api.rows[:2]
    assert numbers(await export(world)) == [0, 1]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (InDoubtError("timeout"), Handed(Handing.IN_DOUBT, "timeout")),
        (NotSentError("upload_failed"), Handed(Handing.FAILED, "upload_failed")),
        (RefusedMessageError("storage_limit_reached"), Handed(Handing.FAILED, "storage_limit_reached")),
        (NoAccessError("cannot_dm_bot"), Handed(Handing.NO_DM, "cannot_dm_bot")),
        (TokenRefusedError("missing_scope", "files:write"), Handed(Handing.NO_SCOPE, "missing_scope")),
        (TokenRefusedError("token_revoked"), Handed(Handing.FAILED, "token_revoked")),
    ],
)
async def test_a_file_that_did_not_arrive_is_told_and_never_sent_again_by_itself(
    world: World, fault: SlackError, outcome: Handed
) -> None:
    done(world, range(3))
    world.chat.file_faults = [fault]
    assert (await export(world)).handed == outcome
    assert world.chat.files == []
    assert numbers(await links(world, only_new=True)) == [0, 1, 2]


async def test_while_slack_is_busy_nothing_is_tried_and_the_wait_is_told(world: World) -> None:
    done(world, range(3))
    world.chat.file_faults = [SlackBusyError(timedelta(seconds=30))]
    assert (await export(world)).handed == Handed(Handing.BUSY, wait=timedelta(seconds=30))
    asked_at = world.clock.now()
    again = (await export(world)).handed
    assert again is not None
    assert again.outcome is Handing.BUSY
    assert again.wait == timedelta(seconds=30) - (world.clock.now() - asked_at)
    world.clock.pass_time(30)
    assert (await export(world)).handed == Handed(Handing.SENT)


async def test_without_the_scope_nothing_is_read(world: World) -> None:
    done(world, range(3))
    world.ground.identity.scopes = frozenset({"commands"})
    answer = await export(world)
    assert (answer.handed, answer.rows) == (Handed(Handing.NO_SCOPE), ())
    assert world.api.calls == []


# --- incomplete, slow ---


async def test_what_came_before_the_reading_broke_off_is_given_and_said_to_be_incomplete(world: World) -> None:
    done(world, range(250))
    world.api.faults = [None, None, RateLimitedError("the API answered 429")]
    answer = await export(world)
    assert answer.gathered.trouble == "the API answered 429"
    ((_, file),) = world.chat.files
    assert file.name.startswith("batch-1-INCOMPLETE-197-of-250-20260401-")
    assert "INCOMPLETE: only 197 of 250 requests could be read (the API answered 429)." in str(file.says)
    assert rows(world)[-1][0].startswith("INCOMPLETE: only 197 of 250")
    rest = await links(world, only_new=True)
    assert len(rest.rows) == 53


async def test_where_nothing_could_be_read_no_file_is_made(world: World) -> None:
    done(world, range(3))
    await world.look()
    world.api.faults = [RateLimitedError("the API answered 429")]
    exports = world.stories.sheets.export("batch-1", Format.CSV, place="C1", person="U1")
    answer = [each async for each in exports][-1]
    assert isinstance(answer, StatusAnswer)
    assert answer.trouble == "the API answered 429"
    assert world.chat.files == []


async def test_a_reference_that_was_never_seen_is_answered_with_the_nearest(world: World) -> None:
    done(world, range(3))
    await export(world)
    answer = [each async for each in world.stories.sheets.links("batch-2", place="C1", person="U1")][-1]
    assert isinstance(answer, StatusAnswer)
    assert answer.nearest == ("batch-1",)


async def test_a_slow_reading_is_announced_first(worlds: Worlds) -> None:
    worlds.clock = worlds.api.clock = worlds.chat.clock = FakeClock()
    world = await worlds.begin(calls=6)
    done(world, range(250))
    given: list[Answer] = []

    async def ask() -> None:
        given.extend(
            [each async for each in world.stories.sheets.export("batch-1", Format.CSV, place="C1", person="U1")]
        )

    asking = asyncio.create_task(ask())
    await until(lambda: world.clock.sleeping == 2)
    while not asking.done():
        await asyncio.sleep(0)
        world.clock.pass_time(0.1)
    await asking
    first, end = given
    assert isinstance(first, StatusAnswer)
    assert first.still is not None
    assert isinstance(end, SheetAnswer)
    assert len(end.rows) == 250
