import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from io import BytesIO
from urllib.parse import urlencode

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.flows.identity import Identity
from bot.sandbox.slack_delivery import signature
from bot.sandbox.slack_server import SIGNING_SECRET
from bot.sandbox.workspace import ANA
from bot.slack.bolt import STARTING, make_bolt
from tests.slack.rig import DE, REF, Rig, rigged

FORM = "application/x-www-form-urlencoded"
COMMAND = urlencode({"command": "/lipsync", "text": REF, "team_id": "T1", "channel_id": DE, "user_id": "U1"})


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged() as made:
        yield made


async def post(
    rig: Rig, body: str | bytes, headers: dict[str, str] | None = None, content: str = FORM
) -> tuple[int, str]:
    raw = body.encode() if isinstance(body, str) else body
    async with rig.http.post(
        f"{rig.url}/slack/events", data=raw, headers={"Content-Type": content, **(headers or {})}
    ) as answer:
        return answer.status, await answer.text()


def signed(body: str, secret: str = SIGNING_SECRET, at: float | None = None) -> dict[str, str]:
    return signature(secret, body, time.time() if at is None else at)


# --- signatures ---


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(COMMAND, secret="another"),
        signed(COMMAND + "x"),
        signed(COMMAND, at=time.time() - 301),
        signed(COMMAND, at=time.time() + 40_000),
        {**signed(COMMAND), "x-slack-request-timestamp": "soon"},
        {**signed(COMMAND), "x-slack-request-timestamp": "9" * 5_000},
        {**signed(COMMAND), "x-slack-signature": "v0=é"},
        {**signed(COMMAND), "x-slack-signature": ""},
    ],
)
async def test_what_is_not_signed_well_and_lately_is_refused_and_nothing_is_done(
    rig: Rig, headers: dict[str, str]
) -> None:
    status, _ = await post(rig, COMMAND, headers)
    await rig.work.settle()
    assert status == 401
    assert rig.ask.questions == []


async def test_what_is_signed_is_taken(rig: Rig) -> None:
    assert (await rig.slack.command(ANA.id, DE, REF)).status == 200


# --- what cannot be read ---


@pytest.mark.parametrize(
    ("body", "content"),
    [
        (b"\xff\xfe", FORM),
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b"5", "application/json"),
        (b"payload=%7B", FORM),
        (b"payload=[1]", FORM),
        (b"payload=" + b"[" * 100_000, FORM),
        (b"{", FORM),
    ],
)
async def test_a_body_that_cannot_be_read_is_answered_400(rig: Rig, body: bytes, content: str) -> None:
    status, told = await post(rig, body, content=content)
    assert status == 400
    assert "malformed" in told


async def test_a_body_of_two_megabytes_is_refused(rig: Rig) -> None:
    body = BytesIO(b"x" * 2 * 2**20)
    async with rig.http.post(f"{rig.url}/slack/events", data=body) as answer:
        assert answer.status == 413


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "block_actions", "actions": []},
        {"type": "block_actions", "actions": [{}]},
        {"type": "block_actions", "actions": "x"},
        {"type": "view_submission", "view": None},
        {"type": "block_actions", "actions": [{"action_id": "card_stop"}], "user": {"id": "U1"}, "team": {"id": "T1"}},
        {"type": "block_actions", "actions": [{"action_id": "card_stop"}], "user": "U1", "team": 5},
    ],
)
async def test_a_signed_but_odd_payload_is_never_a_server_error(rig: Rig, payload: object) -> None:
    body = urlencode({"payload": json.dumps(payload)})
    status, _ = await post(rig, body, signed(body))
    assert status in (200, 400, 404)
    assert rig.watching.stopped == []


async def test_a_command_without_its_fields_is_acknowledged_with_a_sentence(rig: Rig) -> None:
    status, told = await post(rig, COMMAND, signed(COMMAND))
    assert status == 200
    assert "response" in told
    assert rig.ask.questions == []


async def test_what_nobody_listens_to_is_answered_404(rig: Rig) -> None:
    body = json.dumps({"type": "block_suggestion", "action_id": "nobody"})
    assert (await post(rig, body, signed(body), "application/json"))[0] == 404


async def test_an_event_that_comes_before_we_know_who_we_are_is_to_be_told_again() -> None:
    async with rigged(known=False) as rig:
        body = json.dumps({"type": "event_callback", "event_id": "Ev1", "event": {"type": "app_uninstalled"}})
        assert await post(rig, body, signed(body), "application/json") == (503, "")
        assert rig.access.told == []


# --- what Slack asks of every app ---


async def test_slacks_question_whether_the_address_is_ours_is_answered_even_before_we_know_who_we_are() -> None:
    async with rigged(known=False) as rig:
        body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"})
        status, told = await post(rig, body, signed(body), "application/json")
        assert status == 200
        assert json.loads(told)["challenge"] == "abc"


async def test_slacks_check_of_the_certificate_is_answered(rig: Rig) -> None:
    assert await post(rig, "ssl_check=1&token=x") == (200, "")


async def test_before_slack_told_who_we_are_a_command_is_acknowledged_with_a_sentence() -> None:
    async with rigged(known=False) as rig:
        delivered = await rig.slack.command(ANA.id, DE, REF)
        assert (delivered.status, delivered.body) == (200, STARTING)
        assert rig.ask.questions == []
        rig.identity.workspace_id = "T0SANDBOX"
        await rig.type(REF)
        assert len(rig.ask.questions) == 1


async def test_who_we_are_is_never_asked_of_slack_by_the_app(rig: Rig) -> None:
    await rig.type(REF)
    assert rig.slack.calls == []


# --- what is in the environment ---


async def test_no_setting_of_the_library_in_the_environment_changes_the_app() -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "secret",
        "SLACK_BOT_TOKEN": "xoxb-other",
        "SLACK_SIGNING_SECRET": "other",
        "SLACK_VERIFICATION_TOKEN": "x",
        "HTTP_PROXY": "http://127.0.0.1:1",
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, __file__, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await child.communicate()
    assert (out.decode().split(), err.decode()) == (["200", "401", "[]"], "")


async def in_another_environment() -> None:
    async with rigged() as rig:
        delivered = await rig.slack.command(ANA.id, DE, REF)
        await rig.work.settle()
        rig.slack.signed_at = lambda: 0.0
        refused = await rig.slack.command(ANA.id, DE, REF)
        sys.stdout.write(f"{delivered.status} {refused.status} {rig.slack.calls}\n")
        assert len(rig.slack.answers) == 1
        assert rig.vitals.slack_calls == {"answers ok": 1}


def test_the_app_needs_no_token_yet_to_be_made() -> None:
    app = make_bolt(client=AsyncWebClient(), identity=Identity())
    assert app.process_before_response
    assert app.oauth_flow is None


if __name__ == "__main__":
    asyncio.run(in_another_environment())
