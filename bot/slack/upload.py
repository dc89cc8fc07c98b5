"""The bytes of a file on their way to Slack: one attempt, to an address of Slack's only, and without our token."""

from io import BytesIO
from urllib.parse import SplitResult, urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import NotSentError

_OF_SLACK = (".slack.com", ".slack-gov.com")
_OK = 200


async def send_bytes(client: AsyncWebClient, address: str, content: bytes, timeout_seconds: float) -> None:
    """Put the content where Slack said; until the upload is completed nobody sees it, so no fault leaves a doubt.

    `address` is a secret: it is in no error. Raises `NotSentError`.
    """
    if not is_slacks(address, client.base_url) or client.session is None:
        raise NotSentError("odd_upload_url")
    try:
        async with client.session.post(
            address,
            data=BytesIO(content),  # sent in parts, so that a large file does not hold the others up
            headers={"Content-Type": "application/octet-stream"},
            allow_redirects=False,
            proxy=client.proxy,
            timeout=aiohttp.ClientTimeout(total=timeout_seconds),
        ) as answer:
            status = answer.status
    except (aiohttp.ClientError, OSError, ValueError):  # a time-out is an OSError
        raise NotSentError("upload_failed") from None
    if status != _OK:
        raise NotSentError(f"upload_http_{status}")


def is_slacks(address: str, api: str) -> bool:
    """Whether a file may be sent there: https at Slack, or the very server that answers as Slack's API."""
    try:
        there, ours = urlsplit(address), urlsplit(api)
        if _origin(there) == _origin(ours):
            return there.username is None
        host, is_usual = there.hostname or "", there.port in (None, 443)
    except ValueError:  # half a bracket, or a port that is no number
        return False
    return there.scheme == "https" and is_usual and there.username is None and f".{host}".endswith(_OF_SLACK)


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port
