"""Home and its modals look as they are kept, within Slack's limits, and nothing of others acts in them."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.domain.answer import Scope, WatchesAnswer
from bot.domain.home import HomeFacts, Mine, MutedHere, MyKind, State
from bot.domain.progress import Progress
from bot.sandbox.blockkit import foreign_text_problems, mappings, view_problems
from bot.slack import actions
from bot.slack.canned_home import home_modals, homes
from bot.slack.homes import SlackHomes
from bot.slack.screen import Screens
from bot.slack.views import home, in_modal, watches
from bot.slack.views.message import Message
from bot.slack.views.view import View
from tests.builders import NOON, at, watch
from tests.slack.canned import COMMAND, MESSAGES, SCENE, texts
from tests.slack.test_views_hostile import NASTY

VIEWS: Mapping[str, View] = {each.name: each.view for each in (*homes(SCENE), *home_modals(SCENE))}


def problems(view: View) -> list[str]:
    shown = json.loads(json.dumps(view.payload()))
    return view_problems(shown) + foreign_text_problems({"text": "a view has none", **shown})


def lines(view: View) -> str:
    return "\n".join(texts(list(view.blocks)))


def clickable(view: View) -> list[str]:
    return [str(each["action_id"]) for each in mappings(list(view.blocks)) if "action_id" in each]


def test_home_says_first_of_all_what_to_do_to_somebody_new() -> None:
    first = VIEWS["home_first"]
    assert len(first.blocks) <= 5
    assert f"{COMMAND} watch batch-2026-04" in lines(first)
    assert clickable(first) == [actions.HOME_WATCH, actions.HOME_ASK]
    assert "%" not in lines(first)


def test_nothing_is_called_fine_before_it_was_read_or_on_old_data() -> None:
    assert "I have not read the account yet" in lines(VIEWS["home_before_reading"])
    away = lines(VIEWS["home_away"])
    assert "The API cannot be read (the API answered 503)" in away
    assert "data from" in away
    assert "The API answers" not in away
    assert "Finish about" not in away


def test_five_hundred_watches_fit_and_say_how_many_more_there_are() -> None:
    many = VIEWS["home_many"]
    assert 80 < len(many.blocks) <= 100
    for told in ("What you watch · 500", "And 480 more: ", f"{COMMAND} watches mine", "And 55 more deadlines"):
        assert told in lines(many)
    assert "And 35 more kinds of failure" in lines(many)
    assert "And 5 more mutes" in lines(many)


def test_every_watch_has_its_buttons_and_what_is_muted_offers_to_unmute() -> None:
    shown = json.dumps(VIEWS["home"].payload(), ensure_ascii=False)
    assert shown.count(f'"{actions.HOME_STATUS}"') == 5
    assert shown.count(f'"{actions.HOME_FAILURES}"') == 4  # a pattern has a table instead
    assert '"unmute w trailer-fr"' in shown
    assert '"mute w1"' in shown
    assert '"stop w3"' in shown
    assert shown.count(f'"{actions.HOME_UNMUTE}"') == 1  # quiet hours come and go by the clock


def test_whoever_only_listens_hears_which_of_many_buttons_it_is() -> None:
    named = [str(each.get("accessibility_label", "")) for each in mappings(list(VIEWS["home"].blocks))]
    assert "Status of batch-2026-04" in named
    assert "Links of promo-es" in named
    assert "Mark handled: no face detected" in named
    assert "Unmute trailer-fr" in named


@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_that_others_wrote_acts_or_breaks_home(nasty: str) -> None:
    own = replace(watch(reference=nasty), mention=(nasty,), place=nasty, place_name=nasty, author=nasty)
    glob = replace(own, id="w2", is_glob=True)
    progress = Progress(nasty, 4, 1, 1, 1, 1, other=((nasty, 1),))
    facts = HomeFacts(
        person=nasty,
        place="D0ANA",
        state=State(NOON, trouble=nasty),
        watches=(Mine(own, progress, NOON, trouble=nasty), Mine(glob, progress, NOON)),
        count=2,
        deadlines=(Mine(replace(own, deadline=at(60)), progress, NOON),),
        deadline_count=1,
        mutes=(MutedHere("m", nasty, nasty, nasty, True, NOON), MutedHere("n", "C1", "", nasty, False, NOON)),
        mute_count=2,
        kinds=(MyKind(nasty, "0" * 16, nasty, 1, 1, NOON, nasty, NOON),),
        kind_count=1,
    )
    shown = home.view(facts, COMMAND)
    assert problems(shown) == []
    assert "<!channel>" not in lines(shown).replace("<\u2060!channel>", "")
    marked = [str(each["text"]) for each in mappings(list(shown.blocks)) if each.get("type") == "mrkdwn"]
    assert not any(sign in text for text in marked for sign in ("<!channel", "<@U0ANA", "<https", "<!sub"))


@pytest.mark.parametrize("name", MESSAGES)
def test_every_answer_fits_into_a_modal_and_only_its_own_buttons_are_there(name: str) -> None:
    shown = in_modal.modal(MESSAGES[name], "An answer", "C0DUBBINGDE")
    assert problems(shown) == []
    assert all(action.startswith("home_") for action in clickable(shown))


def test_a_table_becomes_a_list_that_names_its_columns() -> None:
    told = lines(VIEWS["home_table"])
    assert "Finished" in told
    assert not any(block["type"] == "table" for block in VIEWS["home_table"].blocks)


def test_here_is_named_where_an_answer_is_read_elsewhere() -> None:
    message = watches.message(WatchesAnswer(Scope.HERE, ()), COMMAND)
    assert "“Here” means <#C1>." in lines(in_modal.modal(message, "Watches", "C1"))
    assert "“Here”" not in lines(VIEWS["home_status"])  # which does not say so
    assert "This is about <#C0DUBBINGDE>." in lines(VIEWS["home_status"])
    assert in_modal.modal(Message("x", ()), "Watches", "D1").blocks == ()


# --- what it looks like, in short ---


def digest(facts: HomeFacts) -> str:
    tab = SlackHomes(Screens.__new__(Screens), COMMAND)  # nothing is sent
    return tab.digest(facts)


def test_ages_alone_make_no_other_home() -> None:
    one = Mine(watch(), Progress("batch-1", 4, 1, processing=1, queued=2), NOON)
    now = HomeFacts("U1", "D1", State(NOON), (one,), 1)
    later = replace(now, state=State(at(60)), watches=(replace(one, read_at=at(60)),))
    assert digest(now) == digest(later)
    away = replace(now, state=State(NOON, trouble="the API answered 500"))
    moved = replace(now, watches=(replace(one, progress=Progress("batch-1", 4, 2, queued=2)),))
    until = replace(now, watches=(replace(one, muted_until=at(3_600)),))
    assert len({digest(each) for each in (now, away, moved, until)}) == 4
