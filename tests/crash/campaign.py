"""Campaigns of kills: at each hit of a point, at the first start, and at random under load."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from bot.domain.watch import Placement
from bot.store.revision import is_current
from tests.crash.drama import Drama, chance
from tests.crash.points import POINTS
from tests.crash.told import Figures
from tests.crash.trouble import COPIES, MOST_COPIES, be_away, is_one_of, set_up
from tests.processes import until_answered

HITS = tuple(range(1, 11))
ODD, EVEN = HITS[::2], HITS[1::2]
ONCE = (
    "fall_behind",
    "caught_up",
    "auth.test",
    "senders.take",
    "senders.release",
)  # a life passes these only once: then every hit is the first
OUTSIDE = (
    "before slack chat.postMessage",
    "after slack chat.postMessage",
    "after slack chat.update",
    "after slack conversations.history",
    "after slack auth.test",
)
"""Killed from outside while Slack handles a call, which it had not done yet or has done."""
ALL_POINTS = (*POINTS, *OUTSIDE)
SECOND_KILLS = 0.3


@dataclass(frozen=True)
class Result:
    """What came of the kills of one campaign."""

    name: str
    kills: int
    figures: Figures

    def __add__(self, other: "Result") -> "Result":
        return Result(self.name, self.kills + other.kills, self.figures + other.figures)


async def die_at_points(drama: Drama, name: str, deaths: Iterable[tuple[str, int]], draw: Random) -> Result:
    """Die at these points and hits, sometimes again while recovering; then live until all is told."""
    for point, hit in deaths:
        await drama.mend()
        await set_up(drama, point, hit)
        await _die(drama, point, _possible(point, hit))
        if chance(draw, SECOND_KILLS):
            await drama.mend()
            await drama.die_after(draw.uniform(0.1, 1.5))
    await drama.mend()
    await drama.live_on()
    return Result(name, drama.kills, await drama.figures())


def _possible(point: str, hit: int) -> int:
    if is_one_of(ONCE, point):
        return 1
    return min(hit, MOST_COPIES) if is_one_of(COPIES, point) else hit


async def _die(drama: Drama, point: str, hit: int) -> None:
    if "senders.release" in point:
        await drama.die_in_order(point)
    elif point in OUTSIDE:
        when, _, method = point.split()
        await drama.die_when_slack(method, hit, before=when == "before")
    else:
        await drama.die_at(point, hit)


async def die_at_the_first_start(drama: Drama, seconds: float, draw: Random) -> Result:
    """Be killed so long after a start on a database without tables, and start again."""
    await drama.die_after(seconds)
    if chance(draw, SECOND_KILLS):
        await drama.die_after(draw.uniform(0.1, 1.5))
    ended = await drama.lives.begin()
    await until_answered(lambda: drama.store.database.write(is_current), "the tables", shows=lambda: drama.lives.tail)
    drama.lives.ask_to_stop()
    await ended
    await drama.prepare(3)
    await drama.live_on()
    return Result("during the first start and its migration", drama.kills, await drama.figures())


async def die_at_random(drama: Drama, name: str, kills: int, draw: Random) -> Result:
    """End at any moment while things happen and every fifth answer of Slack is lost on its way; some ends are orderly.

    Now and then nothing was read for ten minutes before a start.
    """
    while drama.kills < kills:
        drama.slack.faults.add("chat.postMessage", "drop_after", times=None, probability=0.2)
        drama.slack.faults.add("chat.update", "drop_after", times=None, probability=0.1)
        drama.placement = draw.choice((Placement.DEFAULT, Placement.DEFAULT, Placement.THREAD, Placement.BROADCAST))
        await drama.prepare(draw.randint(2, 10))
        if chance(draw, 0.05):
            await be_away(drama)
        match draw.choices(("moment", "call", "order"), (0.5, 0.4, 0.1)):
            case ["moment"]:
                await drama.die_after(draw.uniform(0.05, 1.2))
            case ["call"]:
                before, method = chance(draw, 0.4), draw.choice(("chat.postMessage", "chat.postMessage", "chat.update"))
                hit = 1 if method == "chat.update" else draw.randint(1, 3)  # cards have a budget
                await drama.die_when_slack(method, hit, before=before)
            case _:
                await drama.end_after(draw.uniform(0.5, 1.2))
        drama.slack.faults.clear()
    await drama.live_on()
    return Result(name, drama.kills, await drama.figures())
