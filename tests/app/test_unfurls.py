"""A link that somebody posts shows how its request is doing, through the real app."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.policy import LinksPolicy, Policy
from bot.sandbox.blockkit import block_problems
from bot.sandbox.slack_entities import Message
from bot.sandbox.slack_faults import FaultKind
from bot.sandbox.slack_sharing import share
from bot.sandbox.workspace import TEAM
from bot.scheduler import SystemClock
from tests.app.conftest import ANA, ANA_DM, BEN, DE, PRIVATE, PRODUCERS, Stage, staged

HOST = "https://storage.chamelaion.com"


def finished(stage: Stage, count: int = 1, reference: str = "batch-1") -> list[str]:
    """The ids of requests that are done."""
    made = stage.account.submit(reference, count)
    stage.account.finish(reference)
    return made


def link(request_id: str) -> str:
    return f"{HOST}/output/{request_id}.mp4"


def asked(stage: Stage, request_id: str) -> int:
    """How often the API was asked for a request."""
    return sum(request_id in call.path for call in stage.api.calls)


async def posted(stage: Stage, text: str, channel: str = DE) -> Message:
    message = await stage.slack.say(ANA, channel, text)
    await stage.app.work.settle()
    return message


def below(message: Message) -> list[str]:
    """The texts below the links of a message, in order."""
    for each in message.unfurls.values():
        assert block_problems(each["blocks"]) == []
    return [each["blocks"][0]["text"]["text"] for each in message.unfurls.values()]


def tries(stage: Stage) -> list[object]:
    return [
        call.fault or (call.answer or {}).get("error", "ok") for call in stage.slack.calls if "unfurl" in call.method
    ]


@pytest.fixture(params=["http", "socket"])
async def staged_both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    extra = {"SLACK_APP_TOKEN": "xapp-sandbox"} if request.param == "socket" else {}
    async with staged(tmp_path, **extra) as stage:
        yield stage


async def test_a_link_shows_the_request_and_its_batch_and_not_itself(staged_both: Stage) -> None:
    stage = staged_both
    one, two = finished(stage, 2)
    await stage.asks("batch-1")
    message = await posted(stage, f"look at {link(one)}?signature=s3cret please")
    assert below(message) == ["Lip sync request of batch-1: done\nThe batch is 100% finished: 2 done of 2"]
    assert "s3cret" not in str(list(message.unfurls.values()))
    assert link(one) not in str(list(message.unfurls.values()))
    assert "Read <!date^" in str(message.unfurls)
    assert two not in str(message.unfurls)


async def test_the_same_request_is_shown_again_only_later_even_after_a_restart(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        (one,) = finished(stage)
        await stage.asks("batch-1")
        assert len(below(await posted(stage, link(one)))) == 1
        assert below(await posted(stage, f"again {link(one)}")) == []
        assert len(below(await posted(stage, link(one), ANA_DM))) == 1
    async with staged(tmp_path) as stage:
        assert finished(stage) == [one]
        assert below(await posted(stage, link(one))) == []
        assert tries(stage) == []
        assert len(below(await posted(stage, link(one), PRIVATE))) == 1


async def test_an_event_that_is_told_again_does_nothing(stage: Stage) -> None:
    (one,) = finished(stage)
    await stage.asks("batch-1")
    stage.slack.happenings.times = 3
    assert len(below(await posted(stage, link(one)))) == 1
    assert tries(stage) == ["ok"]


async def test_two_a_message_however_many_links_there_are(stage: Stage) -> None:
    made = finished(stage, 50)
    await stage.asks("batch-1")
    message = await posted(stage, " ".join(map(link, made)))
    assert list(message.unfurls) == [link(made[0]), link(made[1])]
    assert tries(stage) == ["ok"]


async def test_a_request_that_is_new_to_us_is_asked_for_once_and_a_strangers_link_is_left_alone(stage: Stage) -> None:
    (one,) = stage.account.submit("batch-new", 1)
    strangers = [f"00000000-0000-4000-8000-{number:012}" for number in range(5)]
    for _ in range(2):
        message = await posted(stage, " ".join(f"{HOST}/requests/{each}" for each in strangers))
        assert message.unfurls == {}
    assert [asked(stage, each) for each in strangers] == [1, 0, 0, 0, 0]
    assert below(await posted(stage, f"{HOST}/requests/{one}"))[0].startswith("Lip sync request of batch-new: ")


@pytest.mark.parametrize(
    ("policy", "shown"),
    [
        (Policy(), 1),
        (Policy(links=LinksPolicy.OFF), 0),
        (Policy(links=LinksPolicy.OPEN), 1),
        (Policy(patterns=("other-*",)), 0),
        (Policy(patterns=("batch-*",)), 1),
    ],
)
@pytest.mark.parametrize("known", [True, False])
async def test_the_settings_of_the_channel_hold(stage: Stage, policy: Policy, shown: int, *, known: bool) -> None:
    (one,) = stage.account.submit("batch-1", 1)
    stage.account.fail(one, "fetch failed: https://in.example/a.mp4?token=s3cret")
    if known:
        await stage.asks("batch-1")
    await stage.store.policies.set("default", TEAM, DE, policy, version=0, person=ANA, now=SystemClock().now())
    message = await posted(stage, f"{HOST}/requests/{one}")
    assert len(below(message)) == shown
    assert ("Why: fetch failed" in str(message.unfurls)) == (policy.links is LinksPolicy.OPEN)
    assert "s3cret" not in str(message.unfurls)


async def test_nothing_is_shown_where_the_bot_is_not_or_others_read_along_or_the_message_is_not_there_yet(
    stage: Stage,
) -> None:
    (one,) = finished(stage)
    await stage.asks("batch-1")
    assert below(await posted(stage, link(one), PRODUCERS)) == []
    about = {"channel": DE, "is_bot_user_member": True, "user": BEN, "message_ts": "1.000001",
             "links": [{"url": link(one), "domain": "chamelaion.com"}]}  # fmt: skip
    await stage.slack.event("link_shared", **about | {"channel": "COMPOSER", "source": "composer"})
    await stage.slack.event("link_shared", **about | {"is_bot_user_member": False})
    await stage.app.work.settle()
    assert tries(stage) == []


@pytest.mark.parametrize("told", [True, False])
async def test_nothing_is_shown_where_another_organisation_reads_along(stage: Stage, *, told: bool) -> None:
    (one,) = finished(stage)
    await stage.asks("batch-1")
    if told:
        await stage.slack.happenings.share(DE, "T0STUDIO")
    else:
        share(stage.slack.workspace, DE, "T0STUDIO")  # and Slack has to be asked
    assert below(await posted(stage, link(one))) == []
    assert tries(stage) == []


@pytest.mark.parametrize("kind", ["ratelimited", "status_500", "drop_after", "drop_before", "garbage", "error"])
async def test_whatever_slack_says_it_is_tried_once(stage: Stage, kind: FaultKind) -> None:
    (one,) = finished(stage)
    await stage.asks("batch-1")
    stage.slack.faults.add("chat.unfurl", kind)
    await posted(stage, link(one))
    assert len(tries(stage)) == 1
    assert (await stage.asks("batch-1")).text.startswith("batch-1")


async def test_odd_links_do_no_harm(stage: Stage) -> None:
    (one,) = finished(stage)
    await stage.asks("batch-1")
    odd = [
        f"{HOST}/%00%ff/{'a' * 2_000}", f"{HOST}/{one[:8]}", f"https://evil.example/{one}",
        f"https://chamelaion.com.evil.example/{one}", f"{HOST}/output/../{'-' * 500}", f"{HOST}/<!channel>",
        "https://chamelaion.com", f"{HOST}/{'/'.join(['6f82a2d8'] * 200)}",
    ]  # fmt: skip
    assert below(await posted(stage, " ".join(odd))) == []
    for links in (None, "x", [1, {"url": 7}, {"url": "x" * 9_000}], []):
        await stage.slack.event("link_shared", channel=DE, is_bot_user_member=True, message_ts="1.0", links=links)
    await asyncio.wait_for(stage.app.work.settle(), 5)
    assert len(below(await posted(stage, link(one)))) == 1
