import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.announcement import (
    AccessFacts,
    CardFacts,
    CatchUpFacts,
    ClipsFacts,
    FailureFacts,
    FinishedFacts,
    GlobCardFacts,
    Meanwhile,
)
from bot.domain.answer import (
    ExceptedAnswer,
    GlobAnswer,
    GlobWatchAnswer,
    Limit,
    LimitAnswer,
    RequestAnswer,
    Scope,
    StatusAnswer,
    StoppedAnswer,
    WatchAnswer,
    WatchesAnswer,
    WatchLine,
)
from bot.domain.delivery import Manner
from bot.domain.failure import FailureKind
from bot.domain.lineup import InLine, Lineup, LineupAnswer, Outcomes
from bot.domain.natural_time import TypedTime
from bot.domain.overview import Standing, survey
from bot.domain.policy import LinksPolicy
from bot.domain.preview import KINDS, WINDOW, Preview, PreviewAnswer, PreviewBegun, Recent
from bot.domain.progress import Progress, Waiting
from bot.domain.replay import Told
from bot.domain.request import LipsyncRequest
from bot.domain.risk_facts import Before, Level, RiskFacts
from bot.domain.sheet import Format, Handed, Handing, Kind, SheetAnswer, gathered
from bot.domain.watch import Events
from bot.domain.web_address import is_web_address
from bot.domain.words import Code, Foreign, Person, words
from bot.errors import BadCommandError, BadRequestError, InDoubtError, UnavailableError
from bot.slack.views import (
    about,
    errors,
    export,
    failures,
    glob_card,
    glob_status,
    glob_watch,
    limit,
    links,
    preview,
    queue,
    said,
    status,
    watch,
    watches,
)
from bot.slack.views.blocks import buttons
from bot.slack.views.escape import LONGEST_TEXT, mrkdwn, sentence, without_formatting
from bot.slack.views.message import Message
from tests.builders import NOON
from tests.slack.canned import ABOUT, COMMAND, WATCH, problems, texts

NASTY = (
    "<!channel> <!here|x> <@U0ANA> <#C0DUBBINGDE> <!subteam^S1> <https://evil.example|click>",
    "*bold* _italics_ ~strike~ `code` ```block```",
    "`*_~" * 3,
    "a\n> quote\n\n• list\r\x00\x1b[31m",
    "\u202egnp.exe \u2066x \u2067y",
    "שלום עולם",
    "x" * 5_000,
    "&<>" * 2_000,
    "👩‍👩‍👧🏳️‍🌈" * 40,
    "\ud800\udfff",
    "",
    " ",
    "|>^{ago}",
    "&lt;!channel&gt; &amp;",
    "0__",
    "0*_0_*0",
    "C0",
    "U0",
)
nasty = st.sampled_from(NASTY) | st.text(st.characters(), max_size=200)


def _request(text: str, status_: str) -> LipsyncRequest:
    return LipsyncRequest(text, NOON, status_, NOON, NOON, text, text, text)


def _progress(text: str) -> Progress:
    kind = FailureKind("k", text, (text,) * 60, NOON, NOON + timedelta(1))
    return Progress(
        text,
        total=20_000_000,
        completed=9_000_000,
        failed=1_000_000,
        processing=1_000_000,
        queued=1_000_000,
        other=tuple((f"{text}{i}", 1_000_000) for i in range(8)),
        ended_otherwise=1_000_000,
        vanished=1_000_000,
        expected=30_000_000,
        kinds=(kind,) * 25,
        oldest_waiting=_request(text, "queued"),
        first_created_at=NOON,
        last_created_at=NOON,
        last_ended_at=NOON,
    )


