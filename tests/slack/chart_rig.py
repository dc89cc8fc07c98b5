"""What a workspace takes, as listeners are told."""

from bot.flows.charts import Charts


class CannedCharts(Charts):
    """Charts are taken until one is refused."""

    refused: list[bool]

    def __init__(self) -> None:
        object.__setattr__(self, "refused", [])  # the original is frozen

    async def are_taken(self) -> bool:
        return not self.refused

    async def were_refused(self) -> None:
        self.refused.append(True)
