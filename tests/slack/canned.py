"""Situations that every view is shown in, and what holds of every message."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.domain.answer import Scope, StatusAnswer, WatchesAnswer
from bot.domain.progress import summarise
from bot.domain.request import LipsyncRequest
from bot.domain.sheet import Handed, Handing, Kind, SheetAnswer, gathered
from bot.sandbox.blockkit import foreign_text_problems, message_problems
from bot.slack.canned_scene import REF, Scene
from bot.slack.gallery import canned
from bot.slack.views import failures, links, watches
from bot.slack.views.message import Message
from bot.slack.views.view import View
from tests.builders import NOON, request

COMMAND = "/lipsync"
GOLDEN = Path(__file__).parent / "golden"
SCENE = Scene(COMMAND, NOON)
WATCH, ABOUT = SCENE.watch, SCENE.about
MESSAGES: Mapping[str, Message] = {each.name: each.message for each in canned(COMMAND, NOON)}


def _signed(number: int) -> LipsyncRequest:
    return SCENE.request(number, "completed", created=number, url=f"https://s.example/{'x' * 2_000}{number}")


def _without_file(rows: tuple[LipsyncRequest, ...]) -> Message:
    """More links than a message holds, and no file."""
    found = gathered(REF, rows, len(rows), NOON)
    return links.message(SheetAnswer(Kind.LINKS, found, found.rows, handed=Handed(Handing.FAILED, "x")), COMMAND)


LARGE: Mapping[str, Message] = {
    "watches_many": watches.message(WatchesAnswer(Scope.HERE, (SCENE.line,) * 500), COMMAND),
    "links_many": _without_file(SCENE.rows(150, 0, 0, 0)),
    "links_signed": _without_file(tuple(map(_signed, range(1, 150)))),
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
    _assert_kept(name, {"text": message.text, "blocks": message.blocks})


def assert_golden_view(name: str, view: View) -> None:
    """The same of a view."""
    _assert_kept(f"views/{name}", view.payload())


def _assert_kept(name: str, value: object) -> None:
    kept = GOLDEN / f"{name}.json"
    shown = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    if not kept.exists():
        kept.write_text(shown, encoding="utf-8")
        raise AssertionError(f"{kept.name} was missing and is written now: look at it, and run again")
    assert shown == kept.read_text(encoding="utf-8")