def everything(text: str) -> Iterator[Message]:
    """Every view with this text in every field that others fill."""
    progress = _progress(text)
    known = StatusAnswer(progress, NOON, Waiting(NOON), trouble=text, complete=False)
    nothing = StatusAnswer(Progress(text), None, trouble=text)
    one = RequestAnswer(_request(text, "failed"), NOON)
    other = RequestAnswer(_request(text, text), NOON)
    watched = replace(WATCH, reference_id=text, place_name=text, author=text)
    for answer in (known, nothing, one, other):
        yield from (status.message(answer), status.shared(answer, "U0ANA"), failures.message(answer))
    yield from (links.message(one, COMMAND), links.message(known, COMMAND), export.message(nothing, COMMAND))
    yield from _sheets(text)
    yield watch.message(WatchAnswer(watched, True, known, text), COMMAND)
    yield watch.stopped(StoppedAnswer(text, None), COMMAND)
    yield watch.stopped(StoppedAnswer(text, None, (text, text)), COMMAND)
    yield from _of_globs(text)
    yield watches.message(WatchesAnswer(Scope.ALL, (WatchLine(watched, progress, NOON, text),) * 40), COMMAND)
    yield watches.message(WatchesAnswer(Scope.ALL, (WatchLine(replace(watched, place=text), progress, NOON),)), COMMAND)
    yield about.message(replace(ABOUT, version=text, api_trouble=text))
    yield from (errors.message(error) for error in (BadRequestError(text), UnavailableError(text), InDoubtError(text)))
    both: tuple[Limit, ...] = ("deadline", "expect")
    for limit_ in both:
        yield limit.message(LimitAnswer(limit_, text, None, globs=(text, text)), COMMAND)
        yield limit.message(LimitAnswer(limit_, text, watched, progress, TypedTime(NOON, "UTC", NOON)), COMMAND)
    yield from _said(text, progress)
    yield from _of_the_account(text)


def _of_the_account(text: str) -> Iterator[Message]:
    line = (InLine(text, 9_000_000, 9_000_000, 9_000_000, NOON, NOON), InLine(None, 1, 1, 1, NOON)) * 120
    lineup = Lineup(NOON, line, Outcomes(9_000_000, 9), looked_at=NOON, read_at=NOON, unread=9_000_000)
    for found in (lineup, replace(lineup, line=()), Lineup(NOON)):
        answer = LineupAnswer(found, True, text, 60, 60, 30)
        yield from (queue.message(answer), queue.shared(answer, text))
    told = tuple(Told(text, kind, NOON, False, text, 9_000_000) for kind in KINDS)
    many: Counter[str] = Counter(dict.fromkeys(KINDS, 9_000_000))
    sums = Preview(NOON - WINDOW, NOON, many, many, 9, (9_000_000,) * 7, ((text, 9),) * 5, told, 9, 9, NOON, 9)
    recent = Recent(((text, 9),), 9_000_000, 9_000_000, NOON, 0.5)
    for watched in (replace(WATCH, reference_id=text), replace(WATCH, reference_id=text, is_glob=True)):
        for events in (Events.EACH, Events.FAILURES):
            wished = PreviewAnswer(replace(watched, events=events), sums, recent, (text, text))
            yield preview.message(wished, COMMAND)
            yield preview.begun(PreviewBegun(wished.watch, recent))
            yield preview.message(replace(wished, recent=replace(recent, known=0)), COMMAND)
        yield preview.message(PreviewAnswer(watched, sums, Recent()), COMMAND)


def _sheets(text: str) -> Iterator[Message]:
    found = gathered(text, (_request(text, "completed"),) * 120, 200, NOON, complete=False, trouble=text)
    for outcome in Handing:
        answer = SheetAnswer(Kind.LINKS, found, found.rows, Format.CSV, True, NOON, text, Handed(outcome, text))
        yield links.message(answer, COMMAND)
        yield export.message(replace(answer, kind=Kind.ROWS), COMMAND)


def _of_globs(text: str) -> Iterator[Message]:
    standing = Standing(_progress(text), NOON, NOON)
    overview = survey(text, [standing] * 12, looked_at=NOON, most=10)
    glob = replace(WATCH, reference_id=text, is_glob=True)
    nothing = survey(text, [], looked_at=None, most=10)
    for found in (overview, nothing):
        answer = GlobAnswer(found, NOON, (text, text))
        yield glob_status.message(answer, COMMAND)
        yield glob_status.shared(answer, text, COMMAND)
        yield glob_status.one_at_a_time(answer, "links", COMMAND)
        yield glob_card.message(GlobCardFacts(glob, found))
        yield glob_watch.message(GlobWatchAnswer(glob, True, found, text, (text,)), COMMAND)
    yield glob_watch.excepted(ExceptedAnswer(text, (text, text)))
    yield status.message(StatusAnswer(Progress(text), NOON, nearest=(text, text)), COMMAND)


