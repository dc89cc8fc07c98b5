"""What is typed about quiet hours and digests, in whose zone it is, and what is refused."""

from collections.abc import AsyncIterator
from datetime import time

import pytest

from bot.domain.hours import EVERY_DAY, Daily, Hours
from bot.domain.typed_hours import TypedDaily, TypedHours
from bot.errors import BadCommandError
from bot.sandbox.workspace import ANA, BEN
from bot.slack.grammar import parse
from bot.slack.timetables import DailyDigest, QuietHours
from tests.slack.rig import DE, Rig, rigged

WEEK = frozenset(range(5))
NIGHT = (time(19), time(8))


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged() as made:
        yield made


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("quiet", QuietHours()),
        ("QUIET Off", QuietHours(off=True)),
        ("quiet 19:00-8:00", QuietHours(TypedHours(*NIGHT, EVERY_DAY, ""))),
        ("quiet 19:00-08:00 mon-fri", QuietHours(TypedHours(*NIGHT, WEEK, ""))),
        ("quiet 19:00 – 8:00 Mon–Fri", QuietHours(TypedHours(*NIGHT, WEEK, ""))),
        ("quiet from 7pm to 8 am weekdays", QuietHours(TypedHours(*NIGHT, WEEK, ""))),
        ("quiet 19-8 mon, wed and sun", QuietHours(TypedHours(*NIGHT, frozenset((0, 2, 6)), ""))),
        ("quiet 19:00-8:00 fri-mon", QuietHours(TypedHours(*NIGHT, frozenset((4, 5, 6, 0)), ""))),
        ("quiet 19:00-8:00 mon-fri Europe/Berlin", QuietHours(TypedHours(*NIGHT, WEEK, "europe/berlin"))),
        ("quiet noon-1:30pm UTC", QuietHours(TypedHours(time(12), time(13, 30), EVERY_DAY, "utc"))),
        ("digest", DailyDigest()),
        ("digest off", DailyDigest(act="off")),
        ("digest NOW", DailyDigest(act="now")),
        ("digest daily 9:00", DailyDigest(TypedDaily(time(9), EVERY_DAY, ""), "set")),
        ("digest daily 9:00 mon-fri", DailyDigest(TypedDaily(time(9), WEEK, ""), "set")),
        ("digest 9am weekends", DailyDigest(TypedDaily(time(9), frozenset((5, 6)), ""), "set")),
        ("digest every day at 12am cet", DailyDigest(TypedDaily(time(0), EVERY_DAY, "cet"), "set")),
    ],
)
def test_hours_and_days_are_typed_as_people_say_them(typed: str, meant: object) -> None:
    assert parse(typed) == meant


@pytest.mark.parametrize(
    "typed",
    ["quiet 19:00", "quiet 19:00-19:00", "quiet 25:00-8:00", "quiet 13pm-8", "quiet at night", "quiet <@U0ANA>"],
)
def test_what_are_no_hours_is_refused_with_what_to_type(typed: str) -> None:
    with pytest.raises(BadCommandError, match=r"Type `/lipsync quiet 19:00-8:00 \[mon-fri\]\|off`"):
        parse(typed)


@pytest.mark.parametrize("typed", ["digest daily", "digest weekly 9:00", "digest 24:30", "digest 9:00" + " mon" * 40])
def test_what_is_no_time_of_the_day_is_refused_with_what_to_type(typed: str) -> None:
    with pytest.raises(BadCommandError, match="Type `/lipsync digest daily 9:00"):
        parse(typed)


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("quiet 19:00-8:00 mon-fri", ("quiet", DE, Hours(*NIGHT, ANA.tz, WEEK), ANA.id)),
        ("quiet 19:00-8:00 Asia/Tokyo", ("quiet", DE, Hours(*NIGHT, "Asia/Tokyo"), ANA.id)),
        ("quiet 19:00-8:00 -05:00", ("quiet", DE, Hours(*NIGHT, "UTC-05:00"), ANA.id)),
        ("quiet off", ("quiet off", DE, ANA.id)),
        ("quiet", ("quiet?", DE)),
        ("digest daily 9:00 mon-fri", ("digest", DE, Daily(time(9), ANA.tz, WEEK), ANA.id)),
        ("digest off", ("digest off", DE, ANA.id)),
        ("digest now", ("digest now", DE)),
        ("digest", ("digest?", DE)),
    ],
)
async def test_they_are_in_the_zone_of_whoever_types_them_unless_another_is_named(
    rig: Rig, typed: str, wish: tuple[object, ...]
) -> None:
    await rig.type(typed)
    assert rig.timetabling.wishes == [wish]
    assert len(rig.seen()) == 1


async def test_what_is_no_zone_is_refused(rig: Rig) -> None:
    await rig.type("quiet 19:00-8:00 mon-fir")
    assert rig.timetabling.wishes == []
    assert "I do not understand `mon-fir` behind the time" in rig.seen()[0].text


async def test_where_slack_tells_no_zone_none_is_guessed(rig: Rig) -> None:
    rig.slack.faults.add("users.info", "error", times=None)
    await rig.type("digest daily 9:00")
    assert rig.timetabling.wishes == []
    assert "I do not guess it" in rig.seen()[0].text
    await rig.type("digest daily 9:00 UTC")
    assert rig.timetabling.wishes == [("digest", DE, Daily(time(9), "UTC"), ANA.id)]


async def test_in_a_dm_between_two_people_it_says_where_to_type_it(rig: Rig) -> None:
    await rig.type("quiet 19:00-8:00", place=rig.slack.workspace.dm(BEN.id).id)
    assert rig.timetabling.wishes == []
    assert "in my own Messages tab" in rig.seen()[0].text
