"""A channel that another organisation reads, in the real app: counts only, at once, on every way in."""

import json

from bot.sandbox.slack_entities import Message
from bot.sandbox.slack_sharing import share
from bot.scheduler import SystemClock
from bot.slack import actions
from tests.app.conftest import ANA_DM, DE, PRIVATE, PRODUCERS, Stage, buttons_of, everything_in

STUDIO = "T0STUDIO"
ONLY, NO_FACE = "Only counts", "no face"


async def watched(stage: Stage, channel: str = DE) -> None:
    """A batch with a failure, watched in a channel."""
    stage.account.submit("batch-1", 3)
    await stage.asks("watch batch-1", channel=channel)
    await stage.card("batch-1", channel)
    first = next(iter(stage.account.requests(SystemClock().now(), "batch-1")))
    stage.account.fail(first.id, "no face detected")
    await stage.sees(lambda message: "1 request failed" in message.text, channel)


def leaks(stage: Stage, message: Message) -> list[str]:
    """What of the account, but for counts and the name of the batch, a message shows."""
    shown = everything_in(message)
    rows = stage.account.requests(SystemClock().now())
    particulars = [each for row in rows for each in (row.id, row.output_url, row.error_message) if each]
    return [each for each in (*particulars, NO_FACE) if each in shown]


async def shows_counts(stage: Stage, channel: str = DE) -> None:
    """Everything that the bot has said there shows only counts, once it was edited."""
    await stage.slack.workspace.wait_for(
        lambda _: all(ONLY in everything_in(message) for message in stage.said(channel)), timeout_seconds=30
    )
    assert [leak for message in stage.said(channel) for leak in leaks(stage, message)] == []


async def test_in_a_shared_channel_everything_has_only_counts(stage: Stage) -> None:
    share(stage.slack.workspace, DE, STUDIO)
    await watched(stage)
    await shows_counts(stage)
    kept = [actions.CARD_WATCH_ME, actions.CARD_MUTE, actions.CARD_STOP]
    await stage.sees(lambda message: buttons_of(message) == kept and "1 failed" in message.text)


async def test_what_was_posted_is_taken_back_when_the_channel_is_shared_and_shown_again_after(stage: Stage) -> None:
    await watched(stage)
    assert [leak for message in stage.said() for leak in leaks(stage, message)]
    await stage.slack.happenings.share(DE, STUDIO)
    await shows_counts(stage)
    await stage.slack.happenings.unshare(DE, STUDIO)
    await stage.slack.workspace.wait_for(
        lambda _: not any(ONLY in everything_in(message) for message in stage.said()), timeout_seconds=30
    )
    assert [leak for message in stage.said() for leak in leaks(stage, message)]


async def test_an_invitation_to_another_organisation_counts_already(stage: Stage) -> None:
    stage.slack.workspace.channel(DE).invited.add(STUDIO)
    await watched(stage)
    await shows_counts(stage)


async def test_any_event_in_a_shared_channel_makes_it_known(stage: Stage) -> None:
    await watched(stage)
    share(stage.slack.workspace, DE, STUDIO)  # and Slack's own event about it never came
    await stage.slack.happenings.archive(DE, "U0BEN")
    await stage.slack.happenings.unarchive(DE, "U0BEN")
    await shows_counts(stage)


async def test_answers_there_are_counts_or_a_word_where_to_ask(stage: Stage) -> None:
    await watched(stage)
    failure = await stage.sees_text("1 request failed")
    await stage.slack.happenings.share(DE, STUDIO)
    status = await stage.asks("status batch-1")
    assert leaks(stage, status) == []
    assert "1 failed" in status.text
    uuid = next(iter(stage.account.requests(SystemClock().now(), "batch-1"))).id
    more = ("failures batch-1", "links batch-1", "export batch-1", "handled batch-1", "assign batch-1 me")
    for typed in (*more, "queue", "preview watch batch-1", "watches all", f"status {uuid}"):
        answer = await stage.asks(typed)
        assert "shared with another organisation" in answer.text, typed
        assert "our DM" in answer.text, typed
        assert leaks(stage, answer) == []
    assert "shared with another organisation: only counts" in everything_in(await stage.asks("watches"))
    assert "shown only counts" in everything_in(await stage.asks("about"))
    before = len(stage.slack.workspace.ephemerals("U0ANA", DE))
    (clicked,) = [each for each in stage.said() if each.ts == failure.ts]
    value = "batch-1\n" + "0" * 16 + "\n1"
    clicked.blocks = [_button(actions.FAILURE_RETRY, value)]  # as whoever has not got the edit still sees it
    await stage.clicks(clicked, actions.FAILURE_RETRY)
    answer = stage.slack.workspace.ephemerals("U0ANA", DE)[before]
    assert "shared with another organisation" in answer.text


def _button(action: str, value: str) -> dict[str, object]:
    text = {"type": "plain_text", "text": "Copy retry list"}
    return {"type": "actions", "elements": [{"type": "button", "action_id": action, "text": text, "value": value}]}


async def test_sharing_a_status_shows_only_counts_to_everybody(stage: Stage) -> None:
    share(stage.slack.workspace, DE, STUDIO)
    stage.account.submit("batch-1", 3, failure_share=1.0)
    status = await stage.asks("status batch-1")
    await stage.clicks(status, actions.STATUS_SHARE)
    told = await stage.sees_text("batch-1")
    assert leaks(stage, told) == []


async def test_the_dm_has_everything(stage: Stage) -> None:
    share(stage.slack.workspace, DE, STUDIO)
    await watched(stage)
    answer = await stage.asks("failures batch-1", channel=ANA_DM)
    assert NO_FACE in everything_in(answer)


async def test_a_private_channel_without_the_bot_cannot_be_looked_at_and_says_how_to_mend_that(stage: Stage) -> None:
    stage.slack.workspace.kick(PRIVATE, "U0LIPSYNC")
    stage.account.submit("batch-1", 3)
    answer = await stage.asks("failures batch-1", channel=PRIVATE)
    assert "could not find out" in answer.text
    assert "invited" in answer.text
    assert leaks(stage, await stage.asks("status batch-1", channel=PRIVATE)) == []


async def test_a_public_channel_can_be_looked_at_without_the_bot(stage: Stage) -> None:
    stage.account.submit("batch-1", 3)
    answer = await stage.asks("failures batch-1", channel=PRODUCERS)
    assert "organisation" not in answer.text


async def test_while_slack_refuses_the_question_only_counts_are_shown_and_then_everything(stage: Stage) -> None:
    rule = stage.slack.faults.add("conversations.info", "status_503", times=None)
    await watched(stage)
    await shows_counts(stage)
    stage.slack.faults.rules.remove(rule)
    await stage.slack.happenings.invite(DE, "U0LIPSYNC", "U0ANA")  # after which it is asked at once
    await stage.slack.workspace.wait_for(
        lambda _: not any(ONLY in everything_in(message) for message in stage.said()), timeout_seconds=30
    )
    assert NO_FACE in json.dumps([message.blocks for message in stage.said()])