def _said(text: str, progress: Progress) -> Iterator[Message]:
    watched = replace(WATCH, reference_id=text)
    meanwhile = Meanwhile(progress, 9_000_000, 1_000_000, progress.kinds, "short", 5)
    for facts in (
        CatchUpFacts(NOON, NOON + timedelta(1), (meanwhile,)),
        CatchUpFacts(NOON, NOON + timedelta(hours=1), (meanwhile,) * 20 + (replace(meanwhile, kinds=()),) * 40),
        CardFacts(watched, progress, Waiting(NOON), NOON),
        CardFacts(
            replace(watched, deadline=NOON, deadline_zone="Europe/Berlin"), progress, Waiting(NOON), NOON, odds=0.3
        ),
        RiskFacts(
            progress, Level.AT_RISK, NOON, "Europe/Berlin", NOON, 0.3, NOON, NOON, NOON, 1e9, 1e-9, Before(NOON, 1e9, 0)
        ),
        RiskFacts(Progress(text), Level.MISSED, NOON, "UTC+02:00", NOON),
        FailureFacts(progress, "k", text, (text,) * 99, NOON, NOON, NOON),
        ClipsFacts(progress, (text,) * 99, NOON),
        FinishedFacts(progress, NOON, text, text, text),
        FinishedFacts(progress, NOON, "failed", error_message=text),
        AccessFacts("C0AURORA", text, text, (text,) * 40),
        AccessFacts(text, text, text, (text,)),
    ):
        yield said.marked_as_repeat(said.message(facts, COMMAND))


OURS = re.compile(
    r"<!date\^\d+\^[^|<>]+\|[^|<>]+>|<@U0ANA>|<#C0[A-Z]+>"
    r"|`(in thread|for (failures|each))`"
    r"|`(/lipsync [a-z]+( [^`<>&\n\r]{1,90}| &lt;(ref|pattern)&gt;)?( except)?|/invite @lipsync)`"
    r"|`(/lipsync [a-z]+( [^`<>&\n\r]{1,90}| &lt;(ref|pattern)&gt;)?( except| by fri 17:00| expect 250)?"
    r"|/invite @lipsync)`"
)
INSIDE_A_WORD = re.compile(r"(?<=[A-Za-z0-9])([*_~`])\1*(?=[A-Za-z0-9])")
PAIR = re.compile(r"(?<![A-Za-z0-9])([*_~`])(?=\S).*?\1(?![A-Za-z0-9])")


