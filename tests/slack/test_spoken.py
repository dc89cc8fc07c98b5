"""What is said to the bot is understood as it would be typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.command_forms import COMMANDS
from bot.slack.grammar import parse
from bot.slack.spoken import Spoken, spoken

ME = "U0LIPSYNC"
AT = f"<@{ME}>"
REFERENCES = st.text(alphabet="abx0189-_.*", min_size=1, max_size=12).map(lambda name: f"b{name}")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (f"{AT} status batch-1", "status batch-1"),
        (f"{AT}: status batch-1", "status batch-1"),
        (f"{AT}, status batch-1", "status batch-1"),
        (f"{AT}- status batch-1", "status batch-1"),
        (f"{AT}status batch-1", "status batch-1"),
        (f"<@{ME}|lipsync> status batch-1", "status batch-1"),
        (f"hey {AT} status batch-1", "status batch-1"),
        (f"Hey {AT}! hello, status batch-1", "status batch-1"),
        (f"status batch-1 {AT}", "status batch-1"),
        (f"status batch-1, {AT}?", "status batch-1"),
        (f"status batch-1 {AT} please", "status batch-1"),
        (f"{AT} status batch-1 please", "status batch-1"),
        (f"{AT} status batch-1, thanks!", "status batch-1"),
        (f"{AT} please watch batch-1 for each", "watch batch-1 for each"),
        (f"{AT} /lipsync status batch-1", "status batch-1"),
        (f"{AT} /LipSync batch-1", "batch-1"),
        (f"{AT} `status batch-1`", "status batch-1"),
        (f"{AT} ```status batch-1```", "status batch-1"),
        (f"`{AT} status batch-1`", "status batch-1"),
        (f"{AT} {AT} status batch-1 {AT}", "status batch-1"),
        (f"{AT} assign batch-1 <@U0BEN>", "assign batch-1 <@U0BEN>"),
        (f"<!channel> {AT} status batch-1", "status batch-1"),
        (f"<@U0BEN> {AT} batch-1", "batch-1"),
        (f"Morning all\n{AT} status batch-1\nsee you", "status batch-1"),
        (f"{AT}\nstatus batch-1\nstatus batch-2", "status batch-1"),
        (f"status batch-1\n{AT}", "status batch-1"),
        (f"hi {AT}\nstatus batch-1", "status batch-1"),
        (f"thanks {AT}\nsee you tomorrow", ""),
        (f"{AT}", ""),
        (f"  {AT} ?!  ", ""),
        (f"{AT} /lipsync", ""),
        (f":wave: {AT} :eyes: status batch-1 :pray:", "status batch-1"),
        (f"{AT} status hi", "status hi"),
        (f"{AT} status please", "status please"),
        (f'{AT} status "ok please"', 'status "ok please"'),
        ("status batch-1", "status batch-1"),
        ("/lipsync status batch-1", "status batch-1"),
        ("hello lipsync", "lipsync"),
        ("status &lt;b&gt;", "status &lt;b&gt;"),
        ("status R&amp;D;, ", "status R&amp;D"),
        ("status R&amp;; please", "status R&amp;"),
        ("status a &gt;, thanks", "status a &gt;"),
        ("", ""),
        (" \n\t\n", ""),
    ],
)
def test_what_is_meant_is_found(text: str, meant: str) -> None:
    assert spoken(text, ME, "/lipsync").text == meant


@pytest.mark.parametrize(
    "text",
    [
        "hi",
        "Thanks!",
        "thank you :pray:",
        "Good morning :wave:",
        f"thanks {AT} :pray: :wave:!",
        f"{AT} thx!!",
        f"hey {AT} <@U0BEN>",
        "ok",
    ],
)
def test_greetings_and_thanks_are_no_references(text: str) -> None:
    assert spoken(text, ME, "/lipsync") == Spoken(is_courtesy=True)


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("status batch-1\nstatus batch-2", True),
        ("status batch-1\n\n  \n", False),
        ("```\nstatus batch-1\n```", False),
        (f"{AT} status batch-1\nby the way", False),
    ],
)
def test_in_a_dm_it_is_said_when_lines_are_left_out(text: str, left_out: bool) -> None:
    said = spoken(text, ME, "/lipsync")
    assert (said.text, said.left_out) == ("status batch-1", left_out)


@given(st.sampled_from([form.word for form in COMMANDS]), REFERENCES)
def test_a_command_means_the_same_wherever_it_is_said(word: str, reference: str) -> None:
    typed = f"{word} {reference}"
    for said in (f"{AT} {typed}", f"hey {AT}: {typed}", f"{typed} {AT}", typed, f"/lipsync {typed}"):
        assert spoken(said, ME, "/lipsync").text == typed


@given(st.text(alphabet=f"ab <@>|`\n,:!*{ME}", max_size=60))
def test_whatever_is_said_is_understood_somehow(text: str) -> None:
    said = spoken(text, ME, "/lipsync")
    assert not (said.text and said.is_courtesy)
    assert AT not in said.text or AT not in text


@pytest.mark.parametrize(
    "text", ["x" * 10_000, f"{AT} " * 2_500, "hey " * 10_000, "a\n" * 20_000, "`" * 40_000, "please " * 6_000]
)
def test_long_messages_are_understood_too(text: str) -> None:
    assert len(spoken(text, ME, "/lipsync").text) <= len(text)


def test_what_is_copied_from_the_help_is_understood() -> None:
    for form in COMMANDS:
        typed = form.forms[-1]
        if not set("<[") & set(typed):
            assert parse(spoken(f"`/lipsync {typed}`", ME, "/lipsync").text) == parse(typed)
