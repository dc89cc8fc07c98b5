"""A process that dies before or after anything that it does for steps of workflows: each step ends, and ends once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from bot.domain.deed import Did
from bot.domain.workflow_answer import Phase
from bot.store import Store, open_store
from bot.store.workflow_steps import WorkflowSteps
from tests.builders import request
from tests.fakes import FakeClock
from tests.flows.conftest import World, Worlds
from tests.flows.workflow_rig import FakeWorkflows

STORED = ("take", "due", "wait", "answer", "time_over", "end", "next_at")
CALLED = ("complete", "fail", "channel")
POINTS = [f"{when} {what}" for what in (*STORED, *CALLED) for when in ("before", "after")]
BEGUN: dict[str, tuple[str, dict[str, object]]] = {
    "FxStatus": ("get_status", {"reference": "batch-1"}),
    "FxPattern": ("get_status", {"reference": "batch-*"}),
    "FxWatch": ("watch_reference", {"reference": "batch-1", "channel": "C1", "person": "U1"}),
    "FxFinished": ("wait_until_finished", {"reference": "batch-1"}),
    "FxLate": ("wait_until_finished", {"reference": "batch-2", "hours": 0.01}),
}


@dataclass
class Life:
    """Ends at the `hit`-th passage of a point; from then on nothing that it does has any effect."""

    point: str
    hit: int
    passed: int = 0
    is_over: bool = False

    def at(self, point: str) -> None:
        self.passed += point == self.point
        self.is_over |= self.passed == self.hit and point == self.point
        if self.is_over:
            raise asyncio.CancelledError


@dataclass
class Mortal:
    """Does what the real one does, as long as the life lasts."""

    real: Any
    life: Life

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self.real, name)

        async def passing(*arguments: object, **named: object) -> object:
            self.life.at(f"before {name}")
            answer = await method(*arguments, **named)
            self.life.at(f"after {name}")
            return answer

        return passing


@dataclass
class Workspace:
    """Slack: tells of each step until it is heard."""

    worlds: Worlds
    unheard: list[str] = field(default_factory=lambda: list(BEGUN))

    async def live(self, life: Life) -> None:
        """A start of the bot, until it dies or all is quiet."""

        async def opened(url: str, clock: FakeClock) -> Store:
            store = await open_store(url, clock)
            return replace(store, workflow=cast("WorkflowSteps", Mortal(store.workflow, life)))

        real = self.worlds.workflows
        self.worlds.workflows = cast("FakeWorkflows", Mortal(real, life))
        world = await self.worlds.begin(opened=opened)
        self.worlds.workflows = real
        with suppress(asyncio.CancelledError):
            await self._tell(world)
            for _ in range(8):
                await world.stories.steps.step()
                await world.stories.workflow.settle()
                self.worlds.clock.pass_time(20)
        await world.stories.workflow.close(0)

    async def _tell(self, world: World) -> None:
        for execution in tuple(self.unheard):
            form, inputs = BEGUN[execution]
            await world.stories.workflow.taken(execution, form, inputs)
            self.unheard.remove(execution)


@pytest.mark.parametrize("point", POINTS)
async def test_each_step_ends_once_wherever_the_bot_dies(worlds: Worlds, point: str) -> None:
    worlds.api.rows = [request(1, "completed"), request(2, "processing", reference="batch-2")]
    worlds.clock.pass_time(3_600)
    slack, first, second = Workspace(worlds), Life(point, 1), Life(point, 2)
    with capture_logs():
        for life in (first, second, Life("", 0)):
            await slack.live(life)
    assert first.is_over
    ended = worlds.workflows.ended
    assert set(ended) == set(BEGUN)
    assert "pattern" in str(ended["FxPattern"])
    assert [ended[name]["ended"] for name in ("FxFinished", "FxLate")] == ["finished", "time is over"]  # type: ignore[index] # outputs
    store = worlds.opened[-1].store
    (watch,) = await store.watches.active("default")
    assert watch.author == "U1"
    deeds = [deed.did for deed in await store.deeds.since(watch.created_at.replace(year=2020))]
    assert sorted(deeds) == sorted([Did.WATCH, *[Did.STEP] * len(BEGUN)])
    counts = await store.workflow.counts()
    assert {phase: count for phase, count in counts.items() if count} == {Phase.TOLD: len(BEGUN)}
