"""What can go wrong, as a tree by what the caller can do about it; every text is fit for a person."""

from datetime import timedelta


class LipsyncBotError(Exception):
    """The root of every error that this program raises on purpose."""


class SettingsError(LipsyncBotError):
    """The environment is wrong; `problems` has one line per setting saying what and how to mend it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class BadCommandError(LipsyncBotError):
    """A person typed something that cannot be done; the text says what to type instead."""


class NoCommandError(BadCommandError):
    """Words of which the first is no command, nor nearly one."""


class CountsOnlyError(BadCommandError):
    """More than counts was asked for where only those are shown; the text says where to ask."""


class NotAllowedError(BadCommandError):
    """The settings of a channel do not allow it; `managers` (user ids) are named where only they may do it."""

    def __init__(self, message: str, managers: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.managers = managers


# --- Chamelaion ---


class ChamelaionError(LipsyncBotError):
    """The API gave no usable answer; nothing may be concluded about any request."""


class KeyRefusedError(ChamelaionError):
    """401 or 403: the API key is wrong, revoked or may not read; polling goes on until it works again."""


class RateLimitedError(ChamelaionError):
    """429: slow down; `retry_after` says how long when the API told."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(ChamelaionError):
    """5xx, 3xx, 408, 409, time-outs, no connection, or a body that is not what was promised: try again later."""


class BadRequestError(ChamelaionError):
    """400: a page size or a reference id that the API does not take."""


class NoSuchRequestError(ChamelaionError):
    """404 on retrieve: no request has this id."""


# --- Slack ---


class SlackError(LipsyncBotError):
    """Slack did not take a call; `code` is Slack's own word for it, or the kind of fault.

    `needed` names the scopes that the token lacks, when Slack told.
    """

    def __init__(self, code: str, needed: str = "") -> None:
        super().__init__(f"Slack answered {code}")
        self.code = code
        self.needed = needed

    @property
    def why(self) -> str:
        """The code, and the scopes behind it: "missing_scope chat:write"."""
        return f"{self.code} {self.needed}" if self.needed else self.code


class SlackBusyError(SlackError):
    """429: nothing was done; `retry_after` says when this method may be called again."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


class NotSentError(SlackError):
    """The call never left this machine (no connection, no name): nothing was done."""


class InDoubtError(SlackError):
    """The call may or may not have been done: only looking at the history can tell."""


class NoAccessError(SlackError):
    """The bot may not post to this place (not invited, archived, …): somebody has to mend that."""


class NoMessageError(SlackError):
    """The message to be edited is gone or can no longer be edited."""


class NoThreadError(SlackError):
    """The message cannot be replied to: nothing was posted, and it goes into the place itself."""


class NoScreenError(SlackError):
    """A modal cannot be opened or changed: the three seconds are over, or it has been closed."""


class NoHistoryError(SlackError):
    """The place's history may not be read, so nothing can be said about an attempt in doubt."""


class TokenRefusedError(SlackError):
    """The token is wrong, revoked or lacks a scope: nothing works until the operator mends it."""


class RefusedMessageError(SlackError):
    """Slack does not take this message as it is (such as blocks that it does not know); it was not posted."""


class StepOverError(SlackError):
    """Slack does not wait for this step of a workflow any more: it knows how it ended, or has ended it itself."""


# --- our memory ---


class StoreError(LipsyncBotError):
    """The database could not be read or written; nothing was half done."""


class NewerDatabaseError(StoreError):
    """The database was written by a newer version of this program."""
