"""The real Bolt app between a fake Slack and canned flows."""

from collections.abc import AsyncIterator, Sequence, Set
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from aiohttp import ClientSession, web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.announcement import Example
from bot.domain.answer import (
    AboutAnswer,
    ExceptedAnswer,
    GlobAnswer,
    GlobWatchAnswer,
    LimitAnswer,
    RequestAnswer,
    Scope,
    StatusAnswer,
    StoppedAnswer,
    WatchAnswer,
    WatchesAnswer,
    WatchLine,
)
from bot.domain.answer import Wish as Wanted
from bot.domain.deed import Did
from bot.domain.glob import Glob, compiled, is_glob
from bot.domain.lineup import LineupAnswer
from bot.domain.mute import Mute
from bot.domain.natural_time import TypedTime
from bot.domain.overview import Standing, survey
from bot.domain.people_answer import MutedAnswer, TrialAnswer, Undone, UndoneAnswer, UnmutedAnswer
from bot.domain.progress import summarise
from bot.domain.sheet import Format, Kind, SheetAnswer, gathered
from bot.domain.watch import Events, Watch
from bot.errors import NotAllowedError
from bot.flows.access import Access
from bot.flows.ask import Ask
from bot.flows.dates import Dates
from bot.flows.identity import Identity
from bot.flows.limits import Limits
from bot.flows.muting import Muting
from bot.flows.sheets import Sheets
from bot.flows.trials import Trials
from bot.flows.vitals import Vitals
from bot.flows.watching import Watching
from bot.flows.work import Work
from bot.sandbox.slack_entities import Message
from bot.sandbox.slack_server import BOT_TOKEN, SIGNING_SECRET, SlackSandbox
from bot.sandbox.workspace import ANA, TEAM
from bot.slack.bolt import HttpDoor, make_bolt
from bot.slack.guard import Guard
from bot.slack.listeners.wiring import Flows, make_listeners
from bot.slack.people import SlackPeople
from bot.slack.reply import Replies
from bot.slack.rooms import Rooms
from bot.slack.screen import Screens
from tests.builders import NOON, request, watch
from tests.fakes import FakeClock, HastyClock
from tests.slack.account_rig import CannedPreviewing, lineup_answer
from tests.slack.filling_rig import CannedFilling
from tests.slack.home_rig import CannedHome
from tests.slack.novelty_rig import CannedNovelties
from tests.slack.policy_rig import CannedPolicing
from tests.slack.timetable_rig import CannedTimetabling
from tests.slack.triage_rig import CannedTriaging
from tests.slack.unfurl_rig import CannedUnfurling
from tests.slack.words_rig import CannedHearing, CannedMentions
from tests.slack.workflow_rig import CannedWorkflow

DE = "C0DUBBINGDE"
REF = "batch-1"
Answer = StatusAnswer | RequestAnswer


def status() -> StatusAnswer:
    """An answer on three requests, one failed."""
    rows = (request(1, "completed"), request(2, "failed", error="no face detected"), request(3))
    return StatusAnswer(summarise(REF, rows), NOON, requests=rows)


class CannedAsk(Ask):
    """Answers what it was given; remembers the questions."""

    def __init__(self) -> None:
        self.questions: list[tuple[object, ...]] = []
        self.answers: list[Answer] = [status()]
        self.remembered = status()
        self.lines: tuple[WatchLine, ...] = ()
        self.fault: Exception | None = None

    async def glob(self, text: str) -> Glob | None:
        return compiled(text) if is_glob(text) else None

    async def overview(self, glob: Glob, *, most: int = 10, **_: object) -> GlobAnswer:
        self.questions.append(("overview", glob.pattern))
        progress = summarise(REF, [request(1, "failed"), request(2)])
        return GlobAnswer(survey(glob.pattern, [Standing(progress, NOON, NOON)], looked_at=NOON, most=most), NOON)

    async def lineup(self, **_: object) -> LineupAnswer:
        self.questions.append(("lineup",))
        return lineup_answer()

    async def _answered(self, *question: object) -> AsyncIterator[Answer]:
        self.questions.append(question)
        for answer in self.answers:
            yield answer
        if self.fault:
            raise self.fault

    def status(self, reference: str, *, fresh: bool = False, **_: object) -> AsyncIterator[Answer]:
        return self._answered("status", reference, fresh)

    def failures(self, reference: str, **_: object) -> AsyncIterator[Answer]:
        return self._answered("failures", reference)

    async def recall(self, reference_id: str, **_: object) -> StatusAnswer:
        self.questions.append(("recall", reference_id))
        return self.remembered

    async def watches(self, scope: Scope, *, place: str, user: str) -> WatchesAnswer:
        self.questions.append(("watches", scope, place, user))
        return WatchesAnswer(scope, self.lines)

    async def about(self) -> AboutAnswer:
        self.questions.append(("about",))
        return AboutAnswer("1.2.3", NOON, NOON, None, 1, 0, 0, 0, None, None, 3, 60)


