"""The composition root: makes each object once and introduces them to one another."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog
from aiohttp import ClientSession, web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.chamelaion import ChamelaionGateway
from bot.domain.budget import Budget
from bot.domain.catch_up import gap_begins_after
from bot.errors import SettingsError, SlackError, StoreError, TokenRefusedError
from bot.flows.dates import Dates
from bot.flows.filling import Filling
from bot.flows.ground import Ground
from bot.flows.health import Health
from bot.flows.hearing import Hearing
from bot.flows.identity import Identity
from bot.flows.mentions import Mentions
from bot.flows.novelties import Novelties
from bot.flows.rules import Rules
from bot.flows.source import Source
from bot.flows.stories import Stories
from bot.flows.unfurling import make_unfurling
from bot.flows.vitals import Vitals
from bot.flows.work import Work
from bot.ports import Chamelaion, Chat, Clock
from bot.scheduler import Scheduler
from bot.settings import MEND, InDoubt, Settings, secret
from bot.slack.bolt import HttpDoor, make_bolt
from bot.slack.chat import SlackChat
from bot.slack.door import Door, http_door, socket_door
from bot.slack.guard import Guard
from bot.slack.homes import SlackHomes
from bot.slack.listeners.wiring import Flows, make_listeners
from bot.slack.people import SlackPeople
from bot.slack.reply import Replies
from bot.slack.rooms import Rooms
from bot.slack.screen import Screens
from bot.slack.session import slack_session
from bot.slack.socket import SocketMode
from bot.slack.unfurler import SlackUnfurler
from bot.slack.workflows import SlackWorkflows
from bot.store import Store, open_store
from bot.web import Web

log = structlog.get_logger(__name__)
ACCOUNT = "default"
LONGEST_SLACK_CALL = 10.0  # seconds
WORK_GRACE = 3.0  # seconds that answers under way have at the end
WAITING_ROOM = 1_024  # connections waiting to be accepted: one turned away is tried again only seconds later
STEP_GRACE = 2.0  # seconds that a look or a post under way has at the end


@dataclass(frozen=True, slots=True)
class Parts:
    """The replaceable pieces: each function is given the real one and returns what is used in its place."""

    chamelaion: Callable[[Chamelaion], Chamelaion] = lambda api: api
    chat: Callable[[Chat], Chat] = lambda chat: chat
    store: Callable[[Store], Store] = lambda store: store


@dataclass(frozen=True, slots=True)
class App:
    """The running bot; `port` is where its HTTP server listens."""

    port: int
    health: Health
    stories: Stories
    work: Work


@asynccontextmanager
async def make_app(settings: Settings, clock: Clock, parts: Parts = Parts()) -> AsyncIterator[App]:
    """The whole bot, started; at the end what is in hand is finished or released.

    Raises `SettingsError` for what only the operator can mend.
    """
    async with AsyncExitStack() as stack:
        seconds = min(LONGEST_SLACK_CALL, 0.4 * settings.quiet_seconds)  # a post takes two calls, within the quiet time
        session = await stack.enter_async_context(slack_session(seconds))
        slack = SlackChat(slack_client(settings, session), settings.slack_command, seconds)
        identity = Identity()
        bolt = make_bolt(client=slack.client, identity=identity, signing_secret=secret(settings.slack_signing_secret))
        door = _door(settings, clock, bolt, slack)
        ground = await _ground(settings, clock, parts, stack, slack=slack, identity=identity, door=door)
        stories = Stories(ground)
        with suppress(StoreError):  # then the first look does it
            await stories.catch_up.begin()  # before anybody can ask: an answer reads, and would hide the gap
        work = Work()
        _listen(slack, ground, stories, bolt, _guard(slack, ground, stories, work))
        stack.push_async_callback(stories.readings.close)
        stack.push_async_callback(_give_back, stories)
        stack.push_async_callback(_wind_up, stories, work)
        health = _health(ground, stories, door)
        port = await _serve(settings, Web(health, door.http), stack)
        stack.push_async_callback(door.close)
        stack.push_async_callback(stories.tend.stop, STEP_GRACE)  # first of all: it would open the door again
        await _introduce("SLACK_BOT_TOKEN", ground.introduce)
        await _introduce("SLACK_APP_TOKEN", door.open)
        for routine in stories.routines:
            routine.start()
        yield App(port, health, stories, work)


async def _ground(
    settings: Settings,
    clock: Clock,
    parts: Parts,
    stack: AsyncExitStack,
    *,
    slack: SlackChat,
    identity: Identity,
    door: Door,
) -> Ground:
    store = parts.store(await opened(settings, clock, stack))
    api = source(settings, clock, parts, stack)
    scheduler = Scheduler(clock)
    scheduler.start()
    stack.callback(scheduler.close)

    async def introduce() -> None:
        me = await slack.identity()
        identity.workspace_id, identity.bot_user_id, identity.bot_id = me.team_id, me.bot_user_id, me.bot_id
        identity.scopes = me.scopes

    async def granted() -> frozenset[str]:
        return (await slack.identity()).scopes

    return Ground(
        rules=_rules(settings),
        clock=clock,
        alarm=scheduler,
        store=store,
        vitals=api.vitals,
        identity=identity,
        source=api,
        chat=parts.chat(slack),
        people=SlackPeople(slack.client, clock, slack.timeout_seconds),
        workflows=SlackWorkflows(slack.client, slack.timeout_seconds),
        introduce=introduce,
        tend_connection=door.tend,
        granted=granted,
        home_tab=SlackHomes(_screens(slack, api.vitals, clock), slack.command),
    )


def _rules(settings: Settings) -> Rules:
    return Rules(
        account_id=ACCOUNT,
        owner=f"{socket.gethostname()} {os.getpid()}",
        poll_interval=timedelta(seconds=settings.poll_interval),
        gap_after=gap_begins_after(timedelta(seconds=settings.poll_interval)),
        longest_settle=timedelta(seconds=settings.settle_seconds),
        card_interval=timedelta(seconds=settings.card_interval),
        quiet=timedelta(seconds=settings.quiet_seconds),
        retention=timedelta(days=settings.retention_days),
        resend_in_doubt=settings.in_doubt is InDoubt.RESEND,
    )


async def opened(settings: Settings, clock: Clock, stack: AsyncExitStack, *, migrated: bool = True) -> Store:
    """The store, closed with the stack; raises `SettingsError` where it cannot be used."""
    try:
        store = await open_store(settings.database_url, clock)
        stack.push_async_callback(store.database.close)
        if migrated:
            await store.database.migrate()
    except StoreError as error:
        raise SettingsError([f"DATABASE_URL: {error}"]) from error
    return store


def gateway(settings: Settings, clock: Clock, stack: AsyncExitStack) -> ChamelaionGateway:
    """The way to the API, closed with the stack."""
    key, proxy = secret(settings.chamelaion_api_key), settings.http_proxy_url
    gateway = ChamelaionGateway.open(key, settings.chamelaion_base_url, settings.api_timeout, clock, proxy)
    stack.push_async_callback(gateway.aclose)
    return gateway


def source(settings: Settings, clock: Clock, parts: Parts, stack: AsyncExitStack) -> Source:
    """The API behind its budget."""
    api = gateway(settings, clock, stack)
    began = clock.monotonic()
    budget = Budget(settings.api_calls_per_minute, began)
    return Source(parts.chamelaion(api), budget, clock, Vitals(started_at=clock.now(), beat_at=began))


def slack_client(settings: Settings, session: ClientSession) -> AsyncWebClient:
    """Slack's Web API, which nothing asks twice."""
    token = secret(settings.slack_bot_token)
    client = AsyncWebClient(token=token, base_url=settings.slack_api_url, session=session, retry_handlers=[])
    client.proxy = settings.http_proxy_url
    return client


