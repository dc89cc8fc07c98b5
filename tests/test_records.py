"""The delivery log and the audit, as whole processes on a database."""

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.calibration import Foretold
from bot.domain.deed import EVERYTHING, RUN, Deed, Did
from bot.domain.delivery import Posted
from bot.domain.policy import Policy
from bot.domain.workflow_answer import Execution
from bot.scheduler import SystemClock
from bot.store import open_store
from bot.store.migrate import bring_up_to_date
from tests.processes import Program, finished
from tests.store.rig import TEAM, lease, wish

pytestmark = pytest.mark.processes


async def database(folder: Path) -> dict[str, str]:
    """One card that was posted, one that waits elsewhere, and what people did for that."""
    url, clock = f"sqlite:///{folder / 'lipsync.db'}", SystemClock()
    store = await open_store(url, clock)
    await store.database.write(bring_up_to_date)
    now = clock.now()
    for reference, place, name in (("batch-1", "C1", "dubbing-de"), ("take [red]1[/red]", "C2", "")):
        await store.watches.start(wish(reference, place=place, name=name, public=bool(name)), now=now, api_now=now)
        for delivery in await store.outbox.claim(await lease(store), now=now, busy=frozenset({"C2"})):
            await store.outbox.sent(delivery, Posted("C1", "1775044800.000001"), now=now + timedelta(seconds=2))
    await store.watches.stop(TEAM, "C1", "batch-1", now=now, author="U2")
    policy = Policy(("batch-*",), managers=("U3",))
    await store.policies.set("default", TEAM, "C1", policy, version=0, person="U3", now=now)
    run = {"messages": "12", RUN: "0d4c6f1e-8a0b-4c55-9a52-5b1f2f0f7f11"}
    await store.trials.begin("default", [], Deed(now, TEAM, "C1", "U2", Did.TEST, EVERYTHING, run))
    step = Execution("Fx1", TEAM, "default", "get_status", {"reference": "batch-3"}, now + timedelta(seconds=1))
    await store.workflow.take(step)
    await store.database.close()
    return {"DATABASE_URL": url}


async def told(folder: Path, *arguments: str, code: int = 0) -> Program:
    ended, asked = await finished(*arguments, variables=await database(folder), folder=folder)
    assert ended == code, asked.stderr
    assert "Traceback" not in asked.stderr
    return asked


async def test_the_delivery_log_is_a_table_or_json(tmp_path: Path) -> None:
    variables = await database(tmp_path)
    _, table = await finished("deliveries", variables=variables, folder=tmp_path)
    first, second = table.stdout.splitlines()[1:]
    assert all(word in first for word in ("#dubbing-de", "card", "batch-1", "sent", "2.0 s", "1775044800.000001"))
    assert all(word in second for word in ("C2", "card", "take [red]1[/red]", "pending"))
    _, asked = await finished("deliveries", "--since", "1h30m", "--json", variables=variables, folder=tmp_path)
    one, other = json.loads(asked.stdout)
    assert one | {"recorded_at": None, "sent_at": None} == {
        "recorded_at": None,
        "workspace_id": "T1",
        "place": "C1",
        "place_name": "dubbing-de",
        "kind": "card",
        "reference_id": "batch-1",
        "state": "sent",
        "why": None,
        "happened_at": None,
        "sent_at": None,
        "seen_after_seconds": None,
        "sent_after_seconds": 2.0,
        "channel": "C1",
        "ts": "1775044800.000001",
    }
    assert (other["state"], other["ts"]) == ("pending", None)


async def test_a_table_that_goes_into_another_program_has_a_row_to_a_line_and_nothing_is_cut(tmp_path: Path) -> None:
    url = (await database(tmp_path))["DATABASE_URL"]
    store, name = await open_store(url, clock := SystemClock()), "batch-with-rather-a-long-name-2026-04-01"
    await store.watches.start(wish(name, name="dubbing-de-for-the-whole-team"), now=clock.now(), api_now=clock.now())
    await store.database.close()
    _, table = await finished("deliveries", variables={"DATABASE_URL": url, "COLUMNS": "80"}, folder=tmp_path)
    (row,) = [line for line in table.stdout.splitlines() if name in line]
    assert "#dubbing-de-for-the-whole-team" in row
    assert "…" not in table.stdout


@pytest.mark.parametrize(
    ("channel", "references"),
    [("C1", ["batch-1"]), ("#dubbing-de", ["batch-1"]), ("dubbing-de", ["batch-1"]), ("C9", [])],
)
async def test_one_channel_is_found_by_id_or_name(tmp_path: Path, channel: str, references: list[str]) -> None:
    asked = await told(tmp_path, "deliveries", "--channel", channel, "--json")
    assert [each["reference_id"] for each in json.loads(asked.stdout)] == references


