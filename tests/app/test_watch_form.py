"""A watch from its form to its end: begun, changed, taken back and stopped without a word typed."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.sandbox.chamelaion_faults import Fault
from bot.sandbox.slack_entities import Fields
from bot.slack import actions
from bot.slack.watch_entries import BY, CHANNEL, EVENTS, EXPECT, MENTION, PLACEMENT, REFERENCE, WHERE
from tests.app.conftest import ANA, ANA_DM, BEN, DE, PRIVATE, PRODUCERS, Stage, buttons_of, staged

Entries = Mapping[str, str | list[str]]


@pytest.fixture(params=["http", "socket"])
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    changed = {"SLACK_APP_TOKEN": "xapp-sandbox"} if request.param == "socket" else {}
    async with staged(tmp_path, **changed) as made:
        yield made


def modal(stage: Stage, user: str = ANA) -> Fields:
    shown = stage.slack.surfaces.modal(user)
    assert shown is not None
    return shown


def text(stage: Stage) -> str:
    return json.dumps(modal(stage), ensure_ascii=False)


async def opened(stage: Stage, channel: str = DE) -> None:
    assert (await stage.slack.command(ANA, channel, "watch")).ok
    await stage.slack.workspace.wait_for(lambda _: stage.slack.surfaces.modal(ANA) is not None)
    await stage.app.work.settle()


async def touched(stage: Stage, action: str, value: str | None = None, entries: Entries | None = None) -> None:
    assert (await stage.slack.surfaces.touch(ANA, modal(stage)["id"], action, value, entries or {})).ok
    await stage.app.work.settle()


async def sent(stage: Stage, entries: Entries) -> Mapping[str, str]:
    """The mistakes that were told."""
    delivered = await stage.slack.surfaces.submit(ANA, modal(stage)["id"], entries)
    assert delivered.ok, delivered
    await stage.app.work.settle()
    found: Mapping[str, str] = delivered.answer.get("errors", {})
    return found


async def test_a_watch_is_begun_changed_taken_back_and_stopped_in_forms(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 3)
    stage.account.submit("batch-2", 2)
    for known in ("batch-1", "batch-2"):
        await stage.asks(f"status {known}", channel=ANA_DM)
    await opened(stage)
    calls = len(stage.api.calls)
    await touched(stage, REFERENCE, "batch-*", {REFERENCE: "batch-*"})
    assert "2 references match, 2 of them with open requests" in text(stage)
    await touched(stage, REFERENCE, "batch-3", {REFERENCE: "batch-3"})
    assert "Did you mean batch-1 or batch-2?" in text(stage)
    assert len(stage.api.calls) == calls  # a keystroke asks nobody

    told = await sent(stage, {REFERENCE: "batch-*", EXPECT: "0", BY: "yesterday 10:00"})
    assert set(told) == {EXPECT, BY}
    assert "from 1 to 100,000" in told[EXPECT]
    assert await stage.store.watches.active("default") == ()

    assert await sent(stage, {REFERENCE: "batch-1", EXPECT: "5", BY: "in 2 hours", EVENTS: "each"}) == {}
    assert "now watches" in text(stage)
    assert "Deadline" in text(stage)
    await stage.card("batch-1")
    (watch,) = await stage.store.watches.active("default")
    assert (watch.events, watch.expected, watch.public, watch.deadline is not None) == ("each", 5, True, True)

    answer = await stage.asks("watch batch-1")
    assert buttons_of(answer) == [actions.WATCH_CHANGE]
    await stage.clicks(answer, actions.WATCH_CHANGE)
    assert await sent(stage, {EXPECT: "", BY: "", PLACEMENT: "thread", MENTION: [BEN]}) == {}
    (watch,) = await stage.store.watches.active("default")
    assert (watch.expected, watch.deadline, watch.placement, watch.mention) == (None, None, "thread", (BEN,))
    assert watch.events == "each"  # which nobody touched
    stage.account.fail(ids[0], "no face detected")
    failed = await stage.sees_text("no face detected")
    assert failed.thread_ts
    assert BEN in json.dumps(failed.blocks)

    await touched(stage, actions.FORM_UNDO)
    (watch,) = await stage.store.watches.active("default")
    assert (watch.expected, watch.placement, watch.mention) == (5, "default", ())

    await stage.clicks(answer, actions.WATCH_CHANGE)
    await asyncio.gather(touched(stage, actions.FORM_STOP), touched(stage, actions.FORM_STOP))
    assert await stage.store.watches.active("default") == ()
    await touched(stage, actions.FORM_UNDO)
    assert len(await stage.store.watches.active("default")) == 1


async def test_a_watch_elsewhere_waits_for_its_invitation_and_one_of_ones_own_tells_alone(stage: Stage) -> None:
    stage.account.submit("batch-1", 2)
    await opened(stage)
    await touched(stage, WHERE, "other", {REFERENCE: "batch-1", WHERE: "other"})
    assert await sent(stage, {REFERENCE: "batch-1", WHERE: "other", CHANNEL: PRODUCERS}) == {}
    assert "/invite @lipsync" in text(stage)
    await stage.slack.happenings.invite(PRODUCERS, stage.slack.workspace.bot.id, ANA)
    await stage.card("batch-1", PRODUCERS)

    await opened(stage)
    assert await sent(stage, {REFERENCE: "batch-1", WHERE: "mine"}) == {}
    await stage.card("batch-1", ANA_DM)
    stage.slack.workspace.channel(PRIVATE).members.discard(ANA)
    await opened(stage)
    await touched(stage, WHERE, "other", {REFERENCE: "batch-1", WHERE: "other"})
    told = await sent(stage, {REFERENCE: "batch-1", WHERE: "other", CHANNEL: PRIVATE})
    assert told[CHANNEL].startswith("That channel is private")
    assert {watch.place for watch in await stage.store.watches.active("default")} == {PRODUCERS, ANA_DM}


async def test_a_form_of_a_watch_that_was_stopped_meanwhile_begins_nothing(stage: Stage) -> None:
    stage.account.submit("batch-1", 2)
    answer = await stage.asks("watch batch-1")
    await stage.clicks(answer, actions.WATCH_CHANGE)
    await stage.asks("unwatch batch-1", user=BEN)
    told = await sent(stage, {EVENTS: "all"})
    assert told == {
        EVENTS: "It is not watched there any more, so nothing was changed. Watch it again to be told of it."
    }
    assert await stage.store.watches.active("default") == ()


async def test_what_takes_long_to_read_is_confirmed_first_and_told_later(stage: Stage) -> None:
    stage.account.submit("batch-1", 2)
    stage.api.faults.add(Fault("slow", times=5, seconds=2.2))
    await opened(stage)
    assert await sent(stage, {REFERENCE: "batch-1"}) == {}
    assert "now watches" in text(stage)
    assert any(call.method == "views.update" for call in stage.slack.calls)


async def test_an_answer_about_what_is_not_watched_offers_to_watch_it(stage: Stage) -> None:
    stage.account.submit("batch-1", 2)
    answer = await stage.asks("status batch-1")
    assert actions.STATUS_WATCH in buttons_of(answer)
    await stage.clicks(answer, actions.STATUS_WATCH)
    assert await sent(stage, {}) == {}
    await stage.card("batch-1")
    assert actions.STATUS_WATCH not in buttons_of(await stage.asks("status batch-1"))
