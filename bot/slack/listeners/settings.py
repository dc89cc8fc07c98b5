"""`settings`: what holds in a channel, and the form that changes it."""

from dataclasses import dataclass, replace

import structlog
from slack_bolt.app.async_app import AsyncApp

from bot.domain.policy import Policy, PolicyAnswer
from bot.errors import NotAllowedError, SlackError
from bot.flows.policing import Policing
from bot.slack.actions import SETTINGS_CHANGE
from bot.slack.callbacks import SETTINGS_FORM
from bot.slack.forms import Mistakes, Outcome, Shows
from bot.slack.guard import Guard
from bot.slack.payload import Asked, Clicked, Submitted
from bot.slack.reply import Reply
from bot.slack.settings_form import Carried, entered, mark
from bot.slack.views import errors, settings
from bot.slack.views.view import View

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SettingsListener:
    """Anybody sees what holds; who may not change it gets no form. `command` is the slash command's name."""

    policing: Policing
    guard: Guard
    command: str

    def register(self, app: AsyncApp) -> None:
        """Listen to the button and to the form."""
        app.block_action(SETTINGS_CHANGE)(self.guard.click(self.change))
        app.view_submission(SETTINGS_FORM)(self.guard.submission(self.submitted))

    async def answer(self, asked: Asked, reply: Reply) -> None:
        """Open the form at once where that is possible, as after a slash command; otherwise tell what holds."""
        held = await self.policing.shown(asked.place, asked.user)
        if not await self._opened(asked.trigger_id, _view(held, asked.place)):
            await reply.ephemeral(settings.message(held, asked.place, self.command))

    async def change(self, click: Clicked, reply: Reply) -> None:
        """Open the form for the channel that the button names."""
        reply.keep_original()
        place = click.reference
        held = await self.policing.shown(place, click.user)
        if not await self._opened(click.trigger_id, _view(held, place)):
            await reply.ephemeral(settings.message(held, place, self.command))

    async def submitted(self, form: Submitted) -> Outcome:
        """Save it, unless something is wrong with it, or watches would end with it that were not named before."""
        carried, wanted = Carried.of_text(form.metadata), entered(form)
        if wanted.mistakes:
            return Mistakes(wanted.mistakes)
        held = await self.policing.shown(carried.place, form.user)
        if wanted.policy == held.policy and carried.version == held.version:
            return Shows(settings.saved(held, carried.place, (), changed=False))
        ends = await self.policing.outside(carried.place, wanted.policy)
        if ends and held.may_change and mark(ends) != carried.shown:
            again = replace(carried, shown=mark(ends)).text()
            return Shows(settings.confirmation(carried.place, again, wanted.policy, ends))
        return await self._save(carried, wanted.policy, form.user)

    async def _save(self, carried: Carried, policy: Policy, person: str) -> Outcome:
        try:
            saved = await self.policing.save(carried.place, policy, person, version=carried.version)
        except NotAllowedError as error:  # names people, which a field cannot
            return Shows(errors.view(error))
        now = PolicyAnswer(saved.now.policy, saved.now, may_change=True)
        return Shows(settings.saved(now, carried.place, saved.ended))

    async def _opened(self, trigger_id: str, view: View) -> bool:
        """Whether the modal is there; a trigger that is too old, or none, opens nothing."""
        if not trigger_id:
            return False
        try:
            await self.guard.screens.of(trigger_id).show(view)
        except SlackError as error:
            log.warning("a modal was not opened", why=error.why)
            return False
        return True


def _view(held: PolicyAnswer, place: str) -> View:
    if not held.may_change:
        return settings.held(held, place)
    return settings.form(held, place, Carried(place, held.version).text())
