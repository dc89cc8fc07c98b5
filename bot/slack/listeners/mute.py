"""`mute` and `unmute`, and the buttons of those names on cards."""

from dataclasses import dataclass
from datetime import timedelta

from slack_bolt.app.async_app import AsyncApp

from bot.flows.muting import Muting
from bot.slack.actions import CARD_MUTE, CARD_UNMUTE, GLOB_MUTE, GLOB_UNMUTE
from bot.slack.commands import Mute, Unmute
from bot.slack.guard import Guard
from bot.slack.payload import Asked, Clicked
from bot.slack.reply import Reply
from bot.slack.views import mute

BY_BUTTON = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MuteListener:
    """Makes a place quiet for a while; `command` is the slash command's name."""

    muting: Muting
    guard: Guard
    command: str

    def register(self, app: AsyncApp) -> None:
        """Listen to the buttons."""
        for action in (CARD_MUTE, GLOB_MUTE):
            app.block_action(action)(self.guard.click(self.mute_clicked))
        for action in (CARD_UNMUTE, GLOB_UNMUTE):
            app.block_action(action)(self.guard.click(self.unmute_clicked))

    async def answer(self, wanted: Mute | Unmute, asked: Asked, reply: Reply) -> None:
        """Hold messages here or let them through again, and tell the one who asked until when or what was held."""
        if isinstance(wanted, Mute):
            muted = await self.muting.mute(asked.place, wanted.reference, wanted.length, asked.user)
            await reply.ephemeral(mute.muted(muted, self.command))
        else:
            unmuted = await self.muting.unmute(asked.place, wanted.reference, asked.user)
            await reply.ephemeral(mute.unmuted(unmuted, self.command))

    async def mute_clicked(self, click: Clicked, reply: Reply) -> None:
        """For an hour, what the card is about."""
        is_glob = click.action_id == GLOB_MUTE
        answer = await self.muting.mute(click.place, click.reference, BY_BUTTON, click.user, is_glob=is_glob)
        await reply.ephemeral(mute.muted(answer, self.command))

    async def unmute_clicked(self, click: Clicked, reply: Reply) -> None:
        """What the card is about, also where a pattern or everything is muted: then that is told."""
        is_glob = click.action_id == GLOB_UNMUTE
        answer = await self.muting.unmute(click.place, click.reference, click.user, is_glob=is_glob)
        await reply.ephemeral(mute.unmuted(answer, self.command))
