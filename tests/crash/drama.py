"""Batches that fail and finish while the bot is killed again and again, and what is due of them."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from bot.domain.answer import Wish
from bot.domain.watch import Placement
from bot.sandbox.account import Account
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.slack_entities import Message
from bot.sandbox.slack_server import SlackSandbox
from bot.sandbox.workspace import ANA, BOT, TEAM
from bot.scheduler import SystemClock
from bot.store import Store, open_store
from bot.store.schema import IS_OUTDATED, announcements
from tests.crash.lives import KILLED, Lives, lives, variables
from tests.crash.told import Figures, Row, Told, count, figures, marks, outbox_rows, unsent
from tests.processes import until_answered

PLACES = tuple(f"C0PLACE{number:02}" for number in range(12))
KINDS = (
    "no face detected",
    "video URL is not accessible",
    "audio is longer than the video",
    "two faces detected",
    "the language is not known",
    "the worker ran out of memory",
)
ACCOUNT = "default"
FEED_SECONDS = 0.3
LOOKS_AFTER = 5
MOST_TRIES = 5
MOST_FED = 400
MENDED_WITHIN = 400.0  # seconds: let in again while it was dead, it tries so after five minutes at the latest
MORE = 8  # requests that may fail in a way that is told already; ten of a kind would be told


@dataclass
class Batch:
    """The requests of a reference, and which kinds of failure it has not had yet.

    Of its requests, `spare` ones are there to fail as others have.
    """

    reference: str
    ids: list[str]
    spare: list[str]
    kinds: list[str] = field(default_factory=lambda: list(KINDS))
    ended: bool = False


@dataclass
class Drama:
    """A world of two sandboxes and a bot that may die.

    New batches are watched with this `placement`. When it `grows`, more requests fail in a way that is told already.
    Nothing was made up yet in the places that are `unspoilt`.
    """

    slack: SlackSandbox
    account: Account
    api: ChamelaionSandbox
    store: Store
    lives: Lives
    clock: SystemClock
    due: Counter[Told] = field(default_factory=Counter)
    batches: dict[str, Batch] = field(default_factory=dict)
    begun: int = 0
    fed: int = 0
    kills: int = 0
    placement: Placement = Placement.DEFAULT
    grows: bool = False
    unspoilt: list[str] = field(default_factory=lambda: list(PLACES))

    # --- what happens ---

    async def begin_batch(self, place: str) -> None:
        """A new reference is watched in the place; the bot must not be alive, which could not know of it."""
        assert self.lives.pid is None
        self.begun += 1
        reference = f"batch-{self.begun}"
        ids = self.account.submit(reference, len(KINDS) + 1 + MORE)
        self.batches[place] = Batch(reference, ids[MORE:], ids[:MORE])
        now, wish = self.clock.now(), Wish(TEAM, ACCOUNT, place, reference, ANA.id, placement=self.placement)
        await self.store.watches.start(wish, now=now, api_now=now)
        self.due[place, reference, "card"] += 1

    def next_event(self, place: str) -> bool:
        """One more failure of the batch that is watched there, or its finish; False when it has ended."""
        batch = self.batches.get(place)
        if batch is None or batch.ended:
            return False
        if batch.kinds:
            kind = batch.kinds.pop(0)
            self.account.fail(batch.ids.pop(), kind)
            self.due[place, batch.reference, kind] += 1
        else:
            self.account.finish(batch.reference)
            self.due[place, batch.reference, "finished"] += 1
            batch.ended = True
        return True

    def grow(self) -> None:
        """Somewhere one more fails as another one has: nothing new, but a message that has to be edited."""
        able = [each for each in self.batches.values() if not each.ended and len(each.kinds) < len(KINDS)]
        batch = max(able, key=lambda each: len(each.spare), default=None)
        if batch is not None and batch.spare:
            self.account.fail(batch.spare.pop(), KINDS[0])

    def feed(self) -> None:
        """Something happens somewhere."""
        if self.grows:
            self.grow()
        for _ in PLACES:
            self.fed += 1
            if self.next_event(PLACES[self.fed % len(PLACES)]):
                return

    async def prepare(self, places: int) -> None:
        """See to it that something waits to be told in so many places."""
        for place in PLACES:
            batch = self.batches.get(place)
            if batch is None or batch.ended:
                await self.begin_batch(place)
        waiting = {place for place, _, _ in self.due - await self.told()}
        for place in PLACES:
            if len(waiting) >= places:
                return
            if place not in waiting:
                self.next_event(place)
                waiting.add(place)

    # --- what was told ---

    def messages(self, places: Iterable[str] = PLACES) -> list[Message]:
        """Everything that the bot has said in these places."""
        return [each for place in places for each in self.slack.workspace.messages(place) if each.user == BOT.id]

    async def told(self) -> Counter[Told]:
        told, _ = count(self.messages(), await self.rows())
        return told

    async def rows(self) -> dict[str, Row]:
        return await outbox_rows(self.store)

    async def figures(self) -> Figures:
        """As things stand."""
        told, marked = count(self.messages(), await self.rows(), marks(self.slack.calls))
        return figures(self.due, told, marked)

    # --- lives and deaths ---

    async def die_at(self, point: str, hit: int) -> None:
        """Live until the `hit`-th passage of the point, while things happen."""
        death = await self.lives.begin(point, hit)
        await self.died(death, f"the bot to pass {hit} times: {point}")

    async def die_when_slack(self, method: str, hit: int, *, before: bool) -> None:
        """Live until Slack is called so often, and be killed before or after it has done what was asked."""
        left = [hit]

        def passed(called: str) -> None:
            left[0] -= called == method
            if left[0] == 0:
                self.lives.kill()

        death = await self.lives.begin()
        hooks = self.slack.hooks
        if before:
            hooks.before = lambda called, _: passed(called)
        else:
            hooks.after = lambda called, _, __: passed(called)
        await self.died(death, f"Slack to be asked {hit} times for {method}")
        hooks.before = hooks.after = None

    async def die_after(self, seconds: float) -> None:
        """Live only so long."""
        death = await self.lives.begin()
        await asyncio.wait({death}, timeout=seconds)
        self.lives.kill()
        assert await death == KILLED
        self.kills += 1

    async def die_in_order(self, point: str) -> None:
        """Live a while, be told to stop, and die at a point on the way to an orderly end."""
        for _ in range(MOST_TRIES):
            death = await self.lives.begin(point, 1)
            has_looked = self._looked(len(self.api.calls) + LOOKS_AFTER)
            await until_answered(has_looked, "it to be at work", shows=lambda: self.lives.tail)
            self.lives.ask_to_stop()
            if await death == KILLED:
                self.kills += 1
                return
        raise AssertionError(f"never came by: {point}\n{self.lives.tail}")

    async def end_after(self, seconds: float) -> None:
        """Live only so long, and be told to stop: what is in hand is finished or released."""
        death = await self.lives.begin()
        await asyncio.wait({death}, timeout=seconds)
        self.lives.ask_to_stop()
        assert await death in (0, -signal.SIGTERM), self.lives.tail  # asked before it could listen, it just ends

    async def died(self, death: asyncio.Task[int], what: str) -> None:
        """Let things happen until the bot is dead."""
        for _ in range(MOST_FED):
            await asyncio.wait({death}, timeout=FEED_SECONDS)
            if death.done():
                assert death.result() == KILLED, self.lives.tail
                self.kills += 1
                return
            self.feed()
        raise AssertionError(f"waited in vain for {what}\n{self.lives.tail}")

    async def live_on(self, within: float = MENDED_WITHIN) -> None:
        """Live until all is told, and a while longer; then end in order."""
        death = await self.lives.begin()
        await until_answered(self._is_idle, "everything to be told", within=within, shows=lambda: self.lives.tail)
        self.lives.ask_to_stop()
        assert await death == 0, self.lives.tail

    async def _is_idle(self) -> bool:
        """Whether nothing waits, is missing or is old, and looks after that have found nothing to be told."""
        rows = await self.rows()
        if unsent(rows) or not self._is_right(await self.figures()) or (self.grows and await self._outdated()):
            return False
        looks, announced = len(self.api.calls), len(rows)
        await until_answered(self._looked(looks + LOOKS_AFTER), "more looks", shows=lambda: self.lives.tail)
        return len(await self.rows()) == announced

    def _is_right(self, counted: Figures) -> bool:
        """Where copies were made up, they are to be taken back."""
        return counted.lost == 0 and (counted.doubled == 0 or len(self.unspoilt) == len(PLACES))

    async def _outdated(self) -> int:
        query = select(func.count()).select_from(announcements).where(IS_OUTDATED)
        return await self.store.database.read(lambda connection: connection.execute(query).scalar_one())

    def _looked(self, calls: int) -> Callable[[], Awaitable[bool]]:
        async def has_looked() -> bool:
            return len(self.api.calls) >= calls

        return has_looked

    # --- trouble ---

    async def mend(self) -> None:
        """Whatever was wrong is over."""
        self.slack.faults.clear()
        for place in PLACES:
            if BOT.id not in self.slack.workspace.channel(place).members:
                self.slack.workspace.invite(place, BOT.id)
            await self.store.outbox.retry_place(TEAM, place, now=self.clock.now())


@asynccontextmanager
async def drama(folder: Path, url: str, *, readable: bool = True, seed: int = 5) -> AsyncIterator[Drama]:
    """A world on this database; where it is not `readable`, the bot may not read what stands in the places."""
    clock = SystemClock()
    account = Account(clock, seed=seed, slots=100_000, speed=0.0001)  # nobody finishes unless told to
    store = await open_store(url, clock)
    async with SlackSandbox(clock=clock, seed=seed) as slack, ChamelaionSandbox(account, clock) as api:
        slack.limits.on = False
        for place in PLACES:
            slack.workspace.add_channel(place.lower(), "public", {ANA.id, BOT.id}, place)
        if not readable:
            slack.tokens.scopes.discard("channels:history")
        async with lives(variables(slack, api, url), folder) as made:
            yield Drama(slack, account, api, store, made, clock)
    await store.database.close()


def repeatable(seed: int) -> Random:
    """Draws that are the same for the same seed."""
    return Random(seed)  # noqa: S311 - a repeatable drama, not a secret


def chance(draw: Random, share: float) -> bool:
    """Whether this time."""
    return draw.random() < share
