"""What a call of Slack's Web API came to, as one of our errors."""

import math
import re
from collections.abc import Mapping
from datetime import timedelta

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import (
    InDoubtError,
    NoAccessError,
    NoMessageError,
    NoScreenError,
    NoThreadError,
    NotSentError,
    RefusedMessageError,
    SlackBusyError,
    SlackError,
    TokenRefusedError,
)

_SCOPES = re.compile(r"[a-z][a-z:._,-]{1,79}")
_TOO_MANY_REQUESTS = 429
_OK = 200
_PAUSE_WITHOUT_WORD = timedelta(seconds=30)
_LONGEST_PAUSE = 3_600.0

_BUSY = ("ratelimited", "rate_limited", "message_limit_exceeded")
_NO_ACCESS = (
    "as_user_not_supported",
    "cannot_dm_bot",
    "channel_is_limited_access",
    "channel_not_found",
    "channel_type_not_supported",
    "ekm_access_denied",
    "is_archived",
    "messages_tab_disabled",
    "method_not_supported_for_channel_type",
    "no_permission",
    "not_in_channel",
    "user_disabled",
    "user_is_bot",
    "user_not_in_channel",
    "user_is_restricted",
    "user_not_found",
    "user_not_visible",
)
_TOKEN = (
    "access_denied",
    "account_inactive",
    "enterprise_is_restricted",
    "invalid_auth",
    "missing_scope",
    "no_auth",
    "not_allowed_token_type",
    "not_authed",
    "org_login_required",
    "team_access_not_granted",
    "token_expired",
    "token_revoked",
)
_REFUSED = (
    "attachment_payload_limit_exceeded",
    "block_mismatch",
    "blocks_too_long",
    "invalid_arg_name",
    "invalid_arguments",
    "invalid_array_arg",
    "invalid_attachments",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_charset",
    "invalid_form_data",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "invalid_post_type",
    "metadata_must_be_sent_from_app",
    "metadata_too_large",
    "missing_post_type",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
    "too_many_attachments",
)
_NO_FILE = (
    "blocked_file_type",
    "file_not_found",
    "file_upload_size_restricted",
    "file_uploads_disabled",
    "file_uploads_except_images_disabled",
    "invalid_channel",
    "posting_to_general_channel_denied",
    "slack_connect_file_upload_sharing_blocked",
    "storage_limit_reached",
)
_NO_MESSAGE = (
    "cant_delete_message",
    "cant_update_message",
    "compliance_exports_prevent_deletion",
    "edit_window_closed",
    "is_inactive",
    "message_not_found",
)

_NO_UNFURL = (
    "cannot_find_channel",
    "cannot_find_message",
    "cannot_unfurl_message",
    "cannot_unfurl_url",
    "missing_channel",
    "missing_ts",
)

_NO_THREAD = (
    "cannot_reply_to_message",
    "invalid_thread_ts",
    "restricted_action_non_threadable_channel",
    "restricted_action_thread_locked",
    "thread_not_found",
)

_NO_SCREEN = (
    "expired_trigger_id",
    "hash_conflict",
    "invalid_trigger_id",
    "not_enabled",
    "not_found",
    "push_limit_reached",
    "trigger_exchanged",
    "trigger_expired",
)

_BY_CODE: Mapping[str, type[SlackError]] = {
    **dict.fromkeys(_NO_ACCESS, NoAccessError),
    **dict.fromkeys(_TOKEN, TokenRefusedError),
    **dict.fromkeys(_REFUSED, RefusedMessageError),
    **dict.fromkeys(_NO_FILE, RefusedMessageError),
    **dict.fromkeys(_NO_MESSAGE, NoMessageError),
    **dict.fromkeys(_NO_UNFURL, NoMessageError),
    **dict.fromkeys(_NO_THREAD, NoThreadError),
    **dict.fromkeys(_NO_SCREEN, NoScreenError),
}
NEVER_CONNECTED = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)
FAULTS = (aiohttp.ClientError, SlackClientError, OSError, AttributeError, TypeError, ValueError)
"""All that a call through slack_sdk raises when the network or the answer is not what it should be.

A body that is neither an object nor JSON makes it trip over its own reading, hence the last three.
"""


def error_of(fault: BaseException) -> SlackError:
    """The error for what a call raised; only what is known to have done nothing is not in doubt."""
    if isinstance(fault, SlackApiError):
        return _answered(fault.response)
    if isinstance(fault, NEVER_CONNECTED):
        return NotSentError("no_connection")
    if isinstance(fault, TimeoutError):
        return InDoubtError("timeout")
    if isinstance(fault, aiohttp.ClientError | OSError):
        return InDoubtError("connection_lost")
    return InDoubtError("unreadable_answer")


def is_fault_of_the_moment(error: InDoubtError) -> bool:
    """Whether asking again may go well, as opposed to an answer that nobody knows."""
    passing = ("timeout", "connection_lost", "unreadable_answer", "internal_error", "fatal_error")
    return error.code in (*passing, "service_unavailable", "request_timeout") or error.code.startswith("http_")


def _answered(response: object) -> SlackError:
    status = getattr(response, "status_code", None) or getattr(response, "status", None)
    body = getattr(response, "data", None)
    code = body.get("error") if isinstance(body, Mapping) else None
    if status == _TOO_MANY_REQUESTS or code in _BUSY:
        return SlackBusyError(_pause(getattr(response, "headers", None)))
    if status != _OK:
        return InDoubtError(f"http_{status}")
    if not isinstance(code, str) or not code:
        return InDoubtError("unreadable_answer")
    if code.startswith("restricted_action") and code not in _NO_THREAD:
        return NoAccessError(code)
    return _BY_CODE.get(code, InDoubtError)(code, _needed(body))


def _needed(body: object) -> str:
    """The scopes that Slack names as missing; nothing that is not made like one."""
    needed = body.get("needed") if isinstance(body, Mapping) else None
    return needed if isinstance(needed, str) and _SCOPES.fullmatch(needed) else ""


def _pause(headers: object) -> timedelta:
    given = headers.get("Retry-After") if isinstance(headers, Mapping) else None
    try:
        seconds = float(given or 0)
    except ValueError:
        return _PAUSE_WITHOUT_WORD
    is_sane = math.isfinite(seconds) and 0 < seconds <= _LONGEST_PAUSE
    return timedelta(seconds=seconds) if is_sane else _PAUSE_WITHOUT_WORD
