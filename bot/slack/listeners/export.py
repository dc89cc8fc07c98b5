"""`export`, and the buttons of that name under "finished" and under the answers."""

from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp

from bot.domain.sheet import Format
from bot.flows.ask import Ask
from bot.flows.sheets import Sheets
from bot.slack.actions import EXPORT_CSV, EXPORT_HTML, EXPORT_TSV, FINISHED_EXPORT, LINKS_EXPORT
from bot.slack.commands import Export
from bot.slack.guard import Guard
from bot.slack.payload import Clicked
from bot.slack.reply import Reply
from bot.slack.views import export, glob_status

_FORMATS = {EXPORT_TSV: Format.TSV, EXPORT_HTML: Format.HTML}  # every other button means CSV


@dataclass(frozen=True, slots=True)
class ExportListener:
    """Sends every row as a file to the one who asks only; `command` is the slash command's name."""

    ask: Ask
    sheets: Sheets
    guard: Guard
    command: str

    def register(self, app: AsyncApp) -> None:
        """Listen to the buttons."""
        for action in (FINISHED_EXPORT, LINKS_EXPORT, EXPORT_CSV, EXPORT_TSV, EXPORT_HTML):
            app.block_action(action)(self.guard.click(self.clicked))

    async def answer(self, wanted: Export, place: str, person: str, reply: Reply) -> None:
        """Read every page, send the file, and say where it is; a slow reading is announced first."""
        if (glob := await self.ask.glob(wanted.reference)) is not None:
            answer_to_all = await self.ask.overview(glob, place=place)
            await reply.ephemeral(glob_status.one_at_a_time(answer_to_all, "export", self.command))
            return
        async for answer in self.sheets.export(wanted.reference, wanted.format, place=place, person=person):
            await reply.replace(export.message(answer, self.command))

    async def clicked(self, click: Clicked, reply: Reply) -> None:
        """Answer only the person who clicked; the message stays."""
        reply.keep_original()
        wanted = Export(click.reference, _FORMATS.get(click.action_id, Format.CSV))
        await self.answer(wanted, click.place, click.user, reply)
