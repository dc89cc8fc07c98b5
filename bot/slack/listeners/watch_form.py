"""The form of a watch: opened from anywhere, filled while somebody types, and done when it is sent in."""

from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from functools import partial

import structlog
from slack_bolt.app.async_app import AsyncApp

from bot.domain.answer import GlobWatchAnswer, WatchAnswer, Wish
from bot.domain.match_wording import match_line
from bot.domain.people_answer import Undone
from bot.domain.words import Words, words
from bot.errors import BadCommandError, NoScreenError, NotAllowedError, SlackError, StoreError
from bot.flows.filling import Filling
from bot.slack.actions import (
    FORM_REFERENCE,
    FORM_STOP,
    FORM_UNDO,
    FORM_WHERE,
    STATUS_WATCH,
    WATCH_CHANGE,
    WATCH_MINE_CHANGE,
    WATCH_OPEN,
)
from bot.slack.callbacks import WATCH_FORM
from bot.slack.forms import Mistakes, Outcome, Shows
from bot.slack.grammar import reference_entered
from bot.slack.guard import Guard
from bot.slack.listeners.watch import Spot, WatchListener
from bot.slack.live import LiveForms
from bot.slack.payload import Asked, Clicked, Submitted, Touched
from bot.slack.reply import Reply
from bot.slack.rooms import Rooms
from bot.slack.screen import Screen
from bot.slack.views import errors, glob_watch, undo, watch, watch_form
from bot.slack.views.message import Message
from bot.slack.views.view import View
from bot.slack.watch_entries import (
    BY,
    CHANNEL,
    REFERENCE,
    WHERE,
    Entered,
    Opened,
    Understood,
    Where,
    entered,
    of_watch,
    opened,
    proposed,
    understood,
)

log = structlog.get_logger(__name__)
_NOTHING_DONE = "Nothing was done. Try again."
_NO_MEMORY = words("My memory cannot be read just now, so I cannot tell what I know of it. You can send this in.")
_CHOOSE = BadCommandError("Choose where messages go.")
_CHOOSE_CHANNEL = BadCommandError("Choose the channel.")


