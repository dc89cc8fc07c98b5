"""Every command of the first stage, typed by people, and its answer."""

from dataclasses import replace

from bot import __version__
from bot.slack.actions import STATUS_CHART, STATUS_REFRESH, STATUS_SHARE, STATUS_WATCH
from tests.app.conftest import ANA, ANA_AND_BEN, ANA_DM, BEN, DE, PRIVATE, Stage, buttons_of, everything_in
from tests.builders import request, uuid


async def test_how_a_batch_is_doing_is_read_live_however_it_is_asked(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 30)
    stage.account.finish("batch-1")
    stage.account.fail(ids[0], "no face detected")
    for typed in ("status batch-1", "batch-1", "status batch-1 fresh", '"batch-1"'):
        calls = len(stage.api.calls)
        answer = await stage.asks(typed)
        assert "batch-1: 100% finished, 29 done, 1 failed" in answer.text
        assert "no face detected" in everything_in(answer)
        assert buttons_of(answer) == [STATUS_REFRESH, STATUS_CHART, STATUS_SHARE, STATUS_WATCH]
        asked = [call.query.get("reference_id") for call in stage.api.calls[calls:]]
        assert "batch-1" in asked


async def test_a_request_is_asked_for_by_its_id(stage: Stage) -> None:
    (one,) = stage.account.submit("batch-1", 1)
    stage.account.fail(one, "no face detected")
    answer = await stage.asks(one)
    assert f"Request {one} of batch-1: failed (no face detected)" in answer.text
    shared_before = len(stage.said())
    await stage.clicks(answer, STATUS_SHARE)
    assert "no face detected" in stage.said()[shared_before].text
    assert "Nothing is listed" in (await stage.asks(uuid(4))).text


async def test_what_was_never_sent_is_said_so_with_what_to_check(stage: Stage) -> None:
    answer = await stage.asks("status batch-2027-01")
    assert "Nothing is listed under batch-2027-01" in answer.text
    assert "spelling" in everything_in(answer)
    near = await stage.asks("watchs")
    assert "No request was ever seen" in near.text
    assert "`/lipsync watch`" in near.text
    assert "`/lipsync watch watchs`" in near.text
    stage.account.submit("watchs", 1)
    assert "watchs: 0% finished" in (await stage.asks("watchs")).text


async def test_what_cannot_be_understood_says_what_to_type(stage: Stage) -> None:
    for typed, said in (
        ("statsu batch-1", "Did you mean `/lipsync status batch-1`"),
        ("preview", "`/lipsync preview"),
        ("watch batch-1 expect many", "whole number"),
        ("watch batch-1 for nothing", "`failures`, `problems`, `each` and `all`"),
        ("status @channel", "I never ping"),
        ('status "batch', "A quote is missing"),
        ("mute batch-1 soon", "as a length of time"),
        ("settings please", "`settings` takes nothing more"),
        ("status {1..5000}", "Type a simpler one, such as `batch-*`"),
        ("watch batch-* expect 5", "Leave `expect` out"),
        ("watch batch-1 by fri", "but at what time?"),
        ("quiet at night", "I do not understand that as hours"),
    ):
        calls = len(stage.api.calls)
        answer = await stage.asks(typed)
        assert said.replace("<", "&lt;").replace(">", "&gt;") in answer.text, typed
        assert not any(call.query.get("reference_id") for call in stage.api.calls[calls:])
    assert stage.said() == []


async def test_failures_and_links_are_answered_to_the_one_who_asks(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 4)
    stage.account.fail(ids[0], "no face detected")
    stage.account.fail(ids[1], "video URL https://x.example/a.mp4?signature=secret is not accessible")
    stage.account.finish("batch-1")
    failures = await stage.asks("failures batch-1")
    assert "2 failures of 2 kinds" in failures.text
    assert ids[0] in everything_in(failures)
    assert "secret" not in everything_in(failures)
    links = await stage.asks("links batch-1")
    assert "2 output links of batch-1" in links.text
    assert ids[2] in everything_in(links)
    assert "Nothing is listed under batch-2" in (await stage.asks("failures batch-2")).text
    assert stage.slack.workspace.ephemerals(BEN) == []
    assert stage.said() == []


