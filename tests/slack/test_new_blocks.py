"""What a workspace does not take yet is said as text, wherever an answer goes, and only answers hold such blocks."""

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.slack_entities import Message as Seen
from bot.sandbox.workspace import ANA
from bot.slack import actions
from bot.slack.canned_home import home_modals, homes
from bot.slack.canned_policies import settings_views
from bot.slack.canned_watch_forms import watch_views
from bot.slack.canned_words import shortcuts
from bot.slack.gallery import canned
from bot.slack.views.message import Message
from bot.slack.views.plain import new_blocks, plainly
from bot.slack.views.table import TABLE, table
from tests.builders import NOON
from tests.slack.canned import MESSAGES, SCENE, problems
from tests.slack.rig import DE, Rig, rigged

ANSWERS = {"Status", "M9 Glob status", "Queue", "Only counts"}
OLD = {"actions", "context", "divider", "header", "image", "input", "rich_text", "section"}


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged() as made:
        made.slack.workspace.unknown.add(TABLE)
        yield made


def as_text(message: Seen) -> bool:
    return "rich_text_preformatted" in str(message.blocks) and "'table'" not in str(message.blocks)


@pytest.mark.parametrize("typed", ["status batch-*", "queue"])
async def test_a_refused_table_is_answered_as_text_and_not_tried_again(rig: Rig, typed: str) -> None:
    for _ in range(2):
        await rig.type(typed)
    assert [as_text(answer) for answer in rig.seen()] == [True, True]
    assert [use.outcome for use in rig.slack.answers] == ["invalid_blocks", "ok", "ok"]
    assert rig.novelties.refused == [{TABLE}]


async def test_a_shared_table_is_shared_once_as_text(rig: Rig) -> None:
    await rig.type("status batch-*")
    rig.novelties.refused.clear()  # another process has not heard of it
    await rig.click(rig.seen()[0], actions.GLOB_SHARE)
    (shared,) = rig.slack.workspace.messages(DE)
    assert as_text(shared)


@pytest.mark.parametrize(("place", "said"), [(DE, "@lipsync status batch-*"), ("D0ANA", "status batch-*")])
async def test_what_is_said_to_the_bot_is_answered_so_too(rig: Rig, place: str, said: str) -> None:
    for _ in range(2):
        await rig.slack.say(ANA.id, place, said)
        await rig.work.settle()
    answers = [each for each in rig.slack.workspace.messages(place, seen_by=ANA.id) if each.user != ANA.id]
    assert [as_text(answer) for answer in answers] == [True, True]
    assert rig.novelties.refused == [{TABLE}]


@pytest.mark.parametrize("name", [name for name, message in MESSAGES.items() if new_blocks(message)])
def test_every_message_with_a_new_block_says_the_same_without_it(name: str) -> None:
    message = MESSAGES[name]
    plain = plainly(message)
    assert new_blocks(plain) == frozenset()
    assert (plain.text, len(plain.blocks)) == (message.text, len(message.blocks))
    assert {str(block["type"]) for block in plain.blocks} <= OLD
    assert problems(plain) == []


def test_every_block_is_either_old_or_has_a_plain_form() -> None:
    for name, message in MESSAGES.items():
        kinds = {str(block["type"]) for block in message.blocks}
        assert kinds - OLD == new_blocks(message), name


def test_views_hold_only_blocks_that_every_workspace_takes() -> None:
    views = [(each.name, each.view) for each in (*shortcuts(SCENE), *homes(SCENE), *home_modals(SCENE))]
    for name, view in (*views, *((name, view) for name, _, view in (*settings_views(SCENE), *watch_views(SCENE)))):
        assert {str(block["type"]) for block in view.blocks} <= OLD, name


def test_only_answers_hold_new_blocks_and_nothing_that_is_posted_once_or_edited() -> None:
    assert {each.title for each in canned("/lipsync", NOON) if new_blocks(each.message)} == ANSWERS


def test_a_long_table_is_cut_where_it_can_be_read() -> None:
    rows = [(f"batch-{number}", str(number)) for number in range(99)]
    (block,) = plainly(Message("x", (table(("reference", "failed"), rows, [1]),))).blocks
    lines = str(block["elements"]).split("\\n")
    assert len(lines) == 32
    assert "batch-0         0" in lines[1]
    assert "and 69 more rows" in lines[-1]
