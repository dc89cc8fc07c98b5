"""Views on a person's screen: one attempt for each call, and every outcome as one of our errors."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import BadCommandError, InDoubtError, NoScreenError, NotSentError, SlackBusyError, SlackError
from bot.flows.vitals import Vitals
from bot.slack.address import LONGEST_PAUSE, Sleep
from bot.slack.outcome import FAULTS, error_of, is_fault_of_the_moment
from bot.slack.views.view import View

_PAUSE = timedelta(seconds=1)  # after what may pass


@dataclass(frozen=True, slots=True)
class Screens:
    """Opens, changes and publishes views on a client that does not retry.

    No call takes longer than `timeout_seconds`. A trigger opens one modal within three seconds, so that is done before
    anything else. Showing the same twice does no harm: nothing here is ever in doubt.
    """

    client: AsyncWebClient
    vitals: Vitals
    timeout_seconds: float = 10
    sleep: Sleep = asyncio.sleep

    async def open(self, trigger_id: str, view: View) -> str:
        """Show a modal; returns its id. `NoScreenError` when the three seconds are over."""
        return _id_of(await self._call(self.client.views_open, trigger_id=trigger_id, view=view.payload()))

    async def update(self, view_id: str, view: View) -> None:
        """Show this in the place of a modal; a `SlackError` when it has been closed."""
        await self._call(self.client.views_update, view_id=view_id, view=view.payload())

    async def publish(self, user: str, view: View) -> None:
        """Show this as a person's Home tab."""
        await self._call(self.client.views_publish, user_id=user, view=view.payload(), counted_as="home")

    def of(self, trigger_id: str, view_id: str = "") -> "Screen":
        """What one person sees from now on; `view_id` is the modal that is open already."""
        return Screen(self, trigger_id, view_id)

    async def _call(
        self,
        method: Callable[..., Awaitable[AsyncSlackResponse]],
        *,
        counted_as: str = "views",
        **arguments: Any,  # noqa: ANN401 - the client's own arguments
    ) -> AsyncSlackResponse:
        try:
            async with asyncio.timeout(self.timeout_seconds):
                response = await method(**arguments)
        except FAULTS as fault:
            error = error_of(fault)
        else:
            self.vitals.slack_calls[f"{counted_as} ok"] += 1
            return response
        self.vitals.slack_calls[f"{counted_as} {error.code if error.code == 'ratelimited' else 'failed'}"] += 1
        raise error


@dataclass(slots=True)
class Screen:
    """One person's modal, from one click or command on."""

    screens: Screens
    trigger_id: str = field(repr=False)
    view_id: str = ""

    async def show(self, view: View) -> None:
        """Open it with the trigger, or put this in the place of what it shows. Raises a `SlackError`.

        What is open already says "One moment …" or what is not so any more, so that is tried once more.
        """
        if not self.view_id:
            self.view_id = await self.screens.open(self.trigger_id, view)
            return
        try:
            await self.screens.update(self.view_id, view)
        except SlackError as error:
            pause = _pause_after(error)
            if pause is None:
                raise
            await self.screens.sleep(pause.total_seconds())
            await self.screens.update(self.view_id, view)

    async def show_done(self, view: View) -> None:
        """Show what was done, unless the modal was closed. Raises a `BadCommandError` that does not say it was not."""
        try:
            await self.show(view)
        except NoScreenError:
            return
        except SlackError as error:
            raise BadCommandError(
                f"That was done, but Slack did not let me show what came of it ({error.why}). My Home tab and `watches`"
                " tell how it is now."
            ) from error


def _pause_after(error: SlackError) -> timedelta | None:
    """When it may go well; None for what would go wrong again."""
    if isinstance(error, SlackBusyError):
        return error.retry_after if error.retry_after <= LONGEST_PAUSE else None
    may_pass = isinstance(error, NotSentError) or (isinstance(error, InDoubtError) and is_fault_of_the_moment(error))
    return _PAUSE if may_pass else None


def _id_of(response: AsyncSlackResponse) -> str:
    view = response.get("view")
    found = view.get("id") if isinstance(view, dict) else None
    if not isinstance(found, str) or not found:
        raise InDoubtError("unreadable_answer")
    return found
