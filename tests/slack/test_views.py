import json

import pytest

from bot.slack import actions
from bot.slack.views.message import Message
from tests.slack.canned import GOLDEN, LARGE, MESSAGES, assert_golden, problems, texts


@pytest.mark.parametrize("name", MESSAGES)
def test_every_view_looks_as_it_is_kept(name: str) -> None:
    assert_golden(name, MESSAGES[name])


def test_no_golden_file_is_left_over() -> None:
    assert {kept.stem for kept in GOLDEN.glob("*.json")} == set(MESSAGES)


@pytest.mark.parametrize(("name", "message"), [*MESSAGES.items(), *LARGE.items()])
def test_slack_takes_every_view_posted_or_edited(name: str, message: Message) -> None:
    assert problems(message) == [], name


@pytest.mark.parametrize(("name", "message"), [*MESSAGES.items(), *LARGE.items()])
def test_every_text_says_something_calm_in_a_sentence(name: str, message: Message) -> None:
    assert message.text.rstrip("…").strip(), name
    assert "!" not in message.text.replace("<!date", ""), name
    assert message.text[-1] in ".?…", name


LIMITS = ("deadline", "deadline_note", "deadline_off", "expect", "expect_more", "expect_off")


def _buttons(name: str) -> list[str]:
    found = [block for block in MESSAGES[name].blocks if block["type"] == "actions"]
    return [action["action_id"] for block in json.loads(json.dumps(found)) for action in block["elements"]]


