"""The log: one line per event on standard error, and nothing in it that must not be seen."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import log


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers, config = root.level, root.handlers[:], structlog.get_config()
    levels = {name: logging.getLogger(name).level for name in log._TOO_TALKATIVE}
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    structlog.configure(**config)
    for name, one in levels.items():
        logging.getLogger(name).setLevel(one)


def write(event: str, **values: object) -> None:
    structlog.get_logger("bot.test").info(event, **values)


def fail() -> None:
    password = "very-" + "hidden"
    raise ValueError(f"no {len(password)}")


def test_a_json_line_has_its_time_level_name_and_values(capfd: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", json=True)
    write("running", port=3000)
    out, err = capfd.readouterr()
    line = json.loads(err)
    assert out == ""
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "running", "port": 3000, "level": "info", "logger": "bot.test"}


def test_a_console_line_can_be_read_by_a_person_and_has_no_colours_in_a_file(capfd: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", json=False)
    write("running", port=3000)
    line = capfd.readouterr().err
    assert line.count("\n") == 1
    assert "running" in line
    assert "port=3000" in line
    assert "\x1b" not in line


@pytest.mark.parametrize("as_json", [True, False])
def test_an_error_comes_with_its_traceback_but_without_local_variables(
    capfd: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    log.configure("INFO", json=as_json)
    try:
        fail()
    except ValueError:
        structlog.get_logger("bot.test").exception("step failed")
    err = capfd.readouterr().err
    assert "ValueError: no 11" in err
    assert "in fail" in err
    assert "very-hidden" not in err


@pytest.mark.parametrize("as_json", [True, False])
def test_a_message_with_line_breaks_from_a_library_is_written_with_its_logger(
    capfd: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    log.configure("INFO", json=as_json)
    logging.getLogger("some.library").warning("odd: %s", "thing")
    err = capfd.readouterr().err
    assert "odd: thing" in err
    assert "some.library" in err


def test_what_is_less_important_than_the_level_is_not_written(capfd: pytest.CaptureFixture[str]) -> None:
    log.configure("WARNING", json=True)
    write("running")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
@pytest.mark.parametrize("library", ["slack_sdk.web.async_client", "slack_bolt.lipsync", "httpx", "chamelaion._client"])
def test_libraries_that_write_tokens_or_addresses_are_quiet(
    capfd: pytest.CaptureFixture[str], library: str, level: str
) -> None:
    log.configure(level, json=True)
    logging.getLogger(library).info("wss://very-hidden")
    logging.getLogger(library).warning("trouble")
    err = capfd.readouterr().err
    assert "hidden" not in err
    assert "trouble" in err


def test_a_library_is_never_louder_than_the_level(capfd: pytest.CaptureFixture[str]) -> None:
    log.configure("ERROR", json=True)
    logging.getLogger("slack_sdk").warning("trouble")
    assert capfd.readouterr().err == ""


def test_setting_it_up_again_does_not_write_twice(capfd: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", json=True)
    log.configure("INFO", json=True)
    write("running")
    assert capfd.readouterr().err.count("running") == 1
