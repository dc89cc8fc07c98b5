"""The validator refuses what Slack refuses, and says where and why."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.sandbox.blockkit import foreign_text_problems, message_problems, view_problems

Block = dict[str, Any]


def plain(text: str = "x") -> Block:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(**more: object) -> Block:
    return {"type": "section", "text": mrkdwn(), **more}


def button(action_id: str = "go", **more: object) -> Block:
    return {"type": "button", "action_id": action_id, "text": plain("Go"), **more}


def option(n: int = 0, **more: object) -> Block:
    return {"text": plain(f"option {n}"), "value": str(n), **more}


def cell(text: str = "x") -> Block:
    return {"type": "raw_text", "text": text}


def rich(*elements: Block) -> Block:
    inside = elements or ({"type": "text", "text": "x", "style": {"bold": True}},)
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(inside)}]}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def lines(*series: Block, names: list[str]) -> Block:
    """A chart over moments of these names."""
    data = [{"label": name, "value": 1} for name in names]
    chart = {"type": "line", "series": list(series) or [{"name": "s", "data": data}]}
    return {"type": "data_visualization", "title": "t", "chart": {**chart, "axis_config": {"categories": names}}}


def of(*blocks: Block) -> list[str]:
    return message_problems({"text": "x", "blocks": list(blocks)})


IMAGE = {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "a"}
CONFIRM = {"title": plain(), "text": mrkdwn(), "confirm": plain("Yes"), "deny": plain("No"), "style": "danger"}
TASK = {"type": "task_card", "task_id": "1", "title": "t", "status": "complete", "details": rich()}
SERIES = {"name": "a", "data": [{"label": "q", "value": 1.5}]}
INLINES: tuple[Block, ...] = (
    {"type": "link", "url": "https://x.example", "text": "x"},
    {"type": "emoji", "name": "tada"},
    {"type": "user", "user_id": "U1"},
    {"type": "date", "timestamp": 1, "format": "{ago}", "fallback": "then"},
)
LIST = {"type": "rich_text_list", "style": "bullet", "elements": [{"type": "rich_text_section", "elements": []}]}
CODE = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "id"}]}

GOOD = {
    "section": section(accessory=button(style="primary", value="1", url="https://x.example", confirm=CONFIRM)),
    "fields": {"type": "section", "fields": [mrkdwn()] * 10},
    "header": {"type": "header", "text": plain("x" * 150)},
    "divider": {"type": "divider", "block_id": "d"},
    "context": {"type": "context", "elements": [mrkdwn(), IMAGE]},
    "overflow": actions({"type": "overflow", "action_id": "o", "options": [option(url="https://x.example")]}),
    "select": actions({"type": "static_select", "action_id": "s", "options": [option()], "placeholder": plain()}),
    "groups": actions(
        {"type": "static_select", "action_id": "s", "option_groups": [{"label": plain(), "options": [option()]}]}
    ),
    "people": actions({"type": "users_select", "action_id": "u", "initial_user": "U1"}),
    "image": {**IMAGE, "title": plain()},
    "slack file": {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "a"},
    "rich text": rich(*INLINES),
    "rich lists": {"type": "rich_text", "elements": [LIST, CODE]},
    "markdown": {"type": "markdown", "text": "# x"},
    "table": {
        "type": "table",
        "rows": [[cell(), rich(), {"type": "raw_number", "value": 3}]],
        "column_settings": [{"align": "right", "is_wrapped": True}, None],
    },
    "data table": {"type": "data_table", "caption": "c", "rows": [[cell()], [rich()]], "page_size": 20},
    "pie": {
        "type": "data_visualization",
        "title": "t",
        "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]},
    },
    "bars": {
        "type": "data_visualization",
        "title": "t",
        "chart": {"type": "bar", "series": [SERIES], "axis_config": {"categories": ["q"]}},
    },
    "card": {"type": "card", "title": mrkdwn(), "actions": [button()]},
    "carousel": {"type": "carousel", "elements": [{"type": "card", "body": mrkdwn()}]},
    "plan": {"type": "plan", "title": "p", "tasks": [TASK]},
    "task": TASK,
    "container": {"type": "container", "title": plain(), "child_blocks": [section()], "is_collapsible": True},
    "context actions": {
        "type": "context_actions",
        "elements": [{"type": "icon_button", "action_id": "i", "icon": "trash", "text": plain()}],
    },
    "input": {"type": "input", "label": plain(), "element": {"type": "plain_text_input", "multiline": True}},
}


@pytest.mark.parametrize("name", GOOD)
def test_a_well_formed_block_is_taken(name: str) -> None:
    assert of(GOOD[name]) == []


BAD: dict[str, tuple[Block, str]] = {
    "long section": (
        {"type": "section", "text": mrkdwn("x" * 3412)},
        "/blocks/0/text/text: 3,412 characters, at most 3,000",
    ),
    "empty section": ({"type": "section", "text": mrkdwn("")}, "/blocks/0/text/text: 0 characters, at least 1"),
    "section of nothing": ({"type": "section"}, "/blocks/0: needs text or fields"),
    "eleven fields": ({"type": "section", "fields": [mrkdwn()] * 11}, "/blocks/0/fields: 11 items, at most 10"),
    "long field": (
        {"type": "section", "fields": [mrkdwn("x" * 2001)]},
        "/blocks/0/fields/0/text: 2,001 characters, at most 2,000",
    ),
    "typo": (section(acessory=button()), "/blocks/0/acessory: is not a field that Slack knows here"),
    "unknown type": ({"type": "secton"}, "/blocks/0/type: 'secton' is unknown"),
    "no type": ({"text": mrkdwn()}, "/blocks/0/type: is required"),
    "mrkdwn header": (
        {"type": "header", "text": mrkdwn()},
        "/blocks/0/text/type: 'mrkdwn' is not allowed here, only plain_text",
    ),
    "long header": ({"type": "header", "text": plain("x" * 151)}, "/blocks/0/text/text: 151 characters, at most 150"),
    "verbatim plain": (
        {"type": "header", "text": {**plain(), "verbatim": True}},
        "/blocks/0/text/verbatim: is not a field that Slack knows here",
    ),
    "modal only": (
        {"type": "alert", "text": mrkdwn(), "level": "info"},
        "/blocks/0/type: 'alert' is not allowed in a message",
    ),
    "eleven in context": (
        {"type": "context", "elements": [mrkdwn()] * 11},
        "/blocks/0/elements: 11 items, at most 10",
    ),
    "no actions": (actions(), "/blocks/0/elements: 0 items, at least 1"),
    "26 actions": (actions(*(button(str(n)) for n in range(26))), "/blocks/0/elements: 26 items, at most 25"),
    "same action twice": (actions(button(), button()), "/blocks/0: action_id 'go' is used 2 times, must be unique"),
    "long action id": (actions(button("x" * 256)), "/blocks/0/elements/0/action_id: 256 characters, at most 255"),
    "long label": (
        actions(button(text=plain("x" * 76))),
        "/blocks/0/elements/0/text/text: 76 characters, at most 75",
    ),
    "long value": (
        actions(button(value="x" * 2001)),
        "/blocks/0/elements/0/value: 2,001 characters, at most 2,000",
    ),
    "long url": (actions(button(url="x" * 3001)), "/blocks/0/elements/0/url: 3,001 characters, at most 3,000"),
    "style": (
        actions(button(style="loud")),
        "/blocks/0/elements/0/style: 'loud' is not one of primary, danger",
    ),
    "confirm": (
        actions(button(confirm={**CONFIRM, "title": plain("x" * 101)})),
        "/blocks/0/elements/0/confirm/title/text: 101 characters, at most 100",
    ),
    "half a confirm": (
        actions(button(confirm={"title": plain(), "text": plain(), "confirm": plain()})),
        "/blocks/0/elements/0/confirm/deny: is required",
    ),
    "six in overflow": (
        actions({"type": "overflow", "options": [option(n) for n in range(6)]}),
        "/blocks/0/elements/0/options: 6 items, at most 5",
    ),
    "long option": (
        actions({"type": "static_select", "options": [option(value="x" * 151)]}),
        "/blocks/0/elements/0/options/0/value: 151 characters, at most 150",
    ),
    "both kinds of options": (
        actions({"type": "static_select", "options": [option()], "option_groups": []}),
        "/blocks/0/elements/0: needs exactly one of options, option_groups",
    ),
    "text input in actions": (
        actions({"type": "plain_text_input"}),
        "/blocks/0/elements/0/type: 'plain_text_input' is not allowed here, only",
    ),
    "no alt": ({"type": "image", "image_url": "u"}, "/blocks/0/alt_text: is required"),
    "no source": ({"type": "image", "alt_text": "a"}, "/blocks/0: needs exactly one of image_url, slack_file"),
    "long block id": ({"type": "divider", "block_id": "x" * 256}, "/blocks/0/block_id: 256 characters, at most 255"),
    "101 rows": ({"type": "table", "rows": [[cell()]] * 101}, "/blocks/0/rows: 101 items, at most 100"),
    "21 cells": ({"type": "table", "rows": [[cell()] * 21]}, "/blocks/0/rows/0: 21 items, at most 20"),
    "cell": ({"type": "table", "rows": [[mrkdwn()]]}, "/blocks/0/rows/0/0/type: 'mrkdwn' is unknown"),
    "rich header": (
        {"type": "data_table", "caption": "c", "rows": [[rich()], [cell()]]},
        "/blocks/0/rows/0/0: rich_text is not allowed in the header row",
    ),
    "21 points": (
        lines(names=[f"{n}" for n in range(21)]),
        "/blocks/0/chart/series/0/data: 21 items, at most 20",
    ),
    "a point twice": (
        lines(names=["a", "a"]),
        "/blocks/0/chart/axis_config/categories: 'a' is there 2 times, must be unique",
    ),
    "two lines of one name": (
        lines(SERIES, SERIES, names=["q"]),
        "/blocks/0/chart/series: 'a' is there 2 times, must be unique",
    ),
    "a point that is not on the axis": (
        lines(SERIES, names=["q", "r"]),
        "/blocks/0/chart/series/0/data: the labels must be those of axis_config/categories",
    ),
    "long moment": (lines(names=["x" * 21]), "/blocks/0/chart/axis_config/categories/0: 21 characters, at most 20"),
    "empty slice": (
        {
            "type": "data_visualization",
            "title": "t",
            "chart": {"type": "pie", "segments": [{"label": "a", "value": 0}]},
        },
        "/blocks/0/chart/segments/0/value: 0, must be more than 0",
    ),
    "ragged": (
        {"type": "data_table", "caption": "c", "rows": [[cell()], [cell(), cell()]]},
        "/blocks/0/rows: every row must have the same number of cells",
    ),
    "big data table": (
        {"type": "data_table", "caption": "c", "rows": [[cell("x" * 101)] * 10] * 10},
        "/blocks/0/rows: 10,100 characters in all cells, at most 10,000",
    ),
    "page size": (
        {"type": "data_table", "caption": "c", "rows": [[cell()], [cell()]], "page_size": 101},
        "/blocks/0/page_size: 101, at most 100",
    ),
    "page size 0": (
        {"type": "data_table", "caption": "c", "rows": [[cell()], [cell()]], "page_size": 0},
        "/blocks/0/page_size: 0, at least 1",
    ),
    "page size in words": (
        {"type": "data_table", "caption": "c", "rows": [[cell()], [cell()]], "page_size": "5"},
        "/blocks/0/page_size: must be a whole number",
    ),
    "number cell": (
        {"type": "table", "rows": [[{"type": "raw_number", "value": True}]]},
        "/blocks/0/rows/0/0/value: must be a number",
    ),
    "rows that are none": (
        {"type": "data_table", "caption": "c", "rows": "x"},
        "/blocks/0/rows: must be a list",
    ),
    "both headings": (
        {
            "type": "container",
            "title": plain(),
            "child_blocks": [section()],
            "is_collapsible": True,
            "has_header_divider": True,
        },
        "/blocks/0/has_header_divider: not together with is_collapsible",
    ),
    "nested container": (
        {"type": "container", "title": plain(), "child_blocks": [{"type": "container"}]},
        "/blocks/0/child_blocks/0/type: 'container' is unknown",
    ),
    "rich text typo": (
        rich({"type": "text", "txt": "x"}),
        "/blocks/0/elements/0/elements/0/text: is required",
    ),
    "boolean": (section(expand="yes"), "/blocks/0/expand: must be true or false"),
    "text as string": ({"type": "header", "text": "x"}, "/blocks/0/text/type: is required"),
    "number as text": ({"type": "markdown", "text": 3}, "/blocks/0/text: must be a string"),
    "not an object": (actions(button(confirm="sure")), "/blocks/0/elements/0/confirm: must be an object"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_broken_rule_is_named_with_its_place(name: str) -> None:
    block, expected = BAD[name]
    assert [line for line in of(block) if line.startswith(expected)], of(block)


def test_a_message_with_51_blocks_is_refused() -> None:
    assert of(*[{"type": "divider"}] * 51) == ["/blocks: 51 items, at most 50"]


def test_a_message_of_50_blocks_is_taken() -> None:
    assert of(*[{"type": "divider"}] * 50) == []


def test_block_ids_are_unique() -> None:
    twice = {"type": "divider", "block_id": "d"}
    assert of(twice, twice) == ["/blocks: block_id 'd' is used 2 times, must be unique"]


@pytest.mark.parametrize(
    ("name", "most"), [("table", "at most 1"), ("data table", "at most 1"), ("pie", "at most 2"), ("plan", "at most 1")]
)
def test_some_blocks_may_stand_only_so_often_in_a_message(name: str, most: str) -> None:
    problems = of(*[GOOD[name]] * 3)
    assert len(problems) == 1
    assert problems[0].endswith(most)


def test_a_table_and_a_data_table_share_their_limit() -> None:
    assert of(GOOD["table"], GOOD["data table"]) == ["/blocks: 2 blocks of type table or data_table, at most 1"]


def test_all_markdown_blocks_together_have_a_limit() -> None:
    half = {"type": "markdown", "text": "x" * 6001}
    assert of(half, half) == ["/blocks: 12,002 characters in all markdown blocks, at most 12,000"]


def test_blocks_that_are_no_list_are_refused() -> None:
    assert message_problems({"text": "x", "blocks": {}}) == ["/blocks: must be a list"]


def test_a_block_that_is_no_object_is_refused() -> None:
    assert message_problems({"text": "x", "blocks": ["x"]}) == ["/blocks/0/type: is required"]


def test_a_message_needs_a_text() -> None:
    assert message_problems({"blocks": [section()]}) == ["/text: must be a string"]
    assert message_problems({"text": ""}) == ["/text: 0 characters, at least 1"]


def test_an_update_may_say_less_than_a_post() -> None:
    message = {"text": "x" * 4001}
    assert message_problems(message) == []
    assert message_problems(message, update=True) == ["/text: 4,001 characters, at most 4,000"]
    assert message_problems({"text": "x" * 40_001}) == ["/text: 40,001 characters, at most 40,000"]


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"event_type": "said", "event_payload": {"id": "1"}}, []),
        ({}, []),
        ({"event_type": "said"}, ["/metadata/event_payload: is required"]),
        ({"event_type": 1, "event_payload": {}}, ["/metadata/event_type: must be a string"]),
        ({"event_type": "said", "event_payload": "x"}, ["/metadata/event_payload: must be an object"]),
        ("x", ["/metadata: must be an object"]),
    ],
)
def test_metadata_has_a_type_and_a_payload(metadata: object, expected: list[str]) -> None:
    assert message_problems({"text": "x", "metadata": metadata}) == expected


def modal(**more: object) -> Mapping[str, object]:
    return {"type": "modal", "title": plain(), "blocks": [section()], **more}


def test_a_modal_may_hold_what_a_message_may_not() -> None:
    inside = [{"type": "alert", "text": mrkdwn()}, GOOD["input"]]
    assert view_problems(modal(blocks=inside, submit=plain("Save"), private_metadata="x")) == []


def test_a_modal_refuses_what_only_a_message_may_hold() -> None:
    assert view_problems(modal(blocks=[GOOD["table"]])) == ["/blocks/0/type: 'table' is not allowed in a modal"]


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (modal(title=plain("x" * 25)), "/title/text: 25 characters, at most 24"),
        (modal(private_metadata="x" * 3001), "/private_metadata: 3,001 characters, at most 3,000"),
        (modal(callback_id="x" * 256), "/callback_id: 256 characters, at most 255"),
        (modal(blocks=[{"type": "divider"}] * 101), "/blocks: 101 items, at most 100"),
        (modal(titel=plain()), "/titel: is not a field that Slack knows here"),
        ({"type": "home", "title": plain(), "blocks": []}, "/title: is not a field that Slack knows here"),
        ({"type": "page", "blocks": []}, "/type: 'page' is unknown"),
    ],
)
def test_a_view_has_limits_of_its_own(view: Mapping[str, object], expected: str) -> None:
    assert view_problems(view) == [expected]


def test_a_home_tab_may_hold_cards_in_a_carousel_but_no_markdown() -> None:
    assert view_problems({"type": "home", "blocks": [GOOD["carousel"]]}) == []
    refused = view_problems({"type": "home", "blocks": [GOOD["markdown"]]})
    assert refused == ["/blocks/0/type: 'markdown' is not allowed in a home"]


ANY_JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.sampled_from(["", "x", *GOOD, "mrkdwn", "button"]),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(some.sampled_from(["type", "text", "rows", "elements", "blocks", "action_id"]), inner)
    ),
    max_leaves=12,
)


@given(ANY_JSON)
def test_no_json_is_too_odd_to_be_judged(value: object) -> None:
    odd = {"text": value, "blocks": [value], "metadata": value}
    assert message_problems(odd)
    assert view_problems({"type": "modal", "title": value, "blocks": value})
    assert isinstance(foreign_text_problems({"text": "x", "blocks": value}), list)


def test_foreign_text_must_be_verbatim_wherever_it_stands() -> None:
    loud = {"type": "mrkdwn", "text": "x"}
    message = {"text": "x", "blocks": [{"type": "section", "text": mrkdwn(), "fields": [mrkdwn(), loud]}]}
    expected = "/blocks/0/fields/1/verbatim: must be true, so that foreign text cannot ping or link"
    assert foreign_text_problems(message) == [expected]


def test_a_message_that_says_nothing_in_one_sentence_is_named() -> None:
    assert foreign_text_problems({"text": " ", "blocks": [section()]}) == [
        "/text: is empty, so nobody is told anything"
    ]
    assert foreign_text_problems({"text": "done", "blocks": [section()]}) == []
