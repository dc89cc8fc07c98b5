import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from bot.domain.answer import RequestAnswer, Scope, StatusAnswer, StillReading, WatchLine
from bot.domain.people_answer import Undone
from bot.domain.progress import Progress
from bot.domain.watch import Events
from bot.errors import StoreError, UnavailableError
from bot.sandbox.slack_entities import Draft, Message
from bot.sandbox.workspace import ANA, BEN
from bot.slack import actions
from bot.slack.commands import Command
from bot.slack.examples import examples
from bot.slack.listeners.command import COUNTED_AS
from tests.builders import NOON, at, request, watch
from tests.slack.rig import DE, REF, Rig, rigged, sheet, status

STILL = replace(status(), still=StillReading(50, at(45) - NOON))
UNKNOWN = StatusAnswer(Progress("watchs"), NOON)
MADE_UP = examples("/lipsync", NOON, DE, "TEST-batch")


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged() as made:
        yield made


def card(rig: Rig, action: str = actions.CARD_STOP, value: str | None = REF) -> Message:
    """A message of the bot in the channel, with one button."""
    button = {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": "Go"}}
    button |= {"value": value} if value is not None else {}
    blocks = [{"type": "actions", "elements": [button]}]
    return rig.slack.workspace.post(DE, rig.slack.workspace.bot.id, Draft("card", blocks))


# --- commands ---


async def test_a_status_is_read_and_answered_to_the_one_who_asked(rig: Rig) -> None:
    await rig.type(REF)
    await rig.type(f"status {REF} fresh")
    assert rig.ask.questions == [("status", REF, False), ("status", REF, True)]
    assert [REF in message.text for message in rig.seen(ANA.id, DE)] == [True, True]
    assert rig.seen(BEN.id) == []
    assert rig.slack.workspace.history(DE) == []


async def test_a_slow_reading_is_announced_and_then_replaced_by_the_answer(rig: Rig) -> None:
    rig.ask.answers = [STILL, status()]
    await rig.type(REF)
    assert [use.body.get("replace_original") for use in rig.slack.answers] == [False, True]
    assert len(rig.seen()) == 1
    assert rig.seen()[0].text == rig.slack.answers[1].body["text"]


async def test_when_the_first_words_got_lost_the_answer_comes_as_a_new_message(rig: Rig) -> None:
    rig.ask.answers = [STILL, status()]
    rig.slack.faults.add("response", "status_500")
    await rig.type(REF)
    assert [use.body["replace_original"] for use in rig.slack.answers] == [False, False]
    assert len(rig.seen()) == 1
    assert rig.vitals.slack_calls == {"answers failed": 1, "answers ok": 1}


async def test_a_single_request_is_answered_and_can_be_shared(rig: Rig) -> None:
    one = RequestAnswer(request(1, "completed"), NOON)
    rig.ask.answers = [one]
    rig.ask.remembered = UNKNOWN
    await rig.type(one.request.id)
    await rig.click(rig.seen()[-1], actions.STATUS_SHARE)
    assert rig.ask.questions[1:] == [("recall", one.request.id), ("status", one.request.id, False)]
    assert one.request.id in rig.slack.workspace.history(DE)[0].text


async def test_failures_and_links_are_asked_for_and_shown(rig: Rig) -> None:
    await rig.type(f"failures {REF}")
    await rig.type(f"links {REF}")
    assert rig.ask.questions == [("failures", REF), ("links", REF, DE, ANA.id)]
    failures, links = rig.seen()
    assert "1 failure" in failures.text
    assert "link" in links.text.lower()


async def test_watches_are_listed_by_scope_for_the_one_who_asks(rig: Rig) -> None:
    await rig.type("watches")
    await rig.type("watches mine")
    assert rig.ask.questions == [("watches", Scope.HERE, DE, ANA.id), ("watches", Scope.MINE, DE, ANA.id)]
    assert len(rig.seen()) == 2


async def test_more_watches_than_a_message_lists_are_turned_over_as_they_are_now(rig: Rig) -> None:
    progress = Progress(REF)
    rig.ask.lines = tuple(WatchLine(watch(reference=f"episode-{number:02d}."), progress, NOON) for number in range(65))
    await rig.type("watches mine")
    (first,) = rig.seen()
    assert "Your watches: 65 watches · 1 to 30" in first.text
    await rig.click(first, actions.WATCHES_NEXT)
    (second,) = rig.seen()
    assert "Your watches: 65 watches · 31 to 60" in second.text
    shown = str(second.blocks)
    assert [f"episode-{number}." in shown for number in (29, 30, 59, 60)] == [False, True, True, False]
    rig.ask.lines = rig.ask.lines[8:]
    await rig.click(second, actions.WATCHES_NEXT)  # there is no third page any more
    (last,) = rig.seen()
    assert "Your watches: 57 watches · 31 to 57" in last.text
    assert "Next" not in str(last.blocks)
    rig.ask.lines = rig.ask.lines[:30]
    await rig.click(last, actions.WATCHES_PREVIOUS)
    (all_of_them,) = rig.seen()
    assert "Your watches: 30 watches;" in all_of_them.text
    assert "Previous" not in str(all_of_them.blocks)
    assert {question[1] for question in rig.ask.questions} == {Scope.MINE}


async def test_about_and_help_tell_of_the_bot(rig: Rig) -> None:
    await rig.type("about")
    await rig.type("")
    await rig.type("help watch")
    about, everything, one = (message.text for message in rig.seen())
    assert "1.2.3" in about
    assert "/lipsync" in everything
    assert "watch" in one
    assert rig.watching.visits == [DE, DE, DE]


async def test_a_watch_carries_who_what_and_where(rig: Rig) -> None:
    await rig.type(f"watch {REF} for failures expect 250")
    wish = rig.watching.wishes[0]
    assert (wish.workspace_id, wish.account_id, wish.author) == ("T0SANDBOX", "default", ANA.id)
    assert (wish.place, wish.place_name, wish.public) == (DE, "dubbing-de", True)
    assert (wish.reference_id, wish.events, wish.expected) == (REF, Events.FAILURES, 250)
    assert REF in rig.seen()[0].text


async def test_a_private_channel_keeps_its_name_to_itself(rig: Rig) -> None:
    await rig.type(f"watch {REF}", "C0AURORA")
    assert (rig.watching.wishes[0].place_name, rig.watching.wishes[0].public) == ("", False)


async def test_a_watch_is_possible_in_the_own_dm_but_not_between_two_people(rig: Rig) -> None:
    await rig.type(f"watch {REF}", "D0ANA")
    await rig.type(f"watch {REF} for all", "D0ANABEN")
    assert [wish.place for wish in rig.watching.wishes] == ["D0ANA"]
    told = rig.seen(place="D0ANABEN")[0].text
    assert "my own Messages tab" in told
    assert f"/lipsync watch {REF} for all" in told


async def test_unwatch_stops_the_watch_of_this_place(rig: Rig) -> None:
    await rig.type(f"unwatch {REF}")
    assert rig.watching.stopped == [(DE, REF)]
    assert REF in rig.seen()[0].text


async def test_unwatch_me_stops_the_own_watch_and_says_that_it_was_that(rig: Rig) -> None:
    await rig.type(f"unwatch {REF} me")
    assert rig.watching.stopped == [("D0ANA", REF)]
    assert "Nothing more is posted about it in our DM." in rig.seen()[0].text


async def test_mute_and_unmute_hold_messages_of_this_place_and_let_them_through(rig: Rig) -> None:
    await rig.type(f"mute {REF} 1h30m")
    await rig.type("unmute all")
    assert rig.muting.wishes == [
        ("mute", DE, REF, timedelta(minutes=90), ANA.id, None),
        ("unmute", DE, None, ANA.id, None),
    ]
    assert "is muted until" in rig.seen()[0].text
    assert "was not muted" in rig.seen()[1].text


@pytest.mark.parametrize(("action", "is_glob"), [(actions.CARD_MUTE, False), (actions.GLOB_MUTE, True)])
async def test_a_card_is_muted_for_an_hour_by_its_button(rig: Rig, action: str, is_glob: bool) -> None:
    await rig.click(card(rig, action), action)
    assert rig.muting.wishes == [("mute", DE, REF, timedelta(hours=1), ANA.id, is_glob)]
    assert "is muted until" in rig.seen()[0].text


@pytest.mark.parametrize(("action", "is_glob"), [(actions.CARD_UNMUTE, False), (actions.GLOB_UNMUTE, True)])
async def test_a_card_is_unmuted_by_its_button(rig: Rig, action: str, is_glob: bool) -> None:
    await rig.click(card(rig, action), action)
    assert rig.muting.wishes == [("unmute", DE, REF, ANA.id, is_glob)]


async def test_test_posts_every_example_and_answers_the_one_who_asked(rig: Rig) -> None:
    await rig.type("test")
    assert rig.trials.runs == [(DE, len(MADE_UP), ANA.id)]
    assert f"Posting {len(MADE_UP)} messages here" in rig.seen()[0].text


async def test_undo_takes_back_what_the_answer_was_about_in_its_place(rig: Rig) -> None:
    await rig.type(f"unwatch {REF}")
    await rig.click(rig.seen()[0], actions.UNDO)
    assert rig.watching.stopped == [(DE, REF), (DE, "undo u1")]
    (shown,) = rig.seen()
    assert shown.text.startswith("Undone: ")


async def test_an_undo_that_is_too_late_says_so_and_leaves_the_answer(rig: Rig) -> None:
    rig.watching.undone[0] = Undone.TOO_LATE
    await rig.type(f"unwatch {REF}")
    await rig.click(rig.seen()[0], actions.UNDO)
    assert [message.text.split(",")[0] for message in rig.seen()] == [
        "Stopped watching batch-1. Nothing more is posted about it here.",
        "That was more than 10 minutes ago",
    ]


async def test_a_watch_that_ended_by_itself_begins_again_by_its_button(rig: Rig) -> None:
    await rig.click(card(rig, actions.CARD_AGAIN), actions.CARD_AGAIN)
    assert rig.watching.authors == [ANA.id]
    assert "now watches" in rig.seen()[0].text


async def test_whoever_stops_a_watch_is_its_author(rig: Rig) -> None:
    await rig.type(f"unwatch {REF}")
    await rig.click(card(rig, actions.CARD_STOP), actions.CARD_STOP)
    await rig.click(card(rig, actions.GLOB_STOP), actions.GLOB_STOP)
    assert rig.watching.authors == [ANA.id] * 3


@pytest.mark.parametrize("typed", [REF, "help", "mute all 2h", "watch", "@here"])
async def test_the_place_of_any_command_is_tried_again(rig: Rig, typed: str) -> None:
    await rig.type(typed)
    assert rig.watching.visits == [DE]


async def test_what_cannot_be_done_is_told_with_what_to_type_instead(rig: Rig) -> None:
    await rig.type("failures")
    assert "needs a reference" in rig.seen()[0].text
    assert rig.ask.questions == []


async def test_a_pattern_is_answered_with_a_table_that_can_be_refreshed_and_shared(rig: Rig) -> None:
    await rig.type("batch-*")
    (answer,) = rig.seen()
    assert answer.text.startswith("batch-∗: 1 reference, 50% finished, 0 done, 1 failed, 1 waiting of 2")
    assert [block["type"] for block in answer.blocks or []][-1] == "table"

    await rig.click(answer, actions.GLOB_REFRESH, value="batch-*")
    await rig.click(answer, actions.GLOB_SHARE, value="batch-*")

    assert rig.ask.questions == [("overview", "batch-*")] * 3
    (shared,) = rig.slack.workspace.messages(DE)
    assert "Shared by" in str(shared.blocks)


async def test_every_page_cannot_be_read_of_a_pattern(rig: Rig) -> None:
    await rig.type("status batch-* fresh")
    assert "`fresh` reads every page of one reference" in rig.seen()[0].text


@pytest.mark.parametrize("word", ["failures", "links", "export"])
async def test_lists_take_one_reference_at_a_time_and_name_the_neediest(rig: Rig, word: str) -> None:
    await rig.type(f"{word} batch-*")
    text = rig.seen()[0].text
    assert f"`/lipsync {word}` takes one reference at a time" in text
    assert f"Type `/lipsync {word} {REF}`." in text


async def test_a_pattern_is_watched_and_stopped_by_its_card(rig: Rig) -> None:
    await rig.type("watch batch-* for each")
    (answer,) = rig.seen()
    assert "This channel now watches every reference that matches batch-∗ (problems)" in answer.text
    assert [wish.reference_id for wish in rig.watching.wishes] == ["batch-*"]

    await rig.click(card(rig, actions.GLOB_STOP, "batch-*"), actions.GLOB_STOP)

    assert rig.watching.stopped == [(DE, "glob batch-*")]


async def test_a_reference_is_left_out_of_patterns_by_word_and_by_button(rig: Rig) -> None:
    await rig.type(f"unwatch {REF} except")
    await rig.click(card(rig, actions.GLOB_EXCEPT), actions.GLOB_EXCEPT)

    assert rig.watching.stopped == [(DE, f"except {REF} by {ANA.id}")] * 2
    assert rig.seen()[0].text.startswith(f"Nothing more is posted here about {REF}: it is left out of batch-")


async def test_a_word_near_a_command_that_was_never_seen_as_a_reference_offers_both(rig: Rig) -> None:
    rig.ask.answers = [UNKNOWN]
    await rig.type("watchs")
    assert "/lipsync watch" in rig.seen()[0].text
    assert "No request was ever seen" in rig.seen()[0].text


async def test_a_word_near_a_command_that_is_a_reference_is_answered(rig: Rig) -> None:
    await rig.type("watchs")
    assert REF in rig.seen()[0].text


async def test_commands_are_counted_by_what_was_meant(rig: Rig) -> None:
    await rig.type(REF)
    await rig.type("settings")
    await rig.type("watch")
    await rig.type("failures")
    assert rig.vitals.commands == {"status": 1, "settings": 1, "watch form": 1, "not understood": 1}


def test_every_command_that_can_be_meant_is_counted_and_answered() -> None:
    assert set(COUNTED_AS) == set(get_args(Command))


async def test_a_command_of_another_name_is_told_ours(rig: Rig) -> None:
    await rig.type(REF, command="/lipsinc")
    assert "/lipsync help" in rig.seen()[0].text
    assert rig.ask.questions == []


# --- buttons ---


async def test_refresh_reads_again_in_the_place_of_the_old_answer(rig: Rig) -> None:
    await rig.type(REF)
    rig.ask.answers = [STILL, status()]
    await rig.click(rig.seen()[0], actions.STATUS_REFRESH)
    assert rig.ask.questions[1] == ("status", REF, False)
    assert len(rig.seen()) == 1
    assert [use.body["replace_original"] for use in rig.slack.answers] == [False, True, True]


async def test_share_shows_what_is_known_to_everybody_and_says_who_shared_it(rig: Rig) -> None:
    await rig.type(REF)
    await rig.click(rig.seen()[0], actions.STATUS_SHARE)
    shared = rig.slack.workspace.history(DE)[0]
    assert rig.ask.questions[1:] == [("recall", REF)]
    assert shared.ephemeral_to is None
    assert ANA.id in str(shared.blocks)


@pytest.mark.parametrize(
    ("action", "question"),
    [
        (actions.CARD_FAILURES, ("failures", REF)),
        (actions.CARD_LINKS, ("links", REF, DE, ANA.id)),
        (actions.FINISHED_LINKS, ("links", REF, DE, ANA.id)),
        (actions.FINISHED_EXPORT, ("export", REF, "csv", DE, ANA.id)),
    ],
)
async def test_a_button_under_a_message_for_all_answers_one_person_and_leaves_the_message(
    rig: Rig, action: str, question: tuple[str, ...]
) -> None:
    rig.ask.answers = [STILL, status()]
    rig.sheets.answers = [STILL, sheet()]
    shown = card(rig, action)
    await rig.click(shown, action)
    assert rig.ask.questions == [question]
    assert len(rig.seen()) == 2
    assert shown.edits == []


@pytest.mark.parametrize("action", [actions.CARD_STOP, actions.FINISHED_STOP])
async def test_stop_stops_the_watch_and_confirms_it_to_the_one_who_clicked(rig: Rig, action: str) -> None:
    await rig.click(card(rig, action), action)
    assert rig.watching.stopped == [(DE, REF)]
    assert REF in rig.seen()[0].text


async def test_a_button_of_another_version_is_answered_politely(rig: Rig) -> None:
    await rig.click(card(rig, "mute_1h"), "mute_1h")
    assert "another version" in rig.seen()[0].text


async def test_a_button_without_a_reference_is_answered_with_a_sentence(rig: Rig) -> None:
    await rig.click(card(rig, actions.CARD_STOP, value=None), actions.CARD_STOP)
    assert "without a usable" in rig.seen()[0].text
    assert rig.watching.stopped == []


async def test_twenty_clicks_at_once_are_all_answered(rig: Rig) -> None:
    shown = card(rig, actions.CARD_FAILURES)
    await asyncio.gather(*(rig.click(shown, actions.CARD_FAILURES) for _ in range(20)))
    assert len(rig.seen()) == 20


# --- trouble ---


async def test_an_unexpected_fault_is_acknowledged_and_told_with_an_id(rig: Rig) -> None:
    rig.ask.fault = ZeroDivisionError("boom")
    rig.ask.answers = []
    await rig.type(REF)
    assert "Something went wrong on my side (id " in rig.seen()[0].text
    assert "boom" not in rig.seen()[0].text


@pytest.mark.parametrize("fault", [StoreError("the database is locked"), UnavailableError("no answer within 10 s")])
async def test_a_fault_of_ours_or_of_the_api_is_told_in_a_sentence(rig: Rig, fault: Exception) -> None:
    rig.ask.fault = fault
    rig.ask.answers = []
    await rig.type(REF)
    assert "Try again" in rig.seen()[0].text


async def test_when_there_is_too_much_work_a_command_is_told_so_at_once() -> None:
    async with rigged(most_work=0) as rig:
        delivered = await rig.slack.command(ANA.id, DE, REF)
        assert delivered.status == 200
        assert "too busy" in delivered.body
        assert rig.ask.questions == []


async def test_when_there_is_too_much_work_a_click_is_told_so_too() -> None:
    async with rigged(most_work=0) as rig:
        await rig.click(card(rig), actions.CARD_STOP)
        assert "too busy" in rig.seen()[0].text
        assert rig.watching.stopped == []


async def test_an_answer_that_cannot_be_delivered_is_counted_and_not_repeated(rig: Rig) -> None:
    rig.slack.faults.add("response", "drop_after")
    await rig.type(REF)
    assert len(rig.slack.answers) == 1
    assert rig.vitals.slack_calls == {"answers failed": 1}


async def test_an_address_is_used_five_times_at_most(rig: Rig) -> None:
    rig.ask.answers = [status()] * 7
    await rig.type(REF)
    assert len(rig.slack.answers) == 5
    assert rig.vitals.slack_calls == {"answers ok": 5, "answers failed": 2}


# --- deadlines ---


async def test_a_deadline_is_understood_in_the_zone_of_whoever_types_it(rig: Rig) -> None:
    await rig.type(f"deadline {REF} fri 17:00")
    await rig.type(f"deadline {REF} fri 17:00", user=BEN.id)
    await rig.type(f"deadline {REF} off")
    ours, theirs = datetime(2026, 4, 3, 15, tzinfo=UTC), datetime(2026, 4, 4, tzinfo=UTC)
    assert rig.limits.wishes == [
        ("deadline", DE, REF, (ours, "Europe/Berlin"), ANA.id),
        ("deadline", DE, REF, (theirs, "America/Los_Angeles"), BEN.id),
        ("deadline", DE, REF, None, ANA.id),
    ]
    shown = rig.seen()[0].text
    assert shown.startswith(
        f"{REF} · Deadline Fri 3 Apr 17:00 CEST (Europe/Berlin), in 2 d 3 h; on your clock that is <!date"
    )


async def test_without_the_zone_a_deadline_is_refused_and_with_one_it_is_taken(rig: Rig) -> None:
    rig.slack.tokens.scopes.remove("users:read")
    await rig.type(f"deadline {REF} fri 17:00")
    assert rig.limits.wishes == []
    assert "missing_scope users:read" in rig.seen()[0].text
    await rig.type(f"deadline {REF} fri 17:00 Europe/Berlin")
    assert len(rig.limits.wishes) == 1


async def test_what_is_no_time_changes_nothing(rig: Rig) -> None:
    for typed in (f"deadline {REF} soon", f"watch {REF} by yesterday 5pm"):
        await rig.type(typed)
    assert (rig.limits.wishes, rig.watching.wishes) == ([], [])
    assert "I do not understand `soon` as a time" in rig.seen()[0].text
    assert "that is past" in rig.seen()[1].text


async def test_watch_takes_a_time_at_the_end_of_the_line(rig: Rig) -> None:
    await rig.type(f"watch {REF} expect 5 by tomorrow noon")
    (wish,) = rig.watching.wishes
    assert wish.due is not None
    assert (wish.expected, wish.due.at, wish.due.zone) == (5, datetime(2026, 4, 2, 10, tzinfo=UTC), "Europe/Berlin")


async def test_a_number_is_expected_or_not_any_more(rig: Rig) -> None:
    await rig.type(f"expect {REF} 250")
    await rig.type(f"expect {REF} off")
    assert rig.limits.wishes == [("expect", DE, REF, 250, ANA.id), ("expect", DE, REF, None, ANA.id)]
    assert rig.seen()[0].text == f"{REF}: 250 expected, 1 has come so far."