def test_buttons_are_where_they_work_and_nowhere_else() -> None:
    with_buttons = {name: found for name in MESSAGES if (found := _buttons(name))}
    card = [actions.CARD_FAILURES, actions.CARD_LINKS, actions.CARD_WATCH_ME, actions.CARD_MUTE, actions.CARD_STOP]
    muted = [actions.CARD_FAILURES, actions.CARD_LINKS, actions.CARD_WATCH_ME, actions.CARD_UNMUTE, actions.CARD_STOP]
    status = [actions.STATUS_REFRESH, actions.STATUS_SHARE]
    queue = [actions.QUEUE_REFRESH, actions.QUEUE_SHARE]
    glob = [actions.GLOB_TABLE, actions.GLOB_MUTE, actions.GLOB_STOP]
    table = [actions.GLOB_REFRESH, actions.GLOB_SHARE]
    failing = [actions.FAILURE_MINE, actions.FAILURE_RETRY, actions.FAILURE_HANDLED, actions.FAILURE_MUTE]
    ended = [actions.FINISHED_LINKS, actions.FINISHED_EXPORT]
    finished = [*ended, actions.FINISHED_CHART, actions.FINISHED_STOP]
    few = [*ended, actions.FINISHED_STOP]
    charted = [actions.STATUS_CHART, actions.STATUS_CHART_SHARE]
    drawable = [actions.STATUS_REFRESH, actions.STATUS_CHART, actions.STATUS_SHARE]
    links_ = [actions.LINKS_NEW, actions.LINKS_EXPORT]
    unlinked = ("links_reading", "links_first_reading", "links_not_known", "links_request", "links_shared")
    failed = ("export_in_doubt", "export_busy", "export_no_dm", "export_failed")
    globs = tuple(name for name in MESSAGES if name.startswith("watch_glob") and name != "watch_glob_for_me")
    mine = ("watch_for_me", "watch_glob_for_me")
    begun = ("watch_new", "watch_changed", "watch_placed", "watch_muted", "watch_quiet", "watch_by")
    kept = ("watch_finished_already", "watch_partial", "watch_not_invited", "watch_with_deadline")
    taken_back = (
        "unwatch_for_me",
        "unwatch",
        "unwatch_except",
        *LIMITS,
    )
    assert with_buttons == {
        **{name: card for name in MESSAGES if name.startswith("card") and name not in ("card_stopped", "card_ended")},
        "card_muted": muted,
        "card_linkless": [action for action in card if action != actions.CARD_LINKS],
        "card_ended": [actions.CARD_AGAIN],
        **{
            name: status
            for name in MESSAGES
            if name.startswith("status")
            and name not in ("status_shared", "status_still_reading", "status_first_reading", "status_partial_reading")
            and name != "status_chart_shared"
        },
        "watches_page": [actions.WATCHES_PREVIOUS, actions.WATCHES_NEXT],
        **dict.fromkeys(("status_chart", "status_chart_ended", "status_chart_refused"), charted),
        "status_drawable": drawable,
        **{name: glob for name in MESSAGES if name.startswith("glob_card") and name != "glob_card_stopped"},
        **{name: table for name in MESSAGES if name.startswith("glob_status") and name != "glob_status_shared"},
        **{name: queue for name in MESSAGES if name.startswith("queue") and name != "queue_shared"},
        **{name: [actions.PING_FAILURES] for name in MESSAGES if name.startswith("ping")},
        **{name: failing for name in MESSAGES if name.startswith("failure_")},
        "failure": failing,
        "failure_handled": [actions.FAILURE_RETRY, actions.FAILURE_OPEN_AGAIN],
        "failure_recovered": [actions.FAILURE_RETRY],
        **{
            name: 2 * [actions.FAILURE_RETRY, actions.FAILURE_HANDLED]
            for name in ("failures", "failures_many", "failures_partial")
        },
        "handled": [actions.FAILURE_OPEN_AGAIN],
        **{name: [actions.FAILURE_UNMUTE] for name in ("kind_muted", "kind_muted_glob")},
        "kind_unmuted": [actions.FAILURE_MUTE],
        "personal_failure": [*failing, actions.NEWS_STOP],
        "personal_catch_up": [actions.CATCH_UP_FAILURES, actions.NEWS_STOP],
        "personal_finished": finished,
        "glob_card_muted": [actions.GLOB_TABLE, actions.GLOB_UNMUTE, actions.GLOB_STOP],
        "unwatch_covered": [actions.GLOB_EXCEPT],
        "unwatch_still_covered": [actions.GLOB_EXCEPT, actions.UNDO],
        **{name: [actions.UNDO] for name in taken_back},
        **{key: [actions.UNDO, actions.WATCH_CHANGE] for key in (*begun, *globs)},
        **{key: [actions.WATCH_CHANGE] for key in kept},
        **{key: [actions.UNDO, actions.WATCH_MINE_CHANGE] for key in mine},
        "watches_few": 2 * [actions.WATCH_CHANGE],
        "watch_offer": [actions.WATCH_OPEN],
        "status_unwatched": [actions.STATUS_REFRESH, actions.STATUS_SHARE, actions.STATUS_WATCH],
        **{name: [actions.CARD_UNMUTE] for name in ("mute", "mute_again")},
        "mute_pattern": [actions.GLOB_UNMUTE],
        **{name: [actions.CATCH_UP_FAILURES] for name in ("catch_up", "catch_up_failures", "summary", "summary_stuck")},
        "summary_missed": [actions.CATCH_UP_FAILURES],
        "summary_quiet": [actions.CATCH_UP_FAILURES],
        **{name: links_ for name in MESSAGES if name.startswith("links") and name not in unlinked},
        **{
            name: [actions.EXPORT_TSV, actions.EXPORT_HTML]
            for name in ("export", "export_incomplete", "export_changed")
        },
        "export_html": [actions.EXPORT_CSV, actions.EXPORT_TSV],
        **{name: [actions.EXPORT_CSV] for name in failed},
        **{name: finished for name in MESSAGES if name.startswith("finished") or name == "short"},
        **{name: few for name in MESSAGES if name.startswith("finished_one")},
        "finished_linkless": [actions.FINISHED_CHART, actions.FINISHED_STOP],
        "links_shareable": [*links_, actions.LINKS_SHARE],
        **{name: [actions.SETTINGS_CHANGE] for name in ("settings", "settings_nothing")},
        **{name: [actions.STUCK_IDS] for name in ("stuck", "stuck_first", "stuck_better", "stuck_grown")},
        "stuck_personal": [actions.STUCK_IDS, actions.NEWS_STOP],
        **{name: [actions.MISSING_STATUS] for name in MESSAGES if name.startswith("missing")},
        **dict.fromkeys(("counts_card", "counts_unknown"), card[2:]),
        "counts_glob_card": glob,
        "counts_finished": finished[2:],
        "counts_finished_one": few[2:],
        "counts_status": status,
        "counts_status_glob": table,
        **{name: [actions.UNDO, actions.WATCH_CHANGE] for name in ("counts_watch", "counts_watch_unknown")},
        "counts_watches": [actions.WATCH_CHANGE],
    }


