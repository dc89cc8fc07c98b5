"""`help`: what can be typed."""

from dataclasses import dataclass

from bot.slack.commands import Help
from bot.slack.reply import Reply
from bot.slack.views import help as view


@dataclass(frozen=True, slots=True)
class HelpListener:
    """Shows examples first; `command` is the slash command's name."""

    command: str

    async def answer(self, wanted: Help, reply: Reply) -> None:
        """Show all commands, or one of them."""
        await reply.ephemeral(view.message(self.command, wanted.topic))