def _mrkdwn(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        if value.get("type") == "mrkdwn":
            yield str(value["text"])
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from _mrkdwn(each)


def assert_harmless(message: Message, foreign: str) -> None:
    """With this text wherever others write; where it is a place's or a person's id, its mention is ours."""
    assert problems(message) == []
    mention = re.compile(rf"<[#@]{re.escape(foreign)}>" if foreign.isalnum() else r"(?!)")
    for text in (message.text, *_mrkdwn(message.blocks)):
        rest = OURS.sub("", mention.sub("", text))
        assert not set(rest) & set("<>\n\r\x00"), text
        assert not PAIR.search(INSIDE_A_WORD.sub("", rest)), text
    for text in texts(message.blocks):
        assert not re.search(r"<[!@#](?!date\^|U0ANA>|C0[A-Z]+>)", mention.sub("", text)), text
        assert not set(text) & set("\u202a\u202b\u202d\u202e\u2066\u2067\x00\r")
        assert text.count("\u2068") == text.count("\u2069")
    json.dumps({"text": message.text, "blocks": message.blocks}, ensure_ascii=False).encode()


@pytest.mark.parametrize("text", NASTY)
def test_nothing_that_others_wrote_can_ping_link_or_break_a_message(text: str) -> None:
    for message in everything(text):
        assert_harmless(message, text)


@settings(max_examples=30, deadline=None)
@given(nasty)
def test_no_text_whatever_can_ping_link_or_break_a_message(text: str) -> None:
    for message in everything(text):
        assert_harmless(message, text)


@given(nasty, nasty)
def test_a_command_that_was_not_understood_is_quoted_without_harm(first: str, second: str) -> None:
    message = errors.message(BadCommandError(f"I do not know `{first}`. Did you mean {second}?"))
    assert problems(message) == []
    assert not re.search(r"<[!@#]", message.text + "".join(texts(message.blocks)))


def test_signs_inside_a_word_stay_and_others_get_a_lookalike() -> None:
    assert without_formatting("order_12_x a__b 2*3*4 it~is") == "order_12_x a__b 2*3*4 it~is"
    assert without_formatting("*b* _i_ ~s~ `c` x*") == "∗b∗ ˍiˍ ∼s∼ ˋcˋ x∗"
    assert without_formatting("a*_b_*c a*__b __a b__") == "a∗ˍbˍ∗c a∗ˍˍb ˍˍa bˍˍ"


@pytest.mark.parametrize("text", ["*b*", "a _b_", "a _b c_ d", "~~b~~", "a*_b_*c", "(`b`)", "_ _b_", "__b__c d__"])
def test_what_could_format_is_seen(text: str) -> None:
    """Or else the other tests would show nothing."""
    assert PAIR.search(INSIDE_A_WORD.sub("", text))


@pytest.mark.parametrize("text", ["order_12_x", "a__b, a__c", "2*3*4", "it~is", "a_b c_d", "x_ y", "a * b * c"])
def test_signs_inside_a_word_or_alone_are_no_formatting(text: str) -> None:
    assert not PAIR.search(INSIDE_A_WORD.sub("", text))


def test_words_of_ours_are_escaped_once() -> None:
    assert mrkdwn(words(Code("a <b>"), " & ", Foreign("<x>"), Person("U1"))) == "`a &lt;b&gt;` &amp; &lt;x&gt;<@U1>"


def test_a_sentence_never_grows_too_long() -> None:
    text = sentence(words(*[Foreign("&" * 100) for _ in range(50)]))
    assert 2_000 < len(text) < LONGEST_TEXT
    assert text.endswith("…")


@pytest.mark.parametrize(
    ("value", "count"), [("batch-1", 1), ("x" * 2_000, 1), ("x" * 2_001, 0), ("", 0), ("\ud800", 0)]
)
def test_a_button_is_shown_only_when_its_value_can_travel(value: str, count: int) -> None:
    assert len(buttons(value, ("card_links", "Links"))) == count


@pytest.mark.parametrize("view", range(2))
def test_an_output_link_keeps_its_query_and_an_error_message_does_not(view: int) -> None:
    url = "https://user:pw@storage.example/a.mp4?X-Amz-Signature=0&b=1#t"
    assert url in json.dumps(VIEWS[view](url).blocks)
    failed = said.message(FinishedFacts(Progress("b", 1, failed=1), NOON, "failed", None, f"bad {url}"), COMMAND)
    assert 'bad https://storage.example/a.mp4"' in json.dumps(failed.blocks)


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://storage.example/a.mp4?X-Amz-Signature=0&b=1", True),
        ("http://storage.example:8080/a", True),
        ("ftp://storage.example/a", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://[::1", False),
        ("https://a.example/ b", False),
        ("https://a.example/>|x", False),
        ("https://a.example/" + "x" * 3_000, False),
        ("https://exämple.example/", False),
    ],
)
def test_only_a_web_address_becomes_a_link(url: str, is_link: bool) -> None:
    assert is_web_address(url) is is_link


OPEN = Manner(links=LinksPolicy.OPEN)
VIEWS: tuple[Callable[[str], Message], ...] = (
    lambda url: links.message(RequestAnswer(replace(_request("id", "completed"), output_url=url), NOON), COMMAND),
    lambda url: said.message(FinishedFacts(Progress("b", 1, 1), NOON, "completed", url), COMMAND, OPEN),
)


@pytest.mark.parametrize("view", VIEWS)
def test_an_address_that_is_no_web_address_is_shown_as_text(view: Callable[[str], Message]) -> None:
    message = view("javascript:alert(1)")
    assert '"type": "link"' not in json.dumps(message.blocks)
    assert "javascript:alert(1)" in "".join(texts(message.blocks))
