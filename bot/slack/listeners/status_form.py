"""The shortcut that asks from anywhere how a reference is doing."""

from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp

from bot.domain.answer import StatusAnswer
from bot.errors import BadCommandError
from bot.flows.ask import Ask
from bot.slack.actions import MODAL_FAILURES, MODAL_STATUS, MODAL_STATUS_OTHER, MODAL_STATUS_WATCH
from bot.slack.callbacks import STATUS_ANYWHERE, STATUS_FORM
from bot.slack.forms import Outcome, Shows
from bot.slack.grammar import LONGEST_REFERENCE
from bot.slack.guard import Guard
from bot.slack.listeners.mentioned import WatchForm
from bot.slack.payload import Submitted, Summoned, Touched
from bot.slack.screen import Screen
from bot.slack.views import status_form
from bot.slack.views.status_form import REFERENCE
from bot.slack.views.view import View

_MOST_AT_RISK = 20


@dataclass(frozen=True, slots=True)
class StatusFormListener:
    """Asks for a reference and tells how it is doing, all in one modal; `command` is the slash command's name."""

    ask: Ask
    watch_form: WatchForm
    guard: Guard
    command: str

    def register(self, app: AsyncApp) -> None:
        """Listen to the shortcut, the form and the buttons under the answer."""
        app.global_shortcut(STATUS_ANYWHERE)(self.guard.shortcut(self.summoned))
        app.view_submission(STATUS_FORM)(self.guard.submission(self.submitted))
        app.block_action(MODAL_STATUS)(self.guard.touch(self.refresh))
        app.block_action(MODAL_FAILURES)(self.guard.touch(self.failures))
        app.block_action(MODAL_STATUS_WATCH)(self.guard.touch(self.watch))
        app.block_action(MODAL_STATUS_OTHER)(self.guard.touch(self.another))

    async def summoned(self, _: Summoned, screen: Screen) -> None:
        """Ask for the reference."""
        await screen.show(status_form.form())

    async def submitted(self, form: Submitted) -> Outcome:
        """Read and tell; what is slow is shown as far as it is known. Raises `BadCommandError` for no reference."""
        reference = _reference(form.entries.one(REFERENCE))
        return Shows(await self._read(reference, self.guard.screens.of("", form.view_id)))

    async def refresh(self, touch: Touched, screen: Screen) -> None:
        """Read again; also the way back from what failed."""
        await screen.show(status_form.reading(touch.value))
        await screen.show(await self._read(touch.value, screen))

    async def failures(self, touch: Touched, screen: Screen) -> None:
        """What failed, read live."""
        await screen.show(status_form.reading(touch.value))
        async for answer in self.ask.failures(touch.value):
            await screen.show(status_form.what_failed(answer, touch.value))

    async def watch(self, touch: Touched, screen: Screen) -> None:
        """The form to watch it; where is chosen there."""
        await self.watch_form.open(screen, touch.user, "", reference=touch.value)

    async def another(self, _: Touched, screen: Screen) -> None:
        """Ask again."""
        await screen.show(status_form.form())

    async def _read(self, reference: str, screen: Screen) -> View:
        """The last answer. What is known until then is shown when a form has long been acknowledged."""
        if (glob := await self.ask.glob(reference)) is not None:
            return status_form.overview(await self.ask.overview(glob, most=_MOST_AT_RISK), self.command)
        view = status_form.reading(reference)
        async for answer in self.ask.status(reference):
            view = status_form.shown(answer, reference, self.command)
            if isinstance(answer, StatusAnswer) and answer.still:
                await screen.show(view)
        return view


def _reference(typed: str) -> str:
    reference = typed.strip().strip('"“”„').strip()
    if not reference:
        raise BadCommandError("Type a reference, such as `batch-2026-04`.")
    if len(reference) > LONGEST_REFERENCE:
        raise BadCommandError(f"A reference has at most {LONGEST_REFERENCE} characters.")
    return reference
