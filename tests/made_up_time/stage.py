"""The real flows, store and edges between the two sandboxes, in time that passes only as fast as they work."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.app import Parts
from bot.chamelaion import ChamelaionGateway
from bot.domain.answer import Wish
from bot.domain.budget import Budget
from bot.flows.ground import Ground
from bot.flows.identity import Identity
from bot.flows.rules import Rules
from bot.flows.source import Source
from bot.flows.stories import Stories
from bot.flows.vitals import Vitals
from bot.sandbox.account import Account
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.slack_call import DEFAULT_SCOPES
from bot.sandbox.slack_entities import Message
from bot.sandbox.slack_server import SlackSandbox
from bot.sandbox.workspace import ANA, BOT, BOT_ID, TEAM
from bot.slack.chat import SlackChat
from bot.slack.homes import SlackHomes
from bot.slack.people import SlackPeople
from bot.slack.screen import Screens
from bot.slack.session import slack_session
from bot.slack.workflows import SlackWorkflows
from bot.store import Store, open_store
from tests.fakes import FakeClock, HastyClock

DE, JP, DE_DM = "C0DUBBINGDE", "C0DUBBINGJP", "D0ANA"
ACCOUNT = "default"
IDLE_TURNS = 6
GIVE_WAY_SECONDS = 0.001  # real ones, in which threads and servers work
PATIENCE = 30.0  # real seconds, after which a call is given up
ANSWER_SECONDS = 0.5  # the same, where calls that are never answered are what is played
FOR_EVER = 100.0
REAL = Parts()


class Bells:
    """Alarms that ring when the stage's time has come to them, or with the others of the same `grain` (seconds)."""

    def __init__(self, grain: float = 0) -> None:
        self.grain = grain
        self.set: dict[str, tuple[datetime, Callable[[], None]]] = {}

    def ring(self, name: str, at: datetime, wake: Callable[[], None]) -> None:
        early = -at.timestamp() % self.grain if self.grain else 0
        self.set[name] = (at + timedelta(seconds=early), wake)

    @property
    def next_at(self) -> datetime:
        return min(at for at, _ in self.set.values())

    def ring_until(self, now: datetime) -> None:
        for name, (at, wake) in sorted(self.set.items()):
            if at <= now:
                del self.set[name]
                wake()


class SandboxClock:
    """The stage's time; a server that is to sleep `FOR_EVER` does so, until it is released."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.released = asyncio.Event()

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        if seconds >= FOR_EVER:
            await self.released.wait()


@dataclass
class Stage:
    """The bot, the workspace and the account, and the time that they share."""

    clock: HastyClock
    slack: SlackSandbox
    account: Account
    api: ChamelaionSandbox
    store: Store
    stories: Stories
    bells: Bells

    async def watch(self, reference: str, place: str = DE) -> None:
        """Somebody watches a reference in a channel."""
        wish = Wish(TEAM, ACCOUNT, place, reference, ANA.id)
        async for _ in self.stories.watching.start(wish):
            pass
        await self.settle_down()

    async def run(self, seconds: float) -> None:
        """Let so much time pass, with all that happens in it."""
        end = self.clock.now() + timedelta(seconds=seconds)
        await self.settle_down()
        while self.bells.set and (at := self.bells.next_at) <= end:
            self.clock.pass_time(max((at - self.clock.now()).total_seconds(), 0))
            self.bells.ring_until(self.clock.now())
            await self.settle_down()
        self.clock.pass_time(max((end - self.clock.now()).total_seconds(), 0))

    async def run_until(self, condition: Callable[[], bool], *, within: float, step: float = 30) -> None:
        """Let time pass until this is so; `within` is in seconds of the stage."""
        for _ in range(int(within / step)):
            if condition():
                return
            await self.run(step)
        assert condition(), "it was not so in time"

    async def settle_down(self) -> None:
        """Until nobody works any more."""
        idle = 0
        while idle < IDLE_TURNS:
            is_idle = all(routine.is_idle for routine in self.stories.routines)
            idle = idle + 1 if is_idle else 0
            await asyncio.sleep(0 if is_idle else GIVE_WAY_SECONDS)

    def said(self, channel: str = DE) -> list[Message]:
        """What stands of the bot in a channel."""
        return [each for each in self.slack.workspace.messages(channel) if each.user == BOT.id]

    def new_messages(self, channel: str = DE) -> list[Message]:
        """What stands there in the channel itself, also as a shown reply, and is no card."""
        cards = {row.ts for row in self.said(channel) if " finished" in row.text and "updated" in row.text}
        shown = (each for each in self.said(channel) if not each.is_reply or each.reply_broadcast)
        return [each for each in shown if each.ts not in cards]


def rules() -> Rules:
    """The defaults."""
    return Rules(
        account_id=ACCOUNT,
        owner="stage",
        poll_interval=timedelta(seconds=15),
        gap_after=timedelta(minutes=5),
        longest_settle=timedelta(minutes=10),
        card_interval=timedelta(seconds=45),
        quiet=timedelta(seconds=90),
        retention=timedelta(days=90),
        resend_in_doubt=True,
    )


async def _nothing() -> None:
    pass


async def _granted() -> frozenset[str]:
    return frozenset(DEFAULT_SCOPES)


@asynccontextmanager
async def staged(
    url: str,
    *,
    seed: int = 1,
    slots: int = 8,
    speed: float = 1.0,
    parts: Parts = REAL,
    grain: float = 0,
    answer_seconds: float = PATIENCE,
) -> AsyncIterator[Stage]:
    """A stage on this database; Slack's limits are on, the API has 60 calls a minute."""
    clock = HastyClock()
    outside = SandboxClock(clock)
    account = Account(clock, seed=seed, slots=slots, speed=speed)
    store = await open_store(url, clock)
    async with (
        SlackSandbox(clock=outside, seed=seed) as slack,
        ChamelaionSandbox(account, outside) as api,
        slack_session(answer_seconds) as session,
    ):
        client = AsyncWebClient(slack.tokens.bot, base_url=slack.api_url, session=session, retry_handlers=[])
        gateway = ChamelaionGateway.open("sandbox-key", api.base_url, answer_seconds, clock, None)
        vitals = Vitals(clock.now(), clock.monotonic())
        bells = Bells(grain)
        ground = Ground(
            rules=rules(),
            clock=clock,
            alarm=bells,
            store=store,
            vitals=vitals,
            identity=Identity(TEAM, BOT.id, BOT_ID),
            source=Source(parts.chamelaion(gateway), Budget(60, clock.monotonic()), clock, vitals),
            chat=parts.chat(SlackChat(client, "/lipsync", answer_seconds)),
            people=SlackPeople(client, clock),
            workflows=SlackWorkflows(client, answer_seconds),
            introduce=_nothing,
            tend_connection=_nothing,
            granted=_granted,
            home_tab=SlackHomes(Screens(client, vitals, answer_seconds), "/lipsync"),
        )
        stories = Stories(ground)
        for routine in stories.routines:
            routine.start()
        try:
            yield Stage(clock, slack, account, api, store, stories, bells)
        finally:
            outside.released.set()
            for routine in stories.routines:
                await routine.stop(1)
            await stories.readings.close()
            await gateway.aclose()
    await store.database.close()
