"""What no other listener knows: buttons of other versions, and commands of other names."""

import re
from dataclasses import dataclass

import structlog
from slack_bolt.app.async_app import AsyncApp

from bot.errors import BadCommandError
from bot.slack.guard import Guard
from bot.slack.payload import Asked, Clicked
from bot.slack.reply import Reply

log = structlog.get_logger(__name__)
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
        """Say that the button is not known."""
        log.info("a button that nobody knows", action=click.action_id)
        raise BadCommandError(
            "That button is of another version of me, and nothing was done."
            f" Type `{self.command} help` for what you can do."
        )
