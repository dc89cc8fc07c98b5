"""The gateway brings in pages as our own values, and every other outcome as one of our errors."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot import errors
from bot.chamelaion import ChamelaionGateway
from bot.domain.request import LipsyncRequest
from bot.ports import Chamelaion
from bot.sandbox.account import Account, Order
from bot.sandbox.chamelaion_faults import Fault
from bot.sandbox.chamelaion_server import ChamelaionSandbox

NOW = datetime(2026, 3, 31, 9, 41, tzinfo=UTC)
KEY = "sk-very-secret"
LATER = NOW + timedelta(days=1)
COMPLETED_ROW = {
    "id": "6f82a2d8-a6d4-4e8a-a0fa-e8b09823a2d8",
    "reference_id": "batch-2026-04",
    "status": "completed",
    "created_at": "2026-03-30T11:00:00Z",
    "started_at": "2026-03-30T11:00:04Z",
    "finished_at": "2026-03-30T11:01:09Z",
    "output_url": "https://storage.chamelaion.com/output/6f82a2d8.mp4",
}
QUEUED_ROW = {
    "id": "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
    "reference_id": "batch-2026-04",
    "status": "queued",
    "created_at": "2026-03-30T11:02:00Z",
}
COMPLETED = LipsyncRequest(
    id="6f82a2d8-a6d4-4e8a-a0fa-e8b09823a2d8",
    created_at=datetime(2026, 3, 30, 11, 0, tzinfo=UTC),
    status="completed",
    started_at=datetime(2026, 3, 30, 11, 0, 4, tzinfo=UTC),
    finished_at=datetime(2026, 3, 30, 11, 1, 9, tzinfo=UTC),
    output_url="https://storage.chamelaion.com/output/6f82a2d8.mp4",
    reference_id="batch-2026-04",
)
QUEUED = LipsyncRequest(
    id="a1b2c3d4-e5f6-7890-abcd-ef1234567890",
    created_at=datetime(2026, 3, 30, 11, 2, tzinfo=UTC),
    status="queued",
    reference_id="batch-2026-04",
)
PAGINATION = {"limit": 20, "offset": 0, "total": 2}


@dataclass
class HandClock:
    """A clock that only moves when it is told to or slept on, and nobody ever wakes up."""

    time: datetime = NOW

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        await asyncio.get_running_loop().create_future()


@dataclass
class Wire:
    """A server that answers what it is told and writes down what it gets."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    got: list[web.Request] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.got.append(request)
        return web.Response(status=self.status, body=self.body, headers=self.headers)

    def says(self, body: object, status: int = 200, **headers: str) -> None:
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def lists(self, *rows: object) -> None:
        self.says({"data": rows, "pagination": PAGINATION})


async def _served(wire: Wire) -> AsyncIterator[Wire]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", wire.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    wire.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield wire
    await runner.cleanup()


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async for served in _served(Wire()):
        yield served


@pytest.fixture
async def other_wire() -> AsyncIterator[Wire]:
    async for served in _served(Wire()):
        yield served


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def gateway(wire: Wire, clock: HandClock) -> AsyncIterator[ChamelaionGateway]:
    opened = ChamelaionGateway.open(KEY, wire.url + "/api", 5, clock, None)
    yield opened
    await opened.aclose()


@pytest.fixture
async def api(clock: HandClock) -> AsyncIterator[ChamelaionSandbox]:
    async with ChamelaionSandbox(Account(clock, seed=1), clock, key=KEY) as sandbox:
        yield sandbox


@pytest.fixture
async def port(api: ChamelaionSandbox, clock: HandClock) -> AsyncIterator[Chamelaion]:
    opened = ChamelaionGateway.open(KEY, api.base_url, 30, clock, None)
    yield opened
    await opened.aclose()


async def first_page(gateway: Chamelaion) -> tuple[LipsyncRequest, ...]:
    return await first_page_of(gateway, 20)


async def first_page_of(gateway: Chamelaion, limit: int) -> tuple[LipsyncRequest, ...]:
    return (await gateway.page(reference_id=None, offset=0, limit=limit)).requests


# --- what comes in ---


