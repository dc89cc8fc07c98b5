"""A day without Slack, and a day without the API: one notice, one catch-up, nothing lost, nothing twice."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.crash.told import Figures, Told, count, figures, outbox_rows, said_in, unsent
from tests.made_up_time.stage import DE, Stage, staged

HOUR = 3_600.0
KINDS = ("no face detected", "video URL is not accessible", "audio is longer than the video")
NEVER = 0.00001  # how fast clips go of which none finishes by itself
NOTICES = 1  # the most that may be said while data gets old


async def days_work(stage: Stage, hours: float) -> Counter[Told]:
    """Two batches of which one fails in three ways and finishes, and the other one finishes; what is due of it."""
    due: Counter[Told] = Counter({(DE, "batch-1", "card"): 1, (DE, "batch-2", "card"): 1})
    ids = stage.account.requests(stage.clock.now(), "batch-1")
    for number, kind in enumerate(KINDS):
        await stage.run(hours * HOUR / 5)
        stage.account.fail(ids[number].id, kind)
        due[DE, "batch-1", kind] += 1
    await stage.run(hours * HOUR / 5)
    for reference in ("batch-1", "batch-2"):
        stage.account.finish(reference)
        due[DE, reference, "finished"] += 1
    await stage.run(hours * HOUR / 5)
    return due


async def begin(stage: Stage) -> None:
    for reference in ("batch-1", "batch-2"):
        stage.account.submit(reference, 5)
        await stage.watch(reference)
    await stage.run(1_200)  # longer than a settle window


async def told(stage: Stage, due: Counter[Told]) -> Figures:
    found, marked = count(stage.said(), await outbox_rows(stage.store))
    return figures(due, found, marked)


async def slack_is_away(stage: Stage, hours: float) -> None:
    await begin(stage)
    before = len(stage.said())
    stage.slack.go_down()
    due = await days_work(stage, hours)
    assert len(stage.said()) == before
    stage.slack.faults.down = False
    await stage.run(1_800)
    assert unsent(await outbox_rows(stage.store)) == 0
    assert await told(stage, due) == Figures(due.total(), due.total())


HOURS = pytest.mark.parametrize("hours", [0.5, pytest.param(24, marks=pytest.mark.long)])


@HOURS
async def test_after_hours_without_slack_everything_is_told_once(hours: float, fresh: Callable[[], str]) -> None:
    async with staged(fresh(), slots=100, speed=NEVER) as stage:
        await slack_is_away(stage, hours)


@HOURS
async def test_after_hours_without_the_api_one_message_tells_everything(hours: float, fresh: Callable[[], str]) -> None:
    async with staged(fresh(), slots=100, speed=NEVER) as stage:
        await begin(stage)
        before = len(stage.said())
        stage.api.down = True
        due = await days_work(stage, hours)
        notices = len(stage.said()) - before
        assert notices <= NOTICES
        stage.api.down = False
        await stage.run(1_800)
        rows = await outbox_rows(stage.store)
        assert unsent(rows) == 0
        assert await told(stage, due) == Figures(due.total(), due.total())
        catch_ups = [row for row in rows.values() if row.facts["kind"] == "catch_up"]
        assert [row.state for row in catch_ups] == ["sent"]
        assert {what for _, what in said_in("", catch_ups[0].facts)} == {*KINDS, "finished"}
        assert len(stage.said()) - before <= NOTICES + 2  # and the end of the notice
