"""Introduces the flows to one another."""

from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass
from datetime import datetime

from bot.domain.budget import Budget
from bot.flows.ask import Ask
from bot.flows.cards import EDITS_PER_MINUTE, CardKeeper
from bot.flows.catch_up import CatchUp
from bot.flows.deliver import Deliver
from bot.flows.identity import Identity
from bot.flows.lookout import Lookout
from bot.flows.muting import Muting
from bot.flows.poll import Poll
from bot.flows.read import Readings
from bot.flows.routine import Alarm, Routine
from bot.flows.rules import Rules
from bot.flows.slack_line import SlackLine
from bot.flows.source import Source
from bot.flows.tend import Tend
from bot.flows.trials import Trials
from bot.flows.vitals import Vitals
from bot.flows.watching import Watching
from bot.ports import Chat, Clock
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Ground:
    """What the flows stand on. `introduce` asks Slack who the bot is, `tend_connection` looks after the socket.

    `granted` asks Slack for the scopes of the bot's token.
    """

    rules: Rules
    clock: Clock
    alarm: Alarm
    store: Store
    vitals: Vitals
    identity: Identity
    source: Source
    chat: Chat
    introduce: Callable[[], Awaitable[None]]
    tend_connection: Callable[[], Awaitable[None]]
    granted: Callable[[], Awaitable[Set[str]]]


@dataclass(frozen=True, slots=True)
class Stories:
    """The flows that people set going, and the owned tasks that go by themselves."""

    readings: Readings
    ask: Ask
    watching: Watching
    muting: Muting
    trials: Trials
    catch_up: CatchUp
    look: Routine
    deliver: Routine
    cards: Routine
    tend: Routine

    @property
    def routines(self) -> tuple[Routine, ...]:
        """Every owned task."""
        return (self.look, self.deliver, self.cards, self.tend)


def make_stories(on: Ground) -> Stories:
    """Every flow, not yet started."""

    def routine(name: str, step: Callable[[], Awaitable[datetime | None]]) -> Routine:
        return Routine(name, step, clock=on.clock, alarm=on.alarm)

    def news() -> None:
        deliver.wake()
        cards.wake()

    def changed() -> None:
        lookout.forget()
        look.wake()
        news()

    lookout = Lookout(on.source, on.store, on.rules)
    readings = Readings(on.source, on.store, on.vitals, rules=on.rules, on_news=news, on_part=lookout.saw)
    ask = Ask(
        readings=readings,
        source=on.source,
        store=on.store,
        clock=on.clock,
        vitals=on.vitals,
        identity=on.identity,
        rules=on.rules,
    )
    line = SlackLine(on.clock, on.vitals)
    edits = Budget(EDITS_PER_MINUTE, on.clock.monotonic())
    catch_up = CatchUp(on.store, on.clock, on.rules, news)
    poll = Poll(readings, lookout, on.source, on.store, on.clock, on.vitals, on.rules, catch_up)
    keeper = CardKeeper(on.store, on.chat, on.clock, line, on.identity, on.rules, edits)
    look = routine("look", poll.look)
    deliver = routine("deliver", Deliver(on.store, on.chat, on.clock, line, on.identity, on.rules).step)
    cards = routine("cards", keeper.step)
    tend = routine("tend", _house(on, changed).step)
    watching = Watching(ask, on.source, on.store, on.clock, on.identity, on.rules.account_id, changed)
    muting = Muting(ask, on.store, on.clock, on.identity, on.rules.account_id, news)
    trials = Trials(on.store, on.chat, on.clock, on.identity, on.rules.account_id, on.granted, news)
    return Stories(readings, ask, watching, muting, trials, catch_up, look, deliver, cards, tend)


def _house(on: Ground, changed: Callable[[], None]) -> Tend:
    return Tend(
        on.store, on.clock, on.vitals, on.identity, on.rules, on.introduce, changed, on.tend_connection, changed
    )
