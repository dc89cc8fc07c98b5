"""Real processes, killed at the worst moments: nothing is lost and nothing is said twice."""

import asyncio
import random
import re
import signal
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.sandbox.account import Account
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.slack_server import SlackSandbox
from bot.scheduler import SystemClock
from tests.bot_process import BotProcess

PLACES = ("C0DUBBINGDE", "C0DUBBINGJP", "C0AURORA")
BATCHES = 8
KINDS = ("no face detected", "video URL is not accessible", "audio is longer than the video")
KILLS = 32


@dataclass
class Trap:
    """Kills the bot when Slack handles the next call of a method, before or after it is processed."""

    bot: BotProcess
    before: bool
    method: str
    how: signal.Signals
    sprung: asyncio.Event = field(default_factory=asyncio.Event)

    def seen(self, method: str, *, before: bool) -> None:
        if self.sprung.is_set() or (method, before) != (self.method, self.before):
            return
        self.bot.send(self.how)
        self.sprung.set()


@dataclass
class Drama:
    """The batches, and what is due of them."""

    slack: SlackSandbox
    account: Account
    ids: dict[str, list[str]] = field(default_factory=dict)
    due: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def place_of(self, reference: str) -> str:
        return PLACES[int(reference.rsplit("-", 1)[1]) % len(PLACES)]

    def next_event(self, number: int) -> None:
        """One more failure kind of some batch, or its finish."""
        act, reference = divmod(number, BATCHES)[0], f"batch-{number % BATCHES}"
        place = self.place_of(reference)
        if act < len(KINDS):
            self.account.fail(self.ids[reference][act], KINDS[act])
            self.due[place, reference, KINDS[act]] += 1
        else:
            self.account.finish(reference)
            self.due[place, reference, "finished"] += 1

    def told(self) -> Counter[tuple[str, str, str]]:
        """What stands in the channels, by place, reference and what it says."""
        found: Counter[tuple[str, str, str]] = Counter()
        for place in PLACES:
            for message in self.slack.workspace.messages(place):
                if match := re.match(rf"(batch-\d+): .*?({'|'.join(KINDS)}|finished with)", message.text):
                    found[place, match[1], match[2].removesuffix(" with")] += 1
        return found

    def cards(self) -> Counter[str]:
        """How many cards each batch has."""
        found: Counter[str] = Counter()
        for place in PLACES:
            for message in self.slack.workspace.messages(place):
                if message.ephemeral_to is None and (match := re.match(r"(batch-\d+): \d+% finished", message.text)):
                    found[match[1]] += 1
        return found


@pytest.mark.processes
async def test_every_failure_kind_and_finish_is_told_once_through_kills_and_lost_answers(tmp_path: Path) -> None:
    draw = random.Random(7)  # noqa: S311 - a repeatable drama, not a secret
    clock = SystemClock()
    account = Account(clock, seed=3, slots=1_000, speed=0.001)  # nobody finishes unless told to
    async with SlackSandbox(clock=clock, seed=5) as slack, ChamelaionSandbox(account, clock) as api:
        drama = Drama(slack, account)
        for number in range(BATCHES):
            drama.ids[f"batch-{number}"] = account.submit(f"batch-{number}", 6)
        bot = BotProcess.against(
            slack, api, tmp_path, QUIET_SECONDS="1.5", SETTLE_SECONDS="0", POLL_INTERVAL="0.2", CARD_INTERVAL="0.3"
        )
        await bot.start()
        try:
            await watch_all(slack, drama)
            await kill_again_and_again(slack, drama, bot, draw)
            slack.hooks.before = slack.hooks.after = None
            slack.faults.clear()
            await bot.until_idle()
        finally:
            await bot.stop()
        assert drama.told() == drama.due
        assert drama.cards() == dict.fromkeys(drama.ids, 1)


async def watch_all(slack: SlackSandbox, drama: Drama) -> None:
    for reference in drama.ids:
        answer = await slack.command("U0ANA", drama.place_of(reference), f"watch {reference}")
        assert answer.ok
    await slack.workspace.wait_for(lambda _: len(drama.cards()) == BATCHES, timeout_seconds=30)


async def kill_again_and_again(slack: SlackSandbox, drama: Drama, bot: BotProcess, draw: random.Random) -> None:
    slack.faults.add("chat.postMessage", "drop_after", times=10_000, probability=0.2)
    for number in range(KILLS):
        trap = Trap(
            bot,
            before=draw.random() < 0.4,
            method=draw.choice(["chat.postMessage", "chat.postMessage", "chat.postMessage", "chat.update"]),
            how=draw.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM]),
        )
        slack.hooks.before = lambda method, _, trap=trap: trap.seen(method, before=True)
        slack.hooks.after = lambda method, _, __, trap=trap: trap.seen(method, before=False)
        drama.next_event(number)
        async with asyncio.timeout(60):
            await trap.sprung.wait()
            await bot.ended()
        await bot.start()
