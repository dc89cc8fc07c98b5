"""Whatever Slack and the API answer: what the bot then does, in a table that is written here."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bot.sandbox.chamelaion_faults import Fault
from bot.sandbox.workspace import BOT
from tests import tables
from tests.made_up_time.stage import ANSWER_SECONDS, DE, DE_DM, FOR_EVER, PATIENCE, Stage, staged

NEVER = 0.00001
ALL_IS_WELL_AFTER = 720.0  # seconds in which what does not pass by itself lasts
AFTERWARDS = 330.0
NEWS = "no face detected"
MOMENTS = ((20, "at once"), (60, "within 1 min"), (180, "within 3 min"), (600, "within 10 min"), (9e9, "when mended"))
POST = "chat.postMessage"


@dataclass(frozen=True)
class Case:
    """Something that happens to one call (`times`), or for twelve minutes until somebody mends it (None)."""

    name: str
    set_up: Callable[[Stage], object]


def slack_fault(method: str, kind: str, times: int | None = 1, **more: object) -> Callable[[Stage], object]:
    return lambda stage: stage.slack.faults.add(method, kind, times=times, **more)  # type: ignore[arg-type]  # below


def says(code: str, times: int | None = 1) -> Case:
    lasts = "" if times else ", until mended"
    return Case(f"`ok: false`, `{code}`{lasts}", slack_fault(POST, "error", times, code=code))


POSTING = (
    Case("429, `Retry-After: 7`", slack_fault(POST, "ratelimited", retry_after=7)),
    Case("429 without `Retry-After`", slack_fault(POST, "ratelimited")),
    Case("500", slack_fault(POST, "status_500")),
    Case("502", slack_fault(POST, "status_502")),
    Case("503", slack_fault(POST, "status_503")),
    Case("no answer in time, not processed", slack_fault(POST, "slow", seconds=FOR_EVER)),
    Case("no answer in time, processed", slack_fault(POST, "slow_after", seconds=FOR_EVER)),
    Case("connection dropped before it is processed", slack_fault(POST, "drop_before")),
    Case("connection dropped after it is processed", slack_fault(POST, "drop_after")),
    Case("slow, but in time", slack_fault(POST, "slow", seconds=ANSWER_SECONDS / 2)),
    Case("garbage instead of JSON", slack_fault(POST, "garbage")),
    says("ratelimited"),
    Case("the bot is put out of the channel, until mended", lambda stage: stage.slack.workspace.kick(DE, BOT.id)),
    Case("the channel is archived, until mended", lambda stage: stage.slack.workspace.archive(DE)),
    says("channel_not_found", None),
    says("restricted_action", None),
    says("missing_scope", None),
    says("invalid_auth", None),
    says("token_revoked", None),
    says("invalid_blocks"),
    says("msg_too_long"),
    says("internal_error"),
    says("fatal_error"),
    says("a_word_that_nobody_knows"),
    Case("every connection is cut, until mended", lambda stage: stage.slack.go_down()),
)
UPDATING = (
    Case("429, `Retry-After: 7`", slack_fault("chat.update", "ratelimited", retry_after=7)),
    Case("429 without `Retry-After`", slack_fault("chat.update", "ratelimited")),
    Case("503", slack_fault("chat.update", "status_503")),
    Case("connection dropped after it is processed", slack_fault("chat.update", "drop_after")),
    Case("no answer in time", slack_fault("chat.update", "slow", seconds=FOR_EVER)),
    Case("garbage instead of JSON", slack_fault("chat.update", "garbage")),
    Case("`ok: false`, `internal_error`", slack_fault("chat.update", "error", code="internal_error")),
)


def api_fault(kind: str, times: int | None = 1, **more: object) -> Callable[[Stage], object]:
    return lambda stage: stage.api.faults.add(Fault(kind, times, **more))  # type: ignore[arg-type]  # as it is called


READING = (
    Case("429, `Retry-After: 30`", api_fault("status", status=429, retry_after="30")),
    Case("429 without `Retry-After`", api_fault("status", status=429)),
    Case("500", api_fault("status", status=500)),
    Case("502", api_fault("status", status=502)),
    Case("503", api_fault("status", status=503)),
    Case("400", api_fault("status", status=400)),
    Case("no answer in time", api_fault("slow", seconds=FOR_EVER)),
    Case("slow, but in time", api_fault("slow", seconds=ANSWER_SECONDS / 2)),
    Case("connection dropped before an answer", api_fault("drop_before", 2)),
    Case("connection dropped in the midst of an answer", api_fault("drop_after")),
    Case("half a body", api_fault("truncated")),
    Case("garbage", api_fault("garbage")),
    Case("a page of HTML", api_fault("html")),
    Case("a redirect", api_fault("redirect")),
    Case("401, until mended", api_fault("status", None, status=401)),
    Case("403, until mended", api_fault("status", None, status=403)),
    Case("every connection is cut, until mended", lambda stage: setattr(stage.api, "down", True)),
)


@dataclass(frozen=True)
class Seen:
    """What was seen of one case.

    `asked` is how often the call was made, `messages` how often the news stands there at the end; `delay` is in
    seconds, None when it was never told.
    """

    asked: int
    lookups: int
    messages: int
    to_author: int
    delay: float | None

    @property
    def told(self) -> str:
        word = "never" if self.delay is None else next(word for most, word in MOMENTS if self.delay <= most)
        return f"{word}; the watch's author is told why" if self.to_author else word


def _times(number: int) -> str:
    return ("none", "once", "twice", "three times")[number] if number <= 3 else "again and again"


async def play(case: Case, url: str, part: "Part") -> Seen:
    """One failure while this goes wrong, and what comes of it."""
    patience = ANSWER_SECONDS if "no answer" in case.name else PATIENCE
    async with staged(url, slots=100, speed=NEVER, answer_seconds=patience) as stage:
        ids = stage.account.submit("batch-1", 5)
        await stage.watch("batch-1")
        await stage.run(120)
        case.set_up(stage)
        asked: Counter[str] = Counter()
        stage.slack.hooks.before = lambda method, args: asked.update({method: args.get("channel") in (None, DE)})
        stage.account.fail(ids[0], NEWS)
        began, delay = stage.clock.monotonic(), None
        lasts = ALL_IS_WELL_AFTER if "until mended" in case.name else 0
        for second in range(0, int(lasts + AFTERWARDS), 5):
            if lasts and second == lasts:
                await mend(stage)
            await stage.run(5)
            if delay is None and part.shows(stage):
                delay = stage.clock.monotonic() - began
        stage.slack.hooks.before = None
        author = len(stage.said(DE_DM))
        return Seen(asked[part.method], asked["conversations.history"], news(stage), author, delay)


async def mend(stage: Stage) -> None:
    stage.slack.faults.clear()
    stage.api.faults.clear()
    stage.api.down = False
    stage.slack.workspace.invite(DE, BOT.id)
    stage.slack.workspace.unarchive(DE)


def news(stage: Stage) -> int:
    """How often the failure stands in the channel."""
    return sum(1 for message in stage.said() if NEWS in message.text and "updated" not in message.text)


def card_is_right(stage: Stage) -> int:
    """Whether the card tells of the failure."""
    return sum(1 for message in stage.said() if "updated" in message.text and "1 failed" in message.text)


@dataclass(frozen=True)
class Part:
    """A table: its cases, the method of Slack whose calls are counted, how to see that all is told, and its rows."""

    head: tuple[str, ...]
    cases: tuple[Case, ...]
    method: str
    shows: Callable[[Stage], int]
    row: Callable[[str, Seen], tuple[str, ...]]


PARTS = {
    "posting": Part(
        ("`chat.postMessage`", "asked", "history read", "messages", "told"),
        POSTING,
        POST,
        news,
        lambda name, seen: (name, _times(seen.asked), _times(seen.lookups), str(seen.messages), seen.told),
    ),
    "updating": Part(
        ("`chat.update`", "asked", "the card is right"),
        UPDATING,
        "chat.update",
        card_is_right,
        lambda name, seen: (name, _times(seen.asked), seen.told),
    ),
    "reading": Part(
        ("the API", "messages", "told"), READING, POST, news, lambda name, seen: (name, str(seen.messages), seen.told)
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("name", PARTS)
async def test_the_tables_tell_what_comes_of_whatever_is_answered(name: str, fresh: Callable[[], str]) -> None:
    part = PARTS[name]
    seen = [(case.name, await play(case, fresh(), part)) for case in part.cases]
    assert [about for about, each in seen if each.messages > 1] == []
    tables.assert_current(name, tables.rendered(part.head, [part.row(about, each) for about, each in seen]))


SOME = {"posting": (0, 4, 8, 19), "updating": (2,), "reading": (0, 4)}


@pytest.mark.parametrize(("name", "number"), [(name, number) for name, some in SOME.items() for number in some])
async def test_what_the_tables_tell_is_so(name: str, number: int, fresh: Callable[[], str]) -> None:
    part = PARTS[name]
    case = part.cases[number]
    row = part.row(case.name, await play(case, fresh(), part))
    assert tables.rendered(row, []).splitlines()[0] in tables.stored(name)