async def test_the_reference_page_becomes_our_own_values(gateway: ChamelaionGateway, wire: Wire) -> None:
    wire.says({"data": [COMPLETED_ROW, QUEUED_ROW], "pagination": PAGINATION}, Date="Tue, 31 Mar 2026 09:40:30 GMT")
    page = await gateway.page(reference_id=None, offset=0, limit=50)
    assert page.requests == (COMPLETED, QUEUED)
    assert (page.limit, page.offset, page.total) == (20, 0, 2)
    assert (page.asked_at, page.read_at, page.api_now) == (NOW, NOW, NOW - timedelta(seconds=30))


async def test_a_failed_request_keeps_its_reason(gateway: ChamelaionGateway, wire: Wire) -> None:
    wire.lists(COMPLETED_ROW | {"status": "failed", "error_message": "video URL is not accessible"})
    (request,) = await first_page(gateway)
    assert (request.status, request.error_message) == ("failed", "video URL is not accessible")


async def test_fields_nobody_knows_are_left_out(gateway: ChamelaionGateway, wire: Wire) -> None:
    wire.says({"data": [QUEUED_ROW | {"priority": [1]}], "pagination": PAGINATION | {"next": "x"}, "took": 3})
    assert await first_page(gateway) == (QUEUED,)


async def test_an_unknown_status_is_kept_as_it_is_spelled(gateway: ChamelaionGateway, wire: Wire) -> None:
    wire.lists(QUEUED_ROW | {"status": "Uploading…"})
    assert (await first_page(gateway))[0].status == "Uploading…"


@pytest.mark.parametrize("nothing", [None, ""])
async def test_optional_fields_may_be_null_or_empty(
    gateway: ChamelaionGateway, wire: Wire, nothing: str | None
) -> None:
    names = ("started_at", "finished_at", "output_url", "error_message", "reference_id")
    wire.lists(QUEUED_ROW | dict.fromkeys(names, nothing))
    (request,) = await first_page(gateway)
    assert [getattr(request, name) for name in names] == [None] * 5


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-30T11:02:00",
        "2026-03-30T13:02:00+02:00",
        "2026-03-30T11:02:00+00:00",
        "2026-03-30T11:02:00.000000Z",
        "2026-03-30T11:02:00.000000999Z",
        "2026-03-30T11:02:00.0Z",
        "2026-03-30T11:02:00z",
        "2026-03-30 11:02:00Z",
    ],
)
async def test_every_time_is_brought_to_utc(gateway: ChamelaionGateway, wire: Wire, text: str) -> None:
    wire.lists(QUEUED_ROW | {"created_at": text, "started_at": text})
    (request,) = await first_page(gateway)
    assert request.created_at == request.started_at == QUEUED.created_at
    assert request.created_at.tzinfo is UTC


@pytest.mark.parametrize(
    "odd",
    [
        {"created_at": "2026-03-30T13:02:00+02:00"},
        {"started_at": ""},
        {"output_url": ""},
        {"error_message": "a\0b"},
        {"status": ""},
    ],
)
async def test_an_odd_request_changes_nothing_of_its_neighbours(
    gateway: ChamelaionGateway, wire: Wire, odd: dict[str, str]
) -> None:
    split_second = {"created_at": "2026-03-30T11:02:00.1234567Z", "error_message": "مشهد"}
    wire.lists(QUEUED_ROW | split_second, COMPLETED_ROW)
    plain = await first_page(gateway)
    assert plain[0].created_at == QUEUED.created_at + timedelta(microseconds=123456)
    wire.lists(QUEUED_ROW | split_second, COMPLETED_ROW, QUEUED_ROW | odd)
    together = await first_page(gateway)
    assert together[:2] == plain
    assert together[2].created_at == QUEUED.created_at


@pytest.mark.parametrize(
    ("escaped", "read"),
    [
        (rb"a\u0000b", "a\ufffdb"),
        (rb"a\ud800b", "a\ufffdb"),
        (rb"a\uDFFFb\ud83d", "a\ufffdb\ufffd"),
        (rb"a\ud83d\ude00b", "a\U0001f600b"),
        (rb"a\\u0000b", "a\\u0000b"),
        (b"a\xffb", "a\ufffdb"),
    ],
)
async def test_text_that_no_database_takes_is_mended(
    gateway: ChamelaionGateway, wire: Wire, escaped: bytes, read: str
) -> None:
    wire.lists(QUEUED_ROW | {"error_message": "HERE", "notes": ["HERE"], "finished_at": ""})
    wire.body = wire.body.replace(b"HERE", escaped)
    assert (await first_page(gateway))[0].error_message == read


