"""A command that ends in a file: from the API's pages to the DM of the one who asked."""

import csv
import io

from bot.sandbox.slack_entities import Message
from bot.slack.actions import EXPORT_HTML, FINISHED_EXPORT, LINKS_NEW
from tests.app.conftest import ANA, ANA_DM, BEN, DE, Stage, buttons_of, everything_in


def files(stage: Stage, channel: str = ANA_DM) -> list[dict[str, object]]:
    """The files in a channel, the oldest first."""
    found = [each for message in stage.slack.workspace.messages(channel) for each in message.files]
    return [stage.slack.workspace.files[each] for each in found]


def rows(file: dict[str, object]) -> list[dict[str, str]]:
    text = str(file["content"]).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_an_export_reaches_the_dm_of_the_one_who_asked_and_nobody_else(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 250)
    stage.account.fail(ids[0], "=cmd|' /C calc'!A0 https://x.example/a.mp4?signature=secret")
    stage.account.finish("batch-1")
    answer = await stage.asks("export batch-1")
    assert answer.text.startswith("250 rows of batch-1; read ")
    assert "is in your DM with me." in answer.text
    (file,) = files(stage)
    listed = rows(file)
    assert {row["id"] for row in listed} == set(ids)
    (failed,) = [row for row in listed if row["status"] == "failed"]
    assert failed["error_message"] == "'=cmd|' /C calc'!A0 https://x.example/a.mp4"
    assert all(row["output_url"].endswith(f"/{row['id']}.mp4") for row in listed if row["status"] == "completed")
    assert stage.said() == []
    assert stage.slack.workspace.messages("D0BEN") == stage.slack.workspace.ephemerals(BEN) == []

    await stage.clicks(answer, EXPORT_HTML)
    page = files(stage)[1]
    assert str(page["name"]).endswith(".html")
    assert str(page["content"]).startswith("<!doctype html>")
    assert "secret" not in str(page["content"])


async def test_links_are_told_here_or_in_a_file_and_then_only_the_new_ones(stage: Stage) -> None:
    stage.account.submit("batch-1", 101)
    stage.account.finish("batch-1")
    answer = await stage.asks("links batch-1")
    assert "101 output links of batch-1" in answer.text
    assert len(rows(files(stage)[0])) == 101
    (late,) = stage.account.submit("batch-1", 1)
    assert "No new output links under batch-1 since" in (await stage.asks("links batch-1 new")).text
    stage.account.finish("batch-1")
    new = await stage.asks("links batch-1 new")
    assert "1 new output link of batch-1 since" in new.text
    assert f"/{late}.mp4" in everything_in(new)
    await stage.clicks(new, LINKS_NEW)
    assert "No new output links" in stage.slack.workspace.ephemerals(ANA, DE)[-1].text
    assert (
        "102 output links of batch-1, the first that you get here"
        in (await stage.asks("links batch-1 new", user=BEN)).text
    )


async def test_the_button_under_finished_sends_the_file_to_who_clicked(stage: Stage) -> None:
    stage.account.submit("batch-1", 3)
    await stage.asks("watch batch-1")
    await stage.card("batch-1")
    stage.account.finish("batch-1")

    def is_finished(message: Message) -> bool:
        return FINISHED_EXPORT in buttons_of(message)

    finished = await stage.sees(is_finished)
    await stage.clicks(finished, FINISHED_EXPORT, user=BEN)
    (file,) = files(stage, "D0BEN")
    assert len(rows(file)) == 3
    assert files(stage) == []


async def test_without_the_scope_links_are_shown_and_the_way_to_get_it_is_told(stage: Stage) -> None:
    stage.slack.tokens.scopes.discard("files:write")
    stage.account.submit("batch-1", 130)
    stage.account.finish("batch-1")
    answer = await stage.asks("links batch-1")
    assert "130 output links of batch-1, the first 100 are here" in answer.text
    assert "lacks the scope files:write" in answer.text
    assert "30 new output links" in (await stage.asks("links batch-1 new")).text
    assert "lacks the scope files:write" in (await stage.asks("export batch-1")).text
    assert files(stage) == []


async def test_a_lost_answer_to_the_last_step_is_told_and_the_file_is_not_sent_twice(stage: Stage) -> None:
    stage.account.submit("batch-1", 3)
    stage.account.finish("batch-1")
    stage.slack.faults.add("files.completeUploadExternal", "drop_after")
    answer = await stage.asks("export batch-1")
    assert "it may have arrived" in answer.text
    assert len(files(stage)) == 1
