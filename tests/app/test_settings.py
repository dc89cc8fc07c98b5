"""Settings of a channel as people set them and meet them, through the real app."""

from typing import Any

from bot.slack.actions import CARD_LINKS, LINKS_SHARE, QUEUE_SHARE, STATUS_REFRESH, STATUS_SHARE, UNDO
from tests.app.conftest import ANA, ANA_DM, BEN, DE, PRODUCERS, Stage, buttons_of, everything_in


async def opens_settings(stage: Stage, *, user: str = ANA, channel: str = DE) -> dict[str, Any]:
    """The modal that `settings` opens."""
    delivered = await stage.slack.command(user, channel, "settings")
    assert delivered.ok
    await stage.app.work.settle()
    shown = stage.slack.surfaces.modal(user)
    assert shown is not None
    return dict(shown)


async def saves(stage: Stage, *, user: str = ANA, channel: str = DE, **entries: str | list[str]) -> str:
    """Open the settings, send them in, confirm what would end; returns all that the modal says at the end."""
    await opens_settings(stage, user=user, channel=channel)
    for _ in range(2):
        modal = stage.slack.surfaces.modal(user)
        assert modal is not None
        if modal.get("callback_id") != "settings_form":
            break
        delivered = await stage.slack.surfaces.submit(user, modal["id"], entries)
        assert delivered.ok, delivered
    last = stage.slack.surfaces.modal(user)
    assert last is not None
    await stage.slack.surfaces.close(user, last["id"])
    return f"{last['title']['text']} {last['blocks']}"


async def test_patterns_that_are_set_hold_for_commands_buttons_and_what_is_watched(stage: Stage) -> None:
    stage.account.submit("client-a-1", 4)
    stage.account.submit("client-b-1", 4)
    for reference in ("client-a-1", "client-b-1"):
        await stage.asks(f"watch {reference}")
    gone = await stage.card("client-b-1")
    old = await stage.asks("status client-b-1")
    await stage.card("client-a-1")

    said = await saves(stage, patterns="client-a-*")

    assert "1 watch outside the patterns ended" in said
    assert "client-b-1" in said
    await stage.sees(lambda m: m.ts == gone.ts and "stopped watching" in m.text)
    stage.account.fail(stage.account.submit("client-a-1", 1)[0], "no face detected")
    stage.account.fail(stage.account.submit("client-b-1", 1)[0], "codec")
    await stage.sees_text("no face detected")
    for typed in (
        "status client-b-1",
        "failures client-b-1",
        "links client-b-1",
        "export client-b-1",
        "watch client-b-1",
    ):
        assert "This channel is only about `client-a-*`" in (await stage.asks(typed)).text, typed
    for action in (STATUS_REFRESH, STATUS_SHARE):
        await stage.clicks(old, action)
        assert "This channel is only about" in stage.slack.workspace.ephemerals(ANA, DE)[-1].text
    table = await stage.asks("status client-*")
    assert "client-b-1" not in everything_in(table)
    assert "only what this channel is about: client-a-" in table.text
    assert "client-b-1" not in everything_in(await stage.asks("queue"))
    assert "client-b-1" not in everything_in(await stage.asks("watches all"))
    assert not any("codec" in text for text in stage.texts())
    assert "5 waiting" not in (await stage.asks("status client-b-1", channel=PRODUCERS)).text
    assert "client-b-1" in (await stage.asks("status client-b-1", channel=PRODUCERS)).text


async def test_a_pattern_covers_what_comes_later_only_within_those_of_the_channel(stage: Stage) -> None:
    await saves(stage, patterns="client-a-*")
    confirmed = await stage.asks("watch *")
    assert "client-a-" in everything_in(confirmed)

    stage.account.fail(stage.account.submit("client-b-1", 1)[0], "codec")
    stage.account.fail(stage.account.submit("client-a-1", 1)[0], "no face detected")

    await stage.sees_text("no face detected")
    await stage.sees(lambda m: "1 reference" in m.text and "1 failed" in m.text)
    assert not any("codec" in text or "client-b" in text for text in stage.texts())


