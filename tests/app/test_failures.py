"""What fails is told where and to whom it should be, as people in Slack would see it."""

from bot.slack.actions import (
    CARD_WATCH_ME,
    FAILURE_HANDLED,
    FAILURE_MINE,
    FAILURE_OPEN_AGAIN,
    FAILURE_RETRY,
    NEWS_STOP,
    UNDO,
)
from tests.app.conftest import ANA, ANA_DM, BEN, DE, Stage, buttons_of, everything_in

FACE = "no face detected"


async def fails(stage: Stage, ids: list[str], reason: str = FACE) -> None:
    for each in ids:
        stage.account.fail(each, reason)


async def test_a_kind_grows_in_its_message_and_is_pinged_in_its_thread(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 40)
    await stage.asks("watch batch-1")
    await stage.card("batch-1")
    await fails(stage, ids[:1])
    first = await stage.sees_text("1 request failed")
    await fails(stage, ids[1:3])
    await stage.sees(lambda m: m.ts == first.ts and "3 requests failed" in m.text)
    await fails(stage, ids[3:12])
    ping = await stage.sees_text("by now no face detected ×")
    assert ping.thread_ts == first.ts
    assert not ping.reply_broadcast
    grown = await stage.sees(lambda m: m.ts == first.ts and "12 requests failed" in m.text)
    assert sum(FACE in message.text for message in stage.said() if not message.is_reply) == 1

    await stage.clicks(grown, FAILURE_RETRY)
    listed = stage.slack.workspace.ephemerals(ANA, DE)[-1]
    assert "12 ids to retry" in listed.text
    assert all(each in everything_in(listed) for each in ids[:12])

    answer = await stage.asks("failures batch-1")
    assert buttons_of(answer) == [FAILURE_RETRY, FAILURE_HANDLED]
    before = len(stage.slack.workspace.ephemerals(ANA, DE))
    await stage.clicks(answer, FAILURE_RETRY)
    assert len(stage.slack.workspace.ephemerals(ANA, DE)) == before + 1


async def test_in_broadcast_all_goes_under_the_card_and_into_the_channel_naming_whom_it_should(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 3)
    answer = await stage.asks("watch batch-1 in broadcast mention @ben")
    assert "Each message about it names" in everything_in(answer)
    card = await stage.card("batch-1")
    await fails(stage, ids[:1])
    failure = await stage.sees_text("1 request failed")
    assert (failure.thread_ts, failure.reply_broadcast) == (card.ts, True)
    assert failure.text.startswith(f"<@{BEN}> batch-1: ")
    stage.account.finish("batch-1")
    finished = await stage.sees_text("finished with 1 failure")
    assert (finished.thread_ts, finished.reply_broadcast) == (card.ts, True)


async def test_a_personal_watch_tells_its_person_alone_and_says_where_it_was_asked_for(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 2)
    await stage.asks("watch batch-1")
    card = await stage.card("batch-1")
    await stage.clicks(card, CARD_WATCH_ME)
    confirmed = stage.slack.workspace.ephemerals(ANA, DE)[-1]
    assert confirmed.text.startswith("Our DM now watches batch-1")
    mine = await stage.card("batch-1", ANA_DM)
    assert CARD_WATCH_ME not in buttons_of(mine)
    await fails(stage, ids[:1])
    told = await stage.sees_text("1 request failed", ANA_DM)
    assert f"You asked for this in <#{DE}>" in everything_in(told)
    assert "You asked for this" not in everything_in(await stage.sees_text("1 request failed"))
    listed = await stage.asks("watches all", user=BEN)
    assert listed.text.startswith("All watches: 1 watch")
    await stage.clicks(told, NEWS_STOP)
    assert "Stopped watching batch-1" in stage.slack.workspace.ephemerals(ANA, ANA_DM)[-1].text


async def test_a_personal_watch_is_taken_back_where_it_was_asked_for(stage: Stage) -> None:
    stage.account.submit("batch-1", 2)
    confirmed = await stage.asks("watch batch-1 me")
    await stage.card("batch-1", ANA_DM)
    await stage.clicks(confirmed, UNDO)
    await stage.sees_text("stopped watching", ANA_DM)
    assert "does not watch batch-1" in (await stage.asks("unwatch batch-1 me")).text


async def test_who_is_on_it_and_what_is_handled_shows_at_once_and_what_fails_again_is_told(
    stage: Stage,
) -> None:
    ids = stage.account.submit("batch-1", 10)
    await stage.asks("watch batch-1")
    card = await stage.card("batch-1")
    await fails(stage, ids[:2])
    first = await stage.sees(lambda m: "2 requests failed" in m.text)
    await stage.clicks(first, FAILURE_MINE, user=BEN)
    await stage.sees(lambda m: m.ts == first.ts and "is on it" in everything_in(m))
    await stage.sees(lambda m: m.ts == card.ts and "is on it" in everything_in(m))
    await stage.clicks(first, FAILURE_HANDLED)
    handled = await stage.sees(lambda m: m.ts == first.ts and "handled by" in everything_in(m))
    assert buttons_of(handled) == [FAILURE_RETRY, FAILURE_OPEN_AGAIN]
    await stage.sees(lambda m: m.ts == card.ts and "2 failed, none open" in everything_in(m))

    await fails(stage, ids[2:3])
    again = await stage.sees_text("by now no face detected ×3, 1 open")
    assert again.thread_ts == first.ts
    assert "no face detected ×3, 1 open" in everything_in(await stage.asks("failures batch-1"))


async def test_who_is_asked_by_somebody_else_is_told_under_the_failure(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 3)
    await stage.asks("watch batch-1")
    await fails(stage, ids[:1])
    first = await stage.sees_text("1 request failed")
    await stage.asks("assign batch-1 face @ben")
    asked = await stage.sees_text(
        f"<@{BEN}>: <@{ANA}> asks you to look at this failure of batch-1: no face detected ×1."
    )
    assert asked.thread_ts == first.ts
    await stage.asks("assign batch-1 me")
    await stage.sees(lambda m: m.ts == first.ts and "is on it" in everything_in(m))
    assert sum("asks you" in message.text for message in stage.said()) == 1
