"""The world of the demo: an account whose batches move while one looks, and a workspace with something to read."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

from bot.domain.request import LipsyncRequest
from bot.ports import Clock
from bot.sandbox.account import FAILURE_KINDS, Account
from bot.sandbox.page_state import SLACKBOT
from bot.sandbox.slack_entities import Draft, Fields
from bot.sandbox.workspace import ANA, BEN, Workspace

SPEED, SLOTS = 6.0, 12
SLOW_SPEED = 0.6
TOPICS = {
    "C0DUBBINGDE": "German dubs · type /lipsync help",
    "C0DUBBINGJP": "Japanese dubs",
    "C0PRODUCERS": "Deadlines and deliveries",
    "C0AURORA": "Client Aurora, private",
}
_FIRST_STEPS = (
    ("/lipsync status batch-2026-04", "how it is doing, read live"),
    ("/lipsync watch batch-2026-04", "a live card here, and a message when something needs you"),
    ("/lipsync deadline batch-2026-04 in 1m", "when it has to be finished: you are told when that is in danger"),
    ("/lipsync watch interview-es", "one of its clips is stuck"),
    ("/lipsync status promo-fr chart", "how a batch went over time"),
    ("/lipsync status *", "every batch side by side"),
    ("/lipsync digest now", "what needs you in what is watched here, as every morning"),
    ("/lipsync help", "everything else"),
)
_ELSEWHERE = (
    "Lip Sync under Apps: your Home, with all that you watch",
    "More actions, where you point at a message: watch the reference that it names",
    "+ beside the box: how a batch is doing, wherever you are",
    "@lipsync and the same words, in a message or in a reply; in its own conversation the words alone",
)


def account(clock: Clock, seed: int = 55) -> Account:
    """Four references that move (one clip, 20, 120 and 250), one that was finished this morning, one that is stuck."""
    made = Account(clock, seed=seed, slots=SLOTS, speed=SPEED)
    for request in (*_finished_before(clock, seed), *_stuck_since(clock, seed)):
        made.add(request)
    made.submit("order-12345-japanese-dub", 1, speed=SLOW_SPEED)
    made.submit("trailer-jp", 20, over_seconds=15)
    made.submit("batch-2026-04", 120, over_seconds=60, failure_share=0.07, failure_kinds=FAILURE_KINDS[:3])
    made.submit("series-s02", 250, over_seconds=870, failure_share=0.02, failure_kinds=FAILURE_KINDS[3:])
    return made


def _finished_before(clock: Clock, seed: int) -> list[LipsyncRequest]:
    """40 clips of promo-fr that ended three hours ago, two of them badly."""
    draw = Random(seed + 1)  # noqa: S311 - made-up data, not secrets
    return [_finished(clock, number, UUID(int=draw.getrandbits(128), version=4)) for number in range(40)]


def _finished(clock: Clock, number: int, request_id: UUID) -> LipsyncRequest:
    created = clock.now() - timedelta(hours=3) + timedelta(seconds=4 * number)
    failed = number in (11, 29)
    return LipsyncRequest(
        id=str(request_id),
        created_at=created,
        status="failed" if failed else "completed",
        started_at=created + timedelta(seconds=5),
        finished_at=created + timedelta(seconds=62 + number % 9),
        output_url=None if failed else f"https://storage.chamelaion.com/output/{request_id}.mp4",
        error_message="no face detected" if failed else None,
        reference_id="promo-fr",
    )


def _stuck_since(clock: Clock, seed: int) -> list[LipsyncRequest]:
    """6 clips of interview-es; one of them has run for 25 minutes, the others took one."""
    draw = Random(seed + 2)  # noqa: S311 - made-up data, not secrets
    began = clock.now() - timedelta(minutes=25)
    made = []
    for number in range(6):
        one = _finished(clock, number, UUID(int=draw.getrandbits(128), version=4))
        started = began + timedelta(seconds=5 + number)
        ended = started + timedelta(seconds=65)
        made.append(replace(one, reference_id="interview-es", created_at=began, started_at=started, finished_at=ended))
    made[4] = replace(made[4], status="processing", finished_at=None, output_url=None)
    return made


def welcome(workspace: Workspace) -> None:
    """Let people have talked already, and Slackbot say what one can type."""
    team = workspace.named("dubbing-de").id
    workspace.post(team, BEN.id, Draft("batch-2026-04 is on its way to Chamelaion, 120 clips in the next minute."))
    workspace.post(team, ANA.id, Draft("Great. Who tells the client when it is through?"))
    workspace.post(team, SLACKBOT.id, Draft("Lip Sync is in this channel. Try /lipsync status batch-2026-04", _steps()))
    other = workspace.named("dubbing-jp").id
    workspace.post(other, BEN.id, Draft("trailer-jp: 20 clips, should be done in a minute."))
    promised = "promo-fr went out this morning, two clips without a face. Who looks at series-s02?"
    producers = workspace.named("producers").id
    workspace.post(producers, ANA.id, Draft(promised))
    workspace.post(producers, SLACKBOT.id, Draft("Lip Sync is not in this channel. Let it in: `/invite @lipsync`"))


def _steps() -> list[Fields]:
    bold: Fields = {"type": "text", "text": "Lip Sync is in this channel.", "style": {"bold": True}}
    intro = {"type": "rich_text_section", "elements": [bold, _text(" Type in the box below, for example:")]}
    lines = [_step(typed, does) for typed, does in _FIRST_STEPS]
    steps = {"type": "rich_text_list", "style": "bullet", "elements": lines}
    places = {"type": "rich_text_section", "elements": [_text("The same without a slash:")]}
    others = [{"type": "rich_text_section", "elements": [_text(each)]} for each in _ELSEWHERE]
    elsewhere = {"type": "rich_text_list", "style": "bullet", "elements": others}
    return [{"type": "rich_text", "elements": [intro, steps, places, elsewhere]}]


def _step(typed: str, does: str) -> Fields:
    code: Fields = {"type": "text", "text": typed, "style": {"code": True}}
    return {"type": "rich_text_section", "elements": [code, _text(f"  {does}")]}


def _text(text: str) -> Fields:
    return {"type": "text", "text": text}