class CannedWatching(Watching):
    """Does nothing, and remembers what was wished."""

    wishes: list[Wanted]
    stopped: list[tuple[str, str]]
    visits: list[str]
    authors: list[str]
    undone: list[Undone]
    faults: list[Exception]
    answers: list[Watch]

    def __init__(self) -> None:
        for name in ("wishes", "stopped", "visits", "authors", "faults", "answers"):
            object.__setattr__(self, name, [])  # the original is frozen
        object.__setattr__(self, "undone", [Undone.DONE])

    async def start(self, wish: Wanted) -> AsyncIterator[WatchAnswer | GlobWatchAnswer]:
        if self.faults:
            raise self.faults.pop(0)
        self.wishes.append(wish)
        if is_glob(wish.reference_id):
            glob = replace(watch(place=wish.place, reference=wish.reference_id), is_glob=True)
            yield GlobWatchAnswer(glob, True, survey(wish.reference_id, [], looked_at=NOON, most=10))
            return
        there = self.answers.pop() if self.answers else watch(place=wish.place, reference=wish.reference_id)
        yield WatchAnswer(there, True, status())

    async def change(self, wish: Wanted) -> AsyncIterator[WatchAnswer | GlobWatchAnswer]:
        self.wishes.append(wish)
        changed = replace(watch(place=wish.place, reference=wish.reference_id), events=wish.events or Events.PROBLEMS)
        yield WatchAnswer(changed, False, status(), undo="u2")

    async def stop(self, place: str, reference: str, author: str = "") -> StoppedAnswer:
        self.authors.append(author)
        self.stopped.append((place, reference))
        return StoppedAnswer(reference, watch(place=place, reference=reference), undo="u1")

    async def again(self, place: str, reference: str, author: str) -> AsyncIterator[WatchAnswer | GlobWatchAnswer]:
        self.authors.append(author)
        yield WatchAnswer(watch(place=place, reference=reference), True, status())

    async def undo(self, place: str, undo: str, person: str) -> UndoneAnswer:
        self.authors.append(person)
        self.stopped.append((place, f"undo {undo}"))
        return UndoneAnswer(self.undone[0], Did.UNWATCH, REF)

    async def stop_glob(self, place: str, pattern: str, author: str = "") -> StoppedAnswer:
        self.authors.append(author)
        self.stopped.append((place, f"glob {pattern}"))
        return StoppedAnswer(pattern, watch(place=place, reference=pattern))

    async def leave_out(self, place: str, reference: str, author: str) -> ExceptedAnswer:
        self.stopped.append((place, f"except {reference} by {author}"))
        return ExceptedAnswer(reference, ("batch-*",))

    async def is_watched(self, place: str, text: str) -> bool:
        return (place, text) == (DE, REF)

    async def visited(self, place: str) -> None:
        self.visits.append(place)


class CannedAccess(Access):
    """Remembers what it was told; raises what it was given first."""

    told: list[tuple[str, ...]]
    faults: list[Exception]

    def __init__(self) -> None:
        for name in ("told", "faults"):
            object.__setattr__(self, name, [])  # the original is frozen

    def _hear(self, *what: str) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.told.append(what)

    async def joined(self, event_id: str, place: str) -> None:
        self._hear("joined", event_id, place)

    async def unarchived(self, event_id: str, place: str) -> None:
        self._hear("unarchived", event_id, place)

    async def closed(self, event_id: str, place: str, why: str) -> None:
        self._hear("closed", event_id, place, why)

    async def shared(self, place: str) -> None:
        self._hear("shared", place)

    async def unshared(self, place: str) -> None:
        self._hear("unshared", place)

    async def revoked(self, event_id: str, why: str) -> None:
        self._hear("revoked", event_id, why)


