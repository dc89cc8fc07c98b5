"""Situations that every view is shown in, and what holds of every message."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.domain.announcement import (
    AccessFacts,
    CardFacts,
    ClipsFacts,
    FailureFacts,
    FinishedFacts,
    ReopenedFacts,
    ShortFacts,
)
from bot.domain.answer import (
    AboutAnswer,
    RequestAnswer,
    Scope,
    StatusAnswer,
    StillReading,
    StoppedAnswer,
    WatchAnswer,
    WatchesAnswer,
    WatchLine,
)
from bot.domain.progress import UNFINISHED, Progress, Settled, Waiting, summarise
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Events
from bot.errors import (
    BadCommandError,
    BadRequestError,
    InDoubtError,
    KeyRefusedError,
    NoSuchRequestError,
    RateLimitedError,
    SlackBusyError,
    StoreError,
    UnavailableError,
)
from bot.sandbox.blockkit import foreign_text_problems, message_problems
from bot.slack.views import about, errors, failures, links, said, status, watch, watches
from bot.slack.views import help as help_view
from bot.slack.views.message import Message
from tests.builders import NOON, at, request, uuid
from tests.builders import watch as watch_of

REF = "batch-2026-04"
COMMAND = "/lipsync"
GOLDEN = Path(__file__).parent / "golden"


def rows(done: int, failed: int, running: int, waiting: int) -> tuple[LipsyncRequest, ...]:
    """Requests of one batch, one second apart; every sixth failure is of another kind."""
    statuses = ["completed"] * done + ["failed"] * failed + ["processing"] * running + ["queued"] * waiting
    return tuple(
        request(i, each, reference=REF, created=i, error=_reason(i) if each == "failed" else None)
        for i, each in enumerate(statuses, 1)
    )


def _reason(number: int) -> str:
    return "no face detected" if number % 6 == 0 else "video URL is not accessible"


def progress(done: int, failed: int = 0, running: int = 0, waiting: int = 0, expected: int | None = None) -> Progress:
    return summarise(REF, rows(done, failed, running, waiting), expected=expected)


RUNNING = progress(178, 6, 8, 58, expected=250)
DONE = progress(40)
WATCH = replace(watch_of(reference=REF, place="C0DUBBINGDE"), author="U0ANA", place_name="dubbing-de")
STATUS = StatusAnswer(RUNNING, NOON, requests=rows(178, 6, 8, 58))
NEVER = StatusAnswer(Progress("batch-2026-04x"), NOON)
ONE = request(7, "completed", reference=REF)
STILL = StillReading(50, timedelta(seconds=45))
ABOUT = AboutAnswer("1.2.3", NOON, at(60), None, 3, 0, 0, 0, 4.2, 21.0, 12, 60)
CARD = CardFacts(WATCH, RUNNING, UNFINISHED, NOON)
LINE = WatchLine(WATCH, RUNNING, NOON)
FAILURE = FailureFacts(RUNNING, "k", "video URL is not accessible", tuple(map(uuid, range(5))), NOON, at(90), at(120))


def _signed(number: int) -> LipsyncRequest:
    return request(number, "completed", reference=REF, created=number, url=f"https://s.example/{'x' * 2_000}{number}")


MESSAGES: Mapping[str, Message] = {
    "status_running": status.message(STATUS),
    "status_still_reading": status.message(replace(STATUS, still=STILL)),
    "status_first_reading": status.message(StatusAnswer(Progress(REF), None, still=STILL)),
    "status_trouble": status.message(StatusAnswer(DONE, NOON, Settled(short=False), trouble="the API answered 429")),
    "status_never_read": status.message(StatusAnswer(Progress(REF), None, trouble="the API could not be reached")),
    "status_never_sent": status.message(NEVER),
    "status_incomplete": status.message(replace(STATUS, complete=False)),
    "status_waiting": status.message(StatusAnswer(DONE, NOON, Waiting(at(600)))),
    "status_shared": status.shared(STATUS, "U0ANA"),
    "status_request": status.message(RequestAnswer(request(9, "failed", error="no face detected"), at(120))),
    "failures": failures.message(STATUS),
    "failures_none": failures.message(StatusAnswer(DONE, NOON, Settled(short=False))),
    "failures_many": failures.message(StatusAnswer(progress(0, 750), NOON)),
    "links": links.message(StatusAnswer(progress(3, 1), NOON, requests=rows(3, 1, 0, 0))),
    "links_none": links.message(StatusAnswer(progress(0, 1), NOON, requests=rows(0, 1, 0, 0))),
    "links_not_known": links.message(StatusAnswer(progress(3, 1), NOON, trouble="the API answered 429")),
    "links_first_reading": links.message(StatusAnswer(Progress(REF), None, still=STILL)),
    "links_request": links.message(RequestAnswer(ONE, NOON)),
    "watch_new": watch.message(WatchAnswer(WATCH, True, STATUS), COMMAND),
    "watch_changed": watch.message(
        WatchAnswer(replace(WATCH, events=Events.EACH, expected=250), False, STATUS), COMMAND
    ),
    "watch_finished_already": watch.message(
        WatchAnswer(WATCH, True, StatusAnswer(DONE, NOON, Settled(short=False))), COMMAND
    ),
    "watch_not_invited": watch.message(WatchAnswer(WATCH, True, NEVER, "not_in_channel"), COMMAND),
    "unwatch": watch.stopped(StoppedAnswer(REF, WATCH)),
    "unwatch_nothing": watch.stopped(StoppedAnswer(REF, None)),
    "watches": watches.message(
        WatchesAnswer(
            Scope.ALL,
            (
                LINE,
                replace(LINE, watch=replace(WATCH, place="U0BEN"), trouble="not_in_channel"),
                WatchLine(WATCH, Progress(REF), None, "is_archived"),
                WatchLine(WATCH, Progress(REF), NOON, "restricted_action"),
            ),
        ),
        COMMAND,
    ),
    "watches_none": watches.message(WatchesAnswer(Scope.HERE, ()), COMMAND),
    "help": help_view.message(COMMAND),
    "help_watch": help_view.message(COMMAND, "watch"),
    "about": about.message(ABOUT),
    "about_trouble": about.message(
        replace(
            ABOUT,
            looked_at=None,
            api_trouble="the API refused the key",
            latency_median=None,
            unsent=3,
            in_doubt=1,
            parked=2,
        )
    ),
    "card": said.message(CARD, COMMAND),
    "card_reading": said.message(replace(CARD, progress=Progress(REF), read_at=None), COMMAND),
    "card_nothing": said.message(replace(CARD, progress=Progress(REF)), COMMAND),
    "card_waiting": said.message(replace(CARD, progress=DONE, settlement=Waiting(at(600))), COMMAND),
    "card_short": said.message(
        replace(CARD, progress=progress(244, expected=250), settlement=Settled(short=True)), COMMAND
    ),
    "card_stopped": said.message(replace(CARD, watch=replace(WATCH, ended_at=at(3_600), place="U0ANA")), COMMAND),
    "failure": said.message(FAILURE, COMMAND),
    "failure_repeat": said.marked_as_repeat(said.message(replace(FAILURE, ids=(uuid(1),), last_at=NOON), COMMAND)),
    "failure_many": said.message(replace(FAILURE, ids=tuple(map(uuid, range(140)))), COMMAND),
    "clips": said.message(ClipsFacts(RUNNING, tuple(map(uuid, range(14))), NOON), COMMAND),
    "finished": said.message(FinishedFacts(DONE, NOON), COMMAND),
    "finished_with_failures": said.message(FinishedFacts(progress(34, 6), NOON), COMMAND),
    "finished_one": said.message(FinishedFacts(progress(1), NOON, "completed", ONE.output_url), COMMAND),
    "finished_one_failed": said.message(
        FinishedFacts(progress(0, 1), NOON, "failed", error_message="no face detected"), COMMAND
    ),
    "finished_one_ended": said.message(
        FinishedFacts(Progress(REF, 1, other=(("canceled", 1),)), NOON, "canceled"), COMMAND
    ),
    "short": said.message(ShortFacts(progress(244, expected=250), NOON), COMMAND),
    "reopened": said.message(ReopenedFacts(progress(40, waiting=3), 3, NOON), COMMAND),
    "access": said.message(AccessFacts("C0AURORA", "client-aurora", "not_in_channel", (REF, "b", "c")), COMMAND),
    "access_archived": said.message(AccessFacts("C0AURORA", "client-aurora", "is_archived", ()), COMMAND),
    "access_refused": said.message(
        AccessFacts("D1", "a DM", "restricted_action", tuple(f"b{i}" for i in range(14))), COMMAND
    ),
    "error_command": errors.message(BadCommandError("I do not know `x`. Did you mean `/lipsync status x`?")),
    "error_key": errors.message(KeyRefusedError("401")),
    "error_busy": errors.message(RateLimitedError("429", timedelta(seconds=30))),
    "error_busy_unknown": errors.message(RateLimitedError("429")),
    "error_away": errors.message(UnavailableError("the API could not be reached")),
    "error_reference": errors.message(BadRequestError("invalid reference_id")),
    "error_no_request": errors.message(NoSuchRequestError("404")),
    "error_slack_busy": errors.message(SlackBusyError(timedelta(seconds=30))),
    "error_slack": errors.message(InDoubtError("internal_error")),
    "error_memory": errors.message(StoreError("locked")),
    "error_ours": errors.message(KeyError("secret")),
    "not_available_yet": errors.not_available_yet("mute", COMMAND),
}
LARGE: Mapping[str, Message] = {
    "watches_many": watches.message(WatchesAnswer(Scope.HERE, (LINE,) * 500), COMMAND),
    "links_many": links.message(StatusAnswer(progress(150), NOON, requests=rows(150, 0, 0, 0))),
    "links_signed": links.message(StatusAnswer(DONE, NOON, requests=tuple(map(_signed, range(1, 150))))),
    "failures_of_many_kinds": failures.message(
        StatusAnswer(summarise(REF, [request(i, "failed", error="reason " + "x" * i) for i in range(200)]), NOON)
    ),
}


def problems(message: Message) -> list[str]:
    """Why Slack or this house would not take a message, whether it is posted or edited."""
    sent: dict[str, object] = {"text": message.text, "blocks": list(message.blocks)}
    found = message_problems(sent, update=True) + foreign_text_problems(sent)
    return found + (["/text: too long for a sentence"] if len(message.text) > 3_000 else [])


def texts(value: object) -> Iterator[str]:
    """Every text in blocks, as a person would read it."""
    if isinstance(value, Mapping):
        yield from (str(each) for name, each in value.items() if name == "text" and isinstance(each, str))
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from texts(each)


def assert_golden(name: str, message: Message) -> None:
    """The message looks as it is kept; a missing file is written, for somebody to look at, and fails."""
    kept = GOLDEN / f"{name}.json"
    shown = json.dumps({"text": message.text, "blocks": message.blocks}, ensure_ascii=False, indent=2) + "\n"
    if not kept.exists():
        kept.write_text(shown, encoding="utf-8")
        raise AssertionError(f"{kept.name} was missing and is written now: look at it, and run again")
    assert shown == kept.read_text(encoding="utf-8")
