"""What tests in several rooms share."""

import asyncio
import gc
import os
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from hypothesis import settings
from sqlalchemy import Connection, Dialect, Engine, event
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.postgres import PostgreSQL, migrated, serve

settings.register_profile("busy machine", deadline=None)  # no test asserts on absolute times
settings.load_profile("busy machine")

structlog.configure(  # as the bot does: unasked, a traceback is drawn with all local variables, which takes seconds
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

_written: dict[str, tuple[Dialect, dict[object, object]]] = {}  # by the name of the dialect


@event.listens_for(Engine, "engine_connect")
def _write_once(connection: Connection) -> None:
    """How a statement is written is kept with the engine: a process of the bot has one, but every test makes its own,
    and to write each statement anew takes longer than to execute it."""
    connection.dialect, written = _written.setdefault(connection.dialect.name, (connection.dialect, {}))
    connection.execution_options(compiled_cache=written)


LONGEST = (
    "test_kills.py",
    "test_crash.py",
    "test_deploy.py",
    "test_account_model.py",
    "test_benchmarks.py",
    "test_outbox_model.py",
)

UNMEASURED = (
    "tests/app/",
    "tests/browser/",
    "tests/crash/",
    "tests/domain/test_alerts.py::test_whatever_fails_a_kind_a_step_and_a_rate_are_told_once_and_never_more_than_eight_new_messages",
    "tests/domain/test_curve.py::test_every_",
    "tests/domain/test_digest.py::test_each_reference_is_in_one_part_at_most_and_long_parts_are_cut_with_counts",
    "tests/domain/test_durations.py::test_the_area_is_the_integral_of_the_share",
    "tests/domain/test_forecast.py::test_where_clips_are_not_drawn_one_by_one",
    "tests/domain/test_hours.py::test_a_minute_that_the_clock_shows_within_hours_is_quiet",
    "tests/domain/test_hours.py::test_spans_begin_before_they_end_and_the_next_comes_within_nine_days",
    "tests/domain/test_hours.py::test_the_next_one_comes_and_is_due_when_it_comes",
    "tests/domain/test_outlook.py::test_what_is_overdue_is_shown_within_a_few_choices_whatever_a_call_is_worth",
    "tests/domain/test_replay.py::test_a_large_batch_with_pings_rates_and_more_kinds_than_are_told",
    "tests/domain/test_replay.py::test_a_replay_tells_what_the_watch_told_when_it_happened",
    "tests/domain/test_replays.py",
    "tests/flows/test_access.py::test_after_the_app_was_uninstalled_nothing_is_tried_until_its_token_works_again",
    "tests/flows/test_account_examples.py",
    "tests/flows/test_account_model.py",
    "tests/flows/test_catch_up.py::test_an_api_that_is_away_for_a_day_makes_one_catch_up",
    "tests/flows/test_catch_up_kills.py",
    "tests/flows/test_deadlines.py::test_a_changed_deadline_is_another_one",
    "tests/flows/test_deadlines.py::test_a_restart_tells_nothing_twice",
    "tests/flows/test_deadlines.py::test_nothing_is_concluded_on_old_data",
    "tests/flows/test_deadlines.py::test_what_ends_in_time_is_only_told_as_finished_and_by_how_much",
    "tests/flows/test_deadlines.py::test_what_ends_just_before_the_deadline_and_is_seen_after_it_is_in_time",
    "tests/flows/test_deadlines.py::test_what_is_muted_is_told_at_the_end",
    "tests/flows/test_deadlines.py::test_without_a_forecast_only_the_miss_is_told",
    "tests/flows/test_doubts.py::test_a_history_that_is_too_long_tells_nothing",
    "tests/flows/test_doubts.py::test_forty_doubts_of_a_busy_channel_take_as_many_calls_as_it_has_pages",
    "tests/flows/test_first_start.py::test_where_a_page_holds_less",
    "tests/flows/test_home.py::test_an_hour_of_constant_change_is_shown_at_most_every_45_seconds",
    "tests/flows/test_home.py::test_the_workspace_has_a_limit_and_everybody_has_a_turn",
    "tests/flows/test_home.py::test_what_may_pass_is_tried_again_more_and_more_rarely",
    "tests/flows/test_killed_trying.py::test_a_place_that_is_closed_still_is_tried_once_and_then_every_five_minutes",
    "tests/flows/test_preview.py::test_a_p",
    "tests/flows/test_set_back.py::test_a_clock_that_is_set_back_by_an_hour_stops_nothing",
    "tests/flows/test_set_back.py::test_an_attempt_in_doubt_is_settled_after_its_quiet_time_and_not_made_twice",
    "tests/flows/test_staleness.py::test_a_day_without_the_api_makes_one_notice_and_one_catch_up",
    "tests/flows/test_staleness.py::test_the_card_says_once_that_its_data_is_old_and_that_it_is_not_any_more",
    "tests/flows/test_timetable.py::test_a_digest_is_told_once_a_day_at_its_hour",
    "tests/flows/test_timetable.py::test_on_the_days_when_clocks_are_changed",
    "tests/flows/test_timetable.py::test_one_that_cannot_be_posted_says_later",
    "tests/flows/test_totals.py",
    "tests/flows/test_vanished.py::test_what_vanished_as_a_whole",
    "tests/flows/test_vigil.py::test_a_mute_holds_it_and_its_summary_tells_it",
    "tests/flows/test_vigil.py::test_a_request_that_runs_too_long_is_told_once",
    "tests/flows/test_vigil.py::test_a_second_stall_is_told_anew",
    "tests/flows/test_vigil.py::test_an_outage_in_a_stall_does_not_end_it",
    "tests/flows/test_vigil.py::test_nothing_is_told_of_data_that_grew_old",
    "tests/flows/test_vigil.py::test_restarts_say_nothing_twice",
    "tests/flows/test_vigil.py::test_ten_times_as_many_are_told_again_under_the_first",
    "tests/flows/test_vigil.py::test_when_more_get_stuck_and_some_finish_the_message_is_edited",
    "tests/flows/test_vigil.py::test_when_nothing_finishes_anywhere_each_place_is_told_once_and_nothing_one_by_one",
    "tests/made_up_time/",
    "tests/sandbox/test_demo.py",
    "tests/sandbox/test_schedules.py::test_far_behind_pages_are_read_side_by_side_several_at_once",
    "tests/sandbox/test_schedules.py::test_the_planner_misses_nothing_in_any_order",
    "tests/sandbox/test_schedules.py::test_where_the_api_is_slow",
    "tests/slack/test_accessibility.py",
    "tests/slack/test_gallery.py",
    "tests/slack/test_legible.py",
    "tests/slack/test_new_blocks.py",
    "tests/slack/test_views_hostile.py",
    "tests/store/test_counts.py::test_after_whatever_was_read_or_forgotten_an_overview_is_what_counting_anew_gives",
    "tests/store/test_outbox_model.py",
    "tests/store/test_pasts.py::test_what_was_recorded_tells_what_the_watch_has_told",
    "tests/test_cli.py::test_export_of_what_was_never_sent_or_cannot_be_read_or_written_writes_nothing",
    "tests/test_contract.py",
    "tests/test_deploy.py",
    "tests/test_downtime.py",
    "tests/test_kills.py",
    "tests/test_operator.py",
    "tests/test_readme.py",
    "tests/test_records.py",
    "tests/test_replicas.py",
    "tests/test_simulate.py::test_the_same_seed_gives_the_same_figures_in_another_process",
)
"""Long ways through lines that shorter tests run as well: to measure their coverage takes longer than the tests."""

POSTGRESQL_ITSELF = ("test_condition.py", "test_database.py", "test_faults.py", "test_migrations.py", "test_senders.py")
"""Where the store has lines of its own for PostgreSQL; all other tests run the same lines on SQLite."""


def pytest_xdist_auto_num_workers() -> int:
    """More workers than processors: much of the time the tests wait for processes, pages and databases."""
    return max(2, (os.cpu_count() or 1) * 3 // 2)


class Together(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Gives a worker one test at a time, but all tests of the browser to one, and all of the image."""

    def _split_scope(self, nodeid: str) -> str:
        file, *_ = nodeid.split("::")
        return "browser" if file.startswith("tests/browser/") else file if file == "tests/test_deploy.py" else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    """Make the scheduler of the workers."""
    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that at the end no worker goes on alone."""
    items.sort(key=lambda item: (item.path.name not in LONGEST, item.get_closest_marker("processes") is None))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Every worker loads every test: for one of them is measured what runs meanwhile."""
    if os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0":
        return (yield)
    with unmeasured():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run at full speed what would not cover more lines."""
    if is_measured(item):
        return (yield)
    with unmeasured():
        return (yield)


def is_measured(item: pytest.Item) -> bool:
    """Whether its coverage counts."""
    is_second_run = "postgresql" in item.nodeid.partition("[")[2] and item.path.name not in POSTGRESQL_ITSELF
    return not (item.nodeid.startswith(UNMEASURED) or (item.nodeid.startswith("tests/store/") and is_second_run))


@contextmanager
def unmeasured() -> Iterator[None]:
    """What runs meanwhile, here and in processes that are begun, does not count as covered, and takes half the time."""
    here, in_threads = sys.gettrace(), threading.gettrace()
    told = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("COVERAGE_")}
    sys.settrace(None)
    threading.settrace(None)
    try:
        yield
    finally:
        os.environ.update(told)
        threading.settrace(in_threads)
        sys.settrace(here)


def pytest_collection_finish() -> None:
    """What is loaded by now stays; without it the garbage collector has a twentieth less to do."""
    gc.freeze()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server; it is started by the first test that asks for it."""
    with serve() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all migrations, to be copied."""
    file = tmp_path_factory.mktemp("template") / "lipsync.db"
    asyncio.run(migrated(f"sqlite:///{file}"))
    return file