class CannedMuting(Muting):
    """Does nothing, and remembers what was wished."""

    wishes: list[tuple[object, ...]]

    def __init__(self) -> None:
        object.__setattr__(self, "wishes", [])  # the original is frozen

    async def mute(
        self, place: str, reference: str | None, length: timedelta, author: str, *, is_glob: bool | None = None
    ) -> MutedAnswer:
        self.wishes.append(("mute", place, reference, length, author, is_glob))
        mute = Mute("m1", "T1", "default", place, reference, bool(is_glob), author, NOON, 0, NOON + length)
        return MutedAnswer(mute, is_new=True)

    async def unmute(
        self, place: str, reference: str | None, author: str, *, is_glob: bool | None = None
    ) -> UnmutedAnswer:
        self.wishes.append(("unmute", place, reference, author, is_glob))
        return UnmutedAnswer(reference, (), 0)


class CannedLimits(Limits):
    """Does nothing, and remembers what was wished."""

    wishes: list[tuple[object, ...]]

    def __init__(self) -> None:
        object.__setattr__(self, "wishes", [])  # the original is frozen

    async def deadline(self, place: str, reference: str, due: TypedTime | None, author: str) -> LimitAnswer:
        self.wishes.append(("deadline", place, reference, due and (due.at, due.zone), author))
        return LimitAnswer("deadline", reference, watch(place=place, reference=reference), due=due, undo="u1")

    async def expect(self, place: str, reference: str, number: int | None, author: str) -> LimitAnswer:
        self.wishes.append(("expect", place, reference, number, author))
        expecting = replace(watch(place=place, reference=reference), expected=number)
        return LimitAnswer("expect", reference, expecting, summarise(REF, [request()]))


class CannedTrials(Trials):
    """Does nothing, and remembers what was wished."""

    runs: list[tuple[str, int, str]]

    def __init__(self) -> None:
        object.__setattr__(self, "runs", [])  # the original is frozen
        object.__setattr__(self, "clock", FakeClock())

    async def begin(self, place: str, examples: Sequence[Example], wanted: Set[str], author: str) -> TrialAnswer:
        assert "chat:write" in wanted
        self.runs.append((place, len(examples), author))
        return TrialAnswer(len(examples))


def sheet(number: int = 2) -> SheetAnswer:
    """An answer with so many links."""
    rows = tuple(request(each, "completed") for each in range(number))
    return SheetAnswer(Kind.LINKS, gathered(REF, rows, number, NOON), rows)


class CannedSheets(Sheets):
    """Answers what it was given; remembers the questions, among those of the others, and what has arrived."""

    def __init__(self, ask: CannedAsk) -> None:
        self.ask = ask
        self.questions = ask.questions
        self.answers: list[StatusAnswer | SheetAnswer] = [sheet()]
        self.arrived: list[tuple[object, ...]] = []
        self.open = False

    async def links(
        self, reference: str, *, place: str, person: str, only_new: bool = False
    ) -> AsyncIterator[StatusAnswer | RequestAnswer | SheetAnswer]:
        self.questions.append(("links", reference, place, person, *(["new"] if only_new else [])))
        for answer in self.answers:
            yield answer

    async def export(
        self, reference: str, wanted: Format, *, place: str, person: str
    ) -> AsyncIterator[StatusAnswer | SheetAnswer]:
        self.questions.append(("export", reference, wanted.value, place, person))
        for answer in self.answers:
            yield answer

    async def shared(self, reference: str, *, place: str) -> AsyncIterator[StatusAnswer | RequestAnswer | SheetAnswer]:
        self.questions.append(("shared", reference, place))
        for answer in self.answers:
            yield answer

    async def can_share(self, place: str) -> bool:  # noqa: ARG002 - the shape of the original
        return self.open

    async def given(self, answer: SheetAnswer, *, place: str, person: str) -> None:
        self.arrived.append((len(answer.shown), place, person))


