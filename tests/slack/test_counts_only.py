"""Where only counts are shown, nothing else survives: no id, link, error text, and no foreign text but references."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from bot.domain import announcement
from bot.domain.announcement import Said
from bot.domain.counts_only import counted_line, counted_status, counts_only
from bot.domain.delivery import Asked, Manner
from bot.domain.sharing import CountsOnly
from bot.slack import actions
from bot.slack.canned_scene import UNDO, Canned, Scene
from bot.slack.examples import examples
from bot.slack.gallery import every
from bot.slack.views.message import Message
from bot.slack.views.said import message
from tests.builders import NOON
from tests.slack.canned import COMMAND, problems, texts

ROOT = Path(__file__).parents[2] / "bot"
PLAIN = Scene(COMMAND, NOON)
THERE = replace(PLAIN, counts_only=CountsOnly.SHARED)
BEFORE = {each.name: each for each in every(PLAIN)}
AFTER = {each.name: each for each in every(THERE)}
SAID = [name for name, each in AFTER.items() if each.message != BEFORE[name].message]
ON_ITS_OWN = ("M1 ", "M3 ", "M4 ", "M5", "M6 ", "M7 ", "M8 ", "M10 ", "M11 ", "M13 ")
TO_A_PERSON = ("access_scope", "access_refused")  # with Slack's own word; no channel is told of access
SECRETS = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-|https?://|\.mp4|no face|URL|codec|canceled|could not be reached|refused"
)
REFERENCES = re.compile(r"\b(batch|pilot|trailer|teaser|episode|order|series|promo)-[-\w*.{},]*|\bteaser\b")


def _words_of_ours() -> frozenset[str]:
    """Every word in a text of our own that a view or a wording may use."""
    found: set[str] = set()
    for path in (*(ROOT / "domain").glob("*.py"), *(ROOT / "slack/views").glob("*.py")):
        tree = ast.parse(path.read_text())
        notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # nobody is shown those
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
                found |= set(_split(node.value))
    return frozenset(found)


def _split(text: str) -> Iterator[str]:
    return (word.lower() for word in re.findall(r"[^\W\d_]+", text))


OURS = _words_of_ours()


def _foreign(shown: Message) -> list[str]:
    """What a message says that is neither ours nor the name of a reference, a person, a place or a moment."""
    said = [shown.text, *texts(shown.blocks)]
    found = []
    for text in said:
        plain = re.sub(r"<(!date\^[^>]*|@\w+|#\w+[^>]*)>|TEST-batch|client-aurora", " ", text)
        plain = REFERENCES.sub(" ", plain.replace("\u2060", ""))
        found += [word for word in _split(plain) if not {word, word.removesuffix("s")} & OURS]
    return found + SECRETS.findall(json.dumps([shown.text, shown.blocks]).replace(UNDO, ""))


def _buttons(shown: Message) -> list[str]:
    found = [block for block in shown.blocks if block["type"] == "actions"]
    return [element["action_id"] for block in json.loads(json.dumps(found)) for element in block["elements"]]


def test_everything_that_the_bot_says_by_itself_looks_otherwise_there() -> None:
    alike = {each.name for each in AFTER.values() if each.title.startswith(ON_ITS_OWN)} - set(SAID)
    assert {name for name in alike if not name.startswith("stuck_ids")} == set()  # an answer, which is refused there
    assert len(SAID) > 80


def test_what_is_said_elsewhere_is_found_by_the_search_for_what_is_foreign() -> None:
    told = (
        "failure",
        "clips",
        "finished_one_open",
        "finished_one_failed",
        "finished_one_ended",
        "catch_up",
        "stuck",
        "stale",
    )
    assert [name for name in told if not _foreign(BEFORE[name].message)] == []


@pytest.mark.parametrize("name", [name for name in SAID if name not in TO_A_PERSON])
def test_nothing_foreign_is_said_there_but_names_of_references(name: str) -> None:
    shown = AFTER[name].message
    assert _foreign(shown) == []
    assert problems(shown) == []
    kept = {actions.CARD_STOP, actions.CARD_MUTE, actions.CARD_UNMUTE, actions.CARD_WATCH_ME, actions.CARD_AGAIN}
    kept |= {actions.GLOB_TABLE, actions.GLOB_STOP, actions.GLOB_MUTE, actions.GLOB_UNMUTE}
    kept |= {actions.FINISHED_CHART, actions.FINISHED_STOP, actions.NEWS_STOP, actions.MISSING_STATUS}
    assert set(_buttons(shown)) <= kept


@pytest.mark.parametrize("each", [each for each in AFTER.values() if each.title == "Only counts"], ids=lambda c: c.name)
def test_the_answers_there_have_nothing_foreign_either(each: Canned) -> None:
    assert _foreign(each.message) == []


@pytest.mark.parametrize("said", examples(COMMAND, NOON, "C1", "TEST-batch"), ids=lambda said: said.kind)
def test_the_examples_of_a_test_have_counts_only(said: announcement.Example) -> None:
    shown = message(announcement.TrialFacts(said), COMMAND, Manner(counts_only=CountsOnly.SHARED))
    assert _foreign(shown) == []
    assert "TEST" in shown.text


def test_every_kind_of_fact_is_among_what_was_looked_at() -> None:
    kinds = {each.kind for each in examples(COMMAND, NOON, "C1", "TEST-batch")}
    assert {_kind(each) for each in _members(Said)} - {"test"} == kinds


def _members(union: object) -> Iterator[type]:
    for member in get_args(union):
        yield from _members(member) if get_args(member) else (member,)


def _kind(facts: type) -> str:
    return str(facts.__dataclass_fields__["kind"].default)  # type: ignore[attr-defined]  # they are all dataclasses


def test_counts_stay_what_they_are() -> None:
    facts, left = PLAIN.failure, counts_only(PLAIN.failure)
    assert isinstance(left, type(facts))
    assert (len(left.ids), left.first_at, left.last_at) == (len(facts.ids), facts.first_at, facts.last_at)
    assert left.progress.kinds[0].count == facts.progress.kinds[0].count
    assert (left.progress.percent, left.progress.failed) == (facts.progress.percent, facts.progress.failed)
    assert "×5" in AFTER["failure"].message.text or "5 requests failed" in AFTER["failure"].message.text


def test_who_is_to_hear_of_it_is_still_named() -> None:
    manner = Manner(mention=("U0ANA",), counts_only=CountsOnly.SHARED)
    assert "<@U0ANA>" in message(PLAIN.failure, COMMAND, manner).text


def test_a_message_says_why_it_has_no_more() -> None:
    assert "another organisation" in json.dumps(AFTER["card"].message.blocks)
    unknown = message(PLAIN.card, COMMAND, Manner(counts_only=CountsOnly.UNKNOWN))
    assert "until it is known" in json.dumps(unknown.blocks)


def test_without_the_rule_a_message_stays_as_it_is() -> None:
    asked = Manner(asked=(Asked("C1", NOON),))
    assert message(PLAIN.failure, COMMAND, asked) == message(PLAIN.failure, COMMAND, replace(asked, counts_only=None))


def test_answers_lose_what_is_more_than_counts() -> None:
    status = counted_status(replace(PLAIN.status, trouble="the API answered 400: /tmp/x", nearest=("other",)))
    assert (status.requests, status.nearest, status.cleared) == ((), (), frozenset())
    assert "tmp" not in str(status)
    assert "face" not in str(status)
    assert status.progress.total == PLAIN.status.progress.total
    assert "face" not in str(counted_line(PLAIN.line))
