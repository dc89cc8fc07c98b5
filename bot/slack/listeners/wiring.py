"""Introduces the listeners to one another."""

from collections.abc import Awaitable, Callable

from bot.flows.access import Access
from bot.flows.ask import Ask
from bot.flows.identity import Identity
from bot.flows.muting import Muting
from bot.flows.preview import Previewing
from bot.flows.triaging import Triaging
from bot.flows.trials import Trials
from bot.flows.vitals import Vitals
from bot.flows.watching import Watching
from bot.slack.guard import Guard
from bot.slack.listeners.about import AboutListener
from bot.slack.listeners.command import CommandListener
from bot.slack.listeners.errors import LeftoverListener
from bot.slack.listeners.events import EventsListener
from bot.slack.listeners.failures import FailuresListener
from bot.slack.listeners.help import HelpListener
from bot.slack.listeners.links import LinksListener
from bot.slack.listeners.mute import MuteListener
from bot.slack.listeners.preview import PreviewListener
from bot.slack.listeners.queue import QueueListener
from bot.slack.listeners.status import StatusListener
from bot.slack.listeners.triage import TriageListener
from bot.slack.listeners.trial import TrialListener
from bot.slack.listeners.watch import WatchListener
from bot.slack.listeners.watches import WatchesListener


def make_listeners(
    *,
    guard: Guard,
    ask: Ask,
    watching: Watching,
    access: Access,
    muting: Muting,
    triaging: Triaging,
    trials: Trials,
    previewing: Previewing,
    identity: Identity,
    vitals: Vitals,
    account_id: str,
    command: str,
    direct_channel: Callable[[str], Awaitable[str]],
) -> CommandListener:
    """Every listener; `.register(app)` once. `direct_channel` gives the id of a person's DM with the bot."""
    return CommandListener(
        command=command,
        guard=guard,
        watching=watching,
        vitals=vitals,
        status=StatusListener(ask, guard, command),
        failures=FailuresListener(ask, guard, command),
        links=LinksListener(ask, guard, command),
        watch=WatchListener(watching, guard, identity, account_id, command, direct_channel),
        watches=WatchesListener(ask, command),
        mute=MuteListener(muting, guard, command),
        triage=TriageListener(triaging, ask, guard, command),
        queue=QueueListener(ask, guard),
        preview=PreviewListener(previewing, identity, account_id, command),
        trial=TrialListener(trials, command),
        help=HelpListener(command),
        about=AboutListener(ask),
        leftover=LeftoverListener(guard, command),
        events=EventsListener(access, guard, identity),
    )