def _door(settings: Settings, clock: Clock, bolt: AsyncApp, slack: SlackChat) -> Door:
    if not settings.socket_mode:
        return http_door(HttpDoor(bolt))
    app_token = secret(settings.slack_app_token)
    return socket_door(SocketMode(bolt, app_token, slack.client, clock, settings.http_proxy_url), clock)


def _listen(slack: SlackChat, ground: Ground, stories: Stories, bolt: AsyncApp, guard: Guard) -> None:
    make_listeners(
        guard=guard,
        flows=Flows(
            ask=stories.ask,
            watching=stories.watching,
            access=stories.access,
            muting=stories.muting,
            triaging=stories.triaging,
            trials=stories.trials,
            previewing=stories.previewing,
            sheets=stories.sheets,
            home=stories.home,
            hearing=Hearing(ground.store, ground.clock),
            mentions=Mentions(stories.ask, ground.store, stories.gate, ACCOUNT),
            limits=stories.limits,
            timetabling=stories.timetabling,
            filling=Filling(stories.ask, ground.store, ground.identity, ACCOUNT, stories.gate, stories.sharing),
            policing=stories.policing,
            unfurling=make_unfurling(ground, stories, ACCOUNT, SlackUnfurler(slack.client, slack.timeout_seconds)),
            dates=Dates(ground.people, ground.clock),
            workflow=stories.workflow,
        ),
        identity=ground.identity,
        vitals=ground.vitals,
        account_id=ACCOUNT,
        command=slack.command,
        direct_channel=slack.direct_channel,
        rooms=Rooms(slack.client, slack.timeout_seconds),
    ).register(bolt)


