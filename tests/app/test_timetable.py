"""Quiet hours and digests, as people see them in the channel."""

from datetime import UTC, datetime, timedelta

from tests.app.conftest import PRODUCERS, Stage, everything_in


def around_now() -> str:
    """Hours that go on now, as they are typed."""
    now = datetime.now(UTC)
    return f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=2):%H:%M} UTC"


async def test_in_quiet_hours_the_card_is_edited_and_what_was_held_comes_as_one_message(stage: Stage) -> None:
    stage.account.submit("batch-1", 4)
    await stage.asks("watch batch-1")
    card = await stage.card("batch-1")

    answer = await stage.asks(f"quiet {around_now()}")

    assert "It is quiet now, until" in answer.text
    await stage.sees(lambda m: m.ts == card.ts and "quiet until" in m.text)
    stage.account.fail(stage.account.submit("batch-1", 1)[0], "no face detected")
    await stage.sees(lambda m: m.ts == card.ts and "1 failed" in m.text)
    assert len(stage.said()) == 1
    assert "quiet until" in everything_in(await stage.asks("watches"))
    assert "It is quiet until" in (await stage.asks("watch batch-1")).text

    assert "had been held" in (await stage.asks("quiet off")).text
    summary = await stage.sees_text("While it was quiet here")

    assert "no face detected" in summary.text
    await stage.sees(lambda m: m.ts == card.ts and "quiet" not in m.text)
    assert len(stage.said()) == 2


async def test_a_digest_is_shown_at_once_to_the_one_who_asks_and_set_for_every_day(stage: Stage) -> None:
    assert "Nothing is watched here" in (await stage.asks("digest now")).text
    stage.account.submit("batch-1", 4)
    await stage.asks("watch batch-1")
    card = await stage.card("batch-1")
    stage.account.fail(stage.account.submit("batch-1", 1)[0], "no face detected")
    await stage.sees(lambda m: m.ts == card.ts and "1 failed" in m.text)

    shown = await stage.asks("digest now")

    assert "1 batch needs you: batch-1 (1 failure open)" in shown.text
    assert "no face detected" in everything_in(shown)
    assert "The next one comes" in (await stage.asks("digest daily 9:00 mon-fri")).text
    assert "at 09:00, Mon to Fri (Europe/Berlin)" in (await stage.asks("digest")).text
    assert "I cannot post here yet" not in (await stage.asks("digest daily 9:00", channel=PRODUCERS)).text
    assert "No digest is sent here any more" in (await stage.asks("digest off")).text
