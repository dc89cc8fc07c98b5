"""The form of a watch: opened in time, filled while somebody types, and done once when it is sent in."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from bot.domain.match import Match
from bot.domain.watch import Events, Placement
from bot.errors import BadCommandError, NotAllowedError, StoreError
from bot.sandbox.blockkit import foreign_text_problems, view_problems
from bot.sandbox.slack_delivery import Delivered
from bot.sandbox.slack_entities import Fields
from bot.sandbox.slack_faults import FaultKind
from bot.sandbox.workspace import ANA, BEN, BOT
from bot.slack import actions
from bot.slack.canned_watch_forms import watch_views
from bot.slack.commands import StartWatch
from bot.slack.grammar import parse
from bot.slack.views import watch_form
from bot.slack.watch_entries import (
    BY,
    CHANNEL,
    EVENTS,
    EXPECT,
    MENTION,
    PLACEMENT,
    REFERENCE,
    WHERE,
    Entered,
    Opened,
    of_watch,
    opened,
    understood,
)
from tests.builders import at, watch
from tests.slack.canned import SCENE, assert_golden_view
from tests.slack.rig import DE, REF, Rig, rigged

PRIVATE, PRODUCERS, ANA_DM = "C0AURORA", "C0PRODUCERS", "D0ANA"
Entries = Mapping[str, str | list[str]]


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged() as made:
        yield made


def modal(rig: Rig, user: str = ANA.id) -> Fields:
    shown = rig.slack.surfaces.modal(user)
    assert shown is not None
    assert view_problems({name: each for name, each in shown.items() if name in PAYLOAD}) == []
    return shown


PAYLOAD = ("type", "title", "blocks", "private_metadata", "callback_id", "submit", "close")


def text(rig: Rig) -> str:
    return json.dumps(modal(rig)["blocks"], ensure_ascii=False)


def line(rig: Rig) -> str:
    """What the form says of what was entered."""
    found = [block for block in modal(rig)["blocks"] if block["type"] == "context"]
    return str(found[0]["elements"][0]["text"])


def fields(rig: Rig) -> list[str]:
    return [block["block_id"] for block in modal(rig)["blocks"] if block["type"] == "input"]


def element(rig: Rig, name: str) -> Fields:
    return next(block["element"] for block in modal(rig)["blocks"] if block["block_id"] == name)


async def enter(rig: Rig, typed: str, **others: str | list[str]) -> None:
    entries: dict[str, str | list[str]] = {REFERENCE: typed, **others}
    await rig.slack.surfaces.touch(ANA.id, modal(rig)["id"], REFERENCE, typed, entries)
    await rig.work.settle()


async def send(rig: Rig, entries: Entries, user: str = ANA.id) -> Delivered:
    delivered = await rig.slack.surfaces.submit(user, modal(rig, user)["id"], entries)
    assert delivered.ok, delivered
    await rig.work.settle()
    return delivered


async def mistakes(rig: Rig, entries: Entries) -> Mapping[str, str]:
    found: Mapping[str, str] = (await send(rig, entries)).answer["errors"]
    return found


# --- the views ---


VIEWS = {name: view for name, _, view in watch_views(SCENE)}


@pytest.mark.parametrize("name", VIEWS)
def test_slack_takes_the_form_in_every_state(name: str) -> None:
    view = VIEWS[name].payload()
    assert view_problems(view) == []
    assert foreign_text_problems({"text": "x", "blocks": view["blocks"]}) == []
    assert_golden_view(name, VIEWS[name])


def test_every_form_says_when_it_is_seen() -> None:
    assert all(when[0].isupper() and when.endswith(".") for _, when, _ in watch_views(SCENE))
    assert len(VIEWS) == len({when for _, when, _ in watch_views(SCENE)})


@pytest.mark.parametrize(
    "reference", ["<!channel> *x* `y`", "שלום", "x" * 500, '"\\' * 250, "\U0001f3ac" * 250, "a\u202eb"]
)
def test_a_form_with_any_name_is_taken_and_knows_its_watch_again(reference: str) -> None:
    there = replace(
        watch(reference=reference),
        mention=tuple(f"U{number:010}" for number in range(25)),
        expected=100_000,
        deadline=at(60),
        deadline_zone="America/Argentina/ComodRivadavia",
        place_name="c" * 80,
    )
    form = of_watch(there)
    shown = watch_form.form(form, form.shown, watch_form.NOTHING_TYPED).payload()
    assert view_problems(shown) == []
    assert opened(str(shown["private_metadata"])) == form


@pytest.mark.parametrize(
    "given",
    ["", "{}x", "[]", "null", '{"place":"<!channel>"}', '{"place":"C1","changes":"all"}', '{"place":5}', "\x00"],
)
def test_what_no_form_was_given_is_refused(given: str) -> None:
    with pytest.raises(BadCommandError, match="another version"):
        opened(given)


def test_what_is_left_as_it_was_shown_is_not_wished() -> None:
    there = replace(
        watch(expected=250, events=Events.EACH),
        placement=Placement.FLAT,
        mention=("U0ANA",),
        deadline=at(3_600),
        deadline_zone="Europe/Berlin",
    )
    form = of_watch(there)
    assert form.shown.by == "2026-04-01 15:00 Europe/Berlin"
    same = understood(form, form.shown)
    assert (same.wanted, same.without, same.mistakes) == (StartWatch("batch-1"), frozenset(), {})
    cleared = understood(form, replace(form.shown, expect=" ", by="", mention=()))
    assert (cleared.wanted.mention, set(cleared.without)) == ((), {"expect", "deadline"})
    other = understood(form, replace(form.shown, expect="300", events="all", by="in 2 hours", placement="thread"))
    assert other.wanted == StartWatch("batch-1", Events.ALL, 300, Placement.THREAD, by="in 2 hours")


def test_what_is_clicked_means_what_is_typed() -> None:
    now = Entered("batch 1", "each", "mine", "", "thread", "250", "fri 17:00", ("U0ANA", "U0BEN"))
    typed = 'watch "batch 1" for each in thread me mention <@U0ANA> <@U0BEN> expect 250 by fri 17:00'
    assert understood(Opened(DE), now).wanted == parse(typed)


# --- opening ---


async def test_watch_alone_opens_the_form_where_it_was_typed(rig: Rig) -> None:
    await rig.type("watch")
    assert fields(rig) == [REFERENCE, WHERE, EVENTS, PLACEMENT, EXPECT, BY, MENTION]
    assert "#dubbing-de" in text(rig)
    assert element(rig, WHERE)["initial_option"]["value"] == "here"
    assert rig.seen() == []
    assert rig.watching.visits == [DE]


async def test_a_channel_with_usual_events_has_them_chosen(rig: Rig) -> None:
    rig.filling.usual[0] = Events.ALL
    await rig.type("watch")
    assert element(rig, EVENTS)["initial_option"]["value"] == "all"
    await send(rig, {REFERENCE: REF})
    assert rig.watching.wishes[0].events is None  # so that what is usual there holds


async def test_in_a_conversation_the_own_dm_is_proposed(rig: Rig) -> None:
    await rig.type("watch", place=ANA_DM)
    options = [each["value"] for each in element(rig, WHERE)["options"]]
    assert (options, element(rig, WHERE)["initial_option"]["value"]) == (["mine", "other"], "mine")
    await send(rig, {REFERENCE: REF})
    (wish,) = rig.watching.wishes
    assert (wish.place, wish.asked_in) == (ANA_DM, None)


async def test_a_form_that_comes_too_late_offers_a_button_that_opens_it(rig: Rig) -> None:
    rig.slack.faults.add("views.open", "error", code="trigger_expired")
    await rig.type("watch")
    (offer,) = rig.seen()
    assert rig.slack.surfaces.modal(ANA.id) is None
    await rig.click(offer, actions.WATCH_OPEN)
    assert fields(rig)[0] == REFERENCE
    assert "#dubbing-de" in text(rig)


async def test_what_the_memory_cannot_tell_does_not_keep_the_form_from_being_sent(rig: Rig) -> None:
    rig.filling.faults.append(StoreError("locked"))
    await rig.type("watch")
    await enter(rig, REF)
    assert "My memory cannot be read just now" in line(rig)
    await send(rig, {REFERENCE: REF})
    assert [wish.reference_id for wish in rig.watching.wishes] == [REF]


async def test_a_button_below_a_status_opens_the_form_with_its_reference(rig: Rig) -> None:
    rig.ask.answers = [replace(rig.ask.remembered, is_watched=False)]
    await rig.type(REF)
    await rig.click(rig.seen()[0], actions.STATUS_WATCH)
    assert element(rig, REFERENCE)["initial_value"] == REF
    assert line(rig).startswith("batch-1: 4 requests, 75% finished, 1 failed; read")
    assert len(rig.seen()) == 1


# --- filling ---


async def test_what_is_known_is_told_while_somebody_types(rig: Rig) -> None:
    await rig.type("watch")
    await enter(rig, "batch-*")
    assert "14 references match, 3 of them with open requests; new ones are watched too" in line(rig)
    assert element(rig, REFERENCE)["initial_value"] == "batch-*"
    rig.filling.answers[0] = lambda text_: Match(text_, nearest=(REF, "batch-2"))
    await enter(rig, "bach-1")
    assert line(rig) == (
        "Nothing was ever seen under bach-1. Did you mean batch-1 or batch-2? It is watched once it comes."
    )
    await enter(rig, "")
    assert line(rig).startswith("Enter a reference")
    assert rig.filling.questions == [("batch-*", DE, DE), ("bach-1", DE, DE)]
    assert rig.ask.questions == []  # which would read


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("{a,b}" * 20, "stand for more than 100 patterns"),
        ("x" * 3_000, "at most 500 characters"),
        ("a*" + "b" * 300, "A pattern has at most 200 characters"),
        ("@here", "I never ping"),
        ("<!channel>*", "&lt;!channel&gt;"),
    ],
)
async def test_what_cannot_be_watched_is_told_while_it_is_typed_and_at_its_field(
    rig: Rig, typed: str, told: str
) -> None:
    await rig.type("watch")
    await enter(rig, typed)
    assert told in line(rig)
    if "<" not in typed:
        assert told in (await mistakes(rig, {REFERENCE: typed}))[REFERENCE]
        assert rig.watching.wishes == []


async def test_an_answer_that_is_overtaken_never_takes_the_place_of_a_newer_one(rig: Rig) -> None:
    await rig.type("watch")
    view_id, slow = modal(rig)["id"], asyncio.Event()
    rig.filling.held["b"] = slow
    for typed in ("b", "ba", "bat"):
        await rig.slack.surfaces.touch(ANA.id, view_id, REFERENCE, typed, {REFERENCE: typed})
    updates = len([each for each in rig.slack.calls if each.method == "views.update"])
    slow.set()
    await rig.work.settle()
    assert line(rig).startswith("bat: ")
    assert [question[0] for question in rig.filling.questions] == ["b", "bat"]
    assert len([each for each in rig.slack.calls if each.method == "views.update"]) == updates + 2


async def test_what_was_typed_earlier_and_arrives_later_is_left_out(rig: Rig) -> None:
    await rig.type("watch")
    rig.clock.step(5)
    await enter(rig, "batch")
    rig.clock.step(-2)
    await enter(rig, "bat")
    assert line(rig).startswith("batch: ")


@pytest.mark.parametrize("fault", ["ratelimited", "status_500", "drop_before", "garbage"])
async def test_a_form_that_could_not_be_filled_stays_and_can_be_sent_in(rig: Rig, fault: FaultKind) -> None:
    await rig.type("watch")
    rig.slack.faults.add("views.update", fault)
    await enter(rig, REF)
    assert modal(rig)["title"]["text"] == "Watch"
    await enter(rig, "batch-*")
    assert "14 references" in line(rig)
    await send(rig, {REFERENCE: REF})
    assert len(rig.watching.wishes) == 1


async def test_a_form_that_was_closed_meanwhile_is_let_go(rig: Rig) -> None:
    await rig.type("watch")
    view_id, slow = modal(rig)["id"], asyncio.Event()
    rig.filling.held["b"] = slow
    await rig.slack.surfaces.touch(ANA.id, view_id, REFERENCE, "b", {REFERENCE: "b"})
    await rig.slack.surfaces.close(ANA.id, view_id)
    slow.set()
    await rig.work.settle()
    assert rig.slack.surfaces.modal(ANA.id) is None


async def test_what_is_known_comes_never_after_what_was_done(rig: Rig) -> None:
    await rig.type("watch")
    view_id, slow = modal(rig)["id"], asyncio.Event()
    rig.filling.held["b"] = slow
    await rig.slack.surfaces.touch(ANA.id, view_id, REFERENCE, "b", {REFERENCE: "b"})
    await rig.slack.surfaces.touch(ANA.id, view_id, REFERENCE, REF, {REFERENCE: REF})
    sending = asyncio.create_task(send(rig, {REFERENCE: REF}))
    await asyncio.sleep(0)
    slow.set()
    await sending
    assert modal(rig)["title"]["text"] == "Watching"


async def test_another_channel_is_chosen_in_a_field_of_its_own(rig: Rig) -> None:
    await rig.type("watch")
    await rig.slack.surfaces.touch(ANA.id, modal(rig)["id"], WHERE, "other", {REFERENCE: REF, WHERE: "other"})
    await rig.work.settle()
    assert fields(rig)[1:3] == [WHERE, CHANNEL]
    assert element(rig, REFERENCE)["initial_value"] == REF
    assert rig.filling.questions == [(REF, "", "")]  # of a channel that may be none of theirs nothing is told
    await rig.slack.surfaces.touch(ANA.id, modal(rig)["id"], WHERE, "mine", {REFERENCE: REF, WHERE: "mine"})
    await rig.work.settle()
    assert fields(rig)[1:3] == [WHERE, EVENTS]


# --- sending in ---


async def test_what_was_entered_is_wished(rig: Rig) -> None:
    await rig.type("watch")
    entries: Entries = {
        REFERENCE: " batch-1 ",
        EVENTS: "each",
        PLACEMENT: "broadcast",
        EXPECT: "250",
        BY: "in 2 hours",
        MENTION: [BEN.id],
    }
    await send(rig, entries)
    (wish,) = rig.watching.wishes
    assert (wish.place, wish.place_name, wish.public, wish.author) == (DE, "dubbing-de", True, ANA.id)
    assert (wish.reference_id, wish.events, wish.placement, wish.expected) == (REF, "each", "broadcast", 250)
    assert (wish.mention, wish.asked_in, wish.due and wish.due.at) == ((BEN.id,), None, at(7_200))
    assert modal(rig)["title"]["text"] == "Watching"
    assert "I will post: a card" in text(rig)
    assert f'"channel_id": "{DE}"' in text(rig)


async def test_a_personal_watch_is_begun_from_a_channel(rig: Rig) -> None:
    await rig.type("watch")
    await send(rig, {REFERENCE: REF, WHERE: "mine"})
    (wish,) = rig.watching.wishes
    assert (wish.place, wish.asked_in, wish.public) == (ANA_DM, DE, False)


async def test_every_mistake_is_told_at_its_field_and_all_at_once(rig: Rig) -> None:
    await rig.type("watch")
    entries: Entries = {
        REFERENCE: "x" * 600,
        EXPECT: "many",
        BY: "some day",
        MENTION: [f"U{number}" for number in range(25)],
    }
    told = await mistakes(rig, entries)
    assert list(told) == [REFERENCE, EXPECT, MENTION, BY]
    assert told[EXPECT] == '"expect" takes a whole number from 1 to 100,000: type "250", for example.'
    assert told[MENTION] == "Each message names at most 5 people, and these are 25."
    assert told[BY].startswith('I do not understand "some day" as a time.')
    assert rig.watching.wishes == []
    assert modal(rig)["title"]["text"] == "Watch"
    await send(rig, {REFERENCE: REF})
    assert len(rig.watching.wishes) == 1


async def test_a_pattern_takes_neither_a_number_nor_a_deadline(rig: Rig) -> None:
    await rig.type("watch")
    told = await mistakes(rig, {REFERENCE: "batch-*", EXPECT: "5", BY: "in 2 hours"})
    assert "counts the requests of one reference" in told[EXPECT]
    assert told[BY].startswith("A deadline is for one reference")
    await send(rig, {REFERENCE: "batch-*"})
    assert "batch-*" in text(rig)


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        ("", "Choose the channel."),
        ("C0NOWHERE", "That channel is private, and I am not in it or you are not."),
        (ANA_DM, "That is no channel."),
        ("<!channel>", "That is no channel."),
    ],
)
async def test_a_channel_that_cannot_be_is_told_at_its_field(rig: Rig, channel: str, told: str) -> None:
    await rig.type("watch")
    await rig.slack.surfaces.touch(ANA.id, modal(rig)["id"], WHERE, "other", {REFERENCE: REF, WHERE: "other"})
    await rig.work.settle()
    if not channel:  # as Slack would not let it through
        assert not (await rig.slack.surfaces.submit(ANA.id, modal(rig)["id"], {REFERENCE: REF, CHANNEL: ""})).ok
        return
    assert (await mistakes(rig, {REFERENCE: REF, CHANNEL: channel}))[CHANNEL].startswith(told)
    assert rig.watching.wishes == []


async def test_another_channel_that_was_not_asked_for_yet_is_asked_for(rig: Rig) -> None:
    await rig.type("watch")
    assert await mistakes(rig, {REFERENCE: REF, WHERE: "other"}) == {WHERE: "Choose the channel."}


async def in_other(rig: Rig, channel: str, user: str = ANA.id) -> Delivered:
    await rig.type("watch", user=user)
    await rig.slack.surfaces.touch(user, modal(rig, user)["id"], WHERE, "other", {REFERENCE: REF, WHERE: "other"})
    await rig.work.settle()
    return await send(rig, {REFERENCE: REF, WHERE: "other", CHANNEL: channel}, user)


async def test_a_private_channel_can_be_chosen_by_whoever_is_in_it_and_nobody_else(rig: Rig) -> None:
    room = rig.slack.workspace.channel(PRIVATE)
    rig.slack.workspace.most_a_page = 1  # so that it takes several looks
    assert {ANA.id, BOT.id} <= room.members
    await in_other(rig, PRIVATE)
    assert [(wish.place, wish.place_name, wish.public) for wish in rig.watching.wishes] == [(PRIVATE, "", False)]
    room.members.discard(BEN.id)
    refused = await in_other(rig, PRIVATE, BEN.id)
    unknown = await in_other(rig, "C0NOWHERE", BEN.id)
    assert refused.answer["errors"] == unknown.answer["errors"]  # nobody learns that there is such a channel
    assert len(rig.watching.wishes) == 1


async def test_a_channel_without_the_bot_is_watched_and_says_how_to_invite_it(rig: Rig) -> None:
    await in_other(rig, PRODUCERS)
    (wish,) = rig.watching.wishes
    assert (wish.place, wish.place_name, wish.public) == (PRODUCERS, "producers", True)
    assert "I cannot post there yet" in text(rig)
    assert "/invite @lipsync" in text(rig)


@pytest.mark.parametrize("channel", [PRODUCERS, PRIVATE])
async def test_so_does_the_channel_without_the_bot_in_which_it_was_opened(rig: Rig, channel: str) -> None:
    rig.slack.workspace.channel(channel).members.discard(BOT.id)
    await rig.type("watch", place=channel)
    await send(rig, {REFERENCE: REF})
    assert [wish.place for wish in rig.watching.wishes] == [channel]
    assert "/invite @lipsync" in text(rig)


@pytest.mark.parametrize("fault", ["ratelimited", "status_500", "garbage"])
async def test_where_slack_does_not_tell_of_that_channel_it_is_watched_all_the_same(rig: Rig, fault: FaultKind) -> None:
    rig.slack.faults.add("conversations.info", fault)
    await rig.type("watch", place=PRODUCERS)
    await send(rig, {REFERENCE: REF})
    assert len(rig.watching.wishes) == 1


async def test_an_archived_channel_is_refused(rig: Rig) -> None:
    rig.slack.workspace.channel(PRODUCERS).is_archived = True
    told = (await in_other(rig, PRODUCERS)).answer["errors"]
    assert told[CHANNEL].startswith("That channel is archived")


@pytest.mark.parametrize("fault", ["ratelimited", "status_500", "garbage"])
async def test_a_channel_that_slack_does_not_tell_of_is_not_watched(rig: Rig, fault: FaultKind) -> None:
    rig.slack.faults.add("conversations.info", fault)
    told = (await in_other(rig, PRODUCERS)).answer["errors"]
    assert told[CHANNEL].startswith("I could not look at that channel (Slack answered")
    assert rig.watching.wishes == []


async def test_a_form_that_is_sent_in_twice_is_done_once(rig: Rig) -> None:
    await rig.type("watch")
    form = modal(rig)
    both = [await rig.slack.surfaces.submit(ANA.id, form["id"], {REFERENCE: REF})]
    rig.slack.workspace.show_view(form)  # as it still is for who clicks twice
    both.append(await rig.slack.surfaces.submit(ANA.id, form["id"], {REFERENCE: REF}))
    assert both[0].answer == both[1].answer
    assert len(rig.watching.wishes) == 1


async def test_whoever_may_change_nothing_is_told_whom_to_ask(rig: Rig) -> None:
    await rig.type("watch")
    rig.watching.faults.append(NotAllowedError("Only its managers change what is watched", (BEN.id,)))
    await send(rig, {REFERENCE: REF})
    assert f'"user_id": "{BEN.id}"' in text(rig)


@pytest.mark.parametrize("given", ["", "\x00", "{", '{"place":"C1","more":1}', "x" * 3_000])
async def test_a_form_that_was_never_given_like_this_does_nothing(rig: Rig, given: str) -> None:
    await rig.type("watch")
    rig.slack.workspace.show_view({**modal(rig), "private_metadata": given})
    delivered = await send(rig, {REFERENCE: REF})
    said = json.dumps(delivered.answer, ensure_ascii=False)
    assert "another version" in said or "nothing was done" in said or rig.watching.wishes
    assert not rig.watching.wishes or "more" in given
    if "more" not in given:
        assert rig.watching.wishes == []


async def test_a_name_with_characters_that_no_database_takes_is_told(rig: Rig) -> None:
    await rig.type("watch")
    delivered = await send(rig, {REFERENCE: "a\x00b"})
    assert "nothing was done" in json.dumps(delivered.answer)
    assert rig.watching.wishes == []


# --- afterwards ---


async def test_what_was_done_can_be_taken_back_in_the_modal(rig: Rig) -> None:
    there = replace(watch(place=DE, reference=REF), expected=3)
    rig.filling.watches[DE, REF] = there
    await change(rig)
    await send(rig, {EVENTS: "all"})
    await rig.slack.surfaces.touch(ANA.id, modal(rig)["id"], actions.FORM_UNDO)
    await rig.work.settle()
    assert rig.watching.stopped == [(DE, "undo u2")]
    assert modal(rig)["title"]["text"] == "Undone"


async def change(rig: Rig, value: str = REF) -> None:
    """Click Change… below the confirmation of a watch."""
    await rig.type(f'watch "{value}"')
    rig.watching.wishes.clear()
    await rig.click(rig.seen()[-1], actions.WATCH_CHANGE, value)


async def test_a_confirmation_opens_the_form_filled_with_its_watch(rig: Rig) -> None:
    due: datetime = at(86_400)
    rig.filling.watches[DE, REF] = replace(
        watch(place=DE, reference=REF, events=Events.EACH, expected=250),
        placement=Placement.THREAD,
        mention=(BEN.id,),
        deadline=due,
        deadline_zone="UTC",
    )
    await change(rig)
    assert modal(rig)["title"]["text"] == "Change watch"
    assert fields(rig) == [EVENTS, PLACEMENT, EXPECT, BY, MENTION]
    assert element(rig, BY)["initial_value"] == "2026-04-02 12:00 UTC"
    await send(rig, {EXPECT: "", BY: "", MENTION: []})
    (wish,) = rig.watching.wishes
    assert (wish.place, wish.reference_id, set(wish.without)) == (DE, REF, {"expect", "deadline"})
    assert (wish.events, wish.placement, wish.mention, wish.expected, wish.due) == (None, None, (), None, None)


async def test_a_pattern_has_no_number_and_no_deadline_to_change(rig: Rig) -> None:
    rig.filling.watches[DE, "batch-*"] = replace(watch(place=DE, reference="batch-*"), is_glob=True)
    await change(rig, "batch-*")
    assert fields(rig) == [EVENTS, PLACEMENT, MENTION]
    await send(rig, {PLACEMENT: "flat"})
    (wish,) = rig.watching.wishes
    assert (wish.is_glob, wish.placement) == (True, Placement.FLAT)


async def test_a_watch_is_stopped_in_its_form(rig: Rig) -> None:
    rig.filling.watches[DE, REF] = watch(place=DE, reference=REF)
    await change(rig)
    await rig.slack.surfaces.touch(ANA.id, modal(rig)["id"], actions.FORM_STOP)
    await rig.work.settle()
    assert rig.watching.stopped == [(DE, REF)]
    assert modal(rig)["title"]["text"] == "Stopped"
    await rig.slack.surfaces.touch(ANA.id, modal(rig)["id"], actions.FORM_UNDO)
    await rig.work.settle()
    assert rig.watching.stopped[1:] == [(DE, "undo u1")]


async def test_a_watch_that_is_there_no_more_can_be_begun_anew(rig: Rig) -> None:
    await change(rig)
    assert modal(rig)["title"]["text"] == "Watch"
    assert element(rig, REFERENCE)["initial_value"] == REF


async def test_a_watch_that_cannot_be_looked_up_is_told_in_the_modal_that_is_open(rig: Rig) -> None:
    await rig.type(f"watch {REF}")
    rig.filling.faults.append(StoreError("locked"))
    await rig.click(rig.seen()[-1], actions.WATCH_CHANGE)
    assert "memory could not be used" in text(rig)
    assert len(rig.seen()) == 1


async def test_a_watch_of_ones_own_is_changed_wherever_its_answer_stands(rig: Rig) -> None:
    there = replace(watch(place=ANA_DM, reference=REF), asked_in=DE)
    rig.filling.watches[ANA_DM, REF] = there
    rig.watching.answers.append(there)
    await rig.type(f"watch {REF} me")
    await rig.click(rig.seen()[-1], actions.WATCH_MINE_CHANGE)
    assert modal(rig)["title"]["text"] == "Change watch"
    assert "our DM" in text(rig)
    await rig.slack.surfaces.touch(ANA.id, modal(rig)["id"], actions.FORM_STOP)
    await rig.work.settle()
    assert rig.watching.stopped == [(ANA_DM, REF)]
    assert "in our DM" in text(rig)
