"""Post one of each message in a place, marked as a test, and find out what is missing there."""

from collections.abc import Awaitable, Callable, Sequence, Set
from dataclasses import dataclass, replace
from uuid import uuid4

from bot.domain.announcement import Announcement, Example, Key, TrialFacts
from bot.domain.deed import EVERYTHING, RUN, Deed, Did
from bot.domain.people_answer import TrialAnswer
from bot.errors import NoHistoryError, SlackError
from bot.flows.identity import Identity
from bot.ports import Chat, Clock
from bot.store import Store

ABOUT = "TEST-batch"
"""What the made-up messages are about: no real reference is called so."""
_NOT_THERE = ("not_in_channel", "channel_not_found", "is_archived")


@dataclass(frozen=True, slots=True)
class Trials:
    """The command `test`. `granted` asks for the scopes of the bot's token, `on_news` is called when messages wait."""

    store: Store
    chat: Chat
    clock: Clock
    identity: Identity
    account_id: str
    granted: Callable[[], Awaitable[Set[str]]]
    on_news: Callable[[], None]

    async def begin(self, place: str, examples: Sequence[Example], wanted: Set[str], author: str) -> TrialAnswer:
        """Look for what is missing, then queue the examples, unless nothing can be posted here.

        `wanted` are the scopes that the bot should have.
        """
        found = await self._looked_around(place, wanted)
        if found.unable is not None:
            return found
        run, now = str(uuid4()), self.clock.now()
        messages = [
            Announcement(
                key=Key(self.identity.workspace_id, place, "test", f"{number} {said.kind}", run),
                facts=TrialFacts(said),
                reference_id=ABOUT,
                recorded_at=now,
            )
            for number, said in enumerate(examples)
        ]
        details = {"messages": str(len(messages)), RUN: run}
        deed = Deed(now, self.identity.workspace_id, place, author, Did.TEST, EVERYTHING, details)
        if not await self.store.trials.begin(self.account_id, messages, deed):
            return replace(found, under_way=True)
        self.on_news()
        return replace(found, messages=len(messages))

    async def _looked_around(self, place: str, wanted: Set[str]) -> TrialAnswer:
        found = TrialAnswer(unable=await self.store.outbox.trouble(self.identity.workspace_id, place))
        try:
            found = replace(found, lacking=tuple(sorted(wanted - await self.granted())))
            now = self.clock.now()
            await self.chat.find(place, now, now)
        except NoHistoryError as error:
            if error.code in _NOT_THERE:
                return replace(found, unable=error.code)
            return replace(found, history=error.code)
        except SlackError as error:
            return replace(found, unchecked=error.code)
        return found