@pytest.mark.parametrize("name", [name for name in MESSAGES if name.startswith("test_") and "answer" not in name])
def test_a_message_of_test_cannot_be_taken_for_a_real_one(name: str) -> None:
    message = MESSAGES[name]
    assert message.text.startswith("TEST, nothing happened: ")
    assert next(iter(texts(message.blocks))) == "TEST"
    assert not any(block["type"] == "actions" for block in message.blocks)
    assert "TEST-batch" in message.text or name.endswith("_back")  # which is about no batch
    assert "batch-2026-04" not in json.dumps(message.blocks) + message.text


def test_the_card_has_the_lines_of_the_example() -> None:
    lines = "".join(texts(MESSAGES["card"].blocks))
    for line in (
        "batch-2026-04 · 73% finished · 6 failed\n",
        "█████████████████▓▒░░░░░\n",
        "178 done · 6 failed · 8 running · 58 waiting   of 250 expected",
        "Failures, 2 kinds",
        "video URL is not accessible ×5",
        "Updated <!date^",
        "told: this channel (problems)",
    ):
        assert line in lines


@pytest.mark.parametrize("name", ["card_reading", "status_first_reading", "status_never_read", "links_first_reading"])
def test_before_the_first_reading_no_number_is_claimed(name: str) -> None:
    assert "%" not in "".join(texts(MESSAGES[name].blocks)) + MESSAGES[name].text


@pytest.mark.parametrize("name", [name for name in MESSAGES if "_partial" in name])
def test_a_batch_that_was_never_read_whole_is_told_as_seen_so_far(name: str) -> None:
    told = "".join(texts(MESSAGES[name].blocks)) + MESSAGES[name].text
    assert "seen so far" in told.lower()
    assert "never read as a whole yet" in told
    assert ("4,174 of 5,000 read so far" in told) is (not name.endswith("_trouble"))
    assert not any(claim in told for claim in ("%", "█", "░", "finished of", "of 250", "not submitted", "all 40"))


def test_the_first_hundred_links_are_shown_and_counted() -> None:
    shown = json.dumps(LARGE["links_many"].blocks)
    assert shown.count('"type": "link"') == 100
    assert "150 output links of batch-2026-04, the first 100 are here" in LARGE["links_many"].text


def test_long_links_are_cut_with_a_clear_sentence() -> None:
    shown = json.dumps(LARGE["links_signed"].blocks)
    count = shown.count('"type": "link"')
    assert 10 < count < 100
    assert f"149 output links of batch-2026-04, the first {count} are here" in LARGE["links_signed"].text


def test_a_table_of_a_hundred_rows_says_how_many_references_there_are_more() -> None:
    (table,) = [block for block in MESSAGES["glob_status_many"].blocks if block["type"] == "table"]
    rows = [list(texts(row)) for row in json.loads(json.dumps(table))["rows"]]
    assert len(rows) == 100
    assert rows[-1][0] == "and 132 more references"
    assert MESSAGES["glob_status_many"].text.startswith("batch-∗: 230 references, ")


def test_five_hundred_watches_fit_into_a_few_blocks() -> None:
    message = LARGE["watches_many"]
    assert len(message.blocks) < 5
    assert "Watches here: 500" in "".join(texts(message.blocks))
    assert "1 to 30" in "".join(texts(message.blocks))
    assert "Next 30" in "".join(texts(message.blocks))


def test_many_kinds_and_many_ids_are_cut_with_their_number() -> None:
    assert "and 180 more kinds" in "".join(texts(LARGE["failures_of_many_kinds"].blocks))
    assert "and 120 more ids" in "".join(texts(MESSAGES["failure_many"].blocks))
