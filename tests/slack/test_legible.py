"""All that can be read in a message is found, wherever Slack has put it, and nothing of it is a mark of Slack's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.mentioned import mentioned
from bot.slack.payload import PayloadError, summoned
from bot.slack.payload.legible import legible, unmarked

PLAIN = {"type": "plain_text", "text": "batch-1"}
SHORTCUT = {
    "type": "message_action",
    "callback_id": "watch_this",
    "trigger_id": "t",
    "user": {"id": "U1"},
    "team": {"id": "T1"},
    "channel": {"id": "C1", "name": "dubbing"},
    "message": {"text": "see batch-1", "ts": "1.0"},
}


def rich(*elements: dict[str, object]) -> dict[str, object]:
    return {"blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}]}


@pytest.mark.parametrize(
    "message",
    [
        {"text": "see batch-1"},
        {"text": "see <https://x.io/batch-1|the clip>"},
        {"text": "see <https://x.io|batch-1>"},
        rich({"type": "text", "text": "batch-1", "style": {"bold": True}}, {"type": "text", "text": " · 73% finished"}),
        rich({"type": "text", "text": "see "}, {"type": "link", "url": "https://x.io/batch-1", "text": "clip"}),
        {"blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [
            {"type": "text", "text": "batch-1\nbatch-2"}]}]}]},
        {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*batch-1* is late"}}]},
        {"blocks": [{"type": "section", "fields": [PLAIN]}]},
        {"blocks": [{"type": "header", "text": PLAIN}]},
        {"blocks": [{"type": "context", "elements": [PLAIN]}]},
        {"blocks": [{"type": "section", "text": {"type": "plain_text", "text": "x"},
                     "accessory": {"type": "button", "text": PLAIN, "value": "1"}}]},
        {"blocks": [{"type": "actions", "elements": [{"type": "button", "value": "batch-1", "text": {}}]}]},
        {"blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": "batch-1"}]]}]},
        {"blocks": [{"type": "image", "alt_text": "batch-1"}]},
        {"attachments": [{"text": "*batch-1* failed"}]},
        {"attachments": [{"title": "x", "fields": [{"title": "Batch", "value": "batch-1"}]}]},
        {"attachments": [{"message_blocks": [{"message": {"blocks": [{"type": "header", "text": PLAIN}]}}]}]},
        {"files": [{"name": "batch-1.csv", "title": "batch-1"}]},
    ],
    ids=str,
)  # fmt: skip
def test_a_reference_is_read_wherever_it_stands(message: dict[str, object]) -> None:
    assert mentioned(legible(message)).references({"batch-1"}) == ("batch-1",)


def test_a_name_with_spaces_is_read_where_it_stands_out() -> None:
    message = rich({"type": "text", "text": "Folge 3", "style": {"bold": True}}, {"type": "text", "text": " · 73%"})
    assert mentioned(legible(message)).references({"Folge 3"}) == ("Folge 3",)


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
        ("<@U1|ana> <#C1|dubbing> <!channel> <!subteam^S1|@x>x", "x"),
        ("<!date^1^{ago}|1 April>", "1 April"),
        ("<https://x.io?a=1&amp;b=2>", "https://x.io?a=1&b=2"),
        ("<https://x.io|here>", "https://x.io here"),
    ],
)
def test_slacks_marks_are_undone(marked: str, plain: str) -> None:
    assert unmarked(marked).split() == plain.split()


def test_what_is_odd_is_left_out() -> None:
    odd = {"text": 5, "blocks": [None, 1, {"type": "section", "text": None}], "attachments": "x\x00\ud800"}
    assert legible(odd).strip() == "x"


KEYS = st.sampled_from(["type", "text", "elements", "blocks", "style"])
JSON = st.recursive(
    st.none() | st.text(max_size=5) | st.integers(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(KEYS, each),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["text", "blocks", "attachments", "files"]), JSON))
def test_no_message_is_too_odd(message: dict[str, object]) -> None:
    legible(message)


def test_a_deep_or_huge_message_is_cut() -> None:
    deep: dict[str, object] = {"text": "x"}
    for _ in range(500):
        deep = {"blocks": [deep]}
    assert legible(deep).strip() == ""
    assert len(legible({"text": "x" * 90_000})) == 60_000
    assert len(legible({"blocks": [{"type": "header", "text": PLAIN}] * 90_000})) <= 60_000


def test_a_shortcut_names_its_place_where_that_is_public() -> None:
    assert (summoned(SHORTCUT).text, summoned(SHORTCUT).place_name, summoned(SHORTCUT).public) == (
        "see batch-1\n",
        "dubbing",
        True,
    )
    private = summoned({**SHORTCUT, "channel": {"id": "C2", "name": "privategroup"}})
    assert (private.place, private.place_name, private.public) == ("C2", "", False)
    nowhere = summoned({**SHORTCUT, "type": "shortcut", "channel": None, "message": None})
    assert (nowhere.place, nowhere.text, nowhere.public) == ("", "", False)
    with pytest.raises(PayloadError):
        summoned({**SHORTCUT, "trigger_id": ""})