async def test_with_managers_others_see_the_settings_and_change_nothing(stage: Stage) -> None:
    stage.account.submit("batch-1", 4)
    answer = await stage.asks("watch batch-1", user=BEN)
    await stage.card("batch-1")

    await saves(stage, managers=[ANA])

    assert "submit" not in await opens_settings(stage, user=BEN)
    for typed in (
        "watch batch-2",
        "unwatch batch-1",
        "mute all 2h",
        "expect batch-1 4",
        "quiet 1:00-2:00",
        "digest off",
    ):
        refused = await stage.asks(typed, user=BEN)
        assert f"Only its managers change what is watched and set in this channel: <@{ANA}>" in refused.text, typed
    await stage.clicks(answer, UNDO, user=BEN)
    assert "Only its managers" in stage.slack.workspace.ephemerals(BEN, DE)[-1].text
    assert "batch-1" in (await stage.asks("status batch-1", user=BEN)).text
    assert "batch-1" in (await stage.asks("watch batch-1 me", user=BEN)).text
    assert "D0BEN" not in everything_in(await stage.asks("watches all"))
    assert "stopped" in (await stage.asks("unwatch batch-1")).text.lower()


async def test_links_are_shared_where_they_are_open_and_refused_where_they_are_off(stage: Stage) -> None:
    stage.account.submit("batch-1", 2)
    stage.account.finish("batch-1")
    private = await stage.asks("links batch-1")
    assert LINKS_SHARE not in buttons_of(private)

    await saves(stage, links="open")
    await stage.clicks(await stage.asks("links batch-1"), LINKS_SHARE)

    shared = stage.said()[-1]
    assert "2 output links of batch-1" in shared.text
    assert f"<@{ANA}>" in everything_in(shared)
    old = await stage.asks("links batch-1")

    await saves(stage, links="off", patterns="batch-*")

    for typed in ("links batch-1", "export batch-1"):
        assert "Links are switched off in this channel" in (await stage.asks(typed)).text
    await stage.clicks(old, LINKS_SHARE)
    assert "Links are switched off" in stage.slack.workspace.ephemerals(ANA, DE)[-1].text
    assert "2 output links" in (await stage.asks("links batch-1", channel=ANA_DM)).text
    await stage.asks("watch batch-1")
    assert CARD_LINKS not in buttons_of(await stage.card("batch-1"))


async def test_a_new_watch_tells_what_is_usual_in_its_channel(stage: Stage) -> None:
    await saves(stage, events="each")
    stage.account.submit("batch-1", 4)
    await stage.asks("watch batch-1")
    card = await stage.card("batch-1")
    assert "(each)" in everything_in(card)


async def test_settings_are_of_channels_and_mistakes_are_told_in_the_form(stage: Stage) -> None:
    assert "Settings are of channels" in (await stage.asks("settings", channel=ANA_DM)).text
    modal = await opens_settings(stage)
    delivered = await stage.slack.surfaces.submit(ANA, modal["id"], {"patterns": "{1..5000}", "managers": [BEN]})
    assert set(delivered.answer["errors"]) == {"patterns", "managers"}
    assert await stage.store.policies.at("T0LIPSYNC", DE) is None


async def test_a_queue_that_is_shared_names_nothing_that_the_channel_is_not_about(stage: Stage) -> None:
    stage.account.submit("client-b-1", 4)
    stage.account.submit("client-a-1", 4)
    await stage.asks("watch *", channel=ANA_DM)
    await stage.sees(lambda m: "2 references" in m.text, ANA_DM)
    await saves(stage, patterns="client-a-*")

    await stage.clicks(await stage.asks("queue"), QUEUE_SHARE)

    shared = everything_in(stage.said()[-1])
    assert "client-a-1" in shared
    assert "client-b-1" not in shared
    assert "1 reference that this channel is not about" in shared
