"""Introduces the flows to one another."""

from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass
from datetime import datetime

from bot.domain.budget import Budget
from bot.flows.access import Access
from bot.flows.ask import Ask
from bot.flows.audit import Audit
from bot.flows.catch_up import CatchUp
from bot.flows.dates import Dates
from bot.flows.deadlines import Deadlines
from bot.flows.deliver import Deliver
from bot.flows.doubts import Doubts
from bot.flows.edits import EDITS_PER_MINUTE, Editor
from bot.flows.gate import Gate
from bot.flows.history import History
from bot.flows.identity import Identity
from bot.flows.limits import Limits
from bot.flows.lookout import Lookout
from bot.flows.muting import Muting
from bot.flows.policing import Policing
from bot.flows.poll import Poll
from bot.flows.preview import Previewing
from bot.flows.read import Readings
from bot.flows.routine import Alarm, Routine
from bot.flows.rules import Rules
from bot.flows.sender import Sender
from bot.flows.shared import Sharing
from bot.flows.sheets import Sheets
from bot.flows.slack_line import SlackLine
from bot.flows.source import Source
from bot.flows.staleness import Staleness
from bot.flows.step_endings import Endings
from bot.flows.tend import Tend
from bot.flows.timetable import Timetable
from bot.flows.timetabling import Timetabling
from bot.flows.triaging import Triaging
from bot.flows.trials import Trials
from bot.flows.vigil import Vigil
from bot.flows.vitals import Vitals
from bot.flows.watching import Watching
from bot.flows.workflow import Workflow
from bot.ports import Chat, Clock, People, Workflows
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
    people: People
    workflows: Workflows
    introduce: Callable[[], Awaitable[None]]
    tend_connection: Callable[[], Awaitable[None]]
    granted: Callable[[], Awaitable[Set[str]]]


@dataclass(frozen=True, slots=True)
class Stories:
    """The flows that people set going, and the owned tasks that go by themselves."""

    readings: Readings
    gate: Gate
    ask: Ask
    watching: Watching
    muting: Muting
    triaging: Triaging
    trials: Trials
    previewing: Previewing
    limits: Limits
    sheets: Sheets
    policing: Policing
    timetabling: Timetabling
    catch_up: CatchUp
    sender: Sender
    access: Access
    workflow: Workflow
    sharing: Sharing
    look: Routine
    turn: Routine
    deliver: Routine
    edits: Routine
    tend: Routine
    staleness: Routine
    vigil: Routine
    timetable: Routine
    steps: Routine

    @property
    def routines(self) -> tuple[Routine, ...]:
        """Every owned task."""
        by_the_clock = (self.tend, self.staleness, self.vigil, self.timetable, self.steps)
        return (self.look, self.turn, self.deliver, self.edits, *by_the_clock)


def make_stories(on: Ground) -> Stories:
    """Every flow, not yet started."""

    def routine(name: str, step: Callable[[], Awaitable[datetime | None]]) -> Routine:
        return Routine(name, step, clock=on.clock, alarm=on.alarm)

    def news() -> None:
        for each in (deliver, edits, steps):
            each.wake()

    def changed() -> None:
        lookout.forget()
        for each in (look, turn, deliver, edits, steps):
            each.wake()

    def rescheduled() -> None:
        timetable.wake()
        news()

    gate, lookout = Gate(on.store, on.identity, on.rules.account_id), Lookout(on.source, on.store, on.rules)
    readings = Readings(on.source, on.store, on.vitals, rules=on.rules, on_news=news, on_part=lookout.saw)
    line, budget = SlackLine(on.clock, on.vitals), Budget(EDITS_PER_MINUTE, on.clock.monotonic())
    sharing = Sharing(on.store, on.chat, on.clock, line, on.identity, news)
    ask, catch_up = _ask(on, readings, gate, sharing), CatchUp(on.store, on.clock, on.rules, news)
    poll = Poll(readings, lookout, on.source, on.store, on.clock, on.vitals, on.rules, catch_up)
    sender = Sender(on.store, on.clock, on.identity, on.rules, on.vitals, news)
    editor = Editor(on.store, on.chat, on.clock, line, on.identity, on.rules, budget, sender, sharing)
    staleness = Staleness(on.store, on.clock, on.vitals, on.rules, catch_up, news)
    deadlines = Deadlines(on.store, on.rules.account_id, on.rules.longest_settle)
    vigil = routine("vigil", Vigil(on.store, on.clock, on.rules, catch_up, on.source, deadlines, news).step)
    look, deliver = routine("look", poll.look), routine("deliver", _deliver(on, line, sender, sharing).step)
    turn, edits = routine("turn", sender.step), routine("edits", editor.step)
    tend, stale = routine("tend", _house(on, line, changed).step), routine("staleness", staleness.step)
    access = Access(on.store, on.clock, on.identity, line, news, tend.wake, sharing)
    timetable = routine("timetable", Timetable(on.store, on.clock, on.rules, catch_up, news).step)
    by_clock = Timetabling(on.store, on.clock, on.identity, on.rules, catch_up, gate, rescheduled, sharing)
    by_hand = _for_people(on, ask, line, gate, sharing, changed=changed, news=news)
    workflow = _workflow(on, ask, by_hand[0], line, sender, changed=changed, news=news)
    steps, rest = routine("steps", workflow.step), (look, turn, deliver, edits, tend, stale, vigil, timetable)
    return Stories(readings, gate, ask, *by_hand, by_clock, catch_up, sender, access, workflow, sharing, *rest, steps)


