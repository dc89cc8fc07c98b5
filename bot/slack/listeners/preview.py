"""`preview`: what a watch would have posted."""

from dataclasses import dataclass

from bot.domain.answer import Wish
from bot.domain.preview import PreviewBegun
from bot.flows.identity import Identity
from bot.flows.preview import Previewing
from bot.slack.commands import Preview
from bot.slack.payload import Asked
from bot.slack.reply import Reply
from bot.slack.views import preview


@dataclass(frozen=True, slots=True)
class PreviewListener:
    """Tells it to the one who asks, and changes nothing."""

    previewing: Previewing
    identity: Identity
    account_id: str
    command: str

    async def answer(self, wanted: Preview, asked: Asked, reply: Reply) -> None:
        """Look at the past again as the watch would have; `BadCommandError` for what cannot be watched."""
        watch = wanted.watch
        wish = Wish(
            workspace_id=self.identity.workspace_id,
            account_id=self.account_id,
            place=asked.place,
            reference_id=watch.reference,
            author=asked.user,
            events=watch.events,
            expected=watch.expected,
            place_name=asked.place_name,
            public=asked.public,
            placement=watch.placement,
            mention=watch.mention,
        )
        async for answer in self.previewing.preview(wish):
            if isinstance(answer, PreviewBegun):
                await reply.replace(preview.begun(answer))
            else:
                await reply.replace(preview.message(answer, self.command))
