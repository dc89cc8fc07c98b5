"""Mute a place for a while, and let it hear again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.mute import Mute
from bot.domain.people_answer import MutedAnswer, UnmutedAnswer
from bot.errors import BadCommandError
from bot.flows.ask import Ask
from bot.flows.gate import Gate
from bot.flows.identity import Identity
from bot.ports import Clock
from bot.store import Store

_NOT_WATCHED = "There is nothing to mute: this place does not watch it. Nothing was changed."
_NOTHING_WATCHED = "There is nothing to mute: nothing is watched here. Nothing was changed."


@dataclass(frozen=True, slots=True)
class Muting:
    """What people do so that a place is quiet; `on_change` is called when cards or messages are due."""

    ask: Ask
    store: Store
    clock: Clock
    identity: Identity
    account_id: str
    gate: Gate
    on_change: Callable[[], None]

    async def mute(
        self, place: str, reference: str | None, length: timedelta, author: str, *, is_glob: bool | None = None
    ) -> MutedAnswer:
        """Hold the messages of a place about a reference or a pattern (None: all); what is held is told at the end.

        `is_glob` says which of both it is; without it that is found out.
        """
        await self.gate.allow_change(place, author)
        if not await self.store.mutes.watched_here(self.identity.workspace_id, place):
            raise BadCommandError(_NOTHING_WATCHED)
        subject, is_glob = await self._meant(place, reference, is_glob)
        if subject is not None and not is_glob:
            await self.gate.allow(place, subject)
        if subject is not None and not is_glob and not await self._is_watched(place, subject):
            raise BadCommandError(_NOT_WATCHED)
        now = self.clock.now()
        wanted = Mute(
            id="",
            workspace_id=self.identity.workspace_id,
            account_id=self.account_id,
            place=place,
            subject=subject,
            is_glob=is_glob,
            author=author,
            since=now,
            reading=0,
            until=now + length,
        )
        mute = await self.store.mutes.begin(wanted)
        self.on_change()
        return MutedAnswer(mute, is_new=mute.since == now)

    async def unmute(
        self, place: str, reference: str | None, author: str, *, is_glob: bool | None = None
    ) -> UnmutedAnswer:
        """Tell what was held of a reference or a pattern, or of everything here, and go on as ever."""
        await self.gate.allow_change(place, author)
        subject, is_glob = await self._meant(place, reference, is_glob)
        if subject is not None and not is_glob:
            await self.gate.allow(place, subject)
        here = await self.store.mutes.here(self.identity.workspace_id, place)
        only = (
            None if subject is None else tuple(one for one in here if (one.subject, one.is_glob) == (subject, is_glob))
        )
        ended, told = await self.store.mutes.end(
            self.identity.workspace_id, place, only=only, now=self.clock.now(), author=author
        )
        self.on_change()
        others = [one for one in here if one not in ended and subject is not None and one.covers(subject)]
        return UnmutedAnswer(subject, ended, told, tuple(others))

    async def _meant(self, place: str, reference: str | None, is_glob: bool | None) -> tuple[str | None, bool]:
        """The reference or the pattern; a request's UUID stands for its reference, unless it is watched itself."""
        if reference is None:
            return None, False
        if is_glob is not None:
            return reference, is_glob
        if (glob := await self.ask.glob(reference)) is not None:
            return glob.pattern, True
        if await self._is_watched(place, reference):
            return reference, False
        known = await self.store.ledger.request(self.account_id, reference.lower())
        return (known.reference_id if known and known.reference_id else reference), False

    async def _is_watched(self, place: str, reference_id: str) -> bool:
        watches, workspace_id = self.store.watches, self.identity.workspace_id
        if await watches.at(workspace_id, place, reference_id) is not None:
            return True
        return bool(await watches.covering(self.account_id, workspace_id, place, reference_id))
