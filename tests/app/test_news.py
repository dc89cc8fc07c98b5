"""What the channel is told by itself, and what happens when it cannot be told."""

from bot.slack.actions import FINISHED_LINKS
from tests.app.conftest import ANA, ANA_DM, DE, PRODUCERS, Stage, buttons_of, everything_in


async def test_each_kind_of_failure_is_told_once(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 6)
    await stage.asks("watch batch-1")
    stage.account.fail(ids[0], "no face detected")
    first = await stage.sees_text("no face detected")
    stage.account.fail(ids[1], "no face detected")
    stage.account.fail(ids[2], "could not download https://x.example/1.mp4?sig=abc: status 403")
    second = await stage.sees_text("could not download")
    stage.account.finish("batch-1")
    finished = await stage.sees(lambda m: FINISHED_LINKS in buttons_of(m))
    assert "3 failures open" in everything_in(finished) or "3 failed" in finished.text
    told = [message.ts for message in stage.said()[1:]]
    assert told == [first.ts, second.ts, finished.ts]
    assert "sig=abc" not in "".join(map(everything_in, stage.said()))


async def test_finished_clips_are_folded_for_those_who_want_them(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 5)
    await stage.asks("watch batch-1 for each")
    await stage.card("batch-1")
    stage.account.finish("batch-1")
    clips = await stage.sees_text("5 clips finished")
    assert all(each in everything_in(clips) for each in ids)
    await stage.sees(lambda m: FINISHED_LINKS in buttons_of(m))


async def test_too_few_are_asked_about_and_more_reopen_the_batch(stage: Stage) -> None:
    stage.account.submit("batch-1", 3)
    await stage.asks("watch batch-1 expect 5")
    await stage.card("batch-1")
    stage.account.finish("batch-1")
    short = await stage.sees_text("3 of 5 arrived")
    assert "2 missing" in short.text
    stage.account.submit("batch-1", 2)
    await stage.sees_text("reopened with 2 new requests")
    stage.account.finish("batch-1")
    finished = await stage.sees_text("batch-1: finished")
    assert "5 done" in finished.text
    assert len(stage.said()) == 4


async def test_a_batch_of_one_is_told_with_its_outcome_and_its_link_is_for_whoever_clicks(stage: Stage) -> None:
    (one,) = stage.account.submit("order-1", 1)
    await stage.asks("watch order-1")
    await stage.asks("watch order-1 me")
    stage.account.finish("order-1")
    finished = await stage.sees_text("finished: completed")
    assert f"/{one}.mp4" not in everything_in(finished)
    await stage.clicks(finished, FINISHED_LINKS)
    assert f"/{one}.mp4" in everything_in(stage.slack.workspace.ephemerals(ANA, DE)[-1])
    mine = await stage.sees_text("finished: completed", ANA_DM)
    assert f"/{one}.mp4" in everything_in(mine)


async def test_what_ended_before_the_watch_is_on_the_card_only(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 3)
    stage.account.fail(ids[0], "no face detected")
    stage.account.finish("batch-1")
    confirmed = await stage.asks("watch batch-1")
    assert "It already has 1 failure of 1 kind" in everything_in(confirmed)
    card = await stage.card("batch-1")
    ids = stage.account.submit("batch-2", 1)
    await stage.asks("watch batch-2")
    stage.account.finish("batch-2")
    await stage.sees_text("batch-2: finished")
    assert [text for text in stage.texts() if text.startswith("batch-1")] == [card.text]


async def test_whoever_watches_where_the_bot_is_not_is_told_how_to_mend_it(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 2)
    await stage.asks("watch batch-1", channel=PRODUCERS)
    told = await stage.sees_text("I was not invited", ANA_DM)
    assert "`/invite @lipsync`" in told.text
    assert "batch-1" in everything_in(told)
    assert "waiting for an invitation" in everything_in(await stage.asks("watches mine"))
    stage.slack.workspace.invite(PRODUCERS, stage.slack.workspace.bot.id)
    await stage.asks("status batch-1", channel=PRODUCERS)
    await stage.card("batch-1", PRODUCERS)
    stage.account.fail(ids[0], "no face detected")
    await stage.sees_text("no face detected", PRODUCERS)
    assert "active" in everything_in(await stage.asks("watches mine"))
    assert len(stage.said(ANA_DM)) == 1


async def test_nothing_of_an_archived_channel_is_lost(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 3)
    await stage.asks("watch batch-1")
    await stage.card("batch-1")
    stage.slack.workspace.archive(DE)
    stage.account.fail(ids[0], "no face detected")
    told = await stage.sees_text("archived", ANA_DM)
    assert "Unarchive it" in told.text
    stage.slack.workspace.unarchive(DE)
    await stage.asks("about")
    await stage.sees_text("no face detected")
    assert sum("no face detected" in text for text in stage.texts()) == 1


async def test_a_message_whose_confirmation_was_lost_is_not_posted_again(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 3)
    stage.slack.faults.add("chat.postMessage", "drop_after")
    await stage.asks("watch batch-1")
    stage.account.fail(ids[0], "no face detected")
    await stage.sees_text("no face detected")
    stage.slack.faults.add("chat.postMessage", "drop_after")
    stage.account.finish("batch-1")
    await stage.sees_text("batch-1: finished")
    card = await stage.sees(lambda m: m.text.startswith("batch-1: 100% finished") and bool(m.edits))
    await stage.asks("unwatch batch-1")
    await stage.sees(lambda m: m.ts == card.ts and not buttons_of(m))
    again = stage.account.submit("batch-2", 1)
    await stage.asks("watch batch-2", user=ANA)
    stage.account.fail(again[0], "no sound")
    await stage.sees_text("batch-2: finished")
    assert len([text for text in stage.texts() if text.startswith("batch-1")]) == 3


async def test_an_attempt_that_slack_never_took_is_made_again(stage: Stage) -> None:
    stage.slack.faults.add("chat.postMessage", "status_500", times=2)
    stage.account.submit("batch-1", 3)
    await stage.asks("watch batch-1")
    await stage.card("batch-1")
    assert len(stage.said()) == 1


async def test_a_card_that_somebody_deleted_stops_no_news_and_is_not_posted_anew_within_the_hour(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 3)
    await stage.asks("watch batch-1")
    card = await stage.card("batch-1")
    stage.slack.workspace.delete(DE, card.ts)
    stage.account.fail(ids[0], "no face detected")
    await stage.sees_text("no face detected")
    stage.account.finish("batch-1")
    await stage.sees_text("batch-1: finished")
    assert len(stage.said()) == 2
