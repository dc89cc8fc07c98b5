"""A real process that was away for ten minutes tells each place once, also when it is killed while it says so."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.sandbox.account import Account
from bot.sandbox.bot_process import BotProcess
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.slack_server import SlackSandbox
from bot.scheduler import SystemClock
from tests.processes import until_answered
from tests.test_kills import Trap, is_idle, variables

PLACES = ("C0DUBBINGDE", "C0DUBBINGJP")
BATCHES = ("batch-0", "batch-1")


@pytest.mark.processes
async def test_after_ten_minutes_away_and_a_kill_each_place_is_told_once(tmp_path: Path) -> None:
    clock = SystemClock()
    account = Account(clock, seed=3, slots=1_000, speed=0.001)  # nobody finishes unless told to
    async with SlackSandbox(clock=clock, seed=5) as slack, ChamelaionSandbox(account, clock) as api:
        ids = {reference: account.submit(reference, 4) for reference in BATCHES}
        bot = BotProcess(variables(slack, api, tmp_path), os.environ)
        await bot.start()
        slack.bot_url = bot.url
        try:
            for place in PLACES:
                for reference in BATCHES:
                    assert (await slack.command("U0ANA", place, f"watch {reference}")).ok
            await until_answered(lambda: is_idle(bot), "the cards")
            await bot.kill()
            be_away_for_ten_minutes(tmp_path / "lipsync.db")
            for reference in BATCHES:
                account.fail(ids[reference][0], "no face detected")
                account.finish(reference)
            trap = Trap(bot, before=False, method="chat.postMessage", crash=True)
            slack.hooks.after = lambda method, _, __: trap.seen(method, before=False)
            await bot.start()
            await trap.sprung.wait()
            await bot.stop()  # returns once it has ended
            await bot.start()
            await until_answered(lambda: is_idle(bot), "the bot to have told everything", within=60)
        finally:
            await bot.stop()
        for place in PLACES:
            texts = [message.text for message in slack.workspace.messages(place)]
            news = [text for text in texts if "updated" not in text and "reading" not in text and "watch" not in text]
            assert len(news) == 1, news
            assert news[0].count("no face detected ×1") == len(BATCHES)
            assert "2 batches, 2 finished, 6 clips finished, 2 failed" in news[0]


def be_away_for_ten_minutes(database: Path) -> None:
    """What is remembered becomes ten minutes older."""
    older = "strftime('%Y-%m-%d %H:%M:%f000', {}, '-10 minutes')"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(f"UPDATE accounts SET looked_at = {older.format('looked_at')}")  # noqa: S608 - our own
        for column in ("created_at", "started_at", "baseline_at"):
            connection.execute(f"UPDATE watches SET {column} = {older.format(column)}")  # noqa: S608 - our own