@pytest.mark.parametrize(
    ("date", "told"), [("yesterday", None), ("", None), ("Mon, 30 Mar 2026 11:00:00 -0000", COMPLETED.created_at)]
)
async def test_an_odd_date_header_tells_no_time(
    gateway: ChamelaionGateway, wire: Wire, date: str, told: datetime | None
) -> None:
    wire.says({"data": [], "pagination": PAGINATION}, Date=date)
    assert (await gateway.page(reference_id=None, offset=0, limit=20)).api_now == told


# --- what is asked ---


@pytest.mark.parametrize(
    "reference", ["a&b=c", "100%", "a+b", "a b", "#1", "🎬 clip", "مشهد ٧", "a/../b?x", "%2F%26", "a;b,c", '"\\', "é\n"]
)
async def test_any_reference_arrives_as_it_is(gateway: ChamelaionGateway, wire: Wire, reference: str) -> None:
    wire.lists()
    await gateway.page(reference_id=reference, offset=7, limit=3)
    (request,) = wire.got
    assert dict(request.query) == {"limit": "3", "offset": "7", "reference_id": reference}
    assert request.path == "/api/v1/lipsync/requests"


@pytest.mark.parametrize("reference", ["", "a\0b", "a\ud800"])
async def test_a_reference_that_cannot_be_sent_is_refused_before_the_call(
    gateway: ChamelaionGateway, wire: Wire, reference: str
) -> None:
    with pytest.raises(errors.BadRequestError):
        await gateway.page(reference_id=reference, offset=0, limit=20)
    assert wire.got == []


async def test_one_request_is_retrieved_by_its_id(gateway: ChamelaionGateway, wire: Wire) -> None:
    wire.says(COMPLETED_ROW)
    assert await gateway.retrieve(COMPLETED.id.upper()) == COMPLETED
    assert wire.got[0].path == f"/api/v1/lipsync/requests/{COMPLETED.id.upper()}"


@pytest.mark.parametrize("text", ["../users/me", "", "batch-2026-04", f"{COMPLETED.id}/..", f"{COMPLETED.id}\n", "."])
async def test_only_a_uuid_goes_into_the_path(gateway: ChamelaionGateway, wire: Wire, text: str) -> None:
    with pytest.raises(errors.NoSuchRequestError):
        await gateway.retrieve(text)
    assert wire.got == []


async def test_a_request_found_by_its_reference_is_not_the_one_asked_for(
    gateway: ChamelaionGateway, wire: Wire
) -> None:
    wire.says(QUEUED_ROW | {"reference_id": COMPLETED.id})
    with pytest.raises(errors.NoSuchRequestError):
        await gateway.retrieve(COMPLETED.id)


async def test_an_id_that_the_api_does_not_know_is_no_request(gateway: ChamelaionGateway, wire: Wire) -> None:
    wire.says({"error": "lipsync request not found"}, 404)
    with pytest.raises(errors.NoSuchRequestError):
        await gateway.retrieve(COMPLETED.id)


async def test_a_404_that_is_not_the_apis_own_proves_nothing(gateway: ChamelaionGateway, wire: Wire) -> None:
    wire.says(b"<h1>not here</h1>", 404)
    with pytest.raises(errors.UnavailableError, match="the API answered 404"):
        await gateway.retrieve(COMPLETED.id)


async def test_the_key_is_sent_once_and_nothing_is_said_of_this_machine(gateway: ChamelaionGateway, wire: Wire) -> None:
    wire.lists()
    await first_page(gateway)
    headers = wire.got[0].headers
    assert headers.getall("x-api-key") == [KEY]
    assert "Authorization" not in headers
    assert "X-Stainless-OS" not in headers


# --- what goes wrong ---


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequestError),
        (401, errors.KeyRefusedError),
        (403, errors.KeyRefusedError),
        (429, errors.RateLimitedError),
        *((status, errors.UnavailableError) for status in (302, 307, 404, 408, 409, 412, 418, 422, 500, 502, 503, 504)),
    ],
)
async def test_every_status_is_one_of_our_errors(
    gateway: ChamelaionGateway, wire: Wire, status: int, kind: type[errors.ChamelaionError]
) -> None:
    wire.says({"error": "because"}, status)
    with pytest.raises(kind, match="because") as caught:
        await first_page(gateway)
    assert type(caught.value) is kind
    assert len(wire.got) == 1