@dataclass(frozen=True, slots=True)
class WatchForms:
    """Opens the form to begin a watch, and the one to change it; does what is sent in."""

    watch: WatchListener
    filling: Filling
    rooms: Rooms
    guard: Guard
    command: str
    live: LiveForms = field(default_factory=LiveForms)

    def register(self, app: AsyncApp) -> None:
        """Listen to the form, and to the buttons that open it."""
        for name in (FORM_REFERENCE, FORM_WHERE):
            app.block_action(name)(self.guard.touch(self.typed))
        app.block_action(FORM_STOP)(self.guard.touch(self.stop))
        app.block_action(FORM_UNDO)(self.guard.touch(self.undo))
        app.view_submission(WATCH_FORM)(self.guard.submission(self.sent))
        app.block_action(WATCH_OPEN)(self.guard.click(self.open_clicked))
        app.block_action(STATUS_WATCH)(self.guard.click(self.open_clicked))
        app.block_action(WATCH_CHANGE)(self.guard.click(self.change_clicked))
        app.block_action(WATCH_MINE_CHANGE)(self.guard.click(self.change_mine_clicked))

    # --- opening ---

    async def asked(self, asked: Asked, reply: Reply) -> None:
        """`watch` alone; where Slack lets no form be opened, a button does."""
        screen = self.guard.screens.of(asked.trigger_id)
        try:
            if asked.trigger_id:
                await self.open(screen, asked.user, asked.place, asked.place_name, public=bool(asked.public))
        except NoScreenError as error:
            log.info("a form was not opened", why=error.why)
        if not screen.view_id:
            await reply.ephemeral(watch_form.offer())

    async def open(
        self,
        screen: Screen,
        user: str,  # noqa: ARG002 - whoever opens it; it is whoever sends it in who counts
        place: str,
        place_name: str = "",
        *,
        public: bool = False,
        reference: str = "",
    ) -> None:
        """The form to begin a watch. At first with what needs no reading, then with what is known of the `reference`.

        `place` is where it was opened; without one, or in a conversation, the person's own DM is proposed.
        """
        form = Opened(place, place_name if public else "", public)
        where = Where.HERE if form.can_be_here else Where.MINE
        form = replace(form, shown=Entered(where=where.value, events=""))
        now = replace(form.shown, reference=proposed(reference))
        await screen.show(watch_form.form(form, now, watch_form.LOOKING if now.reference else watch_form.NOTHING_TYPED))
        await self.live.of(screen.view_id).changed(0.0, partial(self._fill, screen, form, now))

    async def change(self, screen: Screen, user: str, place: str, reference: str) -> None:
        """The form to change the place's own watch of a reference or pattern; where it has none, the one to begin."""
        await screen.show(watch_form.waiting("Change watch"))
        await _shown(screen, self._change(screen, user, place, reference))

    async def _change(self, screen: Screen, user: str, place: str, reference: str) -> None:
        there = await self.filling.watch(place, reference)
        if there is None:
            await self.open(screen, user, place, reference=reference)
            return
        form = of_watch(there)
        await screen.show(watch_form.form(form, form.shown, await self._line(form, form.shown)))

    async def open_clicked(self, click: Clicked, _: Reply) -> None:
        """The form, with the reference that the message is about."""
        reference = click.reference if click.action_id == STATUS_WATCH else ""
        screen = self.guard.screens.of(click.trigger_id)
        await self.open(screen, click.user, click.place, click.place_name, public=click.public, reference=reference)

    async def change_clicked(self, click: Clicked, _: Reply) -> None:
        """The form filled with the watch that the answer is about."""
        await self.change(self.guard.screens.of(click.trigger_id), click.user, click.place, click.reference)

    async def change_mine_clicked(self, click: Clicked, _: Reply) -> None:
        """The same for a watch in the person's DM."""
        screen = self.guard.screens.of(click.trigger_id)
        await screen.show(watch_form.waiting("Change watch"))
        await _shown(screen, self._change_mine(screen, click.user, click.reference))

    async def _change_mine(self, screen: Screen, user: str, reference: str) -> None:
        await self._change(screen, user, await self.watch.direct(user), reference)

    # --- filling ---

    async def typed(self, touch: Touched, screen: Screen) -> None:
        """Tell what is known of what was typed last."""
        form = opened(touch.metadata)
        now = entered(form, touch.entries)
        await self.live.of(touch.view_id).changed(touch.at, partial(self._fill, screen, form, now))

    async def _fill(self, screen: Screen, form: Opened, now: Entered) -> None:
        """A form that could not be filled stays as it is: it can be sent in all the same."""
        try:
            if not form.shown.events:
                usual = (await self.filling.events(form.place)).value
                form, now = replace(form, shown=replace(form.shown, events=usual)), replace(now, events=usual)
            line = await self._line(form, now)
        except StoreError as error:
            log.warning("a form was not filled", why=str(error))
            line = _NO_MEMORY
        try:
            await self.guard.screens.update(screen.view_id, watch_form.form(form, now, line))  # the next sign is near
        except SlackError as error:
            log.info("a form was not filled", why=error.why)

    async def _line(self, form: Opened, now: Entered) -> Words:
        if not now.reference.strip():
            return watch_form.NOTHING_TYPED
        place = "" if now.where == Where.OTHER else form.place
        at = form.place if now.where == Where.HERE and not form.changes else ""
        try:
            name = form.shown.reference if form.changes else reference_entered(now.reference)
            return match_line(await self.filling.match(name, place=place, at=at))
        except BadCommandError as error:
            return words(errors.plain(error))

    # --- sending in ---

    async def sent(self, form: Submitted) -> Outcome:
        """Begin or change the watch, and say what will be posted; a form that is sent in twice is done once."""
        one = self.live.of(form.view_id)
        async with one.sent():
            if one.outcome is None or isinstance(one.outcome, Mistakes):
                one.outcome = await self._outcome(form)
            return one.outcome

    async def _outcome(self, form: Submitted) -> Outcome:
        begun = opened(form.metadata)
        now = entered(begun, form.entries)
        made = understood(begun, now)
        where = await self._where(begun, now, made, form)
        await self._measures(begun, made, form.user)
        if made.mistakes or where is None:
            return Mistakes({name: errors.plain(error) for name, error in made.mistakes.items()})
        wish = await self.watch.wish(made.wanted, form.user, where.spot, made.due)
        wish = replace(wish, without=made.without, is_glob=begun.is_glob)
        try:
            return await self._told(form, begun, wish, where)
        except NotAllowedError as error:
            if not error.managers:
                raise
            return Shows(errors.view(error))  # which names people: a field could not

    async def _where(self, begun: Opened, now: Entered, made: Understood, form: Submitted) -> "_Room | None":
        here = Spot(begun.place, begun.place_name, begun.public)
        if begun.changes or now.where == Where.MINE:
            return _Room(here)
        if now.where == Where.HERE and begun.can_be_here:
            return _Room(here, is_member=await self.rooms.is_in(begun.place))
        if now.where != Where.OTHER:
            made.mistakes[WHERE] = _CHOOSE
            return None
        field_ = CHANNEL if CHANNEL in form.entries.fields else WHERE
        if not now.channel:
            made.mistakes[field_] = _CHOOSE_CHANNEL
            return None
        room = await made.read_later(field_, self.rooms.room(now.channel, form.user))
        return _Room(Spot(room.place, room.name, room.public), is_member=room.is_member) if room else None

    async def _measures(self, begun: Opened, made: Understood, user: str) -> None:
        """When it has to be finished; neither that nor a number goes with a pattern."""
        if made.wanted.by is not None:
            made.due = await made.read_later(BY, self.watch.dates.understood(made.wanted.by, user))
        if begun.changes or REFERENCE in made.mistakes:
            return
        if await made.read_later(REFERENCE, self.filling.ask.glob(made.wanted.reference)) is not None:
            made.refuse_limits()

    async def _told(self, form: Submitted, begun: Opened, wish: Wish, where: "_Room") -> Outcome:
        watching = self.watch.watching
        answers = watching.change(wish) if begun.changes else watching.start(wish)
        shown: Outcome | None = None
        async for answer in answers:
            shown = Shows(self._done(answer, begun, where))
            if isinstance(answer, WatchAnswer) and answer.status.still:
                await self._show_meanwhile(form.view_id, shown)
        return shown or Mistakes({form.first_field: _NOTHING_DONE})

    async def _show_meanwhile(self, view_id: str, shown: Shows) -> None:
        """While the reading goes on: by then Slack was told already that it takes longer."""
        try:
            await self.guard.screens.update(view_id, shown.view)
        except SlackError as error:
            log.info("what came of a form was not shown yet", why=error.why)

    def _done(self, answer: WatchAnswer | GlobWatchAnswer, begun: Opened, where: "_Room") -> View:
        if not where.is_member:
            answer = replace(answer, trouble=answer.trouble or "not_in_channel")
        there = replace(begun, place=answer.watch.place)
        return watch_form.done(_message(answer, self.command), "Watching", answer.undo, there)

    # --- afterwards ---

    async def stop(self, touch: Touched, screen: Screen) -> None:
        """Stop what the form changes, and offer to take that back."""
        form = opened(touch.metadata)
        stop = self.watch.watching.stop_clicked
        async with self.live.of(touch.view_id).sent():
            answer = await stop(form.place, form.shown.reference, touch.user, is_glob=form.is_glob)
            said = watch.stopped(answer, self.command, personal=not form.can_be_here, elsewhere=True)
            await screen.show_done(watch_form.done(said, "Stopped", answer.undo, form))

    async def undo(self, touch: Touched, screen: Screen) -> None:
        """Take back what was done, in its place."""
        form = opened(touch.metadata)
        answer = await self.watch.taken_back(form.place, touch.value, touch.user)
        title = "Undone" if answer.outcome is Undone.DONE else "Not undone"
        await screen.show_done(watch_form.done(undo.message(answer, self.command), title, None, form))


@dataclass(frozen=True, slots=True)
class _Room:
    """Where it is to be, and whether the bot is known not to be in there."""

    spot: Spot
    is_member: bool = True


async def _shown(screen: Screen, filling: Awaitable[None]) -> None:
    """What goes wrong is told in the modal that is open already, which would wait for ever."""
    try:
        await filling
    except (BadCommandError, StoreError) as error:
        log.warning("a form was not opened", why=str(error))
        await screen.show(errors.view(error))


def _message(answer: WatchAnswer | GlobWatchAnswer, command: str) -> Message:
    if isinstance(answer, GlobWatchAnswer):
        return glob_watch.message(answer, command, elsewhere=True)
    return watch.message(answer, command, elsewhere=True)
