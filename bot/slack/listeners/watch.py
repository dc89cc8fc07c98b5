"""`watch` and `unwatch`, and the buttons that stop a watch."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

from slack_bolt.app.async_app import AsyncApp

from bot.domain.answer import GlobWatchAnswer, WatchAnswer, Wish
from bot.domain.natural_time import TypedTime
from bot.domain.people_answer import Undone, UndoneAnswer
from bot.errors import BadCommandError, SlackError
from bot.flows.dates import Dates
from bot.flows.identity import Identity
from bot.flows.watching import Watching
from bot.slack.actions import (
    CARD_AGAIN,
    CARD_STOP,
    CARD_WATCH_ME,
    FINISHED_STOP,
    GLOB_EXCEPT,
    GLOB_STOP,
    NEWS_STOP,
    UNDO,
)
from bot.slack.commands import StartWatch, StopWatch
from bot.slack.guard import Guard
from bot.slack.payload import Asked, Clicked
from bot.slack.reply import Reply
from bot.slack.typed import unescaped
from bot.slack.views import glob_watch, undo, watch

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Spot:
    """A place, with its name where it is `public` (None: nobody knows); empty in the Home tab."""

    place: str
    name: str = ""
    public: bool | None = False


@dataclass(frozen=True, slots=True)
class WatchListener:
    """Starts and stops watches; `direct_channel` gives the id of a person's DM with the bot."""

    watching: Watching
    guard: Guard
    identity: Identity
    dates: Dates
    account_id: str
    command: str
    direct_channel: Callable[[str], Awaitable[str]]

    def register(self, app: AsyncApp) -> None:
        """Listen to the buttons."""
        for action in (CARD_STOP, FINISHED_STOP, NEWS_STOP):
            app.block_action(action)(self.guard.click(self.clicked))
        app.block_action(CARD_WATCH_ME)(self.guard.click(self.watch_for_me))
        app.block_action(GLOB_STOP)(self.guard.click(self.stop_glob))
        app.block_action(GLOB_EXCEPT)(self.guard.click(self.leave_out))
        app.block_action(CARD_AGAIN)(self.guard.click(self.again))
        app.block_action(UNDO)(self.guard.click(self.undo))

    async def start(self, wanted: StartWatch, asked: Asked, reply: Reply) -> None:
        """Create or change the watch, and say what will be posted; `BadCommandError` in a DM between people."""
        due = None if wanted.by is None else await self.dates.understood(wanted.by, asked.user)
        if not wanted.personal:
            await self._refuse_foreign_dm(asked)
        wish = await self.wish(wanted, asked.user, Spot(asked.place, asked.place_name, asked.public), due)
        await self._confirm(self.watching.start(wish), reply)

    async def wish(self, wanted: StartWatch, user: str, spot: Spot, due: TypedTime | None) -> Wish:
        """What a person wishes who types this, or fills in a form; `due` is when it has to be finished."""
        wish = Wish(
            workspace_id=self.identity.workspace_id,
            account_id=self.account_id,
            place=spot.place,
            reference_id=wanted.reference,
            author=user,
            events=wanted.events,
            expected=wanted.expected,
            place_name=spot.name,
            public=spot.public,
            placement=wanted.placement,
            mention=wanted.mention,
            due=due,
        )
        return await self._personal(wish) if wanted.personal else wish

    async def watch_for_me(self, click: Clicked, reply: Reply) -> None:
        """A personal watch for the person who clicked on a card."""
        wish = Wish(
            workspace_id=self.identity.workspace_id,
            account_id=self.account_id,
            place=click.place,
            reference_id=click.reference,
            author=click.user,
        )
        await self._confirm(self.watching.start(await self._personal(wish)), reply)

    async def _personal(self, wish: Wish) -> Wish:
        """The same in the person's DM with the bot; where it was asked for is remembered unless that is it already."""
        direct = await self.direct(wish.author)
        asked_in = wish.place if wish.place not in ("", direct) else None
        return replace(wish, place=direct, place_name="", public=False, asked_in=asked_in)

    async def direct(self, user: str) -> str:
        """Where a person's own watches tell; a `BadCommandError` where it cannot be opened."""
        try:
            return await self.direct_channel(user)
        except SlackError as error:
            raise BadCommandError(
                f"I could not open our DM (Slack answered {error.code}), so nothing was changed. Try again soon."
            ) from error

    async def _confirm(self, answers: AsyncIterator[WatchAnswer | GlobWatchAnswer], reply: Reply) -> None:
        async for answer in answers:
            if isinstance(answer, GlobWatchAnswer):
                await reply.replace(glob_watch.message(answer, self.command))
            else:
                await reply.replace(watch.message(answer, self.command))

    async def stop(self, wanted: StopWatch, asked: Asked, reply: Reply) -> None:
        """Stop this place's watch, or leave a reference out of its globs, and say so to the person who asked."""
        if wanted.personal:
            answer = await self.watching.stop(await self.direct(asked.user), wanted.reference, asked.user)
            await reply.ephemeral(watch.stopped(answer, self.command, personal=True))
        elif wanted.leave_out:
            left_out = await self.watching.leave_out(asked.place, wanted.reference, asked.user)
            await reply.ephemeral(glob_watch.excepted(left_out))
        else:
            await self._stop(asked.place, wanted.reference, asked.user, reply)

    async def _stop(self, place: str, reference: str, person: str, reply: Reply) -> None:
        answer = await self.watching.stop(place, reference, person)
        await reply.ephemeral(watch.stopped(answer, self.command))

    async def clicked(self, click: Clicked, reply: Reply) -> None:
        """Stop what the message is about."""
        await self._stop(click.place, click.reference, click.user, reply)

    async def stop_glob(self, click: Clicked, reply: Reply) -> None:
        """Stop the glob whose card it is."""
        answer = await self.watching.stop_glob(click.place, click.reference, click.user)
        await reply.ephemeral(watch.stopped(answer, self.command))

    async def leave_out(self, click: Clicked, reply: Reply) -> None:
        """Leave the reference out of every glob of the place, in the place of the question."""
        answer = await self.watching.leave_out(click.place, click.reference, click.user)
        await reply.replace(glob_watch.excepted(answer))

    async def again(self, click: Clicked, reply: Reply) -> None:
        """Watch what had ended by itself, as it was watched before."""
        await self._confirm(self.watching.again(click.place, click.reference, click.user), reply)

    async def undo(self, click: Clicked, reply: Reply) -> None:
        """Take back what the answer was about, in its place; where that is not possible, say so below it."""
        answer = await self.taken_back(click.place, click.reference, click.user)
        shown = undo.message(answer, self.command)
        await (reply.replace(shown) if answer.outcome is Undone.DONE else reply.ephemeral(shown))

    async def taken_back(self, place: str, undo_id: str, user: str) -> UndoneAnswer:
        """What was done in a place, or in the person's DM with the bot."""
        answer = await self.watching.undo(place, undo_id, user)
        if answer.did is None and answer.outcome is not Undone.DONE:  # of a personal watch the place is the DM
            answer = await self.watching.undo(await self.direct(user), undo_id, user)
        return answer

    async def _refuse_foreign_dm(self, asked: Asked) -> None:
        if asked.place.startswith("D") and asked.place != await self.direct_channel(asked.user):
            raise BadCommandError(
                "I cannot post in a conversation that I am not part of, so I cannot watch from here. Type the same in"
                f" my own Messages tab, `{self.command} {_typed(asked.text)}`, and I will tell you there."
            )


def _typed(text: str) -> str:
    return unescaped(" ".join(text.split()))[:_SHOWN].replace("`", "'")
