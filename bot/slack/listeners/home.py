"""Home: shown when somebody opens it, and what its buttons do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from slack_bolt.app.async_app import AsyncApp

from bot.domain.watch import Watch
from bot.errors import BadCommandError, LipsyncBotError
from bot.flows.home import Home
from bot.flows.muting import Muting
from bot.flows.triaging import Choice, Triaging
from bot.flows.watching import Watching
from bot.slack.actions import (
    HOME_ASK,
    HOME_FAILURES,
    HOME_HANDLED,
    HOME_KIND_FAILURES,
    HOME_LINKS,
    HOME_MORE,
    HOME_OPEN_AGAIN,
    HOME_REFRESH,
    HOME_STATUS,
    HOME_UNDO,
    HOME_UNMUTE,
    HOME_WATCH,
)
from bot.slack.guard import Guard
from bot.slack.listeners.home_answers import HomeAnswers
from bot.slack.listeners.mute import BY_BUTTON
from bot.slack.listeners.watch_form import WatchForms
from bot.slack.payload import Happened, Touched, shown_failures
from bot.slack.screen import Screen
from bot.slack.views import in_modal, mute, status_form, triage, undo, watch, watch_form
from bot.slack.views.home import CHANGE, MUTE, STOP, UNMUTE
from bot.slack.views.message import Message

log = structlog.get_logger(__name__)
_ENDED = "This watch has ended since, so nothing was done. Home shows what there is now."
_MORE = {CHANGE: "Change watch", MUTE: "Muted", UNMUTE: "Not muted", STOP: "Stopped"}
_NOT_MUTED = "This mute has ended since, so nothing was done. Home shows what there is now."


@dataclass(frozen=True, slots=True)
class HomeListener:
    """Every click on Home is answered in a modal, and Home shows at once what came of it."""

    home: Home
    answers: HomeAnswers
    watching: Watching
    muting: Muting
    triaging: Triaging
    watch_forms: WatchForms
    guard: Guard
    command: str

    def register(self, app: AsyncApp) -> None:
        """Listen to the buttons on Home and in its modals."""
        for action, touched in (
            (HOME_WATCH, self.watch_clicked),
            (HOME_ASK, self.ask_clicked),
            (HOME_STATUS, self.status_clicked),
            (HOME_FAILURES, self.failures_clicked),
            (HOME_LINKS, self.links_clicked),
            (HOME_MORE, self.more_chosen),
            (HOME_UNMUTE, self.unmute_clicked),
            (HOME_KIND_FAILURES, self.kind_failures_clicked),
            (HOME_HANDLED, self.handled_clicked),
            (HOME_OPEN_AGAIN, self.open_again_clicked),
            (HOME_REFRESH, self.refresh_clicked),
            (HOME_UNDO, self.undo_clicked),
        ):
            app.block_action(action)(self.guard.touch(touched))

    async def opened(self, event: Happened) -> None:
        """Somebody looks at their Home: it is shown as things are now. Raises a `StoreError`: then it is told again."""
        await self.home.opened(event.user, event.place)
        self.guard.work.start(self._show_home(event.user), "home")  # else it is shown with the next that are due

    async def _show_home(self, person: str) -> None:
        try:
            await self.home.show(person)
        except LipsyncBotError as error:
            log.warning("a Home was not shown", person=person, why=str(error))

    # --- forms and answers ---

    async def watch_clicked(self, touch: Touched, screen: Screen) -> None:
        """Ask what is to be watched."""
        await self.watch_forms.open(screen, touch.user, touch.metadata)

    async def ask_clicked(self, _: Touched, screen: Screen) -> None:
        """Ask of what the status is wanted."""
        await screen.show(status_form.form())

    async def status_clicked(self, touch: Touched, screen: Screen) -> None:
        """How a watched batch is doing."""
        await self.answers.status(screen, await self._watch(touch, screen, "Status", touch.value))

    async def failures_clicked(self, touch: Touched, screen: Screen) -> None:
        """What of a watched batch failed."""
        found = await self._watch(touch, screen, "Failures", touch.value)
        await self.answers.failures(screen, found.reference_id, found.place)

    async def links_clicked(self, touch: Touched, screen: Screen) -> None:
        """The links of a watched batch."""
        found = await self._watch(touch, screen, "Links", touch.value)
        await self.answers.links(screen, found.reference_id, found.place, touch.user)

    async def kind_failures_clicked(self, touch: Touched, screen: Screen) -> None:
        """What failed of the batch whose failures the person looks at."""
        await self.answers.failures(screen, touch.value, touch.metadata)

    async def refresh_clicked(self, touch: Touched, screen: Screen) -> None:
        """Read again, in the place of the old answer."""
        await self.answers.of_reference(screen, touch.value, touch.metadata)

    # --- changes ---

    async def more_chosen(self, touch: Touched, screen: Screen) -> None:
        """Change, mute, unmute or stop a watch."""
        what, _, watch_id = touch.value.partition(" ")
        title = _MORE[what]
        found = await self._watch(touch, screen, title, watch_id, or_just_ended=what == STOP)
        if what == CHANGE:
            await screen.show(watch_form.waiting("Change watch"))  # then there is time to ask
            await self.watch_forms.rooms.refuse_outsider(found.place, touch.user)
            await self.watch_forms.change(screen, touch.user, found.place, found.reference_id)
            return
        do = {MUTE: self._mute, UNMUTE: self._unmute, STOP: self._stop}[what]
        await self._do(touch, screen, title, found.place, lambda: do(found, touch))

    async def _mute(self, found: Watch, touch: Touched) -> Message:
        answer = await self.muting.mute(found.place, found.reference_id, BY_BUTTON, touch.user, is_glob=found.is_glob)
        return mute.muted(answer, self.command)

    async def _unmute(self, found: Watch, touch: Touched) -> Message:
        answer = await self.muting.unmute(found.place, found.reference_id, touch.user, is_glob=found.is_glob)
        return mute.unmuted(answer, self.command)

    async def _stop(self, found: Watch, touch: Touched) -> Message:
        answer = await self.watching.stop_clicked(found.place, found.reference_id, touch.user, is_glob=found.is_glob)
        return watch.stopped(answer, self.command, personal=found.place == touch.metadata)

    async def unmute_clicked(self, touch: Touched, screen: Screen) -> None:
        """End a mute, of whatever."""
        await screen.show(in_modal.waiting("Not muted", touch.metadata))
        found = await self.home.mute(touch.value)
        if found is None:
            await self._show_home(touch.user)
            raise BadCommandError(_NOT_MUTED)

        async def unmute() -> Message:
            answer = await self.muting.unmute(found.place, found.subject, touch.user, is_glob=found.is_glob)
            return mute.unmuted(answer, self.command)

        await self._do(touch, screen, "Not muted", found.place, unmute)

    async def handled_clicked(self, touch: Touched, screen: Screen) -> None:
        """What is shown of a kind is handled; what came since is not."""

        async def handle() -> Message:
            return triage.message(await self.triaging.handled(touch.metadata, _choice(touch), touch.user))

        await self._do(touch, screen, "Handled", touch.metadata, handle)

    async def open_again_clicked(self, touch: Touched, screen: Screen) -> None:
        """It is open after all."""

        async def open_again() -> Message:
            return triage.message(await self.triaging.open_again(touch.metadata, _choice(touch), touch.user))

        await self._do(touch, screen, "Open again", touch.metadata, open_again)

    async def undo_clicked(self, touch: Touched, screen: Screen) -> None:
        """Take back what the modal tells."""

        async def take_back() -> Message:
            return undo.message(await self.watching.undo(touch.metadata, touch.value, touch.user), self.command)

        await self._do(touch, screen, "Undo", touch.metadata, take_back)

    async def _do(
        self, touch: Touched, screen: Screen, title: str, place: str, do: Callable[[], Awaitable[Message]]
    ) -> None:
        """Open the modal first: where that cannot be, nothing is done, and it says so.

        Home shows watches of channels, too, and who has left a private one changes nothing there any more.
        """
        if not screen.view_id:
            await screen.show(in_modal.waiting(title, place))
        await self.watch_forms.rooms.refuse_outsider(place, touch.user)
        try:
            answer = await do()
            await screen.show_done(in_modal.modal(answer, title, place))
        finally:
            await self._show_home(touch.user)

    async def _watch(
        self, touch: Touched, screen: Screen, title: str, watch_id: str, *, or_just_ended: bool = False
    ) -> Watch:
        """The watch of a button on Home. The modal comes first, since there are three seconds."""
        await screen.show(in_modal.waiting(title, touch.metadata))
        found = await self.home.watch(watch_id, or_just_ended=or_just_ended)
        if found is None:
            await self._show_home(touch.user)
            raise BadCommandError(_ENDED)
        return found


def _choice(touch: Touched) -> Choice:
    about = shown_failures(touch.value)
    return Choice(about.reference, about.kind, about.seen)
