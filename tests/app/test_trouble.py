"""The API away, the key refused, the memory locked: no false news, freshness shown, everything recovers."""

import asyncio
import sqlite3

import pytest

from bot.sandbox.chamelaion_faults import Fault
from bot.sandbox.slack_entities import Message
from tests.app.conftest import Stage, everything_in

AWAY = {
    "down": "could not be reached",
    "key": "key",
    "429": "429",
    "500": "500",
    "html": "not understood",
    "garbage": "not understood",
    "truncated": "not understood",
}


def break_api(stage: Stage, how: str) -> None:
    if how == "down":
        stage.api.down = True
    elif how == "key":
        stage.api.key_ok = False
    elif how == "429":
        message = "rate limit exceeded"
        stage.api.faults.add(Fault("status", None, status=429, message=message, retry_after="1"))
    elif how == "500":
        stage.api.faults.add(Fault("status", None))
    elif how == "html":
        stage.api.faults.add(Fault("html", None))
    elif how == "garbage":
        stage.api.faults.add(Fault("garbage", None))
    else:
        stage.api.faults.add(Fault("truncated", None))


def mend_api(stage: Stage) -> None:
    stage.api.down, stage.api.key_ok = False, True
    stage.api.faults.clear()


async def first_of_before(stage: Stage, text: str) -> Message:
    """The first answer that shows a reading of before; until then a look that was under way may still end well."""
    async with asyncio.timeout(20):
        while "this is the reading of" not in (answer := await stage.asks(text)).text:
            assert "0% finished" in answer.text
    return answer


@pytest.mark.parametrize("how", AWAY)
async def test_while_the_api_is_away_nothing_is_invented_and_everything_comes_back(stage: Stage, how: str) -> None:
    ids = stage.account.submit("batch-1", 4)
    await stage.asks("watch batch-1")
    await stage.card("batch-1")
    break_api(stage, how)
    stage.account.fail(ids[0], "no face detected")
    answer = await first_of_before(stage, "status batch-1")
    assert "0% finished" in answer.text
    assert AWAY[how] in answer.text
    unknown = await stage.asks("status batch-2")
    assert "Nothing is known about it yet" in unknown.text
    assert "could not be read" in everything_in(await stage.asks("about"))
    assert len(stage.said()) == 1
    mend_api(stage)
    assert "1 failed" in (await stage.asks("status batch-1")).text
    await stage.sees_text("no face detected")
    assert len(stage.said()) == 2


async def test_a_locked_memory_is_said_and_leaves_nothing_half_written(stage: Stage) -> None:
    stage.account.submit("batch-1", 2)
    await stage.asks("status batch-1")
    with sqlite3.connect(stage.database, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        answer = await stage.asks("watch batch-1")
        assert "memory could not be used; nothing was half done" in answer.text
        assert await stage.store.watches.active("default") == ()
        other.execute("ROLLBACK")
    other.close()
    assert stage.said() == []
    assert "now watches batch-1" in (await stage.asks("watch batch-1")).text
    await stage.card("batch-1")
