"""Slack's Workflow Builder and people's zones, made up."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.workflow_answer import SeenChannel
from bot.errors import SlackError, StepOverError


@dataclass
class FakeWorkflows:
    """Remembers how steps ended, once for each; `faults` are raised in order, `after` of them once it is done."""

    ended: dict[str, Mapping[str, object] | str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    faults: list[SlackError | None] = field(default_factory=list)
    after: list[SlackError | None] = field(default_factory=list)
    channels: dict[str, SeenChannel | Exception] = field(default_factory=dict)

    async def complete(self, execution_id: str, outputs: Mapping[str, str | int | bool]) -> None:
        await self._end(execution_id, dict(outputs))

    async def fail(self, execution_id: str, sentence: str) -> None:
        await self._end(execution_id, sentence)

    async def _end(self, execution_id: str, how: Mapping[str, object] | str) -> None:
        await asyncio.sleep(0)
        self.calls.append(execution_id)
        if self.faults and (fault := self.faults.pop(0)):
            raise fault
        if execution_id in self.ended:
            raise StepOverError("execution_not_in_running_state")
        self.ended[execution_id] = how
        if self.after and (fault := self.after.pop(0)):
            raise fault

    async def channel(self, channel_id: str) -> SeenChannel:
        await asyncio.sleep(0)
        seen = self.channels.get(channel_id, SeenChannel(channel_id, "dubbing", is_public=True, is_member=True))
        if isinstance(seen, Exception):
            raise seen
        return seen


@dataclass
class FakePeople:
    """Everybody is in Berlin, and of our organisation but for these."""

    organisations: dict[str, str] = field(default_factory=dict)
    fault: SlackError | None = None

    async def zone(self, person: str) -> str:  # noqa: ARG002 - the shape of the port
        return "Europe/Berlin"

    async def organisation(self, person: str) -> str:
        if self.fault:
            raise self.fault
        return self.organisations.get(person, "T1")
