"""Text that others wrote pings nobody, breaks nothing and is shown as it is."""

import re
from dataclasses import replace

import pytest

from bot.sandbox.slack_entities import Message
from bot.slack.actions import CARD_FAILURES, CARD_LINKS, FINISHED_LINKS, STATUS_REFRESH, STATUS_SHARE
from tests.app.conftest import ANA, DE, Stage, buttons_of, everything_in
from tests.builders import request

REFERENCES = (
    "<!channel> & <@U0BEN> _bold_ `code`",
    "~~~_x_> 😀 עברית שלום",
    "a" * 500,
    "😀" * 100,
    "status",
    "&lt;b&gt;",
)
MESSAGES = (
    "<!channel> <@U0BEN> <https://evil.example|click> *bold* `code` ```block```",
    "<!channel>" * 500,
    "x" * 5_000,
    "`" * 3_000,
    "😀" * 2_500,
    "عربى שלום \u202eoverride",
    "a NUL \x00 in it",
    "half a character \ud800 and \udfff",
    " \n\t ",
    "&amp;&lt;!here&gt;",
)


@pytest.mark.parametrize("reference", REFERENCES)
async def test_an_odd_reference_goes_through_the_whole_bot(stage: Stage, reference: str) -> None:
    ids = stage.account.submit(reference, 3)
    typed = f'"{reference}"'
    answer = await stage.asks(f"status {typed}")
    assert "0% finished" in answer.text
    await stage.clicks(answer, STATUS_REFRESH)
    await stage.clicks(answer, STATUS_SHARE)
    await stage.asks(f"watch {typed}")
    (watch,) = await stage.store.watches.active("default")
    assert watch.reference_id == reference
    card = await stage.sees(lambda m: CARD_FAILURES in buttons_of(m) and "updated" in m.text)
    stage.account.fail(ids[0], f"no {reference} detected")
    await stage.sees_text("1 request failed")
    await stage.clicks(card, CARD_FAILURES)
    await stage.clicks(card, CARD_LINKS)
    stage.account.finish(reference)
    await stage.sees(lambda m: FINISHED_LINKS in buttons_of(m))
    assert reference[:40] in everything_in(await stage.asks("watches")) or "<" in reference or "&" in reference
    assert "Stopped watching" in (await stage.asks(f"unwatch {typed}")).text
    _nobody_is_pinged(stage)


async def test_odd_error_messages_are_told_each_as_its_kind(stage: Stage) -> None:
    plain = request(1, "queued", created=-1)
    await stage.asks("watch batch-1")
    first = [replace(plain, id=f"00000000-0000-4000-8000-00000000000{n}") for n in range(len(MESSAGES))]
    for one in first:
        stage.account.add(one)
    await stage.card("batch-1")
    await stage.sees_text("waiting")
    for one, message in zip(first, MESSAGES, strict=True):
        stage.account.replace(replace(one, status="failed", finished_at=one.created_at, error_message=message))
    await stage.sees(lambda m: FINISHED_LINKS in buttons_of(m))
    failures = await stage.asks("failures batch-1")
    assert f"{len(MESSAGES)} failures" in failures.text
    answers = "".join([everything_in(await stage.asks(one.id)) for one in first])
    assert "a NUL in it" in answers
    assert "half a character and" in answers
    _nobody_is_pinged(stage)


def _nobody_is_pinged(stage: Stage) -> None:
    said = [*stage.said(), *stage.slack.workspace.ephemerals(ANA, DE)]
    shown = "".join(_without_values(each) for each in said)
    for ping in ("<!channel>", "<!here>", "<@U0BEN>"):
        assert ping not in shown
    assert not any("<https://evil.example" in each.text for each in said)  # in rich text it is no link


def _without_values(message: Message) -> str:
    """All but what buttons carry unseen."""
    return re.sub(r'"value": "(?:[^"\\]|\\.)*"', "", everything_in(message))
