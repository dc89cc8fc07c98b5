"""What no other listener knows: buttons of other versions, and commands of other names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from slack_bolt.app.async_app import AsyncApp

from bot.errors import BadCommandError
from bot.slack.forms import Outcome
from bot.slack.guard import Guard
from bot.slack.payload import Asked, Clicked, Submitted, Summoned, Touched, is_in_view
from bot.slack.reply import Reply
from bot.slack.screen import Screen

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
        app.block_action(_ANYTHING, matchers=[_is_in_message])(self.guard.click(self.clicked))
        app.block_action(_ANYTHING)(self.guard.touch(self.touched))
        app.shortcut(_ANYTHING)(self.guard.shortcut(self.summoned))
        app.view_submission(_ANYTHING)(self.guard.submission(self.submitted))

    async def asked(self, asked: Asked, _: Reply) -> None:
        """Say which command is ours."""
        raise BadCommandError(f"I do not know `{asked.command}`. Type `{self.command} help` instead.")

    async def clicked(self, click: Clicked, _: Reply) -> None:
        """Say that the button is not known."""
        log.info("a button that nobody knows", action=click.action_id)
        raise self._of_another_version("button")

    async def touched(self, touch: Touched, _: Screen) -> None:
        """The same in a view."""
        log.info("a button that nobody knows", action=touch.action_id)
        raise self._of_another_version("button")

    async def summoned(self, shortcut: Summoned, _: Screen) -> None:
        """Say that the shortcut is not known."""
        log.info("a shortcut that nobody knows", callback=shortcut.callback_id)
        raise self._of_another_version("shortcut")

    async def submitted(self, form: Submitted) -> Outcome:
        """Say that the form is not known."""
        log.info("a form that nobody knows", callback=form.callback_id)
        raise self._of_another_version("form")

    def _of_another_version(self, what: str) -> BadCommandError:
        return BadCommandError(
            f"That {what} is of another version of me, and nothing was done."
            f" Type `{self.command} help` for what you can do."
        )


async def _is_in_message(body: Mapping[str, object]) -> bool:
    return not is_in_view(body)
