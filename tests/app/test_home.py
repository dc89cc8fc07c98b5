"""Home in the real app: opened, clicked and kept up to date, over HTTP and over a socket, whatever Slack answers."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.blockkit import foreign_text_problems, mappings, view_problems
from bot.sandbox.slack_faults import FaultKind
from bot.slack import actions
from bot.slack.views.status_form import REFERENCE
from tests.app.conftest import ANA, ANA_DM, BEN, DE, Stage, staged
from tests.slack.canned import texts


@pytest.fixture(params=["http", "socket"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    changed = {"SLACK_APP_TOKEN": "xapp-sandbox"} if request.param == "socket" else {}
    async with staged(tmp_path, **changed) as made:
        yield made


@pytest.fixture
async def quick(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made


def told(view: dict[str, Any] | None) -> str:
    return "" if view is None else "\n".join(texts(view["blocks"]))


def home(stage: Stage, user: str = ANA) -> str:
    return told(stage.slack.surfaces.home(user))


def modal(stage: Stage) -> str:
    return told(stage.slack.surfaces.modal(ANA))


async def shows(stage: Stage, part: str, user: str = ANA, *, not_any_more: bool = False) -> None:
    """Wait until Home shows this, or does not any more."""
    await stage.slack.workspace.wait_for(lambda _: (part in home(stage, user)) is not not_any_more, timeout_seconds=30)


async def opens(stage: Stage, user: str = ANA) -> None:
    await stage.slack.surfaces.open_home(user)
    await stage.slack.workspace.wait_for(lambda _: stage.slack.surfaces.home(user) is not None)
    await stage.app.work.settle()


async def clicks(stage: Stage, action: str, value: str | None = None) -> None:
    """Click on Home, and wait until it is done."""
    view = stage.slack.surfaces.home(ANA)
    assert view is not None
    assert (await stage.slack.surfaces.touch(ANA, view["id"], action, value)).ok
    await stage.app.work.settle()


async def chooses(stage: Stage, what: str) -> None:
    """Choose something behind the first "more" on Home."""
    view = stage.slack.surfaces.home(ANA)
    assert view is not None
    (first, *_) = [each for each in mappings(view["blocks"]) if each.get("action_id") == actions.HOME_MORE]
    options: Any = first["options"]
    (value,) = [option["value"] for option in options if option["value"].startswith(f"{what} ")]
    await clicks(stage, actions.HOME_MORE, value)


async def clicks_in_modal(stage: Stage, action: str) -> None:
    view = stage.slack.surfaces.modal(ANA)
    assert view is not None
    assert (await stage.slack.surfaces.touch(ANA, view["id"], action)).ok
    await stage.app.work.settle()


def assert_sound(stage: Stage) -> None:
    for view in stage.slack.workspace.views.values():
        shown = {name: each for name, each in view.items() if name in ("type", "blocks", "title", "private_metadata")}
        assert view_problems(shown) == []
        assert foreign_text_problems({"text": "x", **shown}) == []


async def test_a_walk_through_home(stage: Stage) -> None:
    await opens(stage)
    assert "Welcome" in home(stage)
    assert "/lipsync watch" in home(stage)

    stage.account.submit("batch-1", 4)
    await stage.asks("watch batch-1")
    await shows(stage, "of 4")
    assert "Welcome" not in home(stage)
    assert home(stage, BEN) == ""

    stage.account.fail(stage.account.submit("batch-1", 1)[0], "no face detected")
    await shows(stage, "1 failed")
    await clicks(stage, actions.HOME_STATUS)
    assert "no face detected" in modal(stage)
    await clicks_in_modal(stage, actions.HOME_REFRESH)
    assert "1 failed" in modal(stage)

    await stage.asks("assign batch-1 me")
    await shows(stage, "Failures you look at")
    await clicks(stage, actions.HOME_KIND_FAILURES)
    assert "no face detected" in modal(stage)
    await clicks(stage, actions.HOME_HANDLED)
    assert "marked handled" in modal(stage)
    assert "Failures you look at" not in home(stage)  # at once
    await clicks_in_modal(stage, actions.HOME_OPEN_AGAIN)
    assert "Failures you look at" in home(stage)

    await clicks(stage, actions.HOME_LINKS)
    assert "batch-1" in modal(stage)
    await clicks(stage, actions.HOME_WATCH)
    await clicks(stage, actions.HOME_ASK)
    assert_sound(stage)


async def test_mute_unmute_stop_and_undo_show_at_once_on_home_and_in_the_channel(quick: Stage) -> None:
    stage = quick
    stage.account.submit("batch-1", 2)
    await stage.asks("watch batch-1")
    await stage.card("batch-1")
    await opens(stage)

    await chooses(stage, "mute")
    assert "muted until" in home(stage)
    assert "told in one message then" in modal(stage)
    await stage.sees(lambda m: "muted until" in m.text)
    await clicks(stage, actions.HOME_UNMUTE)
    assert "muted until" not in home(stage)
    await chooses(stage, "mute")
    await chooses(stage, "unmute")
    assert "not muted any more" in modal(stage)

    await chooses(stage, "stop")
    assert "Stopped watching" in modal(stage)
    assert f"“Here” means <#{DE}>." in modal(stage)
    assert "Welcome" in home(stage)
    await clicks_in_modal(stage, actions.HOME_UNDO)
    assert "watched again" in modal(stage)
    assert "batch-1" in home(stage)
    assert_sound(stage)


async def test_a_double_click_on_stop_leaves_the_way_back(quick: Stage) -> None:
    stage = quick
    stage.account.submit("batch-1", 2)
    await stage.asks("watch batch-1")
    await opens(stage)
    await asyncio.gather(chooses(stage, "stop"), chooses(stage, "stop"))
    assert "Stopped watching" in modal(stage)
    await clicks_in_modal(stage, actions.HOME_UNDO)
    assert "watched again" in modal(stage)
    assert "batch-1" in home(stage)


async def test_patterns_and_personal_watches_have_their_own_words(quick: Stage) -> None:
    stage = quick
    stage.account.submit("batch-1", 2)
    stage.account.submit("batch-2", 1)
    await stage.asks("watch batch-*")
    await stage.asks("watch batch-1 me")
    await opens(stage)
    await shows(stage, "2 references")
    assert "you alone" in home(stage)
    assert f"<#{ANA_DM}>" not in home(stage)
    view = stage.slack.surfaces.home(ANA)
    assert view is not None
    ids = [str(each["value"]) for each in mappings(view["blocks"]) if each.get("action_id") == actions.HOME_STATUS]
    seen = []
    for watch_id in ids:
        await clicks(stage, actions.HOME_STATUS, watch_id)
        seen.append(modal(stage))
    assert any("batch-2\n" in text for text in seen)  # the table, as a list
    assert_sound(stage)


async def test_a_button_of_a_watch_that_has_ended_says_so_and_home_is_put_right(quick: Stage) -> None:
    stage = quick
    stage.account.submit("batch-1", 2)
    await stage.asks("watch batch-1")
    await opens(stage)
    old = stage.slack.surfaces.home(ANA)
    assert old is not None
    await stage.asks("unwatch batch-1")
    await shows(stage, "Welcome")
    stage.slack.workspace.show_view(old)  # as on a screen that has not heard yet
    await clicks(stage, actions.HOME_STATUS)
    assert "has ended since" in modal(stage)
    assert "Welcome" in home(stage)


async def test_the_other_tab_is_not_home(quick: Stage) -> None:
    await quick.slack.surfaces.open_home(ANA, "messages")
    await quick.app.work.settle()
    assert quick.slack.surfaces.home(ANA) is None


@pytest.mark.parametrize("kind", ["status_500", "ratelimited", "drop_after", "drop_before", "garbage"])
async def test_home_is_shown_though_slack_fails_first(quick: Stage, kind: FaultKind) -> None:
    quick.slack.faults.add("views.publish", kind, retry_after=1)
    await quick.slack.surfaces.open_home(ANA)
    await quick.app.work.settle()
    if kind != "ratelimited":  # which says when to come back
        await quick.slack.surfaces.open_home(ANA)
    await shows(quick, "Welcome")


async def test_a_slow_slack_holds_up_nobody(quick: Stage) -> None:
    quick.slack.faults.add("views.publish", "slow", seconds=30)
    await quick.slack.surfaces.open_home(ANA)
    assert (await quick.slack.command(BEN, DE, "help")).ok
    await quick.slack.workspace.wait_for(lambda w: w.ephemerals(BEN, DE), timeout_seconds=20)
    assert quick.slack.surfaces.home(ANA) is None


async def test_where_home_is_switched_off_it_is_not_asked_for_again_and_again(quick: Stage) -> None:
    quick.account.submit("batch-1", 2)
    quick.slack.faults.add("views.publish", "error", code="not_enabled", times=None)
    await quick.slack.surfaces.open_home(ANA)
    await quick.app.work.settle()
    await quick.asks("watch batch-1")
    await quick.card("batch-1")
    calls = quick.app.health.vitals.slack_calls
    assert calls["home failed"] == 1
    assert calls["home ok"] == 0


async def test_what_is_begun_changed_and_asked_in_forms_is_on_home(stage: Stage) -> None:
    stage.account.submit("batch-1", 2)
    await opens(stage)
    await clicks(stage, actions.HOME_WATCH)
    form = stage.slack.surfaces.modal(ANA)
    assert form is not None
    assert (await stage.slack.surfaces.submit(ANA, form["id"], {actions.FORM_REFERENCE: "batch-1"})).ok
    await shows(stage, "batch-1")
    assert "you alone" in home(stage)

    await stage.slack.surfaces.close(ANA, form["id"])
    await chooses(stage, "change")
    changed = stage.slack.surfaces.modal(ANA)
    assert changed is not None
    assert "batch-1" in str(changed["blocks"])
    await clicks(stage, actions.HOME_ASK)
    asking = stage.slack.surfaces.modal(ANA)
    assert asking is not None
    assert (await stage.slack.surfaces.submit(ANA, asking["id"], {REFERENCE: "batch-1"})).ok
    await stage.app.work.settle()
    assert "batch-1" in modal(stage)
    assert_sound(stage)