@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b'{"error": 5}', b'["error"]', b'{"error": "'])
async def test_a_refusal_without_a_reason_names_the_status(gateway: ChamelaionGateway, wire: Wire, body: bytes) -> None:
    wire.says(body, 502)
    with pytest.raises(errors.UnavailableError) as caught:
        await first_page(gateway)
    assert str(caught.value) == "the API answered 502"


async def test_a_quoted_reason_is_short_and_holds_no_secrets(gateway: ChamelaionGateway, wire: Wire) -> None:
    wire.says({"error": f"no {KEY} at\n https://u:pw@x.example/a.mp4?sig={KEY}#t now\0 " + "x" * 900}, 401)
    with pytest.raises(errors.KeyRefusedError) as caught:
        await first_page(gateway)
    assert str(caught.value).startswith("the API refused the key: no … at https://x.example/a.mp4 now\ufffd xxx")
    assert len(str(caught.value)) < 240
    assert KEY not in repr(gateway) + repr(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("1.5", 1.5),
        ("0", 0),
        ("86400", 3600),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), None),
        ("-3", None),
        ("inf", None),
        ("nan", None),
        ("soon", None),
        ("", None),
    ],
)
async def test_retry_after_says_how_long_to_wait(
    gateway: ChamelaionGateway, wire: Wire, header: str, seconds: float | None
) -> None:
    wire.says({"error": "rate limit exceeded"}, 429, Retry_After=header, Date=format_datetime(NOW, usegmt=True))
    with pytest.raises(errors.RateLimitedError) as caught:
        await first_page(gateway)
    assert caught.value.retry_after == (None if seconds is None else timedelta(seconds=seconds))


async def test_retry_after_as_a_date_is_measured_on_our_clock_when_the_api_tells_no_time(
    gateway: ChamelaionGateway, wire: Wire
) -> None:
    wire.says({}, 429, Retry_After=format_datetime(NOW + timedelta(seconds=5), usegmt=True), Date="never")
    with pytest.raises(errors.RateLimitedError) as caught:
        await first_page(gateway)
    assert caught.value.retry_after == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"<html>", "it is not JSON"),
        (b"", "it is not JSON"),
        (b'{"data": [', "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b'"\\ud800"' + b"[" * 100_000, "it is not JSON"),
        (b'["\\u0000", ' + b"9" * 5000 + b"]", "it is not JSON"),
        (b"null", "the body: "),
        (b"[]", "the body: "),
        ({"data": []}, "pagination: Field required"),
        ({"data": None, "pagination": PAGINATION}, "data: "),
        ({"pagination": PAGINATION}, "data: Field required"),
        ({"data": [], "pagination": None}, "pagination: "),
        ({"data": [], "pagination": PAGINATION | {"total": -1}}, "pagination.total: "),
        ({"data": [], "pagination": PAGINATION | {"offset": -1}}, "pagination.offset: "),
        ({"data": [], "pagination": PAGINATION | {"limit": 0}}, "pagination.limit: "),
        ({"data": [], "pagination": PAGINATION | {"limit": True}}, "pagination.limit: "),
        ({"data": [], "pagination": PAGINATION | {"total": "2"}}, "pagination.total: "),
        ({"data": [], "pagination": PAGINATION | {"total": 10**30}}, "pagination.total: "),
        ({"data": [QUEUED_ROW] * 2, "pagination": PAGINATION | {"limit": 1}}, "2 requests on a page of 1"),
        ({"data": [QUEUED_ROW, {"id": "x", "status": "queued"}], "pagination": PAGINATION}, "data.1.created_at: "),
        ({"data": [QUEUED_ROW | {"created_at": None}], "pagination": PAGINATION}, "data.0.created_at: "),
        ({"data": [QUEUED_ROW | {"created_at": ""}], "pagination": PAGINATION}, "data.0.created_at: "),
        ({"data": [QUEUED_ROW | {"created_at": 17}], "pagination": PAGINATION}, "data.0.created_at: "),
        ({"data": [QUEUED_ROW | {"finished_at": "soon"}], "pagination": PAGINATION}, "data.0.finished_at: "),
        (
            {"data": [QUEUED_ROW | {"started_at": "2026-02-30T11:02:00Z"}], "pagination": PAGINATION},
            "data.0.started_at: ",
        ),
        ({"data": [QUEUED_ROW | {"id": 5}], "pagination": PAGINATION}, "data.0.id: "),
        ({"data": [QUEUED_ROW | {"id": ""}], "pagination": PAGINATION}, "a request has an empty id"),
        ({"data": [QUEUED_ROW | {"status": None}], "pagination": PAGINATION}, "data.0.status: "),
        (
            {"data": [QUEUED_ROW | {"created_at": "0001-01-01T00:00:00+14:00"}], "pagination": PAGINATION},
            f"a time of request {QUEUED.id} is out of range",
        ),
    ],
)
async def test_an_answer_that_is_not_what_was_promised_is_no_answer(
    gateway: ChamelaionGateway, wire: Wire, body: object, complaint: str
) -> None:
    wire.says(body)
    with pytest.raises(errors.UnavailableError) as caught:
        await first_page(gateway)
    assert str(caught.value).startswith(f"the API's answer was not understood: {complaint}")


