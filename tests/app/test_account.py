"""The whole account, and a watch before anybody begins it, as a team types and sees it."""

from bot.slack.actions import QUEUE_REFRESH, QUEUE_SHARE
from tests.app.conftest import Stage, buttons_of


async def test_the_queue_is_told_to_one_person_and_shared_on_wish(stage: Stage) -> None:
    stage.account.submit("batch-1", 3)
    await stage.asks("status batch-1")

    answer = await stage.asks("queue")

    assert answer.text.startswith("The account's queue: ")
    assert "in 1 reference" in answer.text
    assert buttons_of(answer) == [QUEUE_REFRESH, QUEUE_SHARE]
    await stage.clicks(answer, QUEUE_SHARE)
    await stage.sees(lambda m: m.text.startswith("The account's queue: ") and "Shared by" in str(m.blocks))


async def test_a_preview_tells_what_would_have_been_posted_and_posts_nothing(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 3)
    await stage.asks("status batch-1")
    stage.account.fail(ids[0], "no face detected")
    stage.account.finish("batch-1")
    await stage.asks("status batch-1")

    answer = await stage.asks("preview watch batch-* for each")

    assert answer.text.startswith("Preview of watching batch-∗ (each): ")
    assert "1 new kind of failure" in answer.text
    assert "no face detected ×1" in str(answer.blocks)
    assert stage.said() == []
    assert "No reference matches x-∗" in (await stage.asks("preview x-*")).text