async def test_help_and_about(stage: Stage) -> None:
    everything = await stage.asks("help")
    assert "watch batch-2026-04" in everything_in(everything)
    assert "/lipsync settings" in everything_in(everything)
    assert everything.text == (await stage.asks("")).text
    assert "expect" in everything_in(await stage.asks("help watch"))
    about = await stage.asks("about")
    assert __version__ in about.text
    assert "API calls in the last minute" in everything_in(about)


async def test_changing_a_watch_keeps_its_baseline(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 4)
    await stage.asks("watch batch-1 for failures")
    (before,) = await stage.store.watches.active("default")
    stage.account.fail(ids[0], "no face detected")
    await stage.sees_text("no face detected")
    changed = await stage.asks("watch batch-1 for each expect 9")
    assert "watches batch-1 (each, 9 expected)" in changed.text
    assert "now watches" not in changed.text
    again = await stage.asks("watch batch-1", user=BEN)
    assert "watches batch-1 (each, 9 expected)" in again.text
    (after,) = await stage.store.watches.active("default")
    kept = replace(before, events=after.events, expected=after.expected, clips_reading=after.clips_reading)
    assert after == replace(kept, alerts=after.alerts)
    assert after.alerts.messages == 1
    await stage.sees_text("of 9 expected")
    stage.account.finish("batch-1")
    await stage.sees_text("3 clips finished")
    assert sum("no face detected" in text for text in stage.texts()) == 1
    stopped = await stage.asks("unwatch batch-1")
    assert "Stopped watching batch-1" in stopped.text
    assert "does not watch batch-1" in (await stage.asks("unwatch batch-1")).text


async def test_the_watch_of_a_uuid_is_one_of_its_batch(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 2)
    (lone,) = stage.account.submit(None, 1)
    assert "now watches batch-1" in (await stage.asks(f"watch {ids[0]}")).text
    assert "without a reference" in (await stage.asks(f"watch {lone}")).text
    assert [watch.reference_id for watch in await stage.store.watches.active("default")] == ["batch-1"]


async def test_watches_are_listed_and_private_channels_are_nobody_elses_business(stage: Stage) -> None:
    assert "Watches here: none" in (await stage.asks("watches")).text
    await stage.asks("watch batch-1 for failures")
    await stage.asks("watch secret-1", channel=PRIVATE)
    await stage.asks("watch batch-2", user=BEN)
    here = await stage.asks("watches")
    assert "Watches here: 2 watches" in here.text
    assert "batch-1" in everything_in(here)
    assert "secret-1" not in everything_in(here)
    mine = everything_in(await stage.asks("watches mine"))
    assert ("batch-1" in mine, "secret-1" in mine, "batch-2" in mine) == (True, True, False)
    hers = everything_in(await stage.asks("watches all"))
    assert ("batch-1" in hers, "secret-1" in hers, "batch-2" in hers) == (True, True, True)
    his = everything_in(await stage.asks("watches all", user=BEN))
    assert ("batch-1" in his, "secret-1" in his, "batch-2" in his) == (True, False, True)
    assert "client-aurora" not in his


async def test_a_watch_works_in_the_bots_own_dm_and_is_refused_between_people(stage: Stage) -> None:
    stage.account.submit("batch-1", 2)
    refused = await stage.asks("watch batch-1", channel=ANA_AND_BEN)
    assert "`/lipsync watch batch-1`" in refused.text
    assert "Messages tab" in refused.text
    assert await stage.store.watches.active("default") == ()
    assert "batch-1: 0% finished" in (await stage.asks("batch-1", channel=ANA_AND_BEN)).text
    confirmed = await stage.asks("watch batch-1", channel=ANA_DM)
    assert "now watches batch-1" in confirmed.text
    await stage.card("batch-1", ANA_DM)


async def test_another_command_of_the_same_app_is_answered_with_ours(stage: Stage) -> None:
    before = len(stage.slack.workspace.ephemerals(ANA, DE))
    await stage.slack.command(ANA, DE, "status batch-1", "/other")
    await stage.app.work.settle()
    (answer,) = stage.slack.workspace.ephemerals(ANA, DE)[before:]
    assert "/lipsync help" in answer.text


async def test_requests_of_unknown_statuses_are_named_and_break_nothing(stage: Stage) -> None:
    for number, status in enumerate(("completed", "uploading", "canceled")):
        stage.account.add(request(number, status, created=-9_000_000))
    answer = await stage.asks("batch-1")
    assert "33% finished, 1 done" in answer.text
    assert "uploading" in everything_in(answer)