def _for_people(
    on: Ground,
    ask: Ask,
    line: SlackLine,
    gate: Gate,
    sharing: Sharing,
    *,
    changed: Callable[[], None],
    news: Callable[[], None],
) -> tuple[Watching, Muting, Triaging, Trials, Previewing, Limits, Sheets, Policing]:
    """What people set going by what they type and click."""
    account_id = on.rules.account_id
    return (
        Watching(ask, on.source, on.store, on.clock, on.identity, account_id, gate, changed, sharing),
        Muting(ask, on.store, on.clock, on.identity, account_id, gate, news),
        Triaging(ask, on.store, on.clock, on.identity, account_id, gate, news, sharing),
        Trials(on.store, on.chat, on.clock, on.identity, account_id, on.granted, news),
        Previewing(ask, on.source, on.store, on.clock, on.rules, gate, sharing),
        Limits(ask, on.store, on.clock, on.identity, account_id, gate, changed),
        Sheets(ask, on.store, on.chat, on.clock, line, on.identity, account_id, gate, on.granted, sharing),
        Policing(on.store, on.clock, on.identity, account_id, gate, changed),
    )


def _ask(on: Ground, readings: Readings, gate: Gate, sharing: Sharing) -> Ask:
    return Ask(
        readings=readings,
        source=on.source,
        store=on.store,
        clock=on.clock,
        vitals=on.vitals,
        identity=on.identity,
        rules=on.rules,
        gate=gate,
        sharing=sharing,
    )


def _workflow(
    on: Ground,
    ask: Ask,
    watching: Watching,
    line: SlackLine,
    sender: Sender,
    *,
    changed: Callable[[], None],
    news: Callable[[], None],
) -> Workflow:
    return Workflow(
        ask=ask,
        watching=watching,
        dates=Dates(on.people, on.clock),
        workflows=on.workflows,
        endings=Endings(on.workflows, on.store, on.clock, line),
        source=on.source,
        store=on.store,
        clock=on.clock,
        line=line,
        identity=on.identity,
        rules=on.rules,
        sender=sender,
        on_change=changed,
        on_news=news,
    )


def _deliver(on: Ground, line: SlackLine, sender: Sender, sharing: Sharing) -> Deliver:
    history = History(on.chat, on.clock, line)
    doubts = Doubts(on.store, on.clock, on.identity, on.rules, sender, history)
    audit = Audit(on.store, on.chat, on.clock, on.identity, line, sender, history)
    return Deliver(on.store, on.chat, on.clock, line, on.identity, on.rules, sender, doubts, audit, sharing)


def _house(on: Ground, line: SlackLine, changed: Callable[[], None]) -> Tend:
    return Tend(
        on.store,
        on.clock,
        on.vitals,
        on.identity,
        on.rules,
        on.introduce,
        changed,
        on.tend_connection,
        line,
        on_ended=changed,
    )
