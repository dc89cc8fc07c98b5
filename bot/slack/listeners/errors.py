"""What no other listener knows: buttons of other versions, and commands of other names."""

import re
from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp

from bot.errors import BadCommandError
from bot.slack.guard import Guard
from bot.slack.payload import Asked, Clicked
from bot.slack.reply import Reply

_ANYTHING = re.compile("")


@dataclass(frozen=True, slots=True)
class LeftoverListener:
    """Answers politely; registered last, since the first listener that fits is the one that hears."""

    guard: Guard
    command: str

    def register(self, app: AsyncApp) -> None:
        """Listen to everything that is left."""
        app.command(_ANYTHING)(self.guard.command(self.asked))
        app.block_action(_ANYTHING)(self.guard.click(self.clicked))

    async def asked(self, asked: Asked, _: Reply) -> None:
        """Say which command is ours."""
        raise BadCommandError(f"I do not know `{asked.command}`. Type `{self.command} help` instead.")

    async def clicked(self, click: Clicked, _: Reply) -> None:
        """Say that the button is not known any more; a button that only opened a page needs no words."""
        if not click.is_link:
            raise BadCommandError(
                "That button is of another version of me, and nothing was done."
                f" Type `{self.command} help` for what you can do."
            )
