"""A day without Slack, and a day without the API: one notice, one catch-up, nothing lost, nothing twice."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.crash.told import Figures, Row, Told, count, delivery_of, figures, outbox_rows, said_in, unsent
from tests.made_up_time.stage import DE, JP, Stage, staged

HOUR = 3_600.0
KINDS = ("no face detected", "video URL is not accessible", "audio is longer than the video")
NEVER = 0.00001  # how fast clips go of which none finishes by itself
BUSY, CALM = ("batch-1", "batch-2"), "batch-3"
SHORT = 0.13  # hours: long enough to catch up, too short to be told of
LONG_AGO = 300.0  # longer than the settle window of these batches
AFTERWARDS = 600.0
GRAIN = 30.0
DAYS_GRAIN = 60.0


async def begin(stage: Stage) -> Counter[Told]:
    """Much is to happen in one place, nothing in the other one; what is due so far."""
    due: Counter[Told] = Counter()
    for place, references in ((DE, BUSY), (JP, (CALM,))):
        for reference in references:
            stage.account.submit(reference, 5)
            await stage.watch(reference, place)
            due[place, reference, "card"] += 1
    await stage.run(LONG_AGO)
    return due


async def days_work(stage: Stage, hours: float) -> Counter[Told]:
    """Two batches of which one fails in three ways and finishes, and the other one finishes; what is due of it."""
    due: Counter[Told] = Counter()
    ids = stage.account.requests(stage.clock.now(), BUSY[0])
    for number, kind in enumerate(KINDS):
        await stage.run(hours * HOUR / 5)
        stage.account.fail(ids[number].id, kind)
        due[DE, BUSY[0], kind] += 1
    await stage.run(hours * HOUR / 5)
    for reference in BUSY:
        stage.account.finish(reference)
        due[DE, reference, "finished"] += 1
    await stage.run(hours * HOUR / 5)
    return due


async def told(stage: Stage, due: Counter[Told]) -> Figures:
    found, marked = count([*stage.said(DE), *stage.said(JP)], await outbox_rows(stage.store))
    return figures(due, found, marked)


async def kinds_said(stage: Stage, place: str) -> Counter[str]:
    """What kinds of messages stand in a place, cards left out."""
    rows = await outbox_rows(stage.store)
    kinds = (rows[delivery].facts["kind"] for delivery in map(delivery_of, stage.said(place)) if delivery)
    return Counter(kind for kind in kinds if kind != "card")


async def only(stage: Stage, kind: str) -> Row:
    """The one announcement of this kind."""
    (found,) = (row for row in (await outbox_rows(stage.store)).values() if row.facts["kind"] == kind)
    return found


A_DAY = pytest.param(24, marks=pytest.mark.long)


def grain(hours: float) -> float:
    """A day passes in longer steps."""
    return DAYS_GRAIN if hours > 1 else GRAIN


@pytest.mark.parametrize("hours", [SHORT, A_DAY])
async def test_after_hours_without_slack_everything_is_told_once(hours: float, fresh: Callable[[], str]) -> None:
    async with staged(fresh(), slots=100, speed=NEVER, grain=grain(hours)) as stage:
        due = await begin(stage)
        before = len(stage.said())
        stage.slack.go_down()
        due += await days_work(stage, hours)
        assert len(stage.said()) == before
        stage.slack.faults.down = False
        await stage.run(AFTERWARDS)
        assert unsent(await outbox_rows(stage.store)) == 0
        assert await told(stage, due) == Figures(due.total(), due.total())
        assert await kinds_said(stage, DE) == {"failure": len(KINDS), "finished": len(BUSY)}
        assert await kinds_said(stage, JP) == {}


@pytest.mark.parametrize("hours", [SHORT, 0.5, A_DAY])
async def test_after_hours_without_the_api_one_message_tells_everything(hours: float, fresh: Callable[[], str]) -> None:
    notice = {"stale": 1} if hours > SHORT else {}
    async with staged(fresh(), slots=100, speed=NEVER, grain=grain(hours)) as stage:
        due = await begin(stage)
        stage.api.down = True
        due += await days_work(stage, hours)
        assert await kinds_said(stage, DE) == await kinds_said(stage, JP) == notice
        stage.api.down = False
        await stage.run(AFTERWARDS)
        assert unsent(await outbox_rows(stage.store)) == 0
        assert await told(stage, due) == Figures(due.total(), due.total())
        assert await kinds_said(stage, DE) == {**notice, "catch_up": 1}
        assert await kinds_said(stage, JP) == (notice and {**notice, "back": 1})
        catch_up = await only(stage, "catch_up")
        assert {what for _, what in said_in("", catch_up.facts)} == {*KINDS, "finished"}
