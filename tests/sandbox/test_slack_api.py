"""The official client takes the fake Web API for the real one."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, FormData, web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack_entities import Draft
from bot.sandbox.slack_server import SlackSandbox
from bot.sandbox.workspace import ANA, BEN, BOT
from tests.fakes import HastyClock

DE, PRODUCERS, AURORA = "C0DUBBINGDE", "C0PRODUCERS", "C0AURORA"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
ABOUT = {"event_type": "delivery", "event_payload": {"id": "d1"}}
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Settings"}, "blocks": [SECTION]}
TABLE = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture
async def slack(clock: HastyClock) -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(clock=clock) as sandbox:
        sandbox.limits.on = False
        yield sandbox


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
def client(slack: SlackSandbox, http: ClientSession) -> AsyncWebClient:
    return AsyncWebClient(token="xoxb-sandbox", base_url=slack.api_url, session=http, retry_handlers=[])


async def refusal(client: AsyncWebClient, method: str, **args: object) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=args)
    data: dict[str, Any] = caught.value.response.data
    return data


async def code(client: AsyncWebClient, method: str, **args: object) -> str:
    answer = await refusal(client, method, **args)
    return str(answer["error"])


# --- tokens ---


async def test_a_token_says_who_it_is_and_what_it_may_do(client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["team_id"], answer["user_id"]) == ("T0SANDBOX", BOT.id)
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


@pytest.mark.parametrize(
    ("token", "word"), [("", "not_authed"), ("xoxb-other", "invalid_auth"), ("xapp-sandbox", "not_allowed_token_type")]
)
async def test_a_wrong_token_is_refused(client: AsyncWebClient, token: str, word: str) -> None:
    client.token = token
    assert await code(client, "auth.test") == word


async def test_a_revoked_token_is_refused_everywhere(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.tokens.refusal = "token_revoked"
    assert await code(client, "chat.postMessage", channel=DE, text="x") == "token_revoked"


async def test_a_missing_scope_is_named_with_what_was_granted(client: AsyncWebClient) -> None:
    answer = await refusal(client, "reactions.add", channel=DE, timestamp="1", name="eyes")
    assert (answer["error"], answer["needed"]) == ("missing_scope", "reactions:write")
    assert "chat:write" in answer["provided"]


async def test_reading_needs_the_scope_of_the_kind_of_place(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.tokens.scopes.remove("groups:history")
    assert (await client.conversations_history(channel=DE))["ok"]
    assert (await refusal(client, "conversations.history", channel=AURORA))["needed"] == "groups:history"


async def test_an_unknown_method_is_refused(client: AsyncWebClient) -> None:
    assert await code(client, "chat.shout") == "unknown_method"


@pytest.mark.parametrize("how", ["query", "form", "json", "token in the form"])
async def test_arguments_may_come_in_any_form(slack: SlackSandbox, http: ClientSession, how: str) -> None:
    url, args = f"{slack.api_url}chat.postMessage", {"channel": DE, "text": "x", "blocks": '[{"type": "divider"}]'}
    header = {"Authorization": "Bearer xoxb-sandbox"}
    requests = {
        "query": http.get(url, params=args, headers=header),
        "form": http.post(url, data=args, headers=header),
        "json": http.post(url, json=args, headers=header),
        "token in the form": http.post(url, data=FormData({**args, "token": "xoxb-sandbox"})),
    }
    for name, request in requests.items():
        if name != how:
            request.close()
    async with requests[how] as response:
        assert (await response.json())["ok"] is True
    assert slack.workspace.history(DE)[0].blocks == [{"type": "divider"}]
    assert "token" not in slack.calls[-1].args


@pytest.mark.parametrize(("body", "word"), [("{", "invalid_json"), ("[]", "json_not_object")])
async def test_a_body_that_is_no_object_is_refused(
    slack: SlackSandbox, http: ClientSession, body: str, word: str
) -> None:
    headers = {"Content-Type": "application/json"}
    async with http.post(f"{slack.api_url}auth.test", data=body, headers=headers) as response:
        assert (await response.json())["error"] == word


# --- saying ---


async def test_a_post_answers_with_its_place_and_its_message(client: AsyncWebClient) -> None:
    answer = await client.chat_postMessage(channel=DE, text="hello", blocks=[SECTION], metadata=ABOUT)
    assert (answer["channel"], answer["message"]["text"]) == (DE, "hello")
    assert answer["message"]["ts"] == answer["ts"]
    assert answer["message"]["metadata"] == ABOUT
    assert answer["message"]["blocks"][0]["block_id"]


async def test_a_post_to_a_person_goes_into_the_dm_with_the_bot(slack: SlackSandbox, client: AsyncWebClient) -> None:
    assert (await client.chat_postMessage(channel=BEN.id, text="hello"))["channel"] == "D0BEN"
    assert slack.workspace.history("D0BEN")[0].text == "hello"


@pytest.mark.parametrize(
    ("args", "word"),
    [
        ({"channel": PRODUCERS, "text": "x"}, "not_in_channel"),
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": "D0ANABEN", "text": "x"}, "channel_not_found"),
        ({"channel": "U0NOBODY", "text": "x"}, "channel_not_found"),
        ({"text": "x"}, "channel_not_found"),
        ({"channel": DE}, "no_text"),
        ({"channel": DE, "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": DE, "text": "x", "thread_ts": "1.000000"}, "thread_not_found"),
        ({"channel": DE, "text": "x", "thread_ts": "yesterday"}, "invalid_thread_ts"),
        ({"channel": DE, "text": "x", "metadata": {"event_type": "e"}}, "invalid_metadata_format"),
        ({"channel": DE, "text": "x", "metadata": "{"}, "invalid_metadata_format"),
        ({"channel": DE, "text": "x", "blocks": "["}, "invalid_blocks_format"),
        ({"channel": DE, "text": "x", "blocks": [TABLE, TABLE]}, "invalid_attachments"),
    ],
)
async def test_a_post_is_refused_with_slacks_word(client: AsyncWebClient, args: dict[str, Any], word: str) -> None:
    assert await code(client, "chat.postMessage", **args) == word


async def test_posting_where_the_bot_was_not_invited_can_be_granted(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    slack.tokens.scopes.add("chat:write.public")
    assert (await client.chat_postMessage(channel=PRODUCERS, text="x"))["ok"]


async def test_an_archived_channel_takes_neither_posts_nor_edits(slack: SlackSandbox, client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel=DE, text="x"))["ts"]
    slack.workspace.archive(DE)
    assert await code(client, "chat.postMessage", channel=DE, text="x") == "is_archived"
    assert await code(client, "chat.update", channel=DE, ts=ts, text="x") == "is_archived"


async def test_invalid_blocks_are_explained(client: AsyncWebClient) -> None:
    answer = await refusal(client, "chat.postMessage", channel=DE, text="x", blocks=[{"type": "section"}])
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == ["[ERROR] /blocks/0: needs text or fields"]


async def test_an_edit_changes_the_message_in_its_place(slack: SlackSandbox, client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel=DE, text="x", blocks=[SECTION], metadata=ABOUT))["ts"]
    answer = await client.chat_update(channel=DE, ts=ts, text="y")
    message = slack.workspace.message(DE, ts)
    assert (answer["text"], message.text, message.blocks, message.metadata) == ("y", "y", None, ABOUT)
    assert answer["message"]["edited"]["user"] == BOT.id
    await client.chat_update(channel=DE, ts=ts, text="y", metadata={})
    assert message.metadata is None


async def test_an_edit_is_refused_with_slacks_word(slack: SlackSandbox, client: AsyncWebClient) -> None:
    own = (await client.chat_postMessage(channel=DE, text="x"))["ts"]
    hidden = (await client.chat_postEphemeral(channel=DE, user=ANA.id, text="x"))["message_ts"]
    foreign = slack.workspace.post(DE, ANA.id, Draft("mine")).ts
    words = {
        (own, "x" * 4001): "msg_too_long",
        (hidden, "x"): "message_not_found",
        (foreign, "x"): "cant_update_message",
        ("1.000000", "x"): "message_not_found",
    }
    for (ts, text), word in words.items():
        assert await code(client, "chat.update", channel=DE, ts=ts, text=text) == word


async def test_the_bot_takes_back_only_what_it_said(slack: SlackSandbox, client: AsyncWebClient) -> None:
    own = (await client.chat_postMessage(channel=DE, text="x"))["ts"]
    foreign = slack.workspace.post(DE, ANA.id, Draft("mine")).ts
    await client.chat_delete(channel=DE, ts=own)
    assert [each.ts for each in slack.workspace.history(DE)] == [foreign]
    assert await code(client, "chat.delete", channel=DE, ts=foreign) == "cant_delete_message"


async def test_an_ephemeral_post_needs_a_member(slack: SlackSandbox, client: AsyncWebClient) -> None:
    await client.chat_postEphemeral(channel=DE, user=ANA.id, text="for you", blocks=[SECTION])
    assert [each.text for each in slack.workspace.ephemerals(ANA.id)] == ["for you"]
    assert await code(client, "chat.postEphemeral", channel=AURORA, user=BEN.id, text="x") == "user_not_in_channel"


async def test_a_permalink_leads_into_the_thread(client: AsyncWebClient) -> None:
    root = (await client.chat_postMessage(channel=DE, text="x"))["ts"]
    reply = (await client.chat_postMessage(channel=DE, text="y", thread_ts=root))["ts"]
    for ts, end in ((root, root.replace(".", "")), (reply, f"?thread_ts={root}&cid={DE}")):
        assert (await client.chat_getPermalink(channel=DE, message_ts=ts))["permalink"].endswith(end)


# --- reading ---


async def test_history_shows_metadata_only_when_asked(client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=DE, text="x", metadata=ABOUT)
    plain = (await client.conversations_history(channel=DE))["messages"][0]
    full = (await client.conversations_history(channel=DE, include_all_metadata=True))["messages"][0]
    assert ("metadata" in plain, full["metadata"]) == (False, ABOUT)


async def test_history_comes_in_pages(client: AsyncWebClient) -> None:
    for n in range(5):
        await client.chat_postMessage(channel=DE, text=str(n))
    first = await client.conversations_history(channel=DE, limit=3)
    rest = await client.conversations_history(channel=DE, limit=3, cursor=first["response_metadata"]["next_cursor"])
    assert [each["text"] for each in first["messages"] + rest["messages"]] == ["4", "3", "2", "1", "0"]
    assert (first["has_more"], rest["has_more"]) == (True, False)


async def test_a_page_may_be_smaller_than_asked(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.workspace.most_a_page = 1
    for n in range(2):
        await client.chat_postMessage(channel=DE, text=str(n))
    assert len((await client.conversations_history(channel=DE))["messages"]) == 1


@pytest.mark.parametrize(
    ("inclusive", "expected"), [(False, ["1"]), (True, ["2", "1", "0"])], ids=["exclusive", "inclusive"]
)
async def test_history_between_two_times(client: AsyncWebClient, inclusive: bool, expected: list[str]) -> None:
    stamps = [(await client.chat_postMessage(channel=DE, text=str(n)))["ts"] for n in range(3)]
    found = await client.conversations_history(channel=DE, oldest=stamps[0], latest=stamps[2], inclusive=inclusive)
    assert [each["text"] for each in found["messages"]] == expected


async def test_a_thread_begins_with_its_first_message(client: AsyncWebClient) -> None:
    root = (await client.chat_postMessage(channel=DE, text="root"))["ts"]
    await client.chat_postMessage(channel=DE, text="reply", thread_ts=root)
    found = (await client.conversations_replies(channel=DE, ts=root))["messages"]
    assert [each["text"] for each in found] == ["root", "reply"]
    assert (found[0]["reply_count"], found[1]["parent_user_id"]) == (1, BOT.id)


async def test_a_reply_outlives_its_first_message(slack: SlackSandbox, client: AsyncWebClient) -> None:
    root = slack.workspace.post(DE, ANA.id, Draft("root"))
    await client.chat_postMessage(channel=DE, text="loud", thread_ts=root.ts, reply_broadcast=True)
    slack.workspace.delete(DE, root.ts)
    assert [each["text"] for each in (await client.conversations_history(channel=DE))["messages"]] == ["loud"]


@pytest.mark.parametrize(
    ("args", "word"),
    [
        ({"channel": PRODUCERS}, "not_in_channel"),
        ({"channel": DE, "limit": 0}, "invalid_limit"),
        ({"channel": DE, "limit": "many"}, "invalid_limit"),
        ({"channel": DE, "cursor": "somewhere"}, "invalid_cursor"),
    ],
)
async def test_a_wrong_question_about_history_is_refused(
    client: AsyncWebClient, args: dict[str, Any], word: str
) -> None:
    assert await code(client, "conversations.history", **args) == word


async def test_a_time_that_is_none_is_refused(client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=DE, text="x")
    assert await code(client, "conversations.history", channel=DE, oldest="yesterday") == "invalid_ts_oldest"


# --- places and people ---


async def test_a_dm_is_opened_by_naming_the_person(client: AsyncWebClient) -> None:
    assert (await client.conversations_open(users=ANA.id))["channel"]["id"] == "D0ANA"
    assert await code(client, "conversations.open") == "users_list_not_supplied"
    assert await code(client, "conversations.open", users="U0NOBODY") == "user_not_found"


async def test_a_place_is_described(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.tokens.scopes -= {"channels:read"}
    assert await code(client, "conversations.info", channel=DE) == "missing_scope"
    slack.tokens.scopes.update({"channels:read", "groups:read", "im:read"})
    shown = (await client.conversations_info(channel=DE))["channel"]
    assert (shown["name"], shown["is_member"], shown["is_private"]) == ("dubbing-de", True, False)
    assert (await client.conversations_info(channel="D0ANA"))["channel"]["user"] == ANA.id


async def test_only_what_the_bot_may_know_of_is_listed(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.workspace.archive("C0DUBBINGJP")
    everywhere = await client.conversations_list(types="public_channel,private_channel", exclude_archived=True)
    assert [each["name"] for each in everywhere["channels"]] == ["dubbing-de", "producers", "client-aurora"]
    joined = await client.users_conversations(types="public_channel,im", limit=3)
    assert [each["id"] for each in joined["channels"]] == [DE, "C0DUBBINGJP", "D0ANA"]
    assert joined["response_metadata"]["next_cursor"]


async def test_the_bot_joins_public_channels_that_are_open(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.tokens.scopes.add("channels:join")
    assert (await client.conversations_join(channel=PRODUCERS))["channel"]["is_member"]
    assert await code(client, "conversations.join", channel=AURORA) == "method_not_supported_for_channel_type"
    slack.workspace.archive(DE)
    assert await code(client, "conversations.join", channel=DE) == "is_archived"


async def test_people_have_a_time_zone(client: AsyncWebClient) -> None:
    user = (await client.users_info(user=ANA.id))["user"]
    assert (user["tz"], user["tz_offset"]) == ("Europe/Berlin", 7200)
    assert await code(client, "users.info", user="U0NOBODY") == "user_not_found"
    assert {each["name"] for each in (await client.users_list())["members"]} == {"ana", "ben", "lipsync"}


async def test_an_emoji_is_put_on_a_message(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.tokens.scopes.add("reactions:write")
    ts = (await client.chat_postMessage(channel=DE, text="x"))["ts"]
    await client.reactions_add(channel=DE, timestamp=ts, name="eyes")
    shown = (await client.conversations_history(channel=DE))["messages"][0]
    assert shown["reactions"] == [{"name": "eyes", "users": [BOT.id], "count": 1}]


# --- views, files, blocks ---


async def test_a_modal_is_opened_for_who_pulled_the_trigger(slack: SlackSandbox, client: AsyncWebClient) -> None:
    trigger = slack.workspace.passes.new_trigger(ANA.id)
    view = (await client.views_open(trigger_id=trigger.id, view=MODAL))["view"]
    assert slack.workspace.views[view["id"]]["user"] == ANA.id
    await client.views_update(view_id=view["id"], view={**MODAL, "callback_id": "settings"})
    assert slack.workspace.views[view["id"]]["callback_id"] == "settings"
    assert await code(client, "views.open", trigger_id=trigger.id, view=MODAL) == "trigger_exchanged"
    assert await code(client, "views.update", view_id="V0", view=MODAL) == "not_found"


async def test_a_home_tab_is_published_for_a_person(slack: SlackSandbox, client: AsyncWebClient) -> None:
    await client.views_publish(user_id=BEN.id, view={"type": "home", "blocks": [SECTION]})
    assert [each["user"] for each in slack.workspace.views.values()] == [BEN.id]


@pytest.mark.parametrize("view", [{**MODAL, "title": "x"}, {"type": "home", "blocks": []}, "x", None])
async def test_a_view_that_is_no_modal_is_not_opened(client: AsyncWebClient, view: object) -> None:
    assert await code(client, "views.open", trigger_id="x", view=view) == "invalid_arguments"


async def test_a_file_is_uploaded_and_shown_in_the_channel(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.tokens.scopes.add("files:write")
    await client.files_upload_v2(channel=DE, filename="links.csv", content="a,b", initial_comment="100 links")
    message = slack.workspace.history(DE)[0]
    shown = (await client.conversations_history(channel=DE))["messages"][0]["files"][0]
    assert message.text == "100 links"
    assert (shown["name"], shown["content"], shown["size"]) == ("links.csv", "a,b", 3)


async def test_a_file_that_was_not_announced_is_refused(
    slack: SlackSandbox, client: AsyncWebClient, http: ClientSession
) -> None:
    slack.tokens.scopes.add("files:write")
    assert await code(client, "files.completeUploadExternal", files='[{"id": "F0"}]') == "file_not_found"
    assert await code(client, "files.getUploadURLExternal", filename="x", length="long") == "invalid_arguments"
    async with http.post(f"{slack.base_url}/upload/F0", data=b"x") as response:
        assert response.status == 404


async def test_a_file_may_be_uploaded_without_being_shown(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.tokens.scopes.add("files:write")
    made = await client.files_getUploadURLExternal(filename="x.csv", length=1)
    await client.files_completeUploadExternal(files=[{"id": made["file_id"], "title": "x"}])
    assert slack.workspace.history(DE) == []


async def test_blocks_are_validated_without_a_token(slack: SlackSandbox, http: ClientSession) -> None:
    client = AsyncWebClient(base_url=slack.api_url, session=http, retry_handlers=[])
    assert (await client.api_call("blocks.validate", json={"blocks": [SECTION]}))["ok"]
    answer = await refusal(client, "blocks.validate", blocks=[{"type": "section"}])
    assert answer["errors"] == [{"code": "invalid", "message": "needs text or fields", "pointer": "/blocks/0"}]
    assert await code(client, "blocks.validate") == "invalid_arguments"
    assert await code(client, "blocks.validate", message="[]") == "invalid_arguments"
    assert (await client.api_call("api.test", json={"x": 1}))["args"] == {"x": 1}


# --- serving ---


async def test_the_workspace_can_be_served_by_a_larger_application(clock: HastyClock, http: ClientSession) -> None:
    async with SlackSandbox(clock=clock, port=None) as slack:
        app = web.Application()
        app.add_routes(slack.routes())
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        slack.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        client = AsyncWebClient(token="xoxb-sandbox", base_url=slack.api_url, session=http, retry_handlers=[])
        assert (await client.auth_test())["ok"]
        await runner.cleanup()
