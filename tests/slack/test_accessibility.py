"""Whoever hears, magnifies or translates what the bot says gets the same as everybody else."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from bot.slack.command_forms import COMMANDS
from bot.slack.gallery import canned_views
from bot.slack.manifest import SHORTCUTS
from bot.slack.views.message import Message
from bot.slack.views.view import View
from tests.builders import NOON
from tests.slack.canned import COMMAND, LARGE, MESSAGES, texts

ROOT = Path(__file__).parents[2]
EVERY: Mapping[str, Message] = {**MESSAGES, **LARGE}
VIEWS: Mapping[str, View] = {each.name: each.view for each in canned_views(COMMAND, NOON)}
SHOWN: Mapping[str, tuple[Mapping[str, object], ...]] = {
    **{name: message.blocks for name, message in EVERY.items()},
    **{name: (view.payload(),) for name, view in VIEWS.items()},
}

NAMES = {"CSV", "TSV", "HTML", "DM", "API", "I", "I'm", "TEST"}
"""What may have capitals inside a label."""
JARGON = (
    "payload", "endpoint", "webhook", "callback", "regex", "boolean", "null", "exception", "traceback", "stack trace",
    "daemon", "cron", "mutex", "enum", "outbox", "idempotent", "latency", "timeout", "timed out", "retry-after", "http",
    "json", "scheduler", "polling", "poll", "rate limit", "instance", "parameter", "argument", "invalid", "utilize",
    "terminal state", "ephemeral", "block kit", "mrkdwn", "baseline", "generation", "ledger", "backfill",
)  # fmt: skip
FOREIGN = ("https://", "invalid reference_id")
"""What the API and people wrote."""
_EMOJI = re.compile(r":[a-z0-9_+-]+:|[\U0001F000-\U0001FAFF\u2600-\u27BF\u2B50-\u2B55]")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_SENTENCE = re.compile(r"[A-Z`].*\s.*\s.*[.?!…]$", re.DOTALL)


def mappings(value: object) -> Iterator[Mapping[str, object]]:
    """Every object in a value, the outer ones first."""
    if isinstance(value, Mapping):
        yield value
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from mappings(each)


def of_type(value: object, *kinds: str) -> list[Mapping[str, object]]:
    return [each for each in mappings(value) if each.get("type") in kinds]


def plain(value: object) -> str:
    """The text of a text object; empty where there is none."""
    return str(value.get("text", "")) if isinstance(value, Mapping) else ""


def label_of(button: Mapping[str, object]) -> str:
    """What a screen reader says of a button."""
    return str(button.get("accessibility_label") or plain(button.get("text")))


def labels(shown: object) -> list[str]:
    """All short texts that name something: of buttons, fields, choices, titles."""
    named = [plain(each.get(key)) for each in mappings(shown) for key in ("label", "title", "submit", "close")]
    return [text for text in (*named, *(plain(each.get("text")) for each in of_type(shown, "button"))) if text]


def of_all(names: Iterable[str]) -> Callable[[Callable[[str], None]], Callable[[], None]]:
    """One test for all of them, which tells of each that is wrong: thousands of tests would take minutes."""

    def made(check: Callable[[str], None]) -> Callable[[], None]:
        def test() -> None:
            wrong = []
            for name in names:
                try:
                    check(name)
                except AssertionError as error:
                    wrong.append(f"{name}: {error}")
            assert wrong == []

        test.__name__ = check.__name__
        return test

    return made


# --- the sentence above the blocks ---


@of_all(EVERY)
def test_the_text_of_a_message_is_a_sentence_by_itself(name: str) -> None:
    text = EVERY[name].text
    assert text[-1] in ".?!…"
    assert not text[0].islower() or text.startswith(("batch", "client", "order", "clip")), text[:40]
    assert len(_LETTERS.findall(text)) >= 2


@of_all([name for name in EVERY if not name.startswith("unfurl_")])
def test_the_text_has_the_totals_that_the_message_has(name: str) -> None:
    """Whoever hears only the text misses none of the failures that the first lines count."""
    first = next(iter(texts(EVERY[name].blocks)), "")
    for count in re.findall(r"\b\d[\d,]* failed\b", first):
        assert count in EVERY[name].text, first


# --- pictures, charts and signs ---


@of_all(SHOWN)
def test_pictures_have_a_text_for_those_who_do_not_see_them(name: str) -> None:
    assert [each for each in of_type(SHOWN[name], "image") if not str(each.get("alt_text", "")).strip()] == []


@of_all([name for name in EVERY if of_type(EVERY[name].blocks, "data_visualization")])
def test_charts_are_told_in_words_too(name: str) -> None:
    assert "outcomes came in the last" in EVERY[name].text
    assert any("outcomes came in the last" in text for text in texts(EVERY[name].blocks))


@of_all(SHOWN)
def test_nothing_is_said_by_an_emoji_or_a_colour_alone(name: str) -> None:
    for text in texts(SHOWN[name]):
        assert not _EMOJI.search(text) or _LETTERS.search(_EMOJI.sub("", text)), text
    for button in of_type(SHOWN[name], "button"):
        assert _LETTERS.search(plain(button.get("text"))), button


# --- buttons and fields ---


@of_all(SHOWN)
def test_every_button_of_a_message_is_called_something_else(name: str) -> None:
    counted = Counter(map(label_of, of_type(SHOWN[name], "button")))
    assert [label for label, number in counted.items() if number > 1] == []


@of_all(VIEWS)
def test_every_field_has_a_label_and_what_can_be_typed_into_says_what(name: str) -> None:
    for field in of_type(VIEWS[name].payload(), "input"):
        assert plain(field.get("label")).strip(), field
        if of_type(field, "plain_text_input"):
            assert plain(field.get("hint")) or of_type(field, "plain_text_input")[0].get("placeholder"), field


# --- words ---


@of_all(SHOWN)
def test_labels_and_titles_are_in_sentence_case(name: str) -> None:
    for label in labels(SHOWN[name]):
        words_ = re.findall(r"[^\W_][\w']*", label)
        assert not label[0].islower() or label.startswith("batch"), label
        assert [word for word in words_[1:] if word[0].isupper() and word not in NAMES] == [], label


@of_all(EVERY)
def test_messages_are_in_plain_english(name: str) -> None:
    said = " ".join([EVERY[name].text, *texts(EVERY[name].blocks)]).lower()
    for foreign in FOREIGN:
        said = said.replace(foreign, "")
    assert [word for word in JARGON if re.search(rf"\b{re.escape(word)}\b", said)] == []


@of_all(VIEWS)
def test_views_are_in_plain_english(name: str) -> None:
    said = " ".join(texts(VIEWS[name].payload())).lower()
    assert [word for word in JARGON if re.search(rf"\b{re.escape(word)}\b", said)] == []


def test_what_the_help_and_the_menus_say_is_in_plain_english() -> None:
    said = " ".join([*(str(each) for each in COMMANDS), *(each.description for each in SHORTCUTS)]).lower()
    assert [word for word in JARGON if re.search(rf"\b{re.escape(word)}\b", said)] == []


# --- where the words are ---

FOR_OPERATORS = {"doctor.py", "health.py"}
"""Who runs the bot reads these: what `doctor` advises, and what metrics are called."""


class Sentences(ast.NodeVisitor):
    """Finds sentences that stand neither in an error, nor in a log line, nor under a name at the top of the file."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def visit_Module(self, node: ast.Module) -> None:
        for each in node.body:
            if not isinstance(each, ast.Assign | ast.AnnAssign):
                self.visit(each)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        called = ast.unparse(node.func)
        if not (called.endswith("Error") or called.startswith("log.")):
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.check("".join(str(each.value) for each in node.values if isinstance(each, ast.Constant)))

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.check(node.value)

    def check(self, text: str) -> None:
        if _SENTENCE.match(text.strip()):
            self.found.append(text)


@pytest.mark.parametrize("room", ["bot/flows", "bot/slack/listeners", "bot/store", "bot/chamelaion"])
def test_sentences_for_people_are_in_views_wording_and_errors_or_have_a_name(room: str) -> None:
    for path in sorted((ROOT / room).glob("*.py")):
        if path.name not in FOR_OPERATORS:
            sentences = Sentences()
            sentences.visit(ast.parse(path.read_text()))
            assert sentences.found == [], path.name
