"""The whole account and previews without a store, for tests of what people type and click."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

from bot.domain.answer import Wish
from bot.domain.lineup import InLine, Lineup, LineupAnswer
from bot.domain.preview import WINDOW, Preview, PreviewAnswer, PreviewBegun, Recent
from bot.flows.preview import Previewing
from tests.builders import NOON, at, watch


def lineup_answer() -> LineupAnswer:
    """Two references in line."""
    line = (InLine("batch-1", 2, 3, 0, NOON, at(10)), InLine("batch-2", 0, 4, 0, at(20), at(20)))
    lineup = Lineup(at(60), line, typical=timedelta(seconds=90), measured=3, looked_at=at(50), filled=1.0)
    return LineupAnswer(lineup, False, None, 3, 60, 60)


class CannedPreviewing(Previewing):
    """Looks at nothing, and remembers what was wished."""

    wishes: list[Wish]

    def __init__(self) -> None:
        object.__setattr__(self, "wishes", [])  # the original is frozen

    async def preview(self, wish: Wish) -> AsyncIterator[PreviewBegun | PreviewAnswer]:
        self.wishes.append(wish)
        sums = Preview(NOON - WINDOW, NOON, new=Counter(failure=21), days=(21,), looked_at=1)
        wished = replace(watch(reference=wish.reference_id), placement=wish.placement or watch().placement)
        recent = Recent(((wish.reference_id, 1),), 1, 1, NOON - 2 * WINDOW, 1.0)
        yield PreviewBegun(wished, recent)
        yield PreviewAnswer(wished, sums, recent)