async def test_the_audit_says_who_did_what(tmp_path: Path) -> None:
    variables = await database(tmp_path)
    _, asked = await finished("audit", "--json", variables=variables, folder=tmp_path)
    assert [(deed["person"], deed["deed"], deed["subject"]) for deed in json.loads(asked.stdout)] == [
        ("U1", "watch", "batch-1"),
        ("U1", "watch", "take [red]1[/red]"),
        ("U2", "unwatch", "batch-1"),
        ("U3", "settings", "all"),
        ("U2", "test", "all"),
        (None, "workflow step", "batch-3"),
    ]
    names = ["dubbing-de", "", *("dubbing-de",) * 3, ""]
    assert [deed["place_name"] for deed in json.loads(asked.stdout)] == names
    _, table = await finished("audit", "--since", "2h", variables=variables, folder=tmp_path)
    rows = table.stdout.splitlines()
    assert all(word in rows[3] for word in ("U2", "#dubbing-de", "unwatch", "batch-1", "for: problems"))
    assert all(word in rows[4] for word in ("U3", "#dubbing-de", "settings", "patterns: batch-*", "managers: U3"))
    assert rows[5].rstrip().endswith("run: 0d4c6f1e")
    assert all(word in rows[6] for word in ("a workflow", "workflow step", "batch-3", "step: Get lip sync status"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("deliveries", "--channel", "C9"), "Nothing was announced in C9 in the last 1 h."),
        (("audit",), "Nothing was done by anybody in the last 7 d."),
    ],
)
async def test_nothing_is_told_in_a_sentence(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    variables = await database(tmp_path)
    with sqlite3.connect(tmp_path / "lipsync.db") as connection:
        connection.execute("DELETE FROM deeds")
    connection.close()
    code, asked = await finished(*arguments, variables=variables, folder=tmp_path)
    assert (code, asked.stdout.strip()) == (0, says)


async def test_what_forecasts_were_worth_is_told_by_stage(tmp_path: Path) -> None:
    variables = await database(tmp_path)
    store, now = await open_store(variables["DATABASE_URL"], SystemClock()), SystemClock().now()
    watch = await store.watches.at(TEAM, "C2", "take [red]1[/red]")
    assert watch is not None
    hour = timedelta(hours=1)
    for done, clips in ((10, 100), (50, 100), (55, 100), (90, 100), (50, 90)):
        made = Foretold(
            watch.id, done, "default", "take", now - hour, now - hour, now - 2 * hour, done, clips, now - hour / 2, now,
            now + hour / 2, now, 100,
        )  # fmt: skip
        await store.forecasts.keep([made])
    await store.database.close()

    _, asked = await finished("calibrate", "--json", variables=variables, folder=tmp_path)
    told = json.loads(asked.stdout)
    assert (told["judged"], told["covered"], told["changed"], told["coverage"]) == (4, 4, 1, 1.0)
    assert [each["count"] for each in told["stages"]] == [1, 2, 1]
    _, table = await finished("calibrate", variables=variables, folder=tmp_path)
    assert "40% to 60% finished" in table.stdout
    assert "100% of 4 forecasts had the finish within their 80% interval; 1 was" in table.stdout
    _, recent = await finished("calibrate", "--since", "10m", variables=variables, folder=tmp_path)
    assert recent.stdout.strip() == "No forecast could be judged yet, in the last 10 m."


@pytest.mark.parametrize("command", ["deliveries", "audit", "calibrate"])
async def test_what_cannot_be_told_says_why_and_nothing_is_made(tmp_path: Path, command: str) -> None:
    nowhere = {"DATABASE_URL": f"sqlite:///{tmp_path / 'none.db'}"}
    old = {"DATABASE_URL": f"sqlite:///{tmp_path / 'old.db'}"}
    sqlite3.connect(tmp_path / "old.db").close()
    for variables, arguments, code, says in (
        (nowhere, (), 1, "The database could not be read: there is none yet"),
        (old, (), 1, "the command `migrate` does it"),
        (nowhere, ("--since", "soon"), 2, "--since is wrong"),
        (nowhere, ("--since", "9999d"), 2, "from 1 second to 3650 days"),
        ({"DATABASE_URL": "mysql://x"}, (), 2, "DATABASE_URL is wrong"),
    ):
        ended, asked = await finished(command, *arguments, variables=variables, folder=tmp_path)
        assert (ended, asked.stdout) == (code, "")
        assert says in asked.stderr
        assert "Traceback" not in asked.stderr
    assert not (tmp_path / "none.db").exists()
