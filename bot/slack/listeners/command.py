"""The slash command: understand what was typed, and hand it to the listener that knows."""

from dataclasses import dataclass
from typing import assert_never

from slack_bolt.app.async_app import AsyncApp

from bot.errors import BadCommandError, NotAllowedError
from bot.flows.vitals import Vitals
from bot.flows.watching import Watching
from bot.slack.commands import (
    About,
    AskWatch,
    Assign,
    Command,
    Deadline,
    Expect,
    Export,
    Failures,
    Handle,
    Help,
    Limiting,
    Links,
    ListWatches,
    Mute,
    MuteKind,
    Preview,
    Queue,
    Settings,
    StartWatch,
    Status,
    StopWatch,
    Triage,
    Trial,
    Unmute,
)
from bot.slack.grammar import parse
from bot.slack.guard import Guard
from bot.slack.listeners.about import AboutListener
from bot.slack.listeners.elsewhere import ElsewhereListener
from bot.slack.listeners.errors import LeftoverListener
from bot.slack.listeners.export import ExportListener
from bot.slack.listeners.failures import FailuresListener
from bot.slack.listeners.help import HelpListener
from bot.slack.listeners.limit import LimitListener
from bot.slack.listeners.links import LinksListener
from bot.slack.listeners.mute import MuteListener
from bot.slack.listeners.preview import PreviewListener
from bot.slack.listeners.queue import QueueListener
from bot.slack.listeners.settings import SettingsListener
from bot.slack.listeners.status import StatusListener
from bot.slack.listeners.timetable import TimetableListener
from bot.slack.listeners.triage import TriageListener
from bot.slack.listeners.trial import TrialListener
from bot.slack.listeners.watch import WatchListener
from bot.slack.listeners.watch_form import WatchForms
from bot.slack.listeners.watches import WatchesListener
from bot.slack.payload import Asked
from bot.slack.reply import Reply
from bot.slack.timetables import DailyDigest, QuietHours, Timetabled

COUNTED_AS: dict[type[Command], str] = {
    Status: "status",
    StartWatch: "watch",
    AskWatch: "watch form",
    StopWatch: "unwatch",
    ListWatches: "watches",
    Failures: "failures",
    Links: "links",
    Export: "export",
    Mute: "mute",
    Unmute: "unmute",
    MuteKind: "mute kind",
    Handle: "handled",
    Assign: "assign",
    Queue: "queue",
    Preview: "preview",
    Trial: "test",
    Settings: "settings",
    Deadline: "deadline",
    Expect: "expect",
    QuietHours: "quiet",
    DailyDigest: "digest",
    Help: "help",
    About: "about",
}


@dataclass(frozen=True, slots=True)
class CommandListener:
    """One slash command for everything; `register` registers all listeners, those of events too."""

    command: str
    guard: Guard
    watching: Watching
    vitals: Vitals
    status: StatusListener
    failures: FailuresListener
    links: LinksListener
    export: ExportListener
    watch: WatchListener
    watch_forms: WatchForms
    watches: WatchesListener
    mute: MuteListener
    triage: TriageListener
    queue: QueueListener
    preview: PreviewListener
    trial: TrialListener
    limit: LimitListener
    timetable: TimetableListener
    settings: SettingsListener
    help: HelpListener
    about: AboutListener
    leftover: LeftoverListener
    elsewhere: ElsewhereListener

    def register(self, app: AsyncApp) -> None:
        """Listen to the command, to every button and to every event."""
        app.command(self.command)(self.guard.command(self.answer))
        answering = (
            self.status,
            self.failures,
            self.links,
            self.export,
            self.watch,
            self.watch_forms,
            self.watches,
            self.mute,
            self.triage,
            self.queue,
            self.settings,
        )
        self.elsewhere.register(app, self.answer)
        for listener in (*answering, self.leftover):
            listener.register(app)

    async def answer(self, asked: Asked, reply: Reply) -> None:
        """Answer one command; raises `BadCommandError` for what cannot be done."""
        try:
            command = self._understood(asked.text)
        except BadCommandError:
            await self.watching.visited(asked.place)
            raise
        await self._admit(command, asked)
        if isinstance(command, Help | AskWatch):  # it works without our memory too, and a form is soon too late
            await self._dispatch(command, asked, reply)
            await self.watching.visited(asked.place)
        else:
            await self.watching.visited(asked.place)
            await self._dispatch(command, asked, reply)

    async def _admit(self, command: Command, asked: Asked) -> None:
        """Who is of another organisation asks only for what is watched there: `status *` would tell all there is."""
        try:
            await self.guard.admit(asked.team, asked.place)
        except NotAllowedError:
            is_theirs = isinstance(command, Status) and await self.watching.is_watched(asked.place, command.reference)
            if not (is_theirs or isinstance(command, ListWatches | Help)):
                raise

    def _understood(self, text: str) -> Command:
        try:
            command = parse(text, self.command)
        except BadCommandError:
            self.vitals.commands["not understood"] += 1
            raise
        self.vitals.commands[COUNTED_AS[type(command)]] += 1
        return command

    async def _dispatch(self, command: Command, asked: Asked, reply: Reply) -> None:
        match command:
            case Status():
                await self.status.answer(command, asked.place, reply)
            case ListWatches():
                await self.watches.answer(command, asked, reply)
            case Failures() | Links() | Export():
                await self._list(command, asked, reply)
            case Queue() | Preview():
                await self._survey(command, asked, reply)
            case Settings():
                await self.settings.answer(asked, reply)
            case Trial() | Help() | About():
                await self._about_us(command, asked, reply)
            case _:
                await self._change(command, asked, reply)

    async def _change(
        self,
        command: StartWatch | AskWatch | StopWatch | Mute | Unmute | Triage | Limiting | Timetabled,
        asked: Asked,
        reply: Reply,
    ) -> None:
        match command:
            case StartWatch():
                await self.watch.start(command, asked, reply)
            case AskWatch():
                await self.watch_forms.asked(asked, reply)
            case StopWatch():
                await self.watch.stop(command, asked, reply)
            case Mute() | Unmute():
                await self.mute.answer(command, asked, reply)
            case Deadline() | Expect():
                await self.limit.answer(command, asked, reply)
            case QuietHours() | DailyDigest():
                await self.timetable.answer(command, asked, reply)
            case _:
                await self.triage.answer(command, asked, reply)

    async def _list(self, command: Failures | Links | Export, asked: Asked, reply: Reply) -> None:
        match command:
            case Failures():
                await self.failures.answer(command.reference, asked.place, reply)
            case Links():
                await self.links.answer(command, asked.place, asked.user, reply)
            case Export():
                await self.export.answer(command, asked.place, asked.user, reply)
            case _:
                assert_never(command)

    async def _survey(self, command: Queue | Preview, asked: Asked, reply: Reply) -> None:
        match command:
            case Queue():
                await self.queue.answer(asked.place, reply)
            case Preview():
                await self.preview.answer(command, asked, reply)
            case _:
                assert_never(command)

    async def _about_us(self, command: Trial | Help | About, asked: Asked, reply: Reply) -> None:
        match command:
            case Trial():
                await self.trial.answer(asked, reply)
            case Help():
                await self.help.answer(command, reply)
            case About():
                await self.about.answer(reply)
            case _:
                assert_never(command)
