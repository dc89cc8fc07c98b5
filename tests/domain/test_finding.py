"""What an operator is told about each thing that the bot needs."""

from datetime import timedelta
from pathlib import PurePath

from bot.domain import finding
from bot.domain.finding import Blocked, Condition
from tests.builders import NOON

FILE = PurePath("/data/lipsync.db")
MADE = Condition(str(FILE), FILE, exists=True, lacks=0)


def test_more_scopes_than_needed_are_no_trouble() -> None:
    told = finding.scopes({"chat:write", "commands", "users:read"}, {"chat:write", "commands"})
    assert (told.ok, told.detail) == (True, "chat:write, commands")


def test_an_unknown_kind_of_history_is_named_as_it_is() -> None:
    assert "boards" in finding.history(frozenset(), {"boards:history"}).detail


def test_an_answer_without_a_time_proves_no_wrong_clock() -> None:
    assert finding.clock("API", NOON, NOON, None, "").ok


def test_a_slow_answer_does_not_make_a_clock_wrong() -> None:
    read_at = NOON + timedelta(minutes=5)
    assert finding.clock("API", NOON, read_at, NOON + timedelta(minutes=2), "").ok


def test_a_database_is_told_as_it_stands() -> None:
    passing = (PurePath("/tmp"),)  # noqa: S108 - named to warn of it
    new = Condition(str(FILE), FILE, exists=False, lacks=0)
    old = Condition("PostgreSQL lipsync on db", None, exists=True, lacks=2)
    assert finding.persistent(MADE, passing).detail == "/data/lipsync.db: readable, writable and up to date"
    assert "first start makes it" in finding.persistent(new, passing).detail
    assert "2 migrations" in finding.persistent(old, passing).detail
    assert not finding.persistent(MADE, (PurePath("/data"),)).ok


def test_places_that_wait_for_an_invitation_are_told_apart_from_closed_ones() -> None:
    told = finding.places([Blocked("C1", "dubbing", "not_in_channel"), Blocked("C2", "", "is_archived")])
    assert not told.ok
    assert told.detail == "waiting for an invitation: #dubbing (C1); cannot be posted to: C2 (is_archived)"
    assert told.fix.startswith("Type `/invite @lipsync`")
    assert "stop its watches" in told.fix


def test_a_closed_place_needs_no_invitation() -> None:
    assert "invite" not in finding.places([Blocked("C2", "", "is_archived")]).fix


def test_without_a_closed_place_there_is_nothing_to_mend() -> None:
    assert finding.places([]).fix == ""


def test_a_name_of_a_place_cannot_act_on_a_terminal() -> None:
    assert "\x1b" not in finding.places([Blocked("C1", "dub\x1b[2Jbing", "not_in_channel")]).detail
