"""What needs only some of the pieces, and only once: a question, a migration, a check-up."""

import tempfile
from contextlib import AsyncExitStack
from pathlib import PurePath

from bot.app import LONGEST_SLACK_CALL, Parts, gateway, opened, slack_client, source
from bot.domain.answer import RequestAnswer, StatusAnswer
from bot.domain.finding import Finding
from bot.flows.doctor import Doctor
from bot.flows.read import read_once
from bot.ports import Clock
from bot.settings import Settings, secret
from bot.slack.checkup import SlackCheckup
from bot.slack.manifest import SCOPES
from bot.slack.session import slack_session

EMPTIED = ("/var/tmp", "/dev/shm")  # noqa: S108 - named to warn of them


async def ask_once(settings: Settings, clock: Clock, reference: str) -> StatusAnswer | RequestAnswer:
    """Read a reference, or a request by its UUID, without Slack and without a memory; raises a `ChamelaionError`."""
    async with AsyncExitStack() as stack:
        return await read_once(source(settings, clock, Parts(), stack), reference)


async def migrate_database(settings: Settings, clock: Clock) -> None:
    """Bring the database up to date; raises `SettingsError` where that cannot be done."""
    async with AsyncExitStack() as stack:
        await opened(settings, clock, stack)


async def examine(settings: Settings, clock: Clock, foreign: tuple[str, ...]) -> tuple[Finding, ...]:
    """What is right and wrong with all that the bot needs; `foreign` are the variables that were ignored.

    Raises `SettingsError` for what cannot even be tried.
    """
    async with AsyncExitStack() as stack:
        client = slack_client(settings, await stack.enter_async_context(slack_session(LONGEST_SLACK_CALL)))
        doctor = Doctor(
            slack=SlackCheckup(client, secret(settings.slack_app_token), clock, LONGEST_SLACK_CALL),
            api=gateway(settings, clock, stack),
            store=await opened(settings, clock, stack, migrated=False),
            wanted=frozenset(SCOPES),
            passing=tuple(map(PurePath, (tempfile.gettempdir(), *EMPTIED))),
            foreign=foreign,
            socket_mode=settings.socket_mode,
        )
        return await doctor.examine()