async def test_a_request_that_is_not_what_was_promised_is_no_answer(gateway: ChamelaionGateway, wire: Wire) -> None:
    wire.says({"data": QUEUED_ROW})
    with pytest.raises(errors.UnavailableError, match=r"not understood: id: Field required"):
        await gateway.retrieve(QUEUED.id)


async def test_a_redirect_is_not_followed(gateway: ChamelaionGateway, wire: Wire, other_wire: Wire) -> None:
    wire.says(b"", 302, Location=other_wire.url + "/api/v1/lipsync/requests")
    with pytest.raises(errors.UnavailableError, match="the API answered 302"):
        await first_page(gateway)
    assert other_wire.got == []


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault("drop_before", times=2), "the API could not be reached"),
        (Fault("drop_after"), "the API's answer broke off in the middle"),
        (Fault("html"), "the API's answer was not understood: it is not JSON"),
        (Fault("truncated"), "the API's answer was not understood: it is not JSON"),
    ],
)
async def test_a_fault_on_the_way_is_said_in_one_sentence(
    port: Chamelaion, api: ChamelaionSandbox, fault: Fault, sentence: str
) -> None:
    api.account.submit("batch", 3)
    api.faults.add(Fault(fault.kind, fault.times))
    with pytest.raises(errors.UnavailableError) as caught:
        await first_page(port)
    assert str(caught.value) == sentence
    assert len(await first_page(port)) == 3


async def test_an_api_that_is_too_slow_is_not_waited_for(api: ChamelaionSandbox, clock: HandClock) -> None:
    api.account.submit("batch", 3)
    api.faults.add(Fault("slow", seconds=60))
    impatient = ChamelaionGateway.open(KEY, api.base_url, 1, clock, None)
    with pytest.raises(errors.UnavailableError, match=r"^the API did not answer within 1 s$"):
        await first_page(impatient)
    assert len(await first_page(impatient)) == 3
    await impatient.aclose()


@pytest.mark.parametrize("host", ["http://127.0.0.1:1", "http://nobody.invalid", "http://127.0.0.1:99999"])
async def test_a_server_that_is_not_there_could_not_be_reached(clock: HandClock, host: str) -> None:
    gateway = ChamelaionGateway.open(KEY, host, 5, clock, None)
    with pytest.raises(errors.UnavailableError, match=r"^the API could not be reached$"):
        await first_page(gateway)
    await gateway.aclose()


@pytest.mark.parametrize("key", ["", " ", "a key", "schlüssel", "key\n", "key\0"])
async def test_a_key_that_cannot_be_one_is_refused_at_once_and_not_shown(clock: HandClock, key: str) -> None:
    with pytest.raises(errors.SettingsError) as caught:
        ChamelaionGateway.open(key, None, 5, clock, None)
    assert caught.value.problems == ["CHAMELAION_API_KEY: not a key; copy it anew"]


async def test_a_packed_answer_that_cannot_be_unpacked_broke_off(gateway: ChamelaionGateway, wire: Wire) -> None:
    wire.says(b"not packed at all", Content_Encoding="gzip")
    with pytest.raises(errors.UnavailableError, match="the API's answer broke off in the middle"):
        await first_page(gateway)


# --- the whole, against the sandbox ---


