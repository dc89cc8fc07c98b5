"""The settings: what is accepted, what is told about the rest, and what never shows."""

import pytest

from bot.errors import SettingsError
from bot.settings import (
    API_ONLY,
    DATABASE_ONLY,
    FOREIGN,
    InDoubt,
    LogFormat,
    LogLevel,
    Settings,
    forget_foreign,
    needed_to_run,
    secret,
)

SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-very-hidden",
    "SLACK_APP_TOKEN": "xapp-very-hidden",
    "SLACK_SIGNING_SECRET": "signed-very-hidden",
    "CHAMELAION_API_KEY": "key-very-hidden",
    "DATABASE_URL": "postgresql://bot:very-hidden@db/lipsync",
    "HTTP_PROXY_URL": "http://me:very-hidden@proxy:8080",
}


def problems_of(variables: dict[str, str], *needed: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        Settings.read(variables, needed=needed)
    return refused.value.problems


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("SLACK_API_URL", "http://127.0.0.1:8000/api", "http://127.0.0.1:8000/api/"),
        ("SLACK_COMMAND", "/lipsync-test", "/lipsync-test"),
        ("CHAMELAION_BASE_URL", "https://api.dev.chamelaion.com/api", "https://api.dev.chamelaion.com/api"),
        ("DATABASE_URL", "sqlite:///here.db", "sqlite:///here.db"),
        ("DATABASE_URL", "sqlite:////data/there.db", "sqlite:////data/there.db"),
        ("DATABASE_URL", "postgresql://bot:word@db:5432/lipsync", "postgresql://bot:word@db:5432/lipsync"),
        ("DATABASE_URL", "postgres://bot:word@db/lipsync", "postgresql://bot:word@db/lipsync"),
        ("HOST", "127.0.0.1", "127.0.0.1"),
        ("PORT", "8080", 8080),
        ("PORT", "0", 0),
        ("POLL_INTERVAL", "0.5", 0.5),
        ("API_CALLS_PER_MINUTE", "600", 600),
        ("API_TIMEOUT", "2.5", 2.5),
        ("SETTLE_SECONDS", "0", 0),
        ("CARD_INTERVAL", "30", 30),
        ("QUIET_SECONDS", "120", 120),
        ("IN_DOUBT", "hold", InDoubt.HOLD),
        ("IN_DOUBT", "Resend", InDoubt.RESEND),
        ("RETENTION_DAYS", "7", 7),
        ("HTTP_PROXY_URL", "http://proxy.example:8080", "http://proxy.example:8080"),
        ("LOG_LEVEL", "debug", LogLevel.DEBUG),
        ("LOG_FORMAT", "JSON", LogFormat.JSON),
        ("LOG_FORMAT", "  json  ", LogFormat.JSON),
    ],
)
def test_a_variable_sets_its_field(name: str, value: str, read: object) -> None:
    assert getattr(Settings.read({name: value}), name.lower()) == read


@pytest.mark.parametrize("name", sorted(set(SECRETS) - {"DATABASE_URL", "HTTP_PROXY_URL"}))
def test_a_secret_is_given_only_to_the_one_who_asks_for_it(name: str) -> None:
    settings = Settings.read(SECRETS)
    assert secret(getattr(settings, name.lower())) == SECRETS[name]


def test_a_secret_that_is_not_set_is_empty() -> None:
    assert secret(Settings.read({}).slack_app_token) == ""


@pytest.mark.parametrize("name", [name.upper() for name in Settings.model_fields])
@pytest.mark.parametrize("value", ["", "   ", "\n"])
def test_an_empty_variable_counts_as_unset(name: str, value: str) -> None:
    assert Settings.read({name: value}) == Settings.read({})


def test_variables_of_others_are_not_looked_at() -> None:
    assert Settings.read({"HOSTNAME": "x", "port": "1", "LANG": "C"}) == Settings.read({})


