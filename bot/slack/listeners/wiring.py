"""Introduces the listeners to one another."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.flows.access import Access
from bot.flows.ask import Ask
from bot.flows.dates import Dates
from bot.flows.filling import Filling
from bot.flows.hearing import Hearing
from bot.flows.home import Home
from bot.flows.identity import Identity
from bot.flows.limits import Limits
from bot.flows.mentions import Mentions
from bot.flows.muting import Muting
from bot.flows.policing import Policing
from bot.flows.preview import Previewing
from bot.flows.sheets import Sheets
from bot.flows.timetabling import Timetabling
from bot.flows.triaging import Triaging
from bot.flows.trials import Trials
from bot.flows.unfurling import Unfurling
from bot.flows.vitals import Vitals
from bot.flows.watching import Watching
from bot.flows.workflow import Workflow
from bot.slack.guard import Guard
from bot.slack.listeners.about import AboutListener
from bot.slack.listeners.command import CommandListener
from bot.slack.listeners.elsewhere import ElsewhereListener
from bot.slack.listeners.errors import LeftoverListener
from bot.slack.listeners.events import EventsListener
from bot.slack.listeners.export import ExportListener
from bot.slack.listeners.failures import FailuresListener
from bot.slack.listeners.help import HelpListener
from bot.slack.listeners.home import HomeListener
from bot.slack.listeners.home_answers import HomeAnswers
from bot.slack.listeners.limit import LimitListener
from bot.slack.listeners.links import LinksListener
from bot.slack.listeners.mentioned import MentionedListener
from bot.slack.listeners.mute import MuteListener
from bot.slack.listeners.preview import PreviewListener
from bot.slack.listeners.queue import QueueListener
from bot.slack.listeners.settings import SettingsListener
from bot.slack.listeners.status import StatusListener
from bot.slack.listeners.status_form import StatusFormListener
from bot.slack.listeners.timetable import TimetableListener
from bot.slack.listeners.triage import TriageListener
from bot.slack.listeners.trial import TrialListener
from bot.slack.listeners.unfurl import UnfurlListener
from bot.slack.listeners.watch import WatchListener
from bot.slack.listeners.watch_form import WatchForms
from bot.slack.listeners.watches import WatchesListener
from bot.slack.listeners.words import WordsListener
from bot.slack.rooms import Rooms


@dataclass(frozen=True, slots=True)
class Flows:
    """What people set going by what they type and click."""

    ask: Ask
    watching: Watching
    access: Access
    muting: Muting
    triaging: Triaging
    trials: Trials
    previewing: Previewing
    limits: Limits
    timetabling: Timetabling
    dates: Dates
    sheets: Sheets
    workflow: Workflow
    home: Home
    hearing: Hearing
    mentions: Mentions
    filling: Filling
    policing: Policing
    unfurling: Unfurling


def make_listeners(
    *,
    guard: Guard,
    flows: Flows,
    identity: Identity,
    vitals: Vitals,
    account_id: str,
    command: str,
    direct_channel: Callable[[str], Awaitable[str]],
    rooms: Rooms,
) -> CommandListener:
    """Every listener; `.register(app)` once. `direct_channel` gives the id of a person's DM with the bot."""
    ask, watching, sheets, dates = flows.ask, flows.watching, flows.sheets, flows.dates
    watch = WatchListener(watching, guard, identity, dates, account_id, command, direct_channel)
    forms = WatchForms(watch, flows.filling, rooms, guard, command)
    return CommandListener(
        command=command,
        guard=guard,
        watching=watching,
        vitals=vitals,
        status=StatusListener(ask, guard, command),
        failures=FailuresListener(ask, guard, command),
        links=LinksListener(ask, sheets, guard, command),
        export=ExportListener(ask, sheets, guard, command),
        watch=watch,
        watch_forms=forms,
        watches=WatchesListener(ask, guard, command),
        mute=MuteListener(flows.muting, guard, command),
        triage=TriageListener(flows.triaging, ask, guard, command),
        queue=QueueListener(ask, guard),
        preview=PreviewListener(flows.previewing, identity, account_id, command),
        trial=TrialListener(flows.trials, command),
        limit=LimitListener(flows.limits, dates, command),
        timetable=TimetableListener(flows.timetabling, dates, command, direct_channel),
        settings=SettingsListener(flows.policing, guard, command),
        help=HelpListener(command),
        about=AboutListener(ask),
        leftover=LeftoverListener(guard, command),
        elsewhere=_elsewhere(flows, forms, guard, identity, command),
    )


def _elsewhere(flows: Flows, forms: WatchForms, guard: Guard, identity: Identity, command: str) -> ElsewhereListener:
    home = _home(flows, forms, guard, command)
    return ElsewhereListener(
        words=WordsListener(flows.hearing, flows.access, guard, identity, flows.mentions, command),
        mentioned=MentionedListener(flows.mentions, forms, guard),
        status_form=StatusFormListener(flows.ask, forms, guard, command),
        unfurl=UnfurlListener(flows.unfurling, flows.hearing, guard),
        home=home,
        events=EventsListener(flows.access, flows.workflow, guard, identity, home),
    )


def _home(flows: Flows, forms: WatchForms, guard: Guard, command: str) -> HomeListener:
    return HomeListener(
        home=flows.home,
        answers=HomeAnswers(flows.ask, flows.sheets, command),
        watching=flows.watching,
        muting=flows.muting,
        triaging=flows.triaging,
        watch_forms=forms,
        guard=guard,
        command=command,
    )
