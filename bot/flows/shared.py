"""Whether a place is shown only counts, since people of another organisation read it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.domain.sharing import HERE, INSTEAD, CountsOnly, Openness, may_be_shared
from bot.errors import CountsOnlyError, InDoubtError, NotSentError, SlackBusyError, SlackError, TokenRefusedError
from bot.flows.identity import Identity
from bot.flows.slack_line import SlackLine
from bot.ports import Chat, Clock
from bot.store import Store

log = structlog.get_logger(__name__)

INFO = "info"
"""How asking about a place is called among the methods of Slack that may have to rest."""
REFRESH = timedelta(days=1)  # Slack tells when it changes; an event that never came is made good this way
FAULT_SECONDS = 30.0  # after a fault of the moment nobody is kept waiting for the next one
REFUSED_SECONDS = 300.0  # somebody has to invite the bot or grant a scope first
ANSWER_SECONDS = 5.0  # whoever asks after that may have done so; one answer asks once
AT_ONCE = 40  # of 50 questions a minute that Slack takes
_NOT_ASKED = "not_asked"
_OF_THE_MOMENT = (InDoubtError, NotSentError, SlackBusyError)


@dataclass(slots=True)
class Sharing:
    """The one that knows where only counts are shown; whoever shows something asks it with the place.

    Privacy comes first: until Slack has said that no other organisation reads a channel, it is shown only counts; what
    was posted meanwhile is edited when it is known. DMs and people are never asked about. A question takes 2 s at most
    and is never part of an acknowledgement or of a transaction. Every method may raise `StoreError`; trouble with Slack
    is never raised. `on_change` is called when what was posted is to be edited.
    """

    store: Store
    chat: Chat
    clock: Clock
    line: SlackLine
    identity: Identity
    on_change: Callable[[], None]
    _rests: dict[str, float] = field(default_factory=dict, init=False)
    _refused: dict[str, float] = field(default_factory=dict, init=False)

    # --- what others ask ---

    async def counts_only(self, place: str | None) -> bool:
        """Whether only counts may be shown in a place (the id of a channel, DM or person; None: in none, as in Home).

        For everything that is shown to people on their demand, ephemeral or not: whoever asks there may be a stranger.
        Slack is asked when it is not known. Facts and answers of which only counts are to be left go through
        `domain.counts_only`; what is more than that is refused with `refuse`.
        """
        return await self.why(place) is not None

    async def why(self, place: str | None) -> CountsOnly | None:
        """The same, with the reason; None where everything may be shown."""
        if not place or not may_be_shared(place):
            return None
        known = await self._known(place)
        if known is None or known.is_in_question:
            known = await self._ask(place) if self._may_ask(place) else known
        return known.counts_only if known else CountsOnly.UNKNOWN

    async def refuse(self, place: str | None) -> None:
        """Raise `CountsOnlyError`, a `BadCommandError` that says where to ask, where only counts are shown."""
        why = await self.why(place)
        if why is not None:
            raise CountsOnlyError(f"{HERE[why]} {INSTEAD[why]}")

    async def remembered(self, place: str) -> CountsOnly | None:
        """The same as `why`, from memory: for what is posted or edited, where no other call may come between."""
        if not may_be_shared(place):
            return None
        known = await self._known(place)
        if known is None:
            await self.store.sharings.unanswered(self.identity.workspace_id, place, _NOT_ASKED)
        return known.counts_only if known else CountsOnly.UNKNOWN

    # --- what makes it known ---

    async def find_out(self) -> None:
        """Ask about the places where something is watched or waits to be posted, as far as that is due."""
        if not self.identity.known or self.line.is_refused() or self.line.is_closed(INFO):
            return
        due = await self.store.sharings.due(self.identity.workspace_id, learnt_before=self.clock.now() - REFRESH)
        places = [place for place in due if self._may_ask(place) and not self._waits(self._refused, place)]
        found = await asyncio.gather(*map(self._ask, places[:AT_ONCE]), return_exceptions=True)
        for fault in (each for each in found if isinstance(each, BaseException)):
            raise fault

    async def told(self, place: str) -> None:
        """Slack tells by itself that another organisation reads a place."""
        known = await self._known(place)
        if place and may_be_shared(place) and (known is None or known.shared is not True):
            await self._learn(place, shared=True)

    async def doubt(self, place: str) -> None:
        """It may have changed: Slack is asked before anything is shown there, and what is known holds until then."""
        self._forget(place)
        await self.store.sharings.doubt(self.identity.workspace_id, place)
        self.on_change()

    async def _known(self, place: str) -> Openness | None:
        return await self.store.sharings.known(self.identity.workspace_id, place)

    def _may_ask(self, place: str) -> bool:
        is_ready = self.identity.known and not self.line.is_refused() and not self.line.is_closed(INFO)
        return is_ready and not self._waits(self._rests, place)

    def _waits(self, until: dict[str, float], place: str) -> bool:
        return self.clock.monotonic() < until.get(place, float("-inf"))

    async def _ask(self, place: str) -> Openness | None:
        try:
            shared = await self.chat.is_shared(place)
        except SlackError as error:
            self._trouble(place, error)
            await self.store.sharings.unanswered(self.identity.workspace_id, place, error.why)
        else:
            self.line.works(INFO)
            self._forget(place)
            await self._learn(place, shared=shared)
        return await self._known(place)

    async def _learn(self, place: str, *, shared: bool) -> None:
        workspace_id, now = self.identity.workspace_id, self.clock.now()
        if await self.store.sharings.learn(workspace_id, place, shared=shared, now=now):
            log.info("what was posted in a place is edited", place=place, only_counts=shared)
            self.on_change()

    def _forget(self, place: str) -> None:
        self._rests.pop(place, None)
        self._refused.pop(place, None)

    def _trouble(self, place: str, error: SlackError) -> None:
        if place not in self._rests and place not in self._refused:  # said once, as long as it goes on
            log.warning("Slack cannot say whether a place is shared", place=place, why=error.why)
        now = self.clock.monotonic()
        if isinstance(error, SlackBusyError):
            self.line.close(INFO, error.retry_after)
        if isinstance(error, _OF_THE_MOMENT):
            self._rests[place] = now + FAULT_SECONDS
        else:
            self._rests[place], self._refused[place] = now + ANSWER_SECONDS, now + REFUSED_SECONDS
        if isinstance(error, TokenRefusedError):
            self.line.trouble(INFO, error)
        else:
            self.line.vitals.slack_calls[f"{INFO} {error.code}"] += 1
