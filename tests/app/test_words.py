"""What people say to the bot and its shortcuts, over HTTP and over a socket: answered once, where they are."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.slack_entities import Draft, Message
from bot.slack.callbacks import STATUS_ANYWHERE, WATCH_THIS
from tests.app.conftest import ANA, ANA_DM, BEN, DE, PRODUCERS, Stage, everything_in, staged

BATCH = "batch-2026-04"


@pytest.fixture(params=["http", "socket"])
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    changed = {"SLACK_APP_TOKEN": "xapp-sandbox"} if request.param == "socket" else {}
    async with staged(tmp_path, **changed) as made:
        yield made


async def hears(stage: Stage, text: str, channel: str = DE, thread_ts: str | None = None) -> None:
    await stage.slack.say(ANA, channel, text, thread_ts=thread_ts)
    await stage.app.work.settle()


def answers(stage: Stage, channel: str = DE) -> list[Message]:
    return stage.slack.workspace.ephemerals(ANA, channel)


def modal(stage: Stage) -> dict[str, Any]:
    shown = stage.slack.surfaces.modal(ANA)
    assert shown is not None
    return shown


async def test_a_mention_in_a_thread_is_answered_there_to_one_person(stage: Stage) -> None:
    stage.account.submit(BATCH, 3)
    root = stage.slack.workspace.post(DE, BEN, Draft("how is it?"))
    await hears(stage, f"hey @lipsync status {BATCH}, please", thread_ts=root.ts)
    (answer,) = answers(stage)
    assert (answer.text.startswith(f"{BATCH}: 0% finished"), answer.thread_ts) == (True, root.ts)
    await stage.clicks(answer, "status_share")
    shared = stage.slack.workspace.replies(DE, root.ts)[-1]
    assert f"<@{ANA}>" in everything_in(shared)


async def test_a_watch_is_begun_and_ended_by_saying_so(stage: Stage) -> None:
    stage.account.submit(BATCH, 3)
    await hears(stage, f"watch {BATCH}", ANA_DM)
    await stage.card(BATCH, ANA_DM)
    await hears(stage, f"@lipsync watch {BATCH} for each")
    await stage.card(BATCH)
    await hears(stage, f"unwatch {BATCH}", ANA_DM)
    listed = everything_in(await stage.asks("watches mine"))
    assert "each" in listed
    assert "the DM with" not in listed


async def test_a_mention_does_not_hide_a_watch_of_a_public_channel(stage: Stage) -> None:
    stage.account.submit(BATCH, 1)
    await stage.asks(f"watch {BATCH}")
    await hears(stage, f"@lipsync watch {BATCH} for each")
    await hears(stage, "@lipsync watch another")
    for reference in (BATCH, "another"):
        assert reference in everything_in(await stage.asks("watches all", user=BEN, channel=PRODUCERS))


async def test_what_is_told_again_is_answered_once(stage: Stage) -> None:
    stage.account.submit(BATCH, 1)
    stage.slack.happenings.times = 3
    await hears(stage, f"@lipsync {BATCH}")
    await hears(stage, BATCH, ANA_DM)
    assert (len(answers(stage)), len(stage.said(ANA_DM))) == (1, 1)


async def test_two_bots_do_not_talk_for_ever(stage: Stage) -> None:
    about = {"channel": DE, "text": f"<@{stage.slack.workspace.bot.id}> status {BATCH}", "ts": "1.000001"}
    for _ in range(20):
        assert (await stage.slack.event("app_mention", user="U0OTHER", bot_id="B0OTHER", **about)).ok
    await stage.app.work.settle()
    assert [call for call in stage.slack.calls if call.method.startswith("chat.post")] == []


async def test_a_message_leads_to_the_form_and_that_to_a_card(stage: Stage) -> None:
    ids = stage.account.submit(BATCH, 3)
    stage.account.submit("batch-2026-05", 2)
    await stage.asks(f"status {BATCH}")
    await stage.asks("status batch-2026-05")
    message = stage.slack.workspace.post(DE, BEN, Draft(f"{ids[0]} looks odd, and batch-2026-05 is late"))
    assert (await stage.slack.surfaces.shortcut(ANA, WATCH_THIS, DE, message.ts)).ok
    await stage.app.work.settle()
    rows = [block["text"]["text"] for block in modal(stage)["blocks"] if block["type"] == "section"]
    assert rows == [f"{BATCH}\n3 requests, 0% finished", "batch-2026-05\n2 requests, 0% finished"]
    await stage.slack.surfaces.touch(ANA, modal(stage)["id"], "modal_watch", BATCH)
    await stage.app.work.settle()
    await stage.slack.surfaces.submit(ANA, modal(stage)["id"])
    await stage.card(BATCH)


async def test_the_card_itself_can_be_watched_from_elsewhere(stage: Stage) -> None:
    stage.account.submit("Folge 3 DE", 3)
    await stage.asks('watch "Folge 3 DE"')
    card = await stage.card("Folge 3 DE")
    assert (await stage.slack.surfaces.shortcut(ANA, WATCH_THIS, DE, card.ts)).ok
    await stage.app.work.settle()
    assert "Folge 3 DE" in str(modal(stage)["blocks"])
    assert modal(stage)["callback_id"] == "watch_form"


async def test_a_status_is_told_in_a_modal_from_anywhere(stage: Stage) -> None:
    ids = stage.account.submit(BATCH, 3)
    stage.account.fail(ids[0], "no face detected")
    assert (await stage.slack.surfaces.shortcut(ANA, STATUS_ANYWHERE)).ok
    await stage.app.work.settle()
    await stage.slack.surfaces.submit(ANA, modal(stage)["id"], {"reference": BATCH})
    await stage.app.work.settle()
    assert "33% finished" in str(modal(stage)["blocks"])
    await stage.slack.surfaces.touch(ANA, modal(stage)["id"], "modal_failures")
    await stage.app.work.settle()
    assert "no face detected" in str(modal(stage)["blocks"])


async def test_after_a_restart_nothing_is_answered_again(tmp_path: Path) -> None:
    told = {"type": "app_mention", "user": ANA, "channel": DE, "text": "<@U0LIPSYNC> help", "ts": "1.000001"}
    payload = {"type": "event_callback", "team_id": "T0SANDBOX", "event_id": "Ev1", "event": told}
    for expected in (1, 0):
        async with staged(tmp_path) as stage:
            assert (await stage.slack.happenings.tell(payload, (1, "http_timeout"))).ok
            await stage.app.work.settle()
            assert len(answers(stage)) == expected
