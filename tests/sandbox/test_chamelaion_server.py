"""The sandbox API answers as the real one is documented to, and goes wrong on demand."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
import pytest
from aiohttp import web

from bot.domain.request import LipsyncRequest
from bot.sandbox.account import Account
from bot.sandbox.chamelaion_faults import HTML, Fault
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from tests.fakes import HastyClock

START = datetime(2026, 3, 30, 11, 0, tzinfo=UTC)
KEY = {"x-api-key": "sandbox-key"}
COMPLETED = LipsyncRequest(
    id="6f82a2d8-a6d4-4e8a-a0fa-e8b09823a2d8",
    reference_id="batch-2026-04",
    status="completed",
    created_at=START,
    started_at=START + timedelta(seconds=4),
    finished_at=START + timedelta(seconds=69),
    output_url="https://storage.chamelaion.com/output/6f82a2d8.mp4",
)
QUEUED = LipsyncRequest(
    id="a1b2c3d4-e5f6-7890-abcd-ef1234567890",
    reference_id="batch-2026-04",
    status="queued",
    created_at=START + timedelta(minutes=2),
)


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock(START + timedelta(hours=1))


@pytest.fixture
async def api(clock: HastyClock) -> AsyncIterator[ChamelaionSandbox]:
    account = Account(clock, order="oldest_first")
    account.add(COMPLETED)
    account.add(QUEUED)
    async with ChamelaionSandbox(account, clock) as sandbox:
        yield sandbox


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def get(
    http: aiohttp.ClientSession, api: ChamelaionSandbox, path: str, headers: dict[str, str] = KEY
) -> tuple[int, object]:
    async with http.get(api.base_url + path, headers=headers, allow_redirects=False) as response:
        text = await response.text()
        return response.status, json.loads(text) if response.content_type == "application/json" else text


async def test_a_page_looks_like_the_reference_page(api: ChamelaionSandbox, http: aiohttp.ClientSession) -> None:
    assert await get(http, api, "/v1/lipsync/requests") == (
        200,
        {
            "data": [
                {
                    "id": "6f82a2d8-a6d4-4e8a-a0fa-e8b09823a2d8",
                    "reference_id": "batch-2026-04",
                    "status": "completed",
                    "created_at": "2026-03-30T11:00:00Z",
                    "started_at": "2026-03-30T11:00:04Z",
                    "finished_at": "2026-03-30T11:01:09Z",
                    "output_url": "https://storage.chamelaion.com/output/6f82a2d8.mp4",
                },
                {
                    "id": "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
                    "reference_id": "batch-2026-04",
                    "status": "queued",
                    "created_at": "2026-03-30T11:02:00Z",
                },
            ],
            "pagination": {"limit": 20, "offset": 0, "total": 2},
        },
    )


async def test_health_needs_no_key(api: ChamelaionSandbox, http: aiohttp.ClientSession) -> None:
    assert await get(http, api, "/health", headers={}) == (200, {"status": "ok"})


async def test_the_token_has_a_name(api: ChamelaionSandbox, http: aiohttp.ClientSession) -> None:
    assert await get(http, api, "/v1/users/me") == (200, {"name": "sandbox"})


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "missing authorization header"),
        ({"Authorization": "Basic abc"}, "invalid authorization format"),
        ({"Authorization": "Bearer "}, "missing token"),
        ({"Authorization": "Bearer other"}, "invalid token"),
        ({"x-api-key": "other"}, "invalid token"),
    ],
)
async def test_a_wrong_key_is_refused_in_the_documented_words(
    api: ChamelaionSandbox, http: aiohttp.ClientSession, headers: dict[str, str], message: str
) -> None:
    assert await get(http, api, "/v1/users/me", headers) == (401, {"error": message})


async def test_a_bearer_token_is_as_good_as_the_key_header(api: ChamelaionSandbox, http: aiohttp.ClientSession) -> None:
    status, _ = await get(http, api, "/v1/users/me", {"Authorization": "Bearer sandbox-key"})
    assert status == 200


async def test_a_revoked_key_is_refused_until_it_works_again(
    api: ChamelaionSandbox, http: aiohttp.ClientSession
) -> None:
    api.key_ok = False
    assert await get(http, api, "/v1/users/me") == (401, {"error": "invalid token"})
    api.key_ok = True
    assert (await get(http, api, "/v1/users/me"))[0] == 200


async def test_limit_and_offset_cut_a_page_and_total_counts_all_that_match(
    api: ChamelaionSandbox, http: aiohttp.ClientSession
) -> None:
    api.account.submit("other", 7)
    _, page = await get(http, api, "/v1/lipsync/requests?limit=3&offset=5&reference_id=other")
    assert isinstance(page, dict)
    assert len(page["data"]) == 2
    assert page["pagination"] == {"limit": 3, "offset": 5, "total": 7}


async def test_a_large_limit_is_clamped(api: ChamelaionSandbox, http: aiohttp.ClientSession) -> None:
    _, page = await get(http, api, "/v1/lipsync/requests?limit=500")
    assert isinstance(page, dict)
    assert page["pagination"]["limit"] == 100


async def test_a_large_limit_is_refused_when_told_so(api: ChamelaionSandbox, http: aiohttp.ClientSession) -> None:
    api.refuse_large = True
    answer = await get(http, api, "/v1/lipsync/requests?limit=101")
    assert answer == (400, {"error": "limit must be at most 100"})


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "offset=-1", "offset=", "limit=-5", "limit=²"])
async def test_a_senseless_page_is_refused(api: ChamelaionSandbox, http: aiohttp.ClientSession, query: str) -> None:
    name = query.partition("=")[0]
    assert await get(http, api, f"/v1/lipsync/requests?{query}") == (400, {"error": f"invalid {name}"})


async def test_one_request_is_found_by_id_and_by_reference(api: ChamelaionSandbox, http: aiohttp.ClientSession) -> None:
    _, by_id = await get(http, api, f"/v1/lipsync/requests/{COMPLETED.id}")
    _, by_reference = await get(http, api, "/v1/lipsync/requests/batch-2026-04")
    assert isinstance(by_id, dict)
    assert isinstance(by_reference, dict)
    assert (by_id["id"], by_reference["id"]) == (COMPLETED.id, QUEUED.id)


async def test_an_unknown_request_is_not_found(api: ChamelaionSandbox, http: aiohttp.ClientSession) -> None:
    answer = await get(http, api, "/v1/lipsync/requests/nothing")
    assert answer == (404, {"error": "lipsync request not found"})


async def test_the_date_header_tells_the_servers_own_clock(
    api: ChamelaionSandbox, http: aiohttp.ClientSession, clock: HastyClock
) -> None:
    api.date_offset = timedelta(minutes=-7)
    async with http.get(api.base_url + "/health") as response:
        assert parsedate_to_datetime(response.headers["Date"]) == clock.now() - timedelta(minutes=7)


async def test_calls_beyond_the_rate_limit_are_refused_for_a_minute(
    api: ChamelaionSandbox, http: aiohttp.ClientSession, clock: HastyClock
) -> None:
    api.calls_per_minute = 2
    api.retry_after = "30"
    statuses = [(await get(http, api, "/v1/users/me"))[0] for _ in range(3)]
    clock.pass_time(61)
    statuses.append((await get(http, api, "/v1/users/me"))[0])
    assert statuses == [200, 200, 429, 200]


async def test_every_call_is_written_down(
    api: ChamelaionSandbox, http: aiohttp.ClientSession, clock: HastyClock
) -> None:
    await get(http, api, "/v1/lipsync/requests?limit=5&reference_id=a%26b")
    await get(http, api, "/health", {})
    first, second = api.calls
    assert (first.at, first.path, first.status) == (clock.now(), "/api/v1/lipsync/requests", 200)
    assert first.query == {"limit": "5", "reference_id": "a&b"}
    assert second.path == "/api/health"


async def test_a_status_fault_lasts_as_many_calls_as_told(api: ChamelaionSandbox, http: aiohttp.ClientSession) -> None:
    api.faults.add(Fault("status", times=2, status=503, message="busy", retry_after="9"))
    async with http.get(api.base_url + "/health") as response:
        assert (response.status, response.headers["Retry-After"]) == (503, "9")
    assert await get(http, api, "/health") == (503, {"error": "busy"})
    assert (await get(http, api, "/health"))[0] == 200


async def test_a_fault_without_an_end_lasts_until_cleared(api: ChamelaionSandbox, http: aiohttp.ClientSession) -> None:
    api.faults.add(Fault("status", times=None))
    statuses = [(await get(http, api, "/health"))[0] for _ in range(3)]
    api.faults.clear()
    assert [*statuses, (await get(http, api, "/health"))[0]] == [500, 500, 500, 200]


async def test_a_fault_with_a_share_strikes_now_and_then_and_the_same_way_for_a_seed(
    clock: HastyClock, http: aiohttp.ClientSession
) -> None:
    async def story() -> list[int]:
        async with ChamelaionSandbox(Account(clock), clock, seed=3) as api:
            api.faults.add(Fault("status", times=None, share=0.5))
            return [(await get(http, api, "/health"))[0] for _ in range(20)]

    first = await story()
    assert set(first) == {200, 500}
    assert await story() == first


async def test_a_call_dropped_before_its_answer_gets_nothing(
    api: ChamelaionSandbox, http: aiohttp.ClientSession
) -> None:
    api.faults.add(Fault("drop_before", times=2))
    with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
        await get(http, api, "/v1/lipsync/requests")
    assert [call.status for call in api.calls] == [0, 0]


async def test_a_call_dropped_in_its_answer_gets_half_of_it(
    api: ChamelaionSandbox, http: aiohttp.ClientSession
) -> None:
    api.faults.add(Fault("drop_after"))
    with pytest.raises(aiohttp.ClientPayloadError):
        await get(http, api, "/v1/lipsync/requests")
    assert [call.status for call in api.calls] == [0]


async def test_a_server_that_is_down_answers_nobody(api: ChamelaionSandbox, http: aiohttp.ClientSession) -> None:
    api.down = True
    with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
        await get(http, api, "/health")
    api.down = False
    assert (await get(http, api, "/health"))[0] == 200


async def test_html_comes_instead_of_json(api: ChamelaionSandbox, http: aiohttp.ClientSession) -> None:
    api.faults.add(Fault("html"))
    assert await get(http, api, "/v1/lipsync/requests") == (200, HTML)


async def test_garbage_is_json_of_another_shape(api: ChamelaionSandbox, http: aiohttp.ClientSession) -> None:
    api.faults.add(Fault("garbage"))
    status, body = await get(http, api, "/v1/lipsync/requests")
    assert status == 200
    assert isinstance(body, dict)
    assert "pagination" not in body


async def test_a_truncated_body_is_no_json(api: ChamelaionSandbox, http: aiohttp.ClientSession) -> None:
    api.faults.add(Fault("truncated"))
    with pytest.raises(json.JSONDecodeError):
        await get(http, api, "/v1/lipsync/requests")


async def test_a_redirect_names_the_place_it_was_given(api: ChamelaionSandbox, http: aiohttp.ClientSession) -> None:
    api.faults.add(Fault("redirect", location="http://127.0.0.1:9/"))
    async with http.get(api.base_url + "/health", allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (302, "http://127.0.0.1:9/")


async def test_a_slow_answer_takes_its_time_on_the_clock(
    api: ChamelaionSandbox, http: aiohttp.ClientSession, clock: HastyClock
) -> None:
    before = clock.now()
    api.faults.add(Fault("slow", seconds=8))
    assert (await get(http, api, "/health"))[0] == 200
    assert clock.now() - before == timedelta(seconds=8)


async def test_the_api_can_be_part_of_a_larger_application(clock: HastyClock, http: aiohttp.ClientSession) -> None:
    app = web.Application()
    ChamelaionSandbox(Account(clock), clock).add_to(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with http.get(f"http://127.0.0.1:{runner.addresses[0][1]}/api/health") as response:
        assert response.status == 200
    await runner.cleanup()
