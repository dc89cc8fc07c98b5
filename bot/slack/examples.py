"""What `test` posts: one of each message that the bot says on its own account, about a batch that is made up."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.announcement import (
    AccessFacts,
    AssignedFacts,
    BackFacts,
    CatchUpFacts,
    ClipsFacts,
    Example,
    FinishedFacts,
    Meanwhile,
    PingFacts,
    ReopenedFacts,
    ShortFacts,
    StaleFacts,
)
from bot.domain.risk_facts import Before, Level
from bot.domain.stuck_facts import MissingFacts, StalledFacts, StuckFacts, StuckOne
from bot.slack.canned_deadlines import risk
from bot.slack.canned_digest import example_digest
from bot.slack.canned_scene import Scene, uuid

_AGO = timedelta(minutes=10)  # when the made-up batch was sent: all of it has happened by now


def examples(command: str, now: datetime, place: str, reference: str) -> tuple[Example, ...]:
    """In the order in which a batch would have them, then troubles; `reference` is what the batch is called."""
    scene = Scene(command, now - _AGO, reference)
    since = scene.at(-8_880)
    done, worse = scene.progress(34, 6), scene.progress(34, 12)
    meanwhile = Meanwhile(done, 20, 6, done.kinds, "finished")
    return (
        replace(scene.card, watch=replace(scene.watch, place=place), read_at=now),
        replace(scene.failure, last_at=now, read_at=now),
        PingFacts(worse, worse.kinds[:1], None, now),
        AssignedFacts(reference, worse.kinds[:1], scene.watch.author, scene.watch.author),
        ClipsFacts(scene.running, tuple(map(uuid, range(14))), now),
        FinishedFacts(done, now),
        ShortFacts(scene.progress(244, expected=250), now),
        ReopenedFacts(scene.progress(40, waiting=3), 3, now),
        CatchUpFacts(since, now, (meanwhile,)),
        CatchUpFacts(since, now, (meanwhile,), why="muted"),
        AccessFacts(place, "", "not_in_channel", (reference,)),
        StaleFacts(since, "the API answered 503", key_refused=False, open=66, batches=1, references=(reference,)),
        BackFacts(since, now),
        StuckFacts(scene.running, _stuck(now), 0, 0, timedelta(minutes=3), now, now),
        MissingFacts(scene.progress(194, 6, 8, 2, expected=250), now - 2 * _AGO, now, now),
        StalledFacts(now - 2 * _AGO, now, now, 8, 58, 1, (reference,)),
        risk(scene, Level.AT_RISK, 0.31, before=Before(since, 1.2, 250)),
        example_digest(scene, now),
    )


def _stuck(now: datetime) -> tuple[StuckOne, ...]:
    waits = StuckOne(uuid(190), "overtaken", now - 4 * _AGO)
    return (waits, *(StuckOne(uuid(n), "slow", now - 2 * _AGO) for n in (185, 186)))
