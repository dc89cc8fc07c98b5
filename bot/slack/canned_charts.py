"""How a batch went over time, as it is shown to those who ask for it."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.answer import StatusAnswer
from bot.domain.curve import curve
from bot.domain.progress import Settled, summarise
from bot.domain.prospect import rhythm
from bot.domain.request import LipsyncRequest
from bot.slack.canned_scene import REF, Canned, Scene, uuid
from bot.slack.views import status
from bot.slack.views.plain import plainly

_SUBMITTED, _TAKES, _SLOTS = 9.0, 112.0, 8  # seconds between two, seconds that one takes, how many at a time
_HALVED = 80  # clips are through when half of the slots are gone
_EVERY_FAILED = 14
_WHY = "video URL is not accessible"


def charts(scene: Scene) -> Iterator[Canned]:
    """Answers to `status … chart`, and what Chart shows."""
    running, ended = charted(scene, 250, 4_680), charted(scene, 250, None)
    for name, when, answer in (
        ("status_chart", "After Chart, in the middle: half of the slots were lost on the way.", running),
        ("status_chart_ended", "The same of a batch that has ended.", ended),
        ("status_chart_early", "A chart was asked for, and little has finished.", charted(scene, 60, 300)),
        ("status_chart_old", "A chart was asked for while the API cannot be read.", _old(running)),
    ):
        yield Canned(name, "Status", when, status.message(answer, scene.command, charted=True))
    plain = status.message(running, scene.command)
    yield Canned("status_drawable", "Status", "When enough has ended for a chart.", plain)
    refused = plainly(status.message(running, scene.command, charted=True))
    yield Canned("status_chart_refused", "Status", "Where Slack refuses charts: the same as text.", refused)
    shared = status.shared(running, "U0ANA", charted=True)
    yield Canned("status_chart_shared", "Status", "After Share, with its chart.", shared)


def _old(answer: StatusAnswer) -> StatusAnswer:
    return replace(answer, trouble="the API answered 502", prospect=None, curve=None)


def charted(scene: Scene, number: int, seconds: float | None) -> StatusAnswer:
    """How a batch is doing that was begun so many seconds ago; None: all of it has ended."""
    began = 7_200.0 if seconds is None else seconds
    rows = tuple(_batch(scene, number, -began))
    progress = summarise(REF, rows, expected=number)
    settled = Settled(short=False) if not progress.open else scene.status.settlement
    prospect = replace(scene.prospect, finished=progress.terminal, rhythm=rhythm(rows, scene.now))
    return replace(
        scene.status,
        progress=progress,
        settlement=settled,
        requests=rows,
        prospect=prospect if progress.open else None,
        curve=curve(rows, scene.now),
    )


def _batch(scene: Scene, number: int, began: float) -> Iterator[LipsyncRequest]:
    free = [began] * _SLOTS
    for index in range(number):
        if index == _HALVED:
            free = sorted(free)[: _SLOTS // 2]
        free.sort()
        created = began + index * _SUBMITTED
        starts = max(free[0], created)
        free[0] = starts + _TAKES * (0.75 + index % 7 / 12)
        yield _request(scene, index, created, starts, free[0])


def _request(scene: Scene, index: int, created: float, starts: float, ends: float) -> LipsyncRequest:
    status_ = "queued" if starts > 0 else "processing" if ends > 0 else "completed"
    if status_ == "completed" and index % _EVERY_FAILED == _EVERY_FAILED - 1:
        status_ = "failed"
    return LipsyncRequest(
        id=uuid(index + 1),
        created_at=scene.at(min(created, 0)),
        status=status_,
        started_at=None if starts > 0 else scene.at(starts),
        finished_at=None if ends > 0 else scene.at(ends),
        error_message=_WHY if status_ == "failed" else None,
        reference_id=REF,
    )
