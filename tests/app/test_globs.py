"""Many references by one pattern, as a team types and sees it."""

from bot.slack.actions import FINISHED_STOP, GLOB_EXCEPT, GLOB_MUTE, GLOB_REFRESH, GLOB_SHARE, GLOB_STOP, GLOB_TABLE
from bot.slack.views.table import MOST_ROWS
from tests.app.conftest import DE, Stage, buttons_of, everything_in
from tests.slack.canned import texts


async def test_a_pattern_is_one_card_for_what_is_there_and_what_comes(stage: Stage) -> None:
    stage.account.submit("batch-1", 3)
    await stage.asks("status batch-1")
    confirmed = await stage.asks("watch batch-*")
    assert (
        "This channel now watches every reference that matches batch-∗ (problems). batch-∗: 1 reference"
        in confirmed.text
    )
    later = stage.account.submit("batch-2", 4)
    stage.account.fail(later[0], "no face detected")
    stage.account.submit("other", 1)

    failure = await stage.sees_text("no face detected")
    assert "batch-2" in failure.text
    card = await stage.sees(lambda m: m.text.startswith("batch-∗: 2 references") and "1 failed" in m.text)
    assert buttons_of(card) == [GLOB_TABLE, GLOB_MUTE, GLOB_STOP]
    stage.account.finish("batch-1")
    finished = await stage.sees_text("batch-1: finished")

    await stage.clicks(finished, FINISHED_STOP)

    covered = stage.slack.workspace.ephemerals("U0ANA", DE)[-1]
    assert "batch-1 has no watch of its own here: it is covered by batch-∗" in covered.text
    await stage.clicks(covered, GLOB_EXCEPT)
    await stage.sees(lambda m: m.text.startswith("batch-∗: 1 reference,"))
    await stage.clicks(card, GLOB_STOP)
    await stage.sees(lambda m: m.text.startswith("batch-∗: 1 reference,") and "(stopped watching)" in m.text)


async def test_many_references_are_a_table_that_can_be_refreshed_and_shared(stage: Stage) -> None:
    stage.account.submit("other", 1)
    await stage.asks("status other")
    await stage.asks("watch *")
    for first in (0, 60):
        for number in range(first, first + 60):
            stage.account.submit(f"batch-{number:03}", 1)
        await stage.sees_text(f"∗: {first + 61} references")

    answer = await stage.asks("status batch-*")

    assert "batch-∗: 120 references, 0% finished" in answer.text
    assert buttons_of(answer) == [GLOB_REFRESH, GLOB_SHARE]
    (table,) = [block for block in answer.blocks or [] if block["type"] == "table"]
    assert len(table["rows"]) == MOST_ROWS
    assert "and 22 more references" in list(texts(table))
    await stage.clicks(answer, GLOB_SHARE)
    shared = await stage.sees(lambda m: "Shared by" in everything_in(m))
    assert shared.blocks is not None
    assert shared.blocks[-1]["type"] == "table"


async def test_the_most_specific_watch_of_a_channel_tells_and_the_others_are_silent(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 3)
    for typed in ("watch *", "watch batch-*", "watch batch-1"):
        await stage.asks(typed)
    listed = await stage.asks("watches")
    assert "Watches here: 3 watches" in listed.text

    stage.account.fail(ids[0], "no face detected")
    await stage.sees_text("no face detected")
    stage.account.finish("batch-1")
    await stage.sees_text("batch-1: finished")

    assert sum("no face detected" in text for text in stage.texts()) == 1
    still = await stage.asks("unwatch batch-1")
    assert "it is still covered here by batch-∗ and ∗" in still.text
    left_out = await stage.asks("unwatch batch-1 except")
    assert "Nothing more is posted here about batch-1: it is left out of batch-∗ and ∗" in left_out.text


async def test_one_reference_at_a_time_for_failures_and_links(stage: Stage) -> None:
    stage.account.submit("batch-1", 1)
    await stage.asks("status batch-1")
    assert "Type `/lipsync failures batch-1`" in (await stage.asks("failures batch-*")).text
    assert "Type `/lipsync links batch-1`" in (await stage.asks("links batch-?")).text


async def test_a_misspelled_reference_is_answered_with_the_nearest_and_what_to_type(stage: Stage) -> None:
    stage.account.submit("batch-2026-04", 1)
    await stage.asks("status batch-2026-04")
    assert "Nearest: `/lipsync status batch-2026-04`." in (await stage.asks("bacth-2026-04")).text
    assert "Nearest: `/lipsync status batch-2026-04`." in (await stage.asks("bacth-*")).text
    assert "Nearest: `/lipsync watch batch-2026-04`." in (await stage.asks("watch batch-2026-4")).text
