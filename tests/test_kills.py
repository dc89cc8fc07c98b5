"""Real processes, killed at the worst moments: nothing is lost and nothing is said twice."""

import asyncio
import os
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.sandbox.account import Account
from bot.sandbox.bot_process import BotProcess
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.slack_server import SIGNING_SECRET, SlackSandbox
from bot.scheduler import SystemClock
from tests.processes import until_answered

PLACES = ("C0DUBBINGDE", "C0DUBBINGJP", "C0AURORA")
BATCHES = 3
KINDS = ("no face detected", "video URL is not accessible", "audio is longer than the video")
KILLS = 12  # tests/crash kills far more often, from within; here it is the program as it is installed


@dataclass
class Trap:
    """Ends the bot while Slack handles the next call of a method, before or after that is processed."""

    bot: BotProcess
    before: bool
    method: str
    crash: bool
    sprung: asyncio.Event = field(default_factory=asyncio.Event)

    async def seen(self, method: str, *, before: bool) -> None:
        if self.sprung.is_set() or (method, before) != (self.method, self.before):
            return
        self.sprung.set()
        await (self.bot.kill() if self.crash else self.bot.stop())


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


@pytest.mark.long
@pytest.mark.processes
async def test_every_failure_kind_and_finish_is_told_once_through_kills_and_lost_answers(tmp_path: Path) -> None:
    draw = random.Random(7)  # noqa: S311 - a repeatable drama, not a secret
    clock = SystemClock()
    account = Account(clock, seed=3, slots=1_000, speed=0.001)  # nobody finishes unless told to
    async with SlackSandbox(clock=clock, seed=5) as slack, ChamelaionSandbox(account, clock) as api:
        drama = Drama(slack, account)
        for number in range(BATCHES):
            drama.ids[f"batch-{number}"] = account.submit(f"batch-{number}", 6)
        bot = BotProcess(variables(slack, api, tmp_path), os.environ)
        await bot.start()
        try:
            await watch_all(slack, drama, bot)
            await kill_again_and_again(slack, drama, bot, draw)
            slack.faults.clear()
            await until_answered(lambda: is_idle(bot), "the bot to have told everything", within=60)
        finally:
            await bot.stop()
        assert drama.told() == drama.due
        assert drama.cards() == dict.fromkeys(drama.ids, 1)


def variables(slack: SlackSandbox, api: ChamelaionSandbox, folder: Path) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": slack.tokens.bot,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": slack.api_url,
        "CHAMELAION_API_KEY": "sandbox-key",
        "CHAMELAION_BASE_URL": api.base_url,
        "DATABASE_URL": f"sqlite:///{folder / 'lipsync.db'}",
        "API_CALLS_PER_MINUTE": "60000",
        "POLL_INTERVAL": "0.2",
        "SETTLE_SECONDS": "0",
        "CARD_INTERVAL": "0.3",
        "QUIET_SECONDS": "1.5",
    }


async def watch_all(slack: SlackSandbox, drama: Drama, bot: BotProcess) -> None:
    slack.bot_url = bot.url
    for reference in drama.ids:
        answer = await slack.command("U0ANA", drama.place_of(reference), f"watch {reference}")
        assert answer.ok
    await slack.workspace.wait_for(lambda _: len(drama.cards()) == BATCHES, timeout_seconds=30)


async def kill_again_and_again(slack: SlackSandbox, drama: Drama, bot: BotProcess, draw: random.Random) -> None:
    slack.faults.add("chat.postMessage", "drop_after", times=None, probability=0.2)
    for number in range(KILLS):
        method = draw.choice(["chat.postMessage", "chat.postMessage", "chat.postMessage", "chat.update"])
        trap = Trap(bot, before=draw.random() < 0.4, method=method, crash=draw.random() < 0.75)
        slack.hooks.before = lambda method, _, trap=trap: trap.seen(method, before=True)
        slack.hooks.after = lambda method, _, __, trap=trap: trap.seen(method, before=False)
        drama.next_event(number)
        async with asyncio.timeout(60):
            await trap.sprung.wait()
            await bot.stop()  # returns once it has ended
        await bot.start()
    slack.hooks.before = slack.hooks.after = None


async def is_idle(bot: BotProcess) -> bool:
    """Whether it has looked since its start and posted everything for certain."""
    async with aiohttp.ClientSession() as session, session.get(f"{bot.url}/metrics") as answer:
        text = await answer.text()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    looks = sum(sample.value for sample in samples if sample.name == "lipsync_looks_total")
    unsent = sum(
        sample.value
        for sample in samples
        if sample.name == "lipsync_announcements" and sample.labels["state"] not in ("sent", "dropped")
    )
    return looks >= 2 and not unsent
