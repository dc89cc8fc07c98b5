"""What comes of a modal that was sent in, and how Slack is told within its three seconds."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.words import Foreign, words
from bot.errors import SlackError
from bot.flows.work import Work
from bot.slack.payload import Submitted
from bot.slack.screen import Screens
from bot.slack.views.blocks import paragraph, rich_text
from bot.slack.views.view import View

log = structlog.get_logger(__name__)
LONGEST_MISTAKE = 600
WORKING = View((rich_text(paragraph([words("Working on it …")])),), title="One moment")


@dataclass(frozen=True, slots=True)
class Mistakes:
    """What is wrong in which field, by the field's id; the modal stays as it is, and nothing was done."""

    by_field: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shows:
    """What takes the place of the modal: what was done."""

    view: View


Outcome = Mistakes | Shows
Handle = Callable[[Submitted], Awaitable[Outcome]]


async def acknowledge(ack: AsyncAck, outcome: Outcome) -> None:
    """Show it in the acknowledgement."""
    if isinstance(outcome, Mistakes):
        await ack(response_action="errors", errors=dict(outcome.by_field))
    else:
        await ack(response_action="update", view=outcome.view.payload())


@dataclass(slots=True)
class Submission:
    """One modal under way: what takes longer than Slack waits is shown when it is there."""

    what: Submitted
    screens: Screens
    work: Work
    patience_seconds: float

    async def taken(self, handle: Handle) -> Outcome | None:
        """What to show now; None when there is too much to do, and nothing was begun. `handle` may not raise."""
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

        async def work() -> None:
            outcome = await handle(self.what)
            if done.cancelled():
                await self._show_late(outcome)
            else:
                done.set_result(outcome)

        if not self.work.start(work(), self.what.callback_id):
            return None
        try:
            async with asyncio.timeout(self.patience_seconds):
                return await done
        except TimeoutError:
            return Shows(WORKING)

    async def _show_late(self, outcome: Outcome) -> None:
        view = outcome.view if isinstance(outcome, Shows) else mistaken(outcome)
        try:
            await self.screens.of("", self.what.view_id).show(view)
        except SlackError as error:
            log.warning("what came of a form was not shown", why=error.why)


def mistaken(mistakes: Mistakes) -> View:
    """What was wrong, shown where the form itself is gone."""
    said = (*mistakes.by_field.values(), "Nothing was done. Open it again to try again.")
    lines = [words(Foreign(each, LONGEST_MISTAKE)) for each in said]
    return View((rich_text(paragraph(lines)),), title="That did not work")
