"""Batches replayed in many ways: the interval holds what it promises, and the middle beats a straight line."""

from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median

import pytest

from bot.domain.forecast import forecast
from bot.domain.playing import DRAWS
from tests.domain.replays import CLASSES, SIZES, STAGES, Replay, replays
from tests.tables import assert_current, rendered

DOCUMENT = Path(__file__).parents[2] / "docs" / "forecast.md"
LOWEST, HIGHEST = 0.70, 0.90
PLAIN = ("no history", "growing batch", "shared with others")
"""Classes in which nothing changes, so that a straight line is as good as anything; a little worse is allowed."""
ALLOWANCE = 0.03


@dataclass(slots=True)
class Outcome:
    """Of one class: which forecasts held, and how far off both guesses were when half was finished."""

    held: dict[float, list[bool]] = field(default_factory=lambda: {stage: [] for stage in STAGES})
    unforeseen: list[bool] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    linear: list[float] = field(default_factory=list)

    def add(self, replay: Replay) -> None:
        ours = replay.ours
        began, finish = min(clip.created for clip in ours), replay.finish
        for stage in STAGES:
            now = replay.at_share(stage)
            found = forecast(replay.queue(now), seed=1)
            assert found is not None
            left = finish - now
            holds = found.draws[DRAWS // 10] <= left <= found.draws[9 * DRAWS // 10]
            self.held[stage].append(holds)
            if replay.changes and len(replay.changes) == 1 and now < replay.changes[0]:
                self.unforeseen.append(holds)
            if stage == 0.5:
                done = int(stage * len(ours))
                straight = (now - began) / done * (len(ours) - done)
                self.errors.append(abs(found.draws[DRAWS // 2] - left) / (finish - began))
                self.linear.append(abs(straight - left) / (finish - began))

    @property
    def coverage(self) -> float:
        return fmean(held for each in self.held.values() for held in each)

    def row(self, name: str) -> tuple[str, ...]:
        stages = (f"{fmean(each):.0%}" for each in self.held.values())
        unforeseen = f"{fmean(self.unforeseen):.0%}" if self.unforeseen else ""
        errors = (f"{median(each):.1%}" for each in (self.errors, self.linear))
        return (name, f"**{self.coverage:.0%}**", *stages, unforeseen, *errors)


HEAD = (
    "", "within the 80% interval", *(f"{stage:.0%} finished" for stage in STAGES), "before slots changed",
    "off by, half-way", "a straight line",
)  # fmt: skip


def played(times: int) -> dict[str, Outcome]:
    found = {}
    for name, make in CLASSES.items():
        found[name] = Outcome()
        for replay in replays(make, times):
            found[name].add(replay)
    return found


def table(found: dict[str, Outcome]) -> str:
    return rendered(HEAD, [outcome.row(name) for name, outcome in found.items()])


def assert_good(found: dict[str, Outcome]) -> None:
    for name, outcome in found.items():
        assert LOWEST <= outcome.coverage <= HIGHEST, name
        allowed = ALLOWANCE if name in PLAIN else 0.0
        assert median(outcome.errors) <= median(outcome.linear) + allowed, name
    every = [each for outcome in found.values() for each in outcome.errors]
    assert median(every) < median(each for outcome in found.values() for each in outcome.linear)


def test_the_interval_holds_in_each_class_and_the_middle_beats_a_straight_line() -> None:
    found = played(1)
    assert_current("replays", table(found), DOCUMENT)
    assert_good(found)
    assert sum(SIZES.values()) * len(STAGES) == len([held for each in found["steady"].held.values() for held in each])


@pytest.mark.long
def test_the_interval_holds_in_many_more_replays() -> None:
    found = played(10)
    assert_current("many replays", table(found), DOCUMENT)
    assert_good(found)
