"""What `test` posts: one of each message that the bot says on its own account, about a batch that is made up."""

from dataclasses import replace
from datetime import datetime

from bot.domain.announcement import (
    AccessFacts,
    CatchUpFacts,
    ClipsFacts,
    Example,
    FinishedFacts,
    Meanwhile,
    ReopenedFacts,
    ShortFacts,
)
from bot.slack.canned_scene import Scene, uuid


def examples(command: str, now: datetime, place: str, reference: str) -> tuple[Example, ...]:
    """In the order in which a batch would have them; `reference` is what the batch is called."""
    scene = Scene(command, now, reference)
    since = scene.at(-8_880)
    done = scene.progress(34, 6)
    meanwhile = Meanwhile(done, 20, 6, done.kinds, "finished")
    return (
        replace(scene.card, watch=replace(scene.watch, place=place)),
        replace(scene.failure, last_at=now, read_at=now),
        ClipsFacts(scene.running, tuple(map(uuid, range(14))), now),
        FinishedFacts(done, now),
        ShortFacts(scene.progress(244, expected=250), now),
        ReopenedFacts(scene.progress(40, waiting=3), 3, now),
        CatchUpFacts(since, now, (meanwhile,)),
        CatchUpFacts(since, now, (meanwhile,), why="muted"),
        AccessFacts(place, "", "not_in_channel", (reference,)),
    )
