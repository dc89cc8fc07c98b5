"""The doctor between the two sandboxes: each thing that is wrong is found, alone, with how to mend it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.answer import Wish
from bot.domain.finding import Finding
from bot.errors import SettingsError
from bot.once import examine
from bot.sandbox.account import Account
from bot.sandbox.chamelaion_faults import Fault
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.slack_server import SlackSandbox
from bot.scheduler import SystemClock
from bot.settings import Settings
from bot.store import open_store
from bot.store.database import Database
from bot.store.migrate import bring_up_to_date

HIDDEN = "7264-hidden"
CHECKS = [
    "settings", "environment", "bot token", "scopes", "history", "Slack clock", "app token", "API key", "API clock",
    "database", "places", "histories", "shared channels",
]  # fmt: skip
DOCTORS_CALLS = {"auth.test", "apps.connections.open"}


@dataclass
class ShiftedClock(SystemClock):
    """A machine whose clock is wrong by so much."""

    by: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


@dataclass
class Clinic:
    """What the doctor asks, and a database in a folder that is not taken for a temporary one."""

    slack: SlackSandbox
    api: ChamelaionSandbox
    folder: Path

    def settings(self, **changes: str) -> Settings:
        return Settings.read(
            {
                "SLACK_BOT_TOKEN": f"xoxb-{HIDDEN}",
                "SLACK_APP_TOKEN": f"xapp-{HIDDEN}",
                "SLACK_API_URL": self.slack.api_url,
                "CHAMELAION_API_KEY": HIDDEN,
                "CHAMELAION_BASE_URL": self.api.base_url,
                "DATABASE_URL": f"sqlite:///{self.folder / 'lipsync.db'}",
            }
            | changes
        )

    async def findings(self, *foreign: str, off: timedelta = timedelta(), **changes: str) -> dict[str, Finding]:
        found = await examine(self.settings(**changes), ShiftedClock(off), foreign)
        assert HIDDEN not in str(found)
        assert all(each.ok or each.fix for each in found)
        return {each.check: each for each in found}

    async def only_wrong(self, check: str, *, off: timedelta = timedelta(), **changes: str) -> Finding:
        """The one finding that is wrong, the database's folder aside: pytest's are temporary."""
        found = await self.findings(off=off, **changes)
        assert [name for name, each in found.items() if not each.ok and name != "database"] == [check]
        return found[check]

    async def migrated(self) -> Database:
        database = Database.open(self.settings().database_url, SystemClock())
        await database.write(bring_up_to_date)
        return database


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    clock = SystemClock()
    slack = SlackSandbox(clock=clock, bot_token=f"xoxb-{HIDDEN}", app_token=f"xapp-{HIDDEN}")
    async with slack, ChamelaionSandbox(Account(clock, seed=1), clock, key=HIDDEN) as api:
        yield Clinic(slack, api, tmp_path)


async def test_with_all_in_order_every_check_is_told_and_nothing_is_posted(clinic: Clinic) -> None:
    found = await clinic.findings()
    assert list(found) == CHECKS
    assert [name for name, each in found.items() if not each.ok] == ["database"]
    assert {call.method for call in clinic.slack.calls} <= DOCTORS_CALLS
    assert {call.path for call in clinic.api.calls} == {"/api/v1/users/me", "/api/v1/lipsync/requests"}
    assert list(clinic.folder.iterdir()) == []


async def test_the_bot_token_is_told_by_its_workspace_and_name(clinic: Clinic) -> None:
    found = await clinic.findings()
    auth = next(call.answer for call in clinic.slack.calls if call.method == "auth.test")
    assert auth is not None
    assert found["bot token"].detail == f"{auth['user']} in the workspace {auth['team']}"


async def test_a_refused_bot_token_hides_what_only_it_could_tell(clinic: Clinic) -> None:
    clinic.slack.tokens.bot = "xoxb-new"
    found = await clinic.findings()
    assert "invalid_auth" in found["bot token"].detail
    assert "SLACK_BOT_TOKEN" in found["bot token"].fix
    assert not {"scopes", "history", "Slack clock", "places"} & set(found)


async def test_a_refused_app_token_is_found(clinic: Clinic) -> None:
    clinic.slack.tokens.app = "xapp-new"
    assert "SLACK_APP_TOKEN" in (await clinic.only_wrong("app token")).fix


async def test_over_http_the_signing_secret_is_there_and_no_socket_is_asked_for(clinic: Clinic) -> None:
    found = await clinic.findings(SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET=HIDDEN)
    assert found["signing secret"].ok
    assert [call.method for call in clinic.slack.calls] == ["auth.test"]


async def test_a_missing_scope_is_named(clinic: Clinic) -> None:
    clinic.slack.tokens.scopes -= {"im:write"}
    wrong = await clinic.only_wrong("scopes")
    assert wrong.detail == "missing: im:write"
    assert "manifest" in wrong.fix


async def test_without_a_history_scope_its_places_are_told_at_least_once(clinic: Clinic) -> None:
    clinic.slack.tokens.scopes -= {"groups:history"}
    wrong = await clinic.only_wrong("history")
    assert wrong.detail == (
        "may not be read: private channels (groups:history) are told at least once, not exactly once"
    )


@pytest.mark.parametrize(("minutes", "way"), [(-2, "behind"), (2, "ahead of")])
async def test_a_clock_that_is_off_by_minutes_is_wrong(clinic: Clinic, minutes: int, way: str) -> None:
    clinic.api.date_offset = timedelta(minutes=minutes)
    wrong = await clinic.only_wrong("Slack clock", off=timedelta(minutes=minutes))
    assert f"s {way} Slack's" in wrong.detail
    assert "NTP" in wrong.fix


async def test_an_api_whose_clock_is_wrong_is_told_apart(clinic: Clinic) -> None:
    clinic.api.date_offset = timedelta(minutes=5)
    assert "behind API's" in (await clinic.only_wrong("API clock")).detail


async def test_half_a_minute_is_no_trouble(clinic: Clinic) -> None:
    clinic.api.date_offset = timedelta(seconds=-40)
    assert (await clinic.findings(off=timedelta(seconds=-20)))["API clock"].ok


async def test_a_refused_key_is_found(clinic: Clinic) -> None:
    clinic.api.key_ok = False
    assert "CHAMELAION_API_KEY" in (await clinic.only_wrong("API key")).fix


@pytest.mark.parametrize(
    ("fault", "fix"),
    [
        (Fault("status", status=429), "Wait a minute"),
        (Fault("status", status=500), "CHAMELAION_BASE_URL"),
        (Fault("garbage"), "CHAMELAION_BASE_URL"),
    ],
)
async def test_an_api_in_trouble_is_no_matter_of_the_key(clinic: Clinic, fault: Fault, fix: str) -> None:
    clinic.api.faults.add(replace(fault))
    assert fix in (await clinic.only_wrong("API key")).fix


async def test_a_slack_that_is_away_is_no_matter_of_the_tokens(clinic: Clinic) -> None:
    clinic.slack.faults.down = True
    found = await clinic.findings()
    assert "SLACK_API_URL" in found["bot token"].fix
    assert "SLACK_API_URL" in found["app token"].fix


async def test_a_busy_slack_is_asked_later(clinic: Clinic) -> None:
    clinic.slack.faults.add("apps.connections.open", "ratelimited")
    assert "Wait" in (await clinic.only_wrong("app token")).fix


async def test_an_answer_without_an_address_is_no_connection(clinic: Clinic) -> None:
    clinic.slack.faults.add("apps.connections.open", "garbage")
    assert "unreadable_answer" in (await clinic.only_wrong("app token")).detail


async def test_a_database_in_a_temporary_folder_is_wrong(clinic: Clinic) -> None:
    found = await clinic.findings(DATABASE_URL="sqlite:////var/tmp/lipsync.db")
    assert found["database"].detail.endswith("which is emptied")
    assert "DATABASE_URL" in found["database"].fix


async def test_a_database_that_cannot_be_made_is_wrong(clinic: Clinic) -> None:
    found = await clinic.findings(DATABASE_URL=f"sqlite:///{clinic.folder / 'missing' / 'lipsync.db'}")
    assert "cannot be made" in found["database"].detail


async def test_a_database_that_waits_for_its_migration_tells_no_places(clinic: Clinic) -> None:
    database = Database.open(clinic.settings().database_url, SystemClock())
    await database.write(lambda connection: connection.execute(text("CREATE TABLE other (x INTEGER)")))
    await database.close()
    assert "places" not in await clinic.findings()


async def test_a_place_that_waits_for_an_invitation_is_named(clinic: Clinic) -> None:
    clock, workspace = SystemClock(), clinic.slack.workspace.team
    store = await open_store(clinic.settings().database_url, clock)
    await store.database.write(bring_up_to_date)
    wish = Wish(workspace, "default", "C0DUBBINGDE", "batch-1", "U1", None, None, "dubbing-de", True)
    await store.watches.start(wish, now=clock.now(), api_now=clock.now())
    lease = await store.senders.take(workspace, "test", timedelta(seconds=15))
    assert lease is not None
    (delivery,) = await store.outbox.claim(lease, now=clock.now(), busy=frozenset())
    await store.outbox.park(delivery, "not_in_channel", now=clock.now(), retry_after=timedelta(minutes=5))
    await store.database.close()

    wrong = await clinic.only_wrong("places")
    assert wrong.detail == "waiting for an invitation: #dubbing-de (C0DUBBINGDE)"
    assert "/invite @lipsync" in wrong.fix


async def test_a_place_whose_history_could_not_be_read_is_named(clinic: Clinic) -> None:
    clock, workspace = SystemClock(), clinic.slack.workspace.team
    store = await open_store(clinic.settings().database_url, clock)
    await store.database.write(bring_up_to_date)
    wish = Wish(workspace, "default", "C0DUBBINGDE", "batch-1", "U1", None, None, "dubbing-de", True)
    await store.watches.start(wish, now=clock.now(), api_now=clock.now())
    await store.outbox.learn_history(workspace, "C0DUBBINGDE", "not_in_channel")
    await store.outbox.learn_history(workspace, "C0AURORA", "not_in_channel")  # nothing is watched there
    await store.database.close()

    wrong = await clinic.only_wrong("histories")
    assert wrong.detail == (
        "cannot be read, told at least once, not exactly once: #dubbing-de (C0DUBBINGDE) (not_in_channel)"
    )
    assert "IN_DOUBT=hold" in wrong.fix


async def test_a_shared_channel_is_named_and_not_wrong_but_one_that_cannot_be_asked_about_is(clinic: Clinic) -> None:
    clock, workspace = SystemClock(), clinic.slack.workspace.team
    store = await open_store(clinic.settings().database_url, clock)
    await store.database.write(bring_up_to_date)
    for place, name in (("C0DUBBINGDE", "dubbing-de"), ("C0AURORA", "")):
        wish = Wish(workspace, "default", place, "batch-1", "U1", None, None, name)
        await store.watches.start(wish, now=clock.now(), api_now=clock.now())
    await store.sharings.learn(workspace, "C0DUBBINGDE", shared=True, now=clock.now())
    await store.sharings.unanswered(workspace, "C0AURORA", "channel_not_found")
    found = (await clinic.findings())["shared channels"]
    assert found.ok
    assert "only counts are shown in #dubbing-de (C0DUBBINGDE)" in found.detail
    assert "not known yet" in found.detail

    await store.sharings.unanswered(workspace, "C0AURORA", "missing_scope groups:read")
    await store.database.close()

    wrong = await clinic.only_wrong("shared channels")
    assert "C0AURORA (missing_scope groups:read)" in wrong.detail
    assert "manifest" in wrong.fix


async def test_a_newer_database_is_wrong(clinic: Clinic) -> None:
    database = await clinic.migrated()
    await database.write(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    await database.close()
    found = await clinic.findings()
    assert "newer version" in found["database"].detail
    assert "copy" in found["database"].fix


async def test_a_url_that_cannot_be_understood_is_a_matter_of_settings(clinic: Clinic) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        await clinic.findings(DATABASE_URL="sqlite:///:memory:")


async def test_variables_that_are_ignored_are_named_and_not_wrong(clinic: Clinic) -> None:
    told = (await clinic.findings("HTTPS_PROXY", "SLACK_CLIENT_ID"))["environment"]
    assert told.ok
    assert told.detail == "ignored: HTTPS_PROXY, SLACK_CLIENT_ID"
    assert "HTTP_PROXY_URL" in told.fix
