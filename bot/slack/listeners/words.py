"""What is said to the bot: where it is mentioned, and in its DM."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from slack_bolt.app.async_app import AsyncApp

from bot.errors import NoCommandError
from bot.flows.access import Access
from bot.flows.hearing import Hearing
from bot.flows.identity import Identity
from bot.flows.mentions import Mentions
from bot.slack.guard import Guard
from bot.slack.payload import Asked
from bot.slack.reply import Reply
from bot.slack.spoken import spoken
from bot.slack.typed import unescaped
from bot.slack.views import words


@dataclass(frozen=True, slots=True)
class WordsListener:
    """Answers as to the slash command `command`; `register` takes who does that, and comes before that of events."""

    hearing: Hearing
    access: Access
    guard: Guard
    identity: Identity
    mentions: Mentions
    command: str

    def register(self, app: AsyncApp, answer: Callable[[Asked, Reply], Awaitable[None]]) -> None:
        """Listen to what is said, edits and other apps included, which are not answered."""

        async def answered(asked: Asked, reply: Reply) -> None:
            await self._answer(asked, reply, answer)

        for kind in ("app_mention", "message"):
            app.event(kind)(self.guard.words(answered, self.heard))

    async def heard(self, asked: Asked, event_id: str) -> Asked | None:
        """What is to be answered, once; raises a `StoreError` when it has to be told again."""
        if asked.user == self.identity.bot_user_id:
            return None
        if asked.shared:  # told before it is answered, and again as often as this event is
            await self.access.shared(asked.place)
        return asked if await self.hearing.is_first(event_id) else None

    async def _answer(self, asked: Asked, reply: Reply, answer: Callable[[Asked, Reply], Awaitable[None]]) -> None:
        said = spoken(asked.text, self.identity.bot_user_id, self.command)
        if said.is_courtesy:
            await reply.ephemeral(words.courtesy())
        elif not said.text:
            await reply.ephemeral(words.summoned(self.command))
        else:
            try:
                await answer(replace(asked, text=said.text), reply)
            except NoCommandError as error:
                await self._guess(error, said.text, asked, reply)
        if said.left_out:
            await reply.ephemeral(words.one_line_only())

    async def _guess(self, error: NoCommandError, text: str, asked: Asked, reply: Reply) -> None:
        """Whoever speaks in sentences is told what to say, of the references that these are about; else as ever."""
        found = await self.mentions.of(unescaped(text), asked.place)
        names = tuple(each.progress.reference_id for each in found.standings)
        if not names:
            raise error
        await reply.ephemeral(words.no_command(names))
