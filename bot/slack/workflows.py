"""The edge to Workflow Builder: one attempt for each call, and every outcome as one of our errors."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.workflow_answer import SeenChannel
from bot.errors import NoAccessError, RefusedMessageError, SlackError, StepOverError
from bot.slack.outcome import FAULTS, error_of

COMPLETE, FAIL = "functions.completeSuccess", "functions.completeError"
_OVER = ("execution_not_in_running_state", "function_execution_not_found")
_REFUSED = (
    "access_denied",
    "missing_scope",
    "not_allowed_token_type",
    "parameter_validation_failed",
    "unknown_method",
)
"""Of one step, not of the token: whatever Slack thinks of it here, it goes on working everywhere else."""


@dataclass(frozen=True, slots=True)
class SlackWorkflows:
    """The port `Workflows` on a client that neither retries nor opens sessions of its own.

    It ends steps with the bot's own token, which has no end of its own; that of the event works for a few minutes.
    """

    client: AsyncWebClient
    timeout_seconds: float = 10

    async def complete(self, execution_id: str, outputs: Mapping[str, str | int | bool]) -> None:
        """The step went well."""
        await self._end(COMPLETE, {"function_execution_id": execution_id, "outputs": dict(outputs)})

    async def fail(self, execution_id: str, sentence: str) -> None:
        """The step did not go well."""
        await self._end(FAIL, {"function_execution_id": execution_id, "error": sentence})

    async def channel(self, channel_id: str) -> SeenChannel:
        """A channel as Slack shows it to the bot."""
        try:
            async with asyncio.timeout(self.timeout_seconds):
                response = await self.client.conversations_info(channel=channel_id)
        except FAULTS as fault:
            error = error_of(fault)
        else:
            return _seen(channel_id, response)
        if isinstance(error, NoAccessError):
            return SeenChannel(channel_id)
        raise error

    async def _end(self, method: str, arguments: dict[str, object]) -> None:
        """As a JSON body: the client's own method would put it all into the address, which may be too long for it."""
        try:
            async with asyncio.timeout(self.timeout_seconds):
                await self.client.api_call(method, json=arguments)
                return
        except FAULTS as fault:
            error = error_of(fault)
        raise _of_step(error)


def _of_step(error: SlackError) -> SlackError:
    """What a refusal means where it is about one step, not about the token."""
    if error.code in _OVER:
        return StepOverError(error.code)
    return RefusedMessageError(error.code) if error.code in _REFUSED else error


def _seen(channel_id: str, response: AsyncSlackResponse) -> SeenChannel:
    found = response.get("channel")
    shown: Mapping[str, object] = found if isinstance(found, Mapping) else {}
    name = shown.get("name")
    return SeenChannel(
        id=channel_id,
        name=name if isinstance(name, str) else "",
        is_public=shown.get("is_channel") is True and shown.get("is_private") is not True,
        is_member=shown.get("is_member") is True,
        is_archived=shown.get("is_archived") is True,
    )
