"""What people are told when something goes wrong."""

from collections.abc import Iterator
from datetime import timedelta

from bot.errors import (
    BadCommandError,
    BadRequestError,
    InDoubtError,
    KeyRefusedError,
    NoSuchRequestError,
    RateLimitedError,
    SlackBusyError,
    StoreError,
    UnavailableError,
)
from bot.slack.canned_policies import not_allowed
from bot.slack.canned_scene import Canned, Scene
from bot.slack.views import errors

_TITLE = "M12 Error"
_PAUSE = timedelta(seconds=30)
_ERRORS: tuple[tuple[str, str, Exception], ...] = (
    (
        "error_command",
        "A command that does not exist, near one that does.",
        BadCommandError("I do not know `x`. Did you mean `/lipsync status x`?"),
    ),
    ("error_key", "The API refuses the bot's key.", KeyRefusedError("401")),
    ("error_busy", "The API answers 429 and says for how long.", RateLimitedError("429", _PAUSE)),
    ("error_busy_unknown", "The API answers 429 and does not say for how long.", RateLimitedError("429")),
    ("error_away", "The API does not answer.", UnavailableError("the API could not be reached")),
    ("error_reference", "The API does not take the reference.", BadRequestError("invalid reference_id")),
    ("error_no_request", "No request has this UUID.", NoSuchRequestError("404")),
    ("error_slack_busy", "Slack answers 429.", SlackBusyError(_PAUSE)),
    ("error_slack", "Slack failed in the middle.", InDoubtError("internal_error")),
    ("error_memory", "The database could not be read or written.", StoreError("locked")),
    ("error_ours", "A fault of the bot itself.", KeyError("secret")),
)


def mishaps(_: Scene) -> Iterator[Canned]:
    """M12."""
    for name, when, error in _ERRORS:
        yield Canned(name, _TITLE, when, errors.message(error))
    yield from not_allowed()
