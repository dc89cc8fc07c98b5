"""The HTTP server: the door for Slack, health, readiness and metrics."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from bot.domain.budget import Budget
from bot.flows.health import Health
from bot.flows.identity import Identity
from bot.flows.routine import Routine
from bot.flows.source import Source
from bot.flows.vitals import Vitals
from bot.store import open_store
from bot.store.migrate import bring_up_to_date
from bot.web import LARGEST_BODY, SlackHandler, Web
from tests.fakes import FakeChamelaion, HastyClock
from tests.flows.conftest import Alarms
from tests.store.rig import news


async def echo(request: web.Request) -> web.Response:
    return web.Response(text=(await request.read()).decode())


@dataclass
class Served:
    """A server on its own port."""

    url: str
    session: ClientSession

    async def get(self, path: str) -> tuple[int, dict[str, bool]]:
        async with self.session.get(self.url + path) as response:
            return response.status, await response.json()

    async def post(self, path: str, body: bytes) -> tuple[int, str]:
        async with self.session.post(self.url + path, data=body) as response:
            return response.status, await response.text()

    async def metrics(self) -> dict[str, Metric]:
        async with self.session.get(self.url + "/metrics") as response:
            assert response.status == 200
            assert response.headers["Content-Type"].startswith("text/plain; version=")
            return {family.name: family for family in text_string_to_metric_families(await response.text())}


@pytest.fixture
async def health(tmp_path: Path) -> AsyncIterator[Health]:
    clock = HastyClock()
    vitals = Vitals(clock.now(), clock.monotonic(), database_ready=True)
    store = await open_store(f"sqlite:///{tmp_path / 'lipsync.db'}", clock)
    await store.database.write(bring_up_to_date)

    async def look() -> None:
        return None

    yield Health(
        clock=clock,
        vitals=vitals,
        identity=Identity("T1", "UBOT", "BBOT"),
        source=Source(FakeChamelaion(clock), Budget(60, clock.monotonic()), clock, vitals),
        store=store,
        look=Routine("look", look, clock=clock, alarm=Alarms()),
        account_id="default",
        connected=lambda: True,
    )
    await store.database.close()


@asynccontextmanager
async def serving(health: Health, slack: SlackHandler | None) -> AsyncIterator[Served]:
    runner = web.AppRunner(Web(health, slack).application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession() as session:
        yield Served(f"http://127.0.0.1:{runner.addresses[0][1]}", session)
    await runner.cleanup()


@pytest.fixture
async def served(health: Health) -> AsyncIterator[Served]:
    async with serving(health, echo) as made:
        yield made


async def test_healthz_is_200_while_it_is_alive_and_503_when_not(served: Served, health: Health) -> None:
    assert await served.get("/healthz") == (200, {"look": True})
    health.look.start()
    await health.look.stop(0)
    assert await served.get("/healthz") == (503, {"look": False})


async def test_readyz_names_what_is_missing(served: Served, health: Health) -> None:
    assert await served.get("/readyz") == (200, {"database": True, "slack": True, "connection": True})
    health.vitals.database_ready = False
    assert await served.get("/readyz") == (503, {"database": False, "slack": True, "connection": True})


async def test_slack_is_given_what_it_sent(served: Served) -> None:
    assert await served.post("/slack/events", b"command=/lipsync") == (200, "command=/lipsync")


async def test_a_body_that_is_too_large_is_refused(served: Served) -> None:
    status, _ = await served.post("/slack/events", b"x" * (LARGEST_BODY + 1))
    assert status == 413


async def test_in_socket_mode_slack_has_no_address(health: Health) -> None:
    async with serving(health, None) as served:
        assert (await served.post("/slack/events", b"x"))[0] == 404
        assert (await served.get("/healthz"))[0] == 200


async def test_metrics_are_counters_and_gauges_with_their_labels(served: Served, health: Health) -> None:
    health.vitals.looks = 3
    health.vitals.slack_calls["post ok"] = 2
    health.vitals.slack_calls['post "odd"\n'] = 1
    found = await served.metrics()
    looks, calls = found["lipsync_looks"], found["lipsync_slack_calls"]
    assert (looks.type, [sample.value for sample in looks.samples]) == ("counter", [3])
    assert {sample.labels["outcome"]: sample.value for sample in calls.samples} == {"post ok": 2, 'post "odd"\n': 1}
    assert found["lipsync_watches"].type == "gauge"
    assert [sample.labels for sample in found["lipsync_watches"].samples] == [{}]
    assert all(family.documentation for family in found.values())


async def test_the_latency_of_alerts_is_a_histogram_in_two_legs(served: Served, health: Health) -> None:
    for seconds in (3.0, 20.0, 2_000.0, -5.0):
        health.vitals.until_seen.add(timedelta(seconds=seconds))
    found = (await served.metrics())["lipsync_alert_latency_seconds"]
    assert found.type == "histogram"
    seen = {s.labels.get("le", s.name): s.value for s in found.samples if s.labels["leg"] == "seen"}
    assert (seen["1.0"], seen["5.0"], seen["25.0"], seen["900.0"], seen["+Inf"]) == (1, 2, 3, 3, 4)
    assert seen["lipsync_alert_latency_seconds_sum"] == 2_023
    sent = [s.value for s in found.samples if s.labels["leg"] == "sent" and s.name.endswith("_count")]
    assert sent == [0]


async def test_announcements_are_counted_by_kind_and_state(served: Served, health: Health) -> None:
    await health.store.outbox.queue([news("one"), news("two")])
    found = (await served.metrics())["lipsync_announcements_of_kind"]
    assert [(s.labels, s.value) for s in found.samples] == [({"kind": "clips", "state": "pending"}, 2)]


async def test_without_its_tables_there_are_metrics_all_the_same(served: Served, health: Health) -> None:
    await health.store.database.write(lambda connection: connection.exec_driver_sql("DROP TABLE watches"))
    found = await served.metrics()
    assert "lipsync_looks" in found
    assert "lipsync_watches" not in found
