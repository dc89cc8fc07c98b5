"""What is said to the bot is answered once, to whoever said it, where they said it; nothing else is."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.answer import StillReading
from bot.domain.mentioned import Meant
from bot.domain.overview import Standing
from bot.domain.progress import summarise
from bot.errors import BadCommandError
from bot.sandbox.slack_entities import Draft, Message
from bot.sandbox.slack_faults import FaultKind
from bot.sandbox.workspace import ANA, BEN, BOT
from tests.flows.conftest import until
from tests.slack.rig import DE, REF, Rig, rigged, status

DM = "D0ANA"
AT = f"<@{BOT.id}>"
MENTION = {"user": ANA.id, "channel": DE, "text": f"{AT} status {REF}", "ts": "1.000001"}
SAID = {"user": ANA.id, "channel": DM, "channel_type": "im", "text": f"status {REF}", "ts": "1.000001"}


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged() as made:
        yield made


async def say(rig: Rig, text: str, place: str = DE, thread_ts: str | None = None, user: str = ANA.id) -> None:
    await rig.slack.say(user, place, text, thread_ts=thread_ts)
    await rig.work.settle()


def said_by_us(rig: Rig, place: str = DM) -> list[Message]:
    return [each for each in rig.slack.workspace.messages(place) if each.user == BOT.id]


# --- where ---


async def test_a_mention_is_answered_only_to_whoever_wrote_it(rig: Rig) -> None:
    await say(rig, f"hey @lipsync status {REF}")
    (answer,) = rig.seen(ANA.id, DE)
    assert answer.text.startswith(f"{REF}: 66%")
    assert (rig.seen(BEN.id), said_by_us(rig, DE), rig.watching.visits) == ([], [], [DE])


async def test_in_a_thread_the_answer_stands_in_the_thread_and_so_does_what_is_shared(rig: Rig) -> None:
    root = rig.slack.workspace.post(DE, BEN.id, Draft("how is it?"))
    await say(rig, f"@lipsync {REF}", thread_ts=root.ts)
    (answer,) = rig.seen()
    assert answer.thread_ts == root.ts
    await rig.click(answer, "status_share")
    assert rig.slack.answers[-1].body["thread_ts"] == root.ts
    shared = rig.slack.workspace.replies(DE, root.ts)[-1]
    assert (shared.ephemeral_to, shared.user) == (None, BOT.id)


async def test_in_the_dm_no_name_is_needed_and_the_answer_is_a_message(rig: Rig) -> None:
    await say(rig, REF, DM)
    (answer,) = said_by_us(rig)
    assert (answer.ephemeral_to, answer.text.startswith(f"{REF}: 66%")) == (None, True)


async def test_in_the_dm_what_is_still_read_is_replaced_by_what_was_read(rig: Rig) -> None:
    rig.ask.answers = [replace(status(), still=StillReading(50, timedelta(seconds=45))), status()]
    await say(rig, f"@lipsync status {REF}", DM)
    (answer,) = said_by_us(rig)
    assert "reading" not in answer.text
    assert len(answer.edits) == 1


async def test_a_watch_is_made_where_it_is_said_and_in_the_dm_there(rig: Rig) -> None:
    await say(rig, f"@lipsync watch {REF} for each")
    await say(rig, f"watch {REF}", DM)
    assert [(wish.place, wish.public, wish.author) for wish in rig.watching.wishes] == [
        (DE, None, ANA.id),
        (DM, None, ANA.id),
    ]


async def test_files_are_for_who_asked(rig: Rig) -> None:
    await say(rig, f"@lipsync export {REF}")
    assert ("export", REF, "csv", DE, ANA.id) in rig.ask.questions
    assert said_by_us(rig, DE) == []


# --- what ---


@pytest.mark.parametrize(("text", "place"), [("@lipsync", DE), ("@lipsync :wave:", DE), ("@lipsync!", DM)])
async def test_its_name_alone_is_answered_in_a_few_words_with_where_to_find_all(
    rig: Rig, text: str, place: str
) -> None:
    await say(rig, text, place)
    (answer,) = rig.seen() or said_by_us(rig)
    assert answer.text.startswith("Type `/lipsync batch-2026-04` to hear")
    assert answer.text.endswith("`/lipsync help` tells all.")
    assert "All commands" not in str(answer.blocks)


async def test_help_tells_all(rig: Rig) -> None:
    await say(rig, "@lipsync help")
    assert "All commands" in str(rig.seen()[0].blocks)


@pytest.mark.parametrize(("text", "place"), [("thanks!", DM), ("Hi", DM), ("thanks @lipsync :pray:", DE)])
async def test_greetings_are_answered_in_one_line_and_looked_up_nowhere(rig: Rig, text: str, place: str) -> None:
    await say(rig, text, place)
    (answer,) = rig.seen() or said_by_us(rig)
    assert answer.text.startswith("At your service.")
    assert rig.ask.questions == []


async def test_of_several_lines_in_the_dm_the_first_is_answered_and_the_rest_named(rig: Rig) -> None:
    await say(rig, f"status {REF}\nstatus batch-2", DM)
    first, second = said_by_us(rig)
    assert first.text.startswith(REF)
    assert "one by one" in second.text
    assert rig.ask.questions == [("status", REF, False)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("@lipsync wach batch-1", "Did you mean"),
        ("@lipsync what is going on here", "I do not know"),
        ("@lipsync mute @channel 2h", "never ping"),
        (f"@lipsync status {'x' * 10_000}", "at most 500 characters"),
    ],
)
async def test_what_cannot_be_done_is_said_as_to_the_command(rig: Rig, text: str, told: str) -> None:
    await say(rig, text)
    assert told in rig.seen()[0].text


async def test_what_goes_wrong_is_told_where_it_was_said(rig: Rig) -> None:
    rig.ask.fault = RuntimeError("secret")
    rig.ask.answers = []
    await say(rig, f"status {REF}", DM)
    (answer,) = said_by_us(rig)
    assert answer.text.startswith("Something went wrong on my side")
    rig.ask.fault = BadCommandError("Not that way.")
    await say(rig, f"@lipsync {REF}")
    assert rig.seen()[0].text == "Not that way."


@pytest.mark.parametrize(("text", "button"), [("watch", "watch_open"), ("settings", "settings_change")])
async def test_what_needs_a_form_is_answered_with_a_button_that_opens_it(rig: Rig, text: str, button: str) -> None:
    await say(rig, f"@lipsync {text}")
    (answer,) = rig.seen()
    await rig.click(answer, button)
    assert rig.slack.surfaces.modal(ANA.id) is not None


# --- what is not answered ---


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B0OTHER"},
        {"bot_profile": {"id": "B0OTHER"}},
        {"user": BOT.id},
        {"user": "USLACKBOT"},
        {"user": None},
        {"subtype": "bot_message", "bot_id": "B0OTHER"},
        {"subtype": "message_changed", "message": {"text": f"{AT} status {REF}"}},
        {"subtype": "message_deleted", "previous_message": {}},
        {"subtype": "channel_join"},
        {"subtype": "thread_broadcast", "bot_id": "B0LIPSYNC"},
        {"edited": {"user": ANA.id, "ts": "2.0"}},
        {"hidden": True},
    ],
    ids=str,
)
async def test_apps_edits_and_the_like_are_heard_and_not_answered(rig: Rig, more: dict[str, object]) -> None:
    for kind, event in (("app_mention", MENTION), ("message", SAID)):
        assert (await rig.slack.event(kind, **{**event, **more})).ok
    await rig.work.settle()
    assert (rig.ask.questions, rig.watching.visits) == ([], [])
    assert (rig.seen(), said_by_us(rig)) == ([], [])


async def test_of_what_is_said_twice_over_once_is_answered(rig: Rig) -> None:
    await rig.slack.event("app_mention", **{**SAID, "text": f"{AT} {REF}"})
    await rig.slack.event("message", **{**MENTION, "channel_type": "channel"})
    await rig.slack.event("message", **{**MENTION, "channel": "G0GROUP", "channel_type": "mpim"})
    await rig.work.settle()
    assert rig.ask.questions == []


@pytest.mark.parametrize("more", [{"subtype": "file_share", "files": []}, {"subtype": "thread_broadcast"}], ids=str)
async def test_a_file_or_a_broadcast_comes_with_words(rig: Rig, more: dict[str, object]) -> None:
    await rig.slack.event("app_mention", **{**MENTION, **more})
    await rig.work.settle()
    assert len(rig.ask.questions) == 1


async def test_an_event_that_is_told_again_is_answered_once(rig: Rig) -> None:
    rig.slack.happenings.times = 3
    await say(rig, f"@lipsync {REF}")
    await say(rig, REF, DM)
    assert len(rig.hearing.told) == 6
    assert len(rig.ask.questions) == 2


async def test_what_cannot_be_remembered_is_told_again_and_answered_then(rig: Rig) -> None:
    rig.hearing.broken.append(True)
    first = await rig.slack.event("app_mention", **MENTION)
    assert (first.status, rig.ask.questions) == (503, [])
    rig.hearing.broken.clear()
    assert (await rig.slack.event("app_mention", (1, "http_error"), **MENTION)).ok
    await rig.work.settle()
    assert len(rig.ask.questions) == 1


# --- a Slack that does not take it ---


@pytest.mark.parametrize("why", ["not_in_channel", "user_not_in_channel", "is_archived", "channel_not_found"])
async def test_where_it_may_not_answer_the_answer_comes_to_the_dm(rig: Rig, why: str) -> None:
    rig.slack.faults.add("chat.postEphemeral", "error", code=why)
    await say(rig, f"@lipsync {REF}")
    (answer,) = said_by_us(rig)
    assert answer.text.startswith(REF)
    assert f"You asked this in <#{DE}>" in answer.text
    assert rig.vitals.slack_calls == {"answers ok": 1}


async def test_an_answer_that_went_to_the_dm_is_edited_there(rig: Rig) -> None:
    rig.ask.answers = [replace(status(), still=StillReading(50, timedelta(seconds=45))), status()]
    rig.slack.faults.add("chat.postEphemeral", "error", code="not_in_channel")
    await say(rig, f"@lipsync {REF}")
    (answer,) = said_by_us(rig)
    assert (len(answer.edits), "You asked this in" in answer.text) == (1, True)


async def test_when_the_message_is_gone_the_answer_stands_in_the_channel(rig: Rig) -> None:
    root = rig.slack.workspace.post(DE, BEN.id, Draft("how is it?"))
    rig.slack.workspace.delete(DE, root.ts)
    await rig.slack.event("app_mention", **MENTION, thread_ts=root.ts)
    await rig.work.settle()
    (answer,) = rig.seen()
    assert answer.thread_ts is None


async def test_an_answer_in_the_dm_that_somebody_took_away_is_written_anew(rig: Rig) -> None:
    rig.ask.answers = [replace(status(), still=StillReading(50, timedelta(seconds=45))), status()]
    rig.slack.faults.add("chat.update", "error", code="message_not_found")
    await say(rig, REF, DM)
    assert len(said_by_us(rig)) == 2


async def test_a_busy_slack_is_asked_again_when_it_says(rig: Rig) -> None:
    rig.slack.faults.add("chat.postEphemeral", "ratelimited", retry_after=20)
    await rig.slack.say(ANA.id, DE, f"@lipsync {REF}")
    await until(lambda: rig.clock.sleeping == 1)
    assert rig.seen() == []
    rig.clock.pass_time(20)
    await rig.work.settle()
    assert len(rig.seen()) == 1


async def test_a_sentence_with_a_reference_is_answered_with_what_to_say(rig: Rig) -> None:
    rig.mentions.found[0] = Meant((Standing(summarise(REF, [])),))
    await say(rig, f"how is {REF} & the other doing?", DM)
    assert rig.mentions.asked == [(f"how is {REF} & the other doing?", DM)]
    assert said_by_us(rig)[0].text.startswith(f"That is no command that I know. Say `status {REF}` to hear")
    rig.mentions.found[0] = Meant(())
    await say(rig, "@lipsync how are you doing?")
    assert rig.seen()[0].text.startswith("I do not know `how`.")


async def test_an_answer_among_our_own_messages_to_the_same_dm_is_said_once_there_is_room(rig: Rig) -> None:
    rig.slack.faults.add("chat.postMessage", "ratelimited", retry_after=1, times=5)
    await rig.slack.say(ANA.id, DM, REF)
    for _ in range(5):
        await until(lambda: rig.clock.sleeping == 1)
        rig.clock.pass_time(1)
    await rig.work.settle()
    assert len(said_by_us(rig)) == 1


async def test_a_slack_that_stays_busy_is_given_up(rig: Rig) -> None:
    rig.slack.faults.add("chat.postEphemeral", "ratelimited", retry_after=25, times=None)
    await rig.slack.say(ANA.id, DE, f"@lipsync {REF}")
    for _ in range(2):
        await until(lambda: rig.clock.sleeping == 1)
        rig.clock.pass_time(25)
    await rig.work.settle()
    assert (rig.seen(), rig.vitals.slack_calls) == ([], {"answers ratelimited": 1, "answers failed": 1})


async def test_a_slack_that_is_busy_for_long_is_not_waited_for(rig: Rig) -> None:
    rig.slack.faults.add("chat.postEphemeral", "ratelimited", retry_after=61)
    await say(rig, f"@lipsync {REF}")
    assert (rig.seen(), rig.vitals.slack_calls) == ([], {"answers ratelimited": 1, "answers failed": 1})


@pytest.mark.parametrize("kind", ["status_500", "drop_after", "error", "garbage"])
async def test_what_may_have_been_said_is_not_said_again(rig: Rig, kind: FaultKind) -> None:
    rig.slack.faults.add("chat.postEphemeral", kind)
    await say(rig, f"@lipsync {REF}")
    assert len(rig.seen()) == (kind == "drop_after")
    assert rig.vitals.slack_calls == {"answers failed": 1}


async def test_too_much_at_once_is_said_so() -> None:
    async with rigged(most_work=0) as rig:
        await rig.slack.say(ANA.id, DE, f"@lipsync {REF}")
        assert rig.seen()[0].text.startswith("I am too busy")


async def test_a_storm_of_mentions_is_answered_as_fast_as_slack_lets_it(rig: Rig) -> None:
    for number in range(130):  # Slack takes a hundred a minute
        await rig.slack.say(ANA.id, DE, f"@lipsync batch-{number}")
    await until(lambda: len(rig.seen()) == 100 and rig.clock.sleeping == 30)
    rig.clock.pass_time(60)
    await rig.work.settle()
    assert len(rig.seen()) == 130
    assert rig.vitals.slack_calls == {"answers ok": 130}
