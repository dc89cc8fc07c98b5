"""Introduces the flows to one another."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import cached_property

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
from bot.flows.ground import Ground
from bot.flows.history import History
from bot.flows.home import Home
from bot.flows.limits import Limits
from bot.flows.lookout import Lookout
from bot.flows.muting import Muting
from bot.flows.policing import Policing
from bot.flows.poll import Poll
from bot.flows.preview import Previewing
from bot.flows.read import Readings
from bot.flows.routine import Routine
from bot.flows.sender import Sender
from bot.flows.shared import Sharing
from bot.flows.sheets import Sheets
from bot.flows.slack_line import SlackLine
from bot.flows.staleness import Staleness
from bot.flows.step_endings import Endings
from bot.flows.tend import Tend
from bot.flows.timetable import Timetable
from bot.flows.timetabling import Timetabling
from bot.flows.triaging import Triaging
from bot.flows.trials import Trials
from bot.flows.vigil import Vigil
from bot.flows.watching import Watching
from bot.flows.workflow import Workflow


class Stories:
    """Every flow, each made once, when it is first asked for; none of the owned tasks is started."""

    def __init__(self, on: Ground) -> None:
        self._on = on
        self._account_id = on.rules.account_id
        self._people = (on.store, on.clock, on.identity, self._account_id)
        self._ruled = (on.store, on.clock, on.rules)
        self._line = SlackLine(on.clock, on.vitals)
        self._posting = (on.store, on.chat, on.clock, self._line, on.identity, on.rules)

    # --- who is woken ---

    def news(self) -> None:
        """There may be something to post, to edit or to show."""
        for each in (self.deliver, self.edits, self.homes, self.steps):
            each.wake()

    def changed(self) -> None:
        """Somebody has changed what is watched."""
        self.home.hurry()
        self._lookout.forget()
        for each in (self.look, self.turn):
            each.wake()
        self.news()

    def rescheduled(self) -> None:
        """Somebody has changed when something is to be told."""
        self.timetable.wake()
        self.news()

    def _home_is_due(self) -> None:
        self.homes.wake()

    # --- what people set going ---

    @cached_property
    def gate(self) -> Gate:
        """What a channel allows."""
        return Gate(self._on.store, self._on.identity, self._account_id)

    @cached_property
    def sharing(self) -> Sharing:
        """Where only counts are shown."""
        on = self._on
        return Sharing(on.store, on.chat, on.clock, self._line, on.identity, self.news)

    @cached_property
    def ask(self) -> Ask:
        """The questions."""
        on = self._on
        return Ask(
            readings=self.readings,
            source=on.source,
            store=on.store,
            clock=on.clock,
            vitals=on.vitals,
            identity=on.identity,
            rules=on.rules,
            gate=self.gate,
            sharing=self.sharing,
        )

    @cached_property
    def watching(self) -> Watching:
        """Watches."""
        return Watching(self.ask, self._on.source, *self._people, self.gate, self.changed, self.sharing)

    @cached_property
    def muting(self) -> Muting:
        """Mutes."""
        return Muting(self.ask, *self._people, self.gate, self.news)

    @cached_property
    def triaging(self) -> Triaging:
        """Care for failures."""
        return Triaging(*self._people, self.gate, self.news, self.sharing, self._on.people)

    @cached_property
    def trials(self) -> Trials:
        """One of each message."""
        on = self._on
        return Trials(on.store, on.chat, on.clock, on.identity, self._account_id, on.granted, self.news)

    @cached_property
    def previewing(self) -> Previewing:
        """What a watch would have posted."""
        on = self._on
        return Previewing(self.ask, on.source, on.store, on.clock, on.rules, self.gate, self.sharing)

    @cached_property
    def limits(self) -> Limits:
        """Deadlines, and how many are expected."""
        return Limits(self.ask, *self._people, self.gate, self.changed)

    @cached_property
    def sheets(self) -> Sheets:
        """Links and files."""
        on, account = self._on, self._account_id
        who = (self._line, on.identity, account, self.gate, on.granted, self.sharing)
        return Sheets(self.ask, on.store, on.chat, on.clock, *who)

    @cached_property
    def policing(self) -> Policing:
        """The settings of channels."""
        return Policing(*self._people, self.gate, self.changed)

    @cached_property
    def timetabling(self) -> Timetabling:
        """Digests and quiet hours."""
        on = self._on
        who = (self.catch_up, self.gate, self.rescheduled, self.sharing)
        return Timetabling(on.store, on.clock, on.identity, on.rules, *who)

    @cached_property
    def workflow(self) -> Workflow:
        """The steps of workflows."""
        on = self._on
        return Workflow(
            ask=self.ask,
            watching=self.watching,
            dates=Dates(on.people, on.clock),
            workflows=on.workflows,
            endings=Endings(on.workflows, on.store, on.clock, self._line),
            source=on.source,
            store=on.store,
            clock=on.clock,
            line=self._line,
            identity=on.identity,
            rules=on.rules,
            sender=self.sender,
            on_change=self.changed,
            on_news=self.news,
        )

    @cached_property
    def access(self) -> Access:
        """What Slack tells of places and of the app."""
        on = self._on
        return Access(on.store, on.clock, on.identity, self._line, self.news, self.tend.wake, self.sharing)

    @cached_property
    def home(self) -> Home:
        """Home tabs, which are kept up to date behind the messages."""
        on = self._on
        return Home(
            store=on.store,
            tab=on.home_tab,
            clock=on.clock,
            line=self._line,
            identity=on.identity,
            rules=on.rules,
            vitals=on.vitals,
            sender=self.sender,
            posts=lambda: self.deliver.busy_since is not None,
            on_due=self._home_is_due,
        )

    # --- what they share ---

    @cached_property
    def readings(self) -> Readings:
        """What is being read."""
        on, saw = self._on, self._lookout.saw
        return Readings(on.source, on.store, on.vitals, rules=on.rules, on_news=self.news, on_part=saw)

    @cached_property
    def catch_up(self) -> CatchUp:
        """After a gap."""
        return CatchUp(*self._ruled, self.news)

    @cached_property
    def sender(self) -> Sender:
        """The lease of whoever sends for the workspace."""
        on = self._on
        return Sender(on.store, on.clock, on.identity, on.rules, on.vitals, self.news)

    @cached_property
    def _lookout(self) -> Lookout:
        return Lookout(self._on.source, self._on.store, self._on.rules)

    # --- the owned tasks ---

    @property
    def routines(self) -> tuple[Routine, ...]:
        """All of them."""
        at_once = (self.look, self.turn, self.deliver, self.edits, self.homes, self.steps)
        return (*at_once, self.tend, self.staleness, self.vigil, self.timetable)

    def _routine(self, name: str, step: Callable[[], Awaitable[datetime | None]]) -> Routine:
        return Routine(name, step, clock=self._on.clock, alarm=self._on.alarm)

    @cached_property
    def look(self) -> Routine:
        """Reads the API and records what happened."""
        on = self._on
        with_whom = (on.store, on.clock, on.vitals, on.rules, self.catch_up)
        return self._routine("look", Poll(self.readings, self._lookout, on.source, *with_whom).look)

    @cached_property
    def turn(self) -> Routine:
        """Keeps or takes the sender's lease."""
        return self._routine("turn", self.sender.step)

    @cached_property
    def deliver(self) -> Routine:
        """Says what is to be said."""
        on, line, sender = self._on, self._line, self.sender
        history = History(on.chat, on.clock, line)
        doubts = Doubts(on.store, on.clock, on.identity, on.rules, sender, history)
        audit = Audit(on.store, on.chat, on.clock, on.identity, line, sender, history)
        return self._routine("deliver", Deliver(*self._posting, sender, doubts, audit, self.sharing).step)

    @cached_property
    def edits(self) -> Routine:
        """Keeps cards and messages true."""
        budget = Budget(EDITS_PER_MINUTE, self._on.clock.monotonic())
        return self._routine("edits", Editor(*self._posting, budget, self.sender, self.sharing).step)

    @cached_property
    def homes(self) -> Routine:
        """Keeps Home tabs true."""
        return self._routine("homes", self.home.step)

    @cached_property
    def steps(self) -> Routine:
        """Does and ends the steps of workflows."""
        return self._routine("steps", self.workflow.step)

    @cached_property
    def tend(self) -> Routine:
        """Retention, the connection, watches that end."""
        on, changed = self._on, self.changed
        who = (on.identity, on.rules, on.introduce, changed, on.tend_connection, self._line)
        return self._routine("tend", Tend(on.store, on.clock, on.vitals, *who, on_ended=changed).step)

    @cached_property
    def staleness(self) -> Routine:
        """Tells when nothing could be read for long."""
        on = self._on
        return self._routine(
            "staleness", Staleness(on.store, on.clock, on.vitals, on.rules, self.catch_up, self.news).step
        )

    @cached_property
    def vigil(self) -> Routine:
        """Sees what only time shows."""
        deadlines = Deadlines(self._on.store, self._account_id, self._on.rules.longest_settle)
        vigil = Vigil(*self._ruled, self.catch_up, self._on.source, deadlines, self.news)
        return self._routine("vigil", vigil.step)

    @cached_property
    def timetable(self) -> Routine:
        """Digests, and the ends of quiet hours."""
        return self._routine("timetable", Timetable(*self._ruled, self.catch_up, self.news).step)
