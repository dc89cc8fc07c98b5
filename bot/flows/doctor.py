"""Examine all that the bot needs, and say of each thing that is wrong how to mend it; nothing is posted."""

import asyncio
from collections.abc import Iterable, Set
from dataclasses import dataclass
from pathlib import PurePath

from bot.domain import finding
from bot.domain.finding import Condition, Finding, Greeting
from bot.domain.words import clean
from bot.errors import (
    ChamelaionError,
    KeyRefusedError,
    NewerDatabaseError,
    RateLimitedError,
    SlackBusyError,
    SlackError,
    StoreError,
    TokenRefusedError,
)
from bot.ports import FrontDesk, KnowsItself
from bot.store import Store

_BOT = "Install the Slack app again and copy its bot token (page OAuth & Permissions) to SLACK_BOT_TOKEN."
_APP = (
    "Make an app-level token with connections:write (page Basic Information), copy it to SLACK_APP_TOKEN,"
    " and see that Socket Mode is on."
)
_SLACK_AWAY = "See that this machine reaches SLACK_API_URL, through HTTP_PROXY_URL if it needs a proxy, and try again."
_LATER = "Wait a minute and try again."
_KEY = "Copy an API key from your Chamelaion account to CHAMELAION_API_KEY."
_API_AWAY = (
    "See that this machine reaches CHAMELAION_BASE_URL, through HTTP_PROXY_URL if it needs a proxy, and try again."
)
_NEWER = "Run the version that wrote it, or restore a copy that was made before."
_DATABASE = "See that the place in DATABASE_URL exists and can be written by this user, and that nothing else holds it."
_OUR_CLOCK = "Set this machine's clock by NTP: from 300 s on, Slack's requests are refused as forged."
_API_CLOCK = (
    "Set this machine's clock by NTP, unless it agrees with Slack's: then the API's is wrong, which the bot allows for."
)


@dataclass(frozen=True, slots=True)
class Doctor:
    """`wanted` are the manifest's scopes, `passing` the folders that are emptied, `foreign` the variables ignored."""

    slack: FrontDesk
    api: KnowsItself
    store: Store
    wanted: Set[str]
    passing: Iterable[PurePath]
    foreign: Iterable[str]
    socket_mode: bool

    async def examine(self) -> tuple[Finding, ...]:
        """Every finding, in the order in which things are set up; what depends on something wrong is left out."""
        (greeting, of_slack), of_door, of_api, (condition, of_database) = await asyncio.gather(
            self._slack(), self._door(), self._api(), self._database()
        )
        of_places = await self._places(greeting, condition) if greeting and condition else ()
        own = (Finding("settings", True, "complete"), finding.foreign(self.foreign))
        return (*own, *of_slack, of_door, *of_api, of_database, *of_places)

    async def _slack(self) -> tuple[Greeting | None, tuple[Finding, ...]]:
        try:
            greeting = await self.slack.greet()
        except SlackError as error:
            return None, (_wrong("bot token", error, _BOT),)
        return greeting, (
            Finding("bot token", True, f"{clean(greeting.bot)} in the workspace {clean(greeting.workspace)}"),
            finding.scopes(greeting.scopes, self.wanted),
            finding.history(greeting.scopes, self.wanted),
            finding.clock("Slack", greeting.asked_at, greeting.read_at, greeting.their_now, _OUR_CLOCK),
        )

    async def _door(self) -> Finding:
        if not self.socket_mode:
            return Finding("signing secret", True, "set; whether it is this app's shows when Slack first calls")
        try:
            await self.slack.offer_socket()
        except SlackError as error:
            return _wrong("app token", error, _APP)
        return Finding("app token", True, "Socket Mode connections are given")

    async def _api(self) -> tuple[Finding, ...]:
        try:
            name = await self.api.whoami()
            page = await self.api.page(reference_id=None, offset=0, limit=1)
        except ChamelaionError as error:
            return (Finding("API key", False, str(error), _of_api(error)),)
        return (
            Finding("API key", True, f"{clean(name)}: {page.total} requests can be read"),
            finding.clock("API", page.asked_at, page.read_at, page.api_now, _API_CLOCK),
        )

    async def _database(self) -> tuple[Condition | None, Finding]:
        try:
            condition = await self.store.database.examine()
        except StoreError as error:
            fix = _NEWER if isinstance(error, NewerDatabaseError) else _DATABASE
            return None, Finding("database", False, str(error), fix)
        return condition, finding.persistent(condition, self.passing)

    async def _places(self, greeting: Greeting, condition: Condition) -> tuple[Finding, ...]:
        if not condition.exists:  # asking would make it
            return (finding.places(()), finding.histories(()), finding.sharings(()))
        outbox, workspace_id = self.store.outbox, greeting.workspace_id
        try:
            return (
                finding.places(await outbox.blocked(workspace_id)),
                finding.histories(await outbox.unreadable(workspace_id)),
                finding.sharings(await self.store.sharings.watched(workspace_id)),
            )
        except StoreError:  # its tables are older than this version
            return ()


def _wrong(check: str, error: SlackError, token: str) -> Finding:
    if isinstance(error, TokenRefusedError):
        return Finding(check, False, f"Slack refuses it ({error.code})", token)
    fix = _LATER if isinstance(error, SlackBusyError) else _SLACK_AWAY
    return Finding(check, False, f"Slack could not be asked ({error.code})", fix)


def _of_api(error: ChamelaionError) -> str:
    if isinstance(error, KeyRefusedError):
        return _KEY
    return _LATER if isinstance(error, RateLimitedError) else _API_AWAY
