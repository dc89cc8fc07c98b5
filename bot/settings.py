"""The settings: the only reader of the environment."""

import os
import re
from collections.abc import Mapping, MutableMapping
from enum import StrEnum
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import SettingsError

FOREIGN = (
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
    "SLACK_VERIFICATION_TOKEN",
    "CHAMELAION_BEARER_TOKEN",
    "CHAMELAION_CUSTOM_HEADERS",
    *(name for way in ("HTTP", "HTTPS", "ALL", "WS", "WSS") for name in (f"{way}_PROXY", f"{way}_PROXY".lower())),
)
"""Variables that Slack's or Chamelaion's libraries would act on behind our back (a proxy is HTTP_PROXY_URL)."""


class InDoubt(StrEnum):
    """What happens to an attempt in doubt where the history cannot be read."""

    RESEND = "resend"
    HOLD = "hold"


class LogFormat(StrEnum):
    """How the log is written."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least important lines that are written."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


def _http_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # half a bracket, or a port that is no number
        is_usable = False
    if not is_usable:
        raise ValueError("must be an address that starts with https:// or http://")
    return value


def _slack_api_url(value: str) -> str:
    return _http_url(value).rstrip("/") + "/"


def _database_url(value: str) -> str:
    if value.startswith("postgres://"):
        value = "postgresql://" + value.removeprefix("postgres://")
    if not (value.startswith("sqlite:///") and len(value) > len("sqlite:///")) and not value.startswith(
        "postgresql://"
    ):
        raise ValueError("must be sqlite:///path or postgresql://user:password@host/name")
    return value


def _slack_command(value: str) -> str:
    if not re.fullmatch(r"/[a-z0-9_-]{1,31}", value):
        raise ValueError("must be a slash and up to 31 small letters, digits, - or _, such as /lipsync")
    return value


def _header_safe(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("must be one word of plain characters: copy it again")
    return value


def _prefixed(prefix: str, what: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if not _header_safe(value).get_secret_value().startswith(prefix):
            raise ValueError(f"must be {what}, which starts with {prefix}")
        return value

    return AfterValidator(check)


HttpUrl = Annotated[str, AfterValidator(_http_url)]
Secret = Annotated[SecretStr, AfterValidator(_header_safe)]


class Settings(BaseModel):
    """All settings, by the names of the environment contract. Secrets show as stars everywhere."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    slack_bot_token: Annotated[SecretStr, _prefixed("xoxb-", "the bot token")] | None = None
    slack_app_token: Annotated[SecretStr, _prefixed("xapp-", "the app-level token")] | None = None
    slack_signing_secret: Secret | None = None
    slack_api_url: Annotated[str, AfterValidator(_slack_api_url)] = "https://slack.com/api/"
    slack_command: Annotated[str, AfterValidator(_slack_command)] = "/lipsync"
    chamelaion_api_key: Secret | None = None
    chamelaion_base_url: HttpUrl | None = None
    database_url: Annotated[str, AfterValidator(_database_url)] = Field("sqlite:///lipsync.db", repr=False)
    host: str = "0.0.0.0"  # noqa: S104 - a container listens on every interface
    port: Annotated[int, Field(ge=0, le=65_535)] = 3000
    poll_interval: Annotated[float, Field(gt=0, le=3_600)] = 15
    api_calls_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 60
    api_timeout: Annotated[float, Field(gt=0, le=300)] = 10
    settle_seconds: Annotated[float, Field(ge=0, le=86_400)] = 600
    card_interval: Annotated[float, Field(gt=0, le=3_600)] = 45
    quiet_seconds: Annotated[float, Field(gt=0, le=3_600)] = 90
    in_doubt: InDoubt = InDoubt.RESEND
    retention_days: Annotated[int, Field(ge=1, le=3_650)] = 90
    http_proxy_url: HttpUrl | None = Field(None, repr=False)
    log_level: LogLevel = LogLevel.INFO
    log_format: LogFormat = LogFormat.CONSOLE

    @classmethod
    def read(
        cls, variables: Mapping[str, str], *, needed: tuple[str, ...] = (), only: tuple[str, ...] | None = None
    ) -> Self:
        """Read a mapping such as the environment; empty counts as unset.

        `needed` names fields that must be set; with `only`, the others are not even looked at and keep their defaults.
        """
        names = cls.model_fields if only is None else (*only, *_OF_EVERY_COMMAND)
        given = {name: variables.get(name.upper(), "").strip() for name in names}
        given = {name: value for name, value in given.items() if value}
        for name in ("log_level", "log_format", "in_doubt"):
            if name in given:
                given[name] = given[name].upper() if name == "log_level" else given[name].lower()
        problems = [f"{name.upper()} is not set: {MEND[name]}" for name in needed if name not in given]
        try:
            settings = cls.model_validate(given)
        except ValidationError as error:
            wrong = [f"{str(e['loc'][0]).upper()} is wrong: {_told(e)}" for e in error.errors()]
            raise SettingsError(problems + wrong) from None
        if problems:
            raise SettingsError(problems)
        return settings

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is spoken with over a socket that the bot opens, rather than over HTTP."""
        return self.slack_app_token is not None


_OF_EVERY_COMMAND = ("log_level", "log_format")
API_ONLY = (
    "chamelaion_api_key",
    "chamelaion_base_url",
    "api_calls_per_minute",
    "api_timeout",
    "http_proxy_url",
)
"""What a command needs that only reads the API."""
DATABASE_ONLY = ("database_url",)
"""What a command needs that only touches the database."""

MEND = {
    "slack_bot_token": "copy the bot token (xoxb-…) from your Slack app's page OAuth & Permissions",
    "slack_app_token": "make an app-level token (xapp-…) with connections:write on the page Basic Information",
    "slack_signing_secret": (
        "copy the signing secret from your Slack app's page Basic Information,"
        " or set SLACK_APP_TOKEN (xapp-…) to use Socket Mode"
    ),
    "chamelaion_api_key": "copy an API key from your Chamelaion account",
}
"""How to mend a setting that is missing."""


def secret(value: SecretStr | None) -> str:
    """What a secret holds, for the one who needs it; empty when it is not set."""
    return value.get_secret_value() if value else ""


def environment() -> MutableMapping[str, str]:
    """The environment of this process."""
    return os.environ


def needed_to_run(given: Mapping[str, str]) -> tuple[str, ...]:
    """The fields without which the bot cannot run, in the mode that the environment chooses."""
    http_mode = not given.get("SLACK_APP_TOKEN", "").strip()
    return ("slack_bot_token", *(("slack_signing_secret",) if http_mode else ()), "chamelaion_api_key")


def forget_foreign(given: MutableMapping[str, str]) -> tuple[str, ...]:
    """Remove the variables that libraries would act on behind our back; returns the names of those that were there."""
    return tuple(name for name in FOREIGN if given.pop(name, None) is not None)


def _told(error: ErrorDetails) -> str:
    """What a value must be; pydantic's own sentence where that is already said well."""
    told = _MUST.get(error["type"])
    return told or error["msg"].removeprefix("Value error, ").replace("Input should", "must")


_MUST = {
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
}
