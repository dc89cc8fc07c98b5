from dataclasses import replace

import pytest

from bot.slack.payload import Asked, Clicked, Happened, PayloadError, asked, clicked, happened, is_event, is_public

COMMAND = {
    "team_id": "T1",
    "channel_id": "C1",
    "channel_name": "dubbing",
    "user_id": "U1",
    "command": "/lipsync",
    "text": "batch-1",
    "response_url": "https://hooks.example/secret",
}
CLICK = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U1", "team_id": "T1"},
    "channel": {"id": "C1", "name": "dubbing"},
    "container": {"type": "message", "message_ts": "1.0", "is_ephemeral": True},
    "actions": [{"action_id": "card_stop", "value": "batch-1"}],
    "response_url": "https://hooks.example/secret",
}


def test_a_command_says_who_asked_what_and_where() -> None:
    assert asked(COMMAND) == Asked(
        user="U1",
        place="C1",
        place_name="dubbing",
        public=True,
        text="batch-1",
        response_url="https://hooks.example/secret",
        command="/lipsync",
        team="T1",
    )


def test_a_click_says_who_clicked_what_and_where() -> None:
    assert clicked(CLICK) == Clicked(
        user="U1",
        place="C1",
        message_ts="1.0",
        is_answer=True,
        action_id="card_stop",
        value="batch-1",
        response_url="https://hooks.example/secret",
        team="T1",
        place_name="dubbing",
        public=True,
    )
    assert clicked(CLICK).reference == "batch-1"


JOINED = {
    "type": "event_callback",
    "team_id": "T1",
    "event_id": "Ev1",
    "event": {"type": "member_joined_channel", "channel": "C1", "user": "U1"},
}


def test_an_event_says_what_happened_where_and_to_whom() -> None:
    assert is_event(JOINED)
    assert not is_event(CLICK)
    assert happened(JOINED) == Happened("Ev1", "member_joined_channel", "C1", "U1")


def test_an_event_in_a_channel_says_whether_another_organisation_reads_it() -> None:
    assert happened({**JOINED, "is_ext_shared_channel": True}).shared
    assert not happened({**JOINED, "is_ext_shared_channel": False}).shared
    assert not happened({**JOINED, "is_ext_shared_channel": "yes"}).shared
    nowhere = {"event_id": "Ev1", "event": {"type": "app_uninstalled"}, "is_ext_shared_channel": True}
    assert not happened(nowhere).shared


@pytest.mark.parametrize(
    ("event", "lost"),
    [
        ({"tokens": {"oauth": ["U1"], "bot": ["U2"]}}, True),
        ({"tokens": {"oauth": ["U1"], "bot": []}}, False),
        ({"tokens": {"oauth": ["U1"]}}, False),
        ({"tokens": "odd"}, False),
        ({}, False),
    ],
)
def test_only_the_bots_own_token_counts_as_lost(event: dict[str, object], lost: bool) -> None:
    told = happened({"event_id": "Ev1", "event": {"type": "tokens_revoked", **event}})
    assert told == Happened("Ev1", "tokens_revoked", lost_token=lost)


def test_what_an_event_has_in_another_shape_is_left_out() -> None:
    told = happened({"event_id": "Ev1", "event": {"type": "x", "channel": {"id": "C1"}, "user": {"id": "U1"}}})
    assert told == Happened("Ev1", "x")


@pytest.mark.parametrize(
    "odd",
    [{}, {"event_id": "Ev1"}, {"event": {"type": "x"}}, {"event_id": 7, "event": {"type": "x"}},
     {"event_id": "Ev1", "event": {}}, {"event_id": "Ev1", "event": {"type": "x", "channel": "\x00"}}],
)  # fmt: skip
def test_an_event_without_its_id_or_kind_is_odd(odd: object) -> None:
    with pytest.raises(PayloadError):
        happened(odd)


def test_the_address_to_answer_to_is_not_shown() -> None:
    assert "secret" not in repr(asked(COMMAND)) + repr(clicked(CLICK))


def test_a_command_without_text_or_channel_name_is_taken() -> None:
    bare = {key: value for key, value in COMMAND.items() if key not in ("text", "channel_name")}
    assert asked(bare) == replace(asked(COMMAND), text="", place_name="", public=False)
    assert asked({**COMMAND, "text": None}) == replace(asked(COMMAND), text="")


@pytest.mark.parametrize("field", ["team_id", "channel_id", "user_id", "command", "response_url"])
@pytest.mark.parametrize("value", [None, "", 5, ["x"], "a\ud800", "a\x00"])
def test_a_command_with_an_odd_field_is_refused_with_its_name(field: str, value: object) -> None:
    with pytest.raises(PayloadError, match=f"usable `{field}`"):
        asked({**COMMAND, field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user", {"id": "U1", "team_id": 5}),
        ("user", {"name": "ana"}),
        ("channel", "C1"),
        ("container", []),
        ("container", {"type": "view"}),
        ("actions", []),
        ("actions", "stop"),
        ("actions", [None]),
        ("actions", [{"value": "x"}]),
        ("actions", [{"action_id": "x", "value": 5}]),
        ("response_url", "ftp://x.y"),
    ],
)
def test_a_click_with_an_odd_field_is_refused(field: str, value: object) -> None:
    with pytest.raises(PayloadError, match="nothing was done"):
        clicked({**CLICK, field: value})


@pytest.mark.parametrize("value", ["", "all", "all 0", "all -1", "all 1.5", "all 999999", "no 1", "all 2\n", "all  2"])
def test_a_button_that_names_no_page_is_refused(value: str) -> None:
    assert replace(clicked(CLICK), value="mine 12").page == ("mine", 12)
    with pytest.raises(PayloadError, match="nothing was done"):
        _ = replace(clicked(CLICK), value=value).page


@pytest.mark.parametrize("payload", [None, [], "x", 5])
def test_what_is_no_object_is_refused(payload: object) -> None:
    with pytest.raises(PayloadError):
        asked(payload)
    with pytest.raises(PayloadError):
        clicked(payload)


def test_a_button_without_a_value_has_no_reference() -> None:
    click = clicked({**CLICK, "actions": [{"action_id": "card_stop"}]})
    assert click.value == ""
    with pytest.raises(PayloadError):
        _ = click.reference


def test_a_message_for_all_is_not_ephemeral() -> None:
    assert not clicked({**CLICK, "container": {"message_ts": "1.0"}}).is_answer


@pytest.mark.parametrize(
    ("place", "name", "public"),
    [
        ("C1", "dubbing", True),
        ("C1", "mpdm", False),
        ("C1", "mpdm-ana--ben-1", False),
        ("C1", "mpdmix", True),
        ("C1", "privategroup", False),
        ("C1", "", False),
        ("G1", "privategroup", False),
        ("D1", "directmessage", False),
        ("D1", "dubbing", False),
    ],
)
def test_only_a_channel_whose_name_slack_shows_is_public(place: str, name: str, *, public: bool) -> None:
    assert is_public(place, name) is public