def _guard(slack: SlackChat, ground: Ground, stories: Stories, work: Work) -> Guard:
    novelties = Novelties(ground.store, ground.clock, ground.identity)
    replies = Replies(slack.client, ground.vitals, novelties, ground.clock.sleep)
    return Guard(work, replies, _screens(slack, ground.vitals, ground.clock), stories.sharing.admit)


def _screens(slack: SlackChat, vitals: Vitals, clock: Clock) -> Screens:
    return Screens(slack.client, vitals, slack.timeout_seconds, clock.sleep)


def _health(ground: Ground, stories: Stories, door: Door) -> Health:
    return Health(
        clock=ground.clock,
        vitals=ground.vitals,
        identity=ground.identity,
        source=ground.source,
        store=ground.store,
        look=stories.look,
        account_id=ACCOUNT,
        connected=door.connected,
    )


async def _serve(settings: Settings, door: Web, stack: AsyncExitStack) -> int:
    runner = web.AppRunner(door.application(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    where = f"{settings.host}:{settings.port}"
    try:
        await web.TCPSite(runner, settings.host, settings.port, backlog=WAITING_ROOM).start()
    except OSError as error:
        raise SettingsError([f"HOST, PORT: cannot listen on {where} ({error.strerror})"]) from error
    return int(runner.addresses[0][1])


async def _introduce(token: str, step: Callable[[], Awaitable[None]]) -> None:
    """At the start a refused token is the operator's to mend; a Slack that is away is tried again later."""
    try:
        await step()
    except TokenRefusedError as error:
        raise SettingsError([f"{token}: Slack refuses it ({error.code}); {MEND[token.lower()]}"]) from error
    except SlackError as error:
        log.warning("Slack cannot be reached yet; trying again", why=error.code)


async def _wind_up(stories: Stories, work: Work) -> None:
    routines = (routine.stop(STEP_GRACE) for routine in stories.routines)
    await asyncio.gather(work.close(WORK_GRACE), stories.workflow.close(STEP_GRACE), *routines)


async def _give_back(stories: Stories) -> None:
    """After everything that may ask for the lease has ended, whatever came of that."""
    with suppress(StoreError):  # then the next process waits for the lease to end
        await stories.sender.release()
