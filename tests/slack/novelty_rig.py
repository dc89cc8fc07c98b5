"""What a workspace takes, as answers are told."""

from collections.abc import Collection

from bot.flows.novelties import Novelties


class CannedNovelties(Novelties):
    """Everything is taken until it is refused."""

    refused: list[frozenset[str]]

    def __init__(self) -> None:
        object.__setattr__(self, "refused", [])  # the original is frozen

    async def are_refused(self, kinds: Collection[str]) -> bool:
        return any(each & frozenset(kinds) for each in self.refused)

    async def were_refused(self, kinds: Collection[str]) -> None:
        self.refused.append(frozenset(kinds))
