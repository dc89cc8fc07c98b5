"""A flow that only remembers which steps were begun."""

from collections.abc import Mapping

from bot.flows.workflow import Workflow


class CannedWorkflow(Workflow):
    """Raises what it was given before it takes anything."""

    __slots__ = ("begun", "faults")

    def __init__(self) -> None:
        self.begun: list[tuple[str, str, Mapping[str, object]]] = []
        self.faults: list[Exception] = []

    async def taken(self, execution_id: str, form_id: str, inputs: Mapping[str, object]) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.begun.append((execution_id, form_id, inputs))
