"""Killed at the worst moments, the bot loses nothing and says nothing twice: some of the kills of `make test-long`."""

import shutil
from pathlib import Path

import pytest

from bot.sandbox.workspace import BOT
from tests.crash.campaign import die_at_points, die_at_random
from tests.crash.drama import PLACES, drama, repeatable

pytestmark = pytest.mark.processes

SOON = 60.0  # seconds; who waited as long as for a place that is shut would need 300
SOME = (
    ("within ledger.record", 1),
    ("after outbox.claim", 1),
    ("after chat.post", 3),
    ("within outbox.sent", 2),
    ("within outbox.settle_doubt", 2),
    ("after outbox.park", 2),
    ("within ledger.caught_up", 1),
    ("after chat.update", 1),
    ("within senders.renew", 2),
    ("before senders.release", 1),
    ("after outbox.without_thread", 1),
    ("within edits.done", 1),
    ("after chat.delete", 1),
)


@pytest.fixture
def url(sqlite_template: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'lipsync.db')}"


async def test_killed_between_any_two_steps_the_bot_tells_everything_once(tmp_path: Path, url: str) -> None:
    async with drama(tmp_path, url) as world:
        result = await die_at_points(world, "some", SOME, repeatable(7))
    assert result.kills >= len(SOME)
    assert result.figures.due > 20
    assert (result.figures.lost, result.figures.doubled) == (0, 0)


async def test_killed_at_random_while_answers_are_lost_the_bot_tells_everything_once(tmp_path: Path, url: str) -> None:
    async with drama(tmp_path, url) as world:
        result = await die_at_random(world, "at random", 6, repeatable(8))
    assert (result.figures.lost, result.figures.doubled) == (0, 0)


async def test_killed_while_it_tries_places_that_are_open_again_the_next_one_does_not_wait(
    tmp_path: Path, url: str
) -> None:
    async with drama(tmp_path, url) as world:
        await world.prepare(6)
        for place in PLACES:
            world.slack.workspace.kick(place, BOT.id)
        await world.die_at("after outbox.park", 4)
        await world.mend()
        await world.die_at("after outbox.claim", 1)
        await world.live_on(within=SOON)
        result = await world.figures()
    assert (result.lost, result.doubled) == (0, 0)


async def test_where_the_history_cannot_be_read_nothing_is_lost_and_every_repeat_says_so(
    tmp_path: Path, url: str
) -> None:
    async with drama(tmp_path, url, readable=False) as world:
        result = await die_at_points(
            world, "unreadable", [("after chat.post", 3), ("before outbox.sent", 1)], repeatable(9)
        )
    assert result.figures.doubled > 0
    assert result.figures.is_right
