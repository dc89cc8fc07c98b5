"""What is typed and clicked about the whole account, and about watches that nobody has begun."""

from collections.abc import AsyncIterator

import pytest

from bot.domain.watch import Events, Placement
from bot.errors import BadCommandError
from bot.sandbox.workspace import ANA
from bot.slack import actions
from bot.slack.commands import Preview, Queue, StartWatch
from bot.slack.grammar import parse
from tests.slack.rig import DE, REF, Rig, rigged


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged() as made:
        yield made


async def test_the_queue_is_a_table_for_the_one_who_asks_that_can_be_refreshed_and_shared(rig: Rig) -> None:
    await rig.type("queue")
    (answer,) = rig.seen()
    assert answer.text.startswith("The account's queue: 2 running, 7 waiting in 2 references")
    assert [block["type"] for block in answer.blocks or []] == ["rich_text", "context", "actions", "table"]
    assert rig.slack.workspace.messages(DE) == []

    await rig.click(answer, actions.QUEUE_REFRESH)
    assert len(rig.seen()) == 1
    await rig.click(answer, actions.QUEUE_SHARE)

    assert rig.ask.questions == [("lineup",)] * 3
    (shared,) = rig.slack.workspace.messages(DE)
    assert "Shared by" in str(shared.blocks)
    assert "actions" not in [block["type"] for block in shared.blocks or []]


async def test_a_preview_is_told_to_the_one_who_asks_and_nothing_is_watched(rig: Rig) -> None:
    await rig.type("preview batch-* for each in flat")

    (answer,) = rig.seen()
    assert "about 3 messages a day: 21 new messages" in answer.text
    (wish,) = rig.previewing.wishes
    assert (wish.reference_id, wish.events, wish.placement) == ("batch-*", Events.EACH, Placement.FLAT)
    assert (wish.place, wish.author) == (DE, ANA.id)
    assert rig.watching.wishes == []
    assert rig.slack.workspace.messages(DE) == []


@pytest.mark.parametrize("typed", ["queue", "QUEUE", "  queue "])
def test_the_queue_is_asked_for_by_its_word(typed: str) -> None:
    assert parse(typed) == Queue()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (f"preview {REF}", StartWatch(REF)),
        (f"preview watch {REF}", StartWatch(REF)),
        (f"preview {REF} for failures in thread", StartWatch(REF, Events.FAILURES, placement=Placement.THREAD)),
        (f"preview watch {REF} for all expect 5", StartWatch(REF, Events.ALL, 5)),
        (f"preview {REF} me mention <@U1>", StartWatch(REF, mention=("U1",), personal=True)),
        ('preview "watch"', StartWatch("watch")),
    ],
)
def test_a_preview_takes_what_a_watch_takes(typed: str, meant: StartWatch) -> None:
    assert parse(typed) == Preview(meant)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("queue batch-1", "`queue` takes nothing more: type `/lipsync queue`."),
        ("preview", "`preview` needs a reference. Type `/lipsync preview <ref>"),
        ("preview watch", "`preview` needs a reference. Type `/lipsync preview <ref>"),
        ("preview watch for failures", "Say first what to watch. Type `/lipsync preview <ref>"),
        ("preview for failures", "Say first what to watch. Type `/lipsync preview <ref>"),
        (f"preview {REF} loud", "I do not understand `loud` there. Type `/lipsync preview <ref>"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_type(typed: str, says: str) -> None:
    with pytest.raises(BadCommandError) as caught:
        parse(typed)
    assert says in str(caught.value)