@pytest.mark.parametrize("order", ["newest_first", "oldest_first", "shuffled"])
@pytest.mark.parametrize("limit", [1, 7, 20, 100, 500])
async def test_pages_one_after_the_other_are_the_whole_list(
    clock: HandClock, api: ChamelaionSandbox, port: Chamelaion, order: Order, limit: int
) -> None:
    api.account.order = order
    api.account.submit("batch", 25, failure_share=0.3)
    api.account.submit("other", 5)
    clock.time += timedelta(seconds=150)
    read: list[LipsyncRequest] = []
    while True:
        page = await port.page(reference_id="batch", offset=len(read), limit=limit)
        assert (page.total, page.limit, page.offset) == (25, min(limit, 100), len(read))
        read += page.requests
        if len(read) >= page.total:
            break
    assert read == api.account.requests(clock.now(), "batch")
    assert {one.status for one in read} > {"completed", "failed"}


async def test_an_unstable_list_holds_the_same_requests_in_another_order(
    api: ChamelaionSandbox, port: Chamelaion
) -> None:
    api.account.order = "unstable"
    api.account.submit("batch", 30)
    first, second = await first_page_of(port, 100), await first_page_of(port, 100)
    assert first != second
    assert set(first) == set(second)


async def test_a_page_beyond_the_end_is_empty(api: ChamelaionSandbox, port: Chamelaion) -> None:
    api.account.submit("batch", 2)
    page = await port.page(reference_id="batch", offset=10, limit=5)
    assert (page.requests, page.total) == ((), 2)


async def test_a_request_of_the_sandbox_is_retrieved_as_it_is_listed(
    api: ChamelaionSandbox, port: Chamelaion, clock: HandClock
) -> None:
    (request_id,) = api.account.submit("batch", 1)
    assert [await port.retrieve(request_id)] == api.account.requests(clock.now())


async def test_a_key_that_was_revoked_works_again_later(api: ChamelaionSandbox, port: Chamelaion) -> None:
    api.key_ok = False
    with pytest.raises(errors.KeyRefusedError, match="the API refused the key: invalid token"):
        await first_page(port)
    api.key_ok = True
    assert await first_page(port) == ()


# --- the environment ---

CHILD = """
import asyncio, sys, time
from datetime import UTC, datetime
from bot.chamelaion import ChamelaionGateway

class Clock:
    def now(self):
        return datetime.now(UTC)

    def monotonic(self):
        return time.monotonic()

    async def sleep(self, seconds):
        await asyncio.sleep(seconds)

async def main(key, url):
    gateway = ChamelaionGateway.open(key, url, 5, Clock(), None)
    page = await gateway.page(reference_id="a b", offset=0, limit=20)
    await gateway.aclose()
    production = ChamelaionGateway.open(key, None, 5, Clock(), None)
    sys.stdout.write(f"{page.total} {production.client.base_url}")
    await production.aclose()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_the_environment_changes_nothing_of_what_is_sent(wire: Wire, other_wire: Wire, tmp_path: Path) -> None:
    wire.lists(COMPLETED_ROW, QUEUED_ROW)
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login nobody password evil\n")
    netrc.chmod(0o600)
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
    traps = {
        "CHAMELAION_API_KEY": "evil",
        "CHAMELAION_BEARER_TOKEN": "evil",
        "CHAMELAION_CUSTOM_HEADERS": "X-Evil: evil\nx-api-key: evil\nX-API-KEY: evil\nAuthorization: Bearer evil",
        "CHAMELAION_BASE_URL": other_wire.url,
        "CHAMELAION_LOG": "debug",
        "NO_PROXY": "",
        "NETRC": str(netrc),
        "HOME": str(tmp_path),
        **dict.fromkeys(proxies, other_wire.url),
    }
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", CHILD, KEY, wire.url + "/api"),
        cwd=Path(__file__).parent.parent,
        env=os.environ | traps,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await child.communicate()
    assert (child.returncode, out) == (0, b"2 https://api.chamelaion.com/api/"), err.decode()
    assert KEY.encode() not in err
    assert other_wire.got == []
    (request,) = wire.got
    assert request.headers.getall("x-api-key") == [KEY]
    assert "evil" not in str(request.headers)
    assert "Authorization" not in request.headers


async def test_the_proxy_setting_is_the_one_that_is_obeyed(wire: Wire, clock: HandClock) -> None:
    wire.lists(QUEUED_ROW)
    gateway = ChamelaionGateway.open(KEY, "http://api.nowhere.invalid/api", 5, clock, wire.url)
    assert await first_page(gateway) == (QUEUED,)
    assert wire.got[0].host == "api.nowhere.invalid"
    await gateway.aclose()
