"""`status`, and its buttons Refresh, Chart and Share."""

from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp

from bot.domain.answer import RequestAnswer, StatusAnswer
from bot.domain.glob import compiled
from bot.errors import BadCommandError
from bot.flows.ask import Ask
from bot.slack.actions import (
    FINISHED_CHART,
    GLOB_REFRESH,
    GLOB_SHARE,
    GLOB_TABLE,
    MISSING_STATUS,
    STATUS_CHART,
    STATUS_CHART_SHARE,
    STATUS_REFRESH,
    STATUS_SHARE,
)
from bot.slack.commands import Status
from bot.slack.guard import Guard
from bot.slack.payload import Clicked
from bot.slack.reply import Reply
from bot.slack.views import errors, glob_status, status
from bot.slack.views.message import Message

_ONE_FRESH = (
    "`fresh` reads every page of one reference, and that is a pattern for many. Leave `fresh` out, or type it behind"
    " one reference by its name."
)
_ONE_CHART = (
    "`chart` draws one reference, and that is a pattern for many. Leave `chart` out, or type it behind one reference by"
    " its name."
)


@dataclass(frozen=True, slots=True)
class StatusListener:
    """Answers how a reference is doing; `command` is the slash command's name."""

    ask: Ask
    guard: Guard
    command: str

    def register(self, app: AsyncApp) -> None:
        """Listen to the buttons."""
        app.block_action(STATUS_REFRESH)(self.guard.click(self.refresh, for_all=True))
        app.block_action(MISSING_STATUS)(self.guard.click(self.refresh, for_all=True))
        app.block_action(STATUS_SHARE)(self.guard.click(self.share))
        app.block_action(STATUS_CHART)(self.guard.click(self.chart, for_all=True))
        app.block_action(FINISHED_CHART)(self.guard.click(self.chart, for_all=True))
        app.block_action(STATUS_CHART_SHARE)(self.guard.click(self.share_chart))
        app.block_action(GLOB_TABLE)(self.guard.click(self.overview, for_all=True))
        app.block_action(GLOB_REFRESH)(self.guard.click(self.overview, for_all=True))
        app.block_action(GLOB_SHARE)(self.guard.click(self.share_overview))

    async def answer(self, wanted: Status, place: str, reply: Reply) -> None:
        """Read live and answer; a slow reading is announced first. A glob is answered from memory."""
        if (glob := await self.ask.glob(wanted.reference)) is not None:
            if wanted.fresh or wanted.chart:
                raise BadCommandError(_ONE_FRESH if wanted.fresh else _ONE_CHART)
            await reply.replace(glob_status.message(await self.ask.overview(glob, place=place), self.command))
            return
        async for answer in self.ask.status(wanted.reference, place=place, fresh=wanted.fresh):
            await self._show(answer, wanted, reply)

    async def refresh(self, click: Clicked, reply: Reply) -> None:
        """Read again, in the place of the old answer."""
        await self.answer(Status(click.reference), click.place, reply)

    async def chart(self, click: Clicked, reply: Reply) -> None:
        """Read again, and show how it went; in the place of the old answer if it was one."""
        await self.answer(Status(click.reference, chart=True), click.place, reply)

    async def share(self, click: Clicked, reply: Reply) -> None:
        """Show to the whole channel what is known, and who shared it."""
        await reply.in_channel(status.shared(await self._known(click), click.user))

    async def share_chart(self, click: Clicked, reply: Reply) -> None:
        """Show that to the whole channel with the chart."""
        known = await self._known(click)
        await reply.in_channel(status.shared(known, click.user, charted=status.can_draw(known)))

    async def overview(self, click: Clicked, reply: Reply) -> None:
        """All references under the pattern, for the one who clicked; in the place of the old answer if it was one."""
        answer = await self.ask.overview(compiled(click.reference), place=click.place)
        await reply.replace(glob_status.message(answer, self.command))

    async def share_overview(self, click: Clicked, reply: Reply) -> None:
        """Show the same to the whole channel."""
        answer = await self.ask.overview(compiled(click.reference), place=click.place)
        await reply.in_channel(glob_status.shared(answer, click.user, self.command))

    async def _show(self, answer: StatusAnswer | RequestAnswer, wanted: Status, reply: Reply) -> None:
        await reply.replace(self._message(answer, wanted))

    def _message(self, answer: StatusAnswer | RequestAnswer, wanted: Status) -> Message:
        if wanted.near and isinstance(answer, StatusAnswer) and _was_never_seen(answer):
            said = BadCommandError(
                f"No request was ever seen under the reference `{wanted.reference}`."
                f" Did you mean the command `{self.command} {wanted.near}`?"
                f" If it is a reference that is still to come, ask again later, or type"
                f" `{self.command} watch {wanted.reference}`."
            )
            return errors.message(said)
        return status.message(answer, self.command, charted=wanted.chart)

    async def _known(self, click: Clicked) -> StatusAnswer | RequestAnswer:
        """Our memory of a batch; a single request is not in it by its own id, so it is read."""
        known: StatusAnswer | RequestAnswer = await self.ask.recall(click.reference, place=click.place)
        if isinstance(known, StatusAnswer) and not known.progress.total:
            async for answer in self.ask.status(click.reference, place=click.place):
                known = answer
        return known


def _was_never_seen(answer: StatusAnswer) -> bool:
    progress = answer.progress
    return not (progress.total or progress.vanished or answer.still or answer.trouble)