@dataclass
class Rig:
    """Everything that a test may look at or change."""

    slack: SlackSandbox
    app: AsyncApp
    client: AsyncWebClient
    http: ClientSession
    url: str
    identity: Identity
    work: Work
    clock: FakeClock
    ask: CannedAsk = field(default_factory=CannedAsk)
    watching: CannedWatching = field(default_factory=CannedWatching, repr=False)
    access: CannedAccess = field(default_factory=CannedAccess, repr=False)
    muting: CannedMuting = field(default_factory=CannedMuting, repr=False)
    triaging: CannedTriaging = field(default_factory=CannedTriaging, repr=False)
    previewing: CannedPreviewing = field(default_factory=CannedPreviewing, repr=False)
    limits: CannedLimits = field(default_factory=CannedLimits, repr=False)
    timetabling: CannedTimetabling = field(default_factory=CannedTimetabling, repr=False)
    mentions: CannedMentions = field(default_factory=CannedMentions, repr=False)
    hearing: CannedHearing = field(default_factory=CannedHearing, repr=False)
    policing: CannedPolicing = field(default_factory=CannedPolicing, repr=False)
    unfurling: CannedUnfurling = field(default_factory=CannedUnfurling, repr=False)
    trials: CannedTrials = field(default_factory=CannedTrials, repr=False)
    workflow: CannedWorkflow = field(default_factory=CannedWorkflow, repr=False)
    vitals: Vitals = field(default_factory=lambda: Vitals(NOON, 0))
    sheets: CannedSheets = field(init=False, repr=False)
    novelties: CannedNovelties = field(default_factory=CannedNovelties, repr=False)
    home: CannedHome = field(default_factory=CannedHome, repr=False)
    filling: CannedFilling = field(init=False, repr=False)
    screens: Screens = field(init=False, repr=False)
    guard: Guard = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.sheets = CannedSheets(self.ask)
        self.filling = CannedFilling(self.ask)
        self.screens = Screens(self.client, self.vitals, sleep=HastyClock().sleep)
        replies = Replies(self.client, self.vitals, self.novelties, self.clock.sleep)
        self.guard = Guard(self.work, replies, self.screens, self.admit)

    async def admit(self, team: str, place: str) -> None:
        """Turns away who is of another workspace, in the places that are shared."""
        if team not in ("", TEAM) and self.slack.workspace.channel(place).shared_with:
            raise NotAllowedError("All else is for the people of the workspace that I am of.")

    async def type(self, text: str, place: str = DE, user: str = ANA.id, command: str = "/lipsync") -> None:
        """Type a command and wait until it is answered."""
        delivered = await self.slack.command(user, place, text, command)
        assert delivered.ok, delivered
        await self.work.settle()

    async def click(self, message: Message, action: str, value: str | None = None, user: str = ANA.id) -> None:
        """Click a button and wait until it is answered."""
        delivered = await self.slack.click(user, message.channel, message.ts, action, value=value)
        assert delivered.ok, delivered
        await self.work.settle()

    def seen(self, user: str = ANA.id, place: str | None = None) -> list[Message]:
        """What only this person sees, the oldest first."""
        return self.slack.workspace.ephemerals(user, place)

    def register(self, command: str = "/lipsync") -> None:
        """Let every listener hear."""

        async def direct_channel(user: str) -> str:
            return self.slack.workspace.dm(user).id

        listeners = make_listeners(
            guard=self.guard,
            flows=Flows(
                ask=self.ask,
                watching=self.watching,
                access=self.access,
                muting=self.muting,
                triaging=self.triaging,
                trials=self.trials,
                previewing=self.previewing,
                sheets=self.sheets,
                home=self.home,
                hearing=self.hearing,
                mentions=self.mentions,
                limits=self.limits,
                timetabling=self.timetabling,
                policing=self.policing,
                unfurling=self.unfurling,
                dates=Dates(SlackPeople(self.client, self.clock), self.clock),
                workflow=self.workflow,
                filling=self.filling,
            ),
            identity=self.identity,
            vitals=self.vitals,
            account_id="default",
            command=command,
            direct_channel=direct_channel,
            rooms=Rooms(self.client),
        )
        listeners.register(self.app)


@asynccontextmanager
async def rigged(
    *, known: bool = True, most_work: int = 100, http: bool = True, listening: bool = True
) -> AsyncIterator[Rig]:
    """A rig whose app is served over HTTP (or not at all), and listens unless the test lets it."""
    clock = FakeClock()
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackSandbox(clock=clock))
        session = await stack.enter_async_context(ClientSession())
        client = AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url, session=session, retry_handlers=[])
        client.proxy = None  # what the environment says is not obeyed
        identity = Identity(TEAM, "U0LIPSYNC", "B0LIPSYNC") if known else Identity()
        app = make_bolt(client=client, identity=identity, signing_secret=SIGNING_SECRET)
        url = await stack.enter_async_context(served(HttpDoor(app))) if http else ""
        slack.bot_url = url or None
        work = Work(most_work)
        rig = Rig(slack, app, client, session, url, identity, work, clock)
        if listening:
            rig.register()
        yield rig
        await work.close(0)


@asynccontextmanager
async def served(door: HttpDoor) -> AsyncIterator[str]:
    """The address of a server whose `/slack/events` is this door."""
    application = web.Application()
    application.router.add_post("/slack/events", door.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()
