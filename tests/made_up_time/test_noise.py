"""A batch of 5,000 clips with failures of four kinds: few messages, a card that is right, and Slack's limits kept."""

from collections import Counter
from collections.abc import Callable
from dataclasses import astuple, dataclass, field
from typing import Any, cast

import pytest

from bot.app import Parts
from bot.domain.announcement import CardFacts, Said
from bot.domain.delivery import Manner, Posted
from bot.domain.progress import Progress
from bot.domain.request import LipsyncRequest, Page
from bot.ports import Chamelaion, Chat
from tests import tables
from tests.made_up_time.stage import Stage, staged

MOST_NEW_MESSAGES = 12
SEEDS = (1, 2, 3)
TOO_MANY = 429
AFTERWARDS = 120.0
KINDS = (
    "video URL is not accessible",
    "no face detected",
    "audio track is longer than video: {seconds} s > 120 s",
    "could not download {url}: status 403",
)
RECENT = 30  # pages: so many are read between what a card says and when it says it, at most
Counts = tuple[int, int, int, int]


@dataclass
class Witness:
    """Sees every page that the API shows, and every card: the counts of both."""

    shown: dict[str, str] = field(default_factory=dict)
    counts: list[Counts] = field(default_factory=list)
    edits: int = 0
    failure_edits: int = 0
    wrong: list[Progress] = field(default_factory=list)

    def saw(self, rows: tuple[LipsyncRequest, ...]) -> None:
        self.shown.update((row.id, row.status) for row in rows)
        by_status = Counter(self.shown.values())
        found = (by_status[name] for name in ("completed", "failed", "processing", "queued"))
        self.counts.append(tuple(found))  # type: ignore[arg-type]  # four they are

    def edited(self, said: Said) -> None:
        assert isinstance(said, CardFacts)
        card = said.progress
        self.edits += 1
        if (card.completed, card.failed, card.processing, card.queued) not in self.counts[-RECENT:]:
            self.wrong.append(card)


@dataclass(frozen=True)
class WitnessedApi:
    """The API given, whose pages the witness sees."""

    api: Chamelaion
    witness: Witness

    async def page(self, *, reference_id: str | None, offset: int, limit: int) -> Page:
        page = await self.api.page(reference_id=reference_id, offset=offset, limit=limit)
        self.witness.saw(page.requests)
        return page

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as in the API
        return getattr(self.api, name)


@dataclass(frozen=True)
class WitnessedChat:
    """The chat given, whose cards the witness sees."""

    chat: Chat
    witness: Witness

    async def update(self, posted: Posted, said: Said, manner: Manner, *, repeat: bool = False) -> None:
        if said.kind == "card":
            self.witness.edited(said)
        else:
            self.witness.failure_edits += 1
        await self.chat.update(posted, said, manner, repeat=repeat)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as in the chat
        return getattr(self.chat, name)


def witnessed(witness: Witness) -> Parts:
    """The real pieces, with a witness in front of them."""
    return Parts(
        chamelaion=lambda api: cast("Chamelaion", WitnessedApi(api, witness)),
        chat=lambda chat: cast("Chat", WitnessedChat(chat, witness)),
    )


async def run_batch(stage: Stage, clips: int, over_seconds: float) -> None:
    stage.account.submit("batch-1", clips, over_seconds=over_seconds, failure_share=0.03, failure_kinds=KINDS)
    await stage.watch("batch-1")
    await stage.run_until(lambda: is_finished(stage), within=86_400, step=60)


def is_finished(stage: Stage) -> bool:
    return any("finished with" in each.text or "all finished" in each.text for each in stage.new_messages())


@dataclass(frozen=True)
class Noise:
    """What came of a batch."""

    clips: int
    failed: int
    new_messages: int
    replies: int
    card_edits: int
    failure_edits: int
    wrong_cards: int
    refused: int

    @property
    def is_little(self) -> bool:
        """Whether it keeps what is promised."""
        return self.new_messages <= MOST_NEW_MESSAGES and self.wrong_cards == self.refused == 0


HEAD = (
    "seed", "clips", "failed", "new messages", "replies in threads", "edits of the card", "edits of failures",
    "cards that were wrong", "calls refused with 429",
)  # fmt: skip


async def noise_of(url: str, *, seed: int, clips: int, slots: int, over_seconds: float, grain: float = 0) -> Noise:
    witness = Witness()
    async with staged(url, seed=seed, slots=slots, parts=witnessed(witness), grain=grain) as stage:
        await run_batch(stage, clips, over_seconds)
        await stage.run(AFTERWARDS)
        failed = [each.error_message for each in stage.account.requests(stage.clock.now()) if each.error_message]
        assert len(set(failed)) >= len(KINDS)
        return Noise(
            clips=clips,
            failed=len(failed),
            new_messages=len(stage.new_messages()),
            replies=sum(1 for each in stage.said() if each.is_reply),
            card_edits=witness.edits,
            failure_edits=witness.failure_edits,
            wrong_cards=len(witness.wrong),
            refused=sum(1 for call in stage.slack.calls if call.status == TOO_MANY),
        )


async def test_a_batch_with_failures_makes_few_messages_and_its_card_is_right(fresh: Callable[[], str]) -> None:
    noise = await noise_of(fresh(), seed=1, clips=300, slots=60, over_seconds=60, grain=5)
    assert noise.is_little
    assert noise.card_edits > 10


@pytest.mark.long
async def test_5000_clips_with_failures_make_few_messages_and_their_card_is_right(fresh: Callable[[], str]) -> None:
    batch = {"clips": 5_000, "slots": 500, "over_seconds": 300, "grain": 5}
    found = {seed: await noise_of(fresh(), seed=seed, **batch) for seed in SEEDS}
    tables.write("noise", tables.rendered(HEAD, [(seed, *astuple(noise)) for seed, noise in found.items()]))
    assert [seed for seed, noise in found.items() if not noise.is_little] == []