@pytest.mark.parametrize(
    ("name", "value", "mended_by"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-user", "starts with xoxb-"),
        ("SLACK_BOT_TOKEN", '"xoxb-quoted"', "starts with xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-in two", "copy it again"),
        ("SLACK_APP_TOKEN", "xoxb-bot", "starts with xapp-"),
        ("SLACK_SIGNING_SECRET", "zwölf", "copy it again"),
        ("CHAMELAION_API_KEY", "schlüssel", "copy it again"),
        ("CHAMELAION_API_KEY", "one\ntwo", "copy it again"),
        ("SLACK_API_URL", "slack.com/api", "https:// or http://"),
        ("SLACK_COMMAND", "lipsync", "such as /lipsync"),
        ("SLACK_COMMAND", "/Lip Sync", "such as /lipsync"),
        ("CHAMELAION_BASE_URL", "ftp://api.chamelaion.com", "https:// or http://"),
        ("CHAMELAION_BASE_URL", "http://", "https:// or http://"),
        ("CHAMELAION_BASE_URL", "http://[", "https:// or http://"),
        ("HTTP_PROXY_URL", "http://proxy:many", "https:// or http://"),
        ("HTTP_PROXY_URL", "proxy:8080", "https:// or http://"),
        ("DATABASE_URL", "sqlite:///", "sqlite:///path or postgresql://"),
        ("DATABASE_URL", "sqlite://", "sqlite:///path or postgresql://"),
        ("DATABASE_URL", "mysql://bot@db/lipsync", "sqlite:///path or postgresql://"),
        ("DATABASE_URL", "postgresql+psycopg://bot@db/lipsync", "sqlite:///path or postgresql://"),
        ("DATABASE_URL", "lipsync.db", "sqlite:///path or postgresql://"),
        ("PORT", "web", "must be a whole number"),
        ("PORT", "70000", "less than or equal to 65535"),
        ("PORT", "-1", "greater than or equal to 0"),
        ("POLL_INTERVAL", "often", "must be a number"),
        ("POLL_INTERVAL", "0", "greater than 0"),
        ("POLL_INTERVAL", "nan", "must be"),
        ("POLL_INTERVAL", "inf", "less than or equal to 3600"),
        ("API_CALLS_PER_MINUTE", "0", "greater than or equal to 1"),
        ("API_CALLS_PER_MINUTE", "1.5", "must be a whole number"),
        ("API_TIMEOUT", "301", "less than or equal to 300"),
        ("SETTLE_SECONDS", "-1", "greater than or equal to 0"),
        ("CARD_INTERVAL", "0", "greater than 0"),
        ("QUIET_SECONDS", "0", "greater than 0"),
        ("IN_DOUBT", "maybe", "'resend' or 'hold'"),
        ("RETENTION_DAYS", "0", "greater than or equal to 1"),
        ("RETENTION_DAYS", "9" * 5_000, "must be a smaller number"),
        ("LOG_LEVEL", "loud", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("LOG_FORMAT", "xml", "'console' or 'json'"),
    ],
)
def test_a_wrong_value_is_told_in_one_line_that_says_how_to_mend_it(name: str, value: str, mended_by: str) -> None:
    (problem,) = problems_of({name: value})
    assert problem.startswith(f"{name} is wrong: ")
    assert mended_by in problem
    assert "\n" not in problem
    assert len(problem) < 200


def test_each_wrong_or_missing_setting_has_its_own_line() -> None:
    problems = problems_of({"PORT": "web", "LOG_LEVEL": "loud"}, "slack_bot_token", "chamelaion_api_key")
    assert [problem.split()[0] for problem in problems] == [
        "SLACK_BOT_TOKEN",
        "CHAMELAION_API_KEY",
        "PORT",
        "LOG_LEVEL",
    ]


@pytest.mark.parametrize("name", needed_to_run({}) + needed_to_run({"SLACK_APP_TOKEN": "xapp-1"}))
def test_a_missing_setting_says_where_to_get_it(name: str) -> None:
    (problem,) = problems_of({}, name)
    assert problem.startswith(f"{name.upper()} is not set: ")
    assert len(problem) > len(f"{name} is not set: ") + 20


def test_a_needed_setting_that_is_there_is_no_problem() -> None:
    settings = Settings.read({"CHAMELAION_API_KEY": "key"}, needed=("chamelaion_api_key",))
    assert secret(settings.chamelaion_api_key) == "key"


@pytest.mark.parametrize(
    "shown", [repr, str, lambda settings: settings.model_dump_json(exclude={"database_url", "http_proxy_url"})]
)
def test_secrets_do_not_show_when_settings_are_shown(shown: object) -> None:
    assert callable(shown)
    assert "very-hidden" not in shown(Settings.read(SECRETS))


@pytest.mark.parametrize("name", [name.upper() for name in Settings.model_fields])
def test_a_wrong_value_is_never_repeated_in_what_is_told(name: str) -> None:
    value = "ftp://very-hidden ü"
    if name == "HOST":
        assert Settings.read({name: value}).host == value
        return
    with pytest.raises(SettingsError) as refused:
        Settings.read({name: value})
    assert "hidden" not in str(refused.value) + repr(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_an_app_token_chooses_socket_mode() -> None:
    assert Settings.read({"SLACK_APP_TOKEN": "xapp-1"}).socket_mode
    assert not Settings.read({"SLACK_APP_TOKEN": " "}).socket_mode


def test_http_needs_a_signing_secret_and_socket_mode_does_not() -> None:
    assert needed_to_run({"SLACK_APP_TOKEN": " "}) == ("slack_bot_token", "slack_signing_secret", "chamelaion_api_key")
    assert needed_to_run({"SLACK_APP_TOKEN": "xapp-1"}) == ("slack_bot_token", "chamelaion_api_key")


def test_variables_that_libraries_would_act_on_are_removed_and_named() -> None:
    given = dict.fromkeys(FOREIGN, "nonsense") | {"SLACK_BOT_TOKEN": "xoxb-1", "HTTP_PROXY_URL": "http://p"}
    assert forget_foreign(given) == FOREIGN
    assert given == {"SLACK_BOT_TOKEN": "xoxb-1", "HTTP_PROXY_URL": "http://p"}
    assert forget_foreign(given) == ()


def test_settings_cannot_be_changed() -> None:
    settings = Settings.read({})
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


def test_a_command_looks_only_at_its_own_settings() -> None:
    wrong_elsewhere = {"CHAMELAION_API_KEY": "key", "PORT": "many", "SLACK_COMMAND": "lipsync", "DATABASE_URL": "x"}
    settings = Settings.read(wrong_elsewhere, needed=("chamelaion_api_key",), only=API_ONLY)
    assert secret(settings.chamelaion_api_key) == "key"
    assert settings.port == Settings.read({}).port
    with pytest.raises(SettingsError, match="LOG_LEVEL"):
        Settings.read({"LOG_LEVEL": "loud"}, only=DATABASE_ONLY)
