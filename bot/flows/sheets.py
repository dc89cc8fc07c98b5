"""Give people sheets: output links, or every row of a reference, read while they wait; files go to their DM."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Set
from dataclasses import dataclass, field, replace

from bot.domain.answer import RequestAnswer, StatusAnswer
from bot.domain.policy import LinksPolicy
from bot.domain.request import LipsyncRequest
from bot.domain.sheet import (
    File,
    Format,
    Gathered,
    Handed,
    Handing,
    Kind,
    LastSheet,
    SheetAnswer,
    file_name,
    mark,
    not_given,
    with_links,
)
from bot.domain.sheet_file import content
from bot.domain.sheet_wording import SCOPE, beside_the_file
from bot.errors import InDoubtError, NoAccessError, SlackBusyError, SlackError, TokenRefusedError
from bot.flows.ask import Ask
from bot.flows.gate import Gate
from bot.flows.identity import Identity
from bot.flows.shared import Sharing
from bot.flows.slack_line import MISSING_SCOPE, SlackLine
from bot.ports import Chat, Clock
from bot.store import Store
from bot.store.sheets import Whose

FILES = "files"
"""How sending a file is called among the methods of Slack that may have to rest."""
_FILES_AT_ONCE = 2  # each may have 15 MB in memory


@dataclass(slots=True)
class Sheets:
    """The commands `links` and `export`; iterators give one answer, or first one that says "still reading".

    `granted` asks for the scopes of the bot's token.
    """

    ask: Ask
    store: Store
    chat: Chat
    clock: Clock
    line: SlackLine
    identity: Identity
    account_id: str
    gate: Gate
    granted: Callable[[], Awaitable[Set[str]]]
    sharing: Sharing
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_FILES_AT_ONCE), init=False)

    async def links(
        self, reference: str, *, place: str, person: str, only_new: bool = False
    ) -> AsyncIterator[StatusAnswer | RequestAnswer | SheetAnswer]:
        """The output links: in the answer when they fit, else as a file; `only_new` leaves out what was given before.

        What the answer itself shows counts as given once `given` was told that it has reached the person. Raises a
        `NotAllowedError` where the place gives none.
        """
        await self.gate.allow_links(place)
        async for found in self.ask.gather(reference, place=place):
            if not isinstance(found, Gathered):
                yield found
                continue
            last = await self.store.sheets.last(self._whose(found, place, person)) if only_new else None
            rows = await asyncio.to_thread(_chosen, found, last)
            answer = SheetAnswer(Kind.LINKS, found, rows, only_new=only_new, since=last.given_at if last else None)
            yield await self._in_a_file(answer, place, person) if len(answer.shown) < len(rows) else answer

    async def shared(self, reference: str, *, place: str) -> AsyncIterator[StatusAnswer | RequestAnswer | SheetAnswer]:
        """The output links for everybody in a place, as many as fit; `NotAllowedError` where that must not be."""
        await self.gate.allow_links(place, shared=True)
        async for found in self.ask.gather(reference, place=place):
            if isinstance(found, Gathered):
                yield SheetAnswer(Kind.LINKS, found, await asyncio.to_thread(_chosen, found, None))
            else:
                yield found

    async def can_share(self, place: str) -> bool:
        """Whether everybody in the place may see links."""
        return (await self.gate.policy(place)).links is LinksPolicy.OPEN

    async def export(
        self, reference: str, wanted: Format, *, place: str, person: str
    ) -> AsyncIterator[StatusAnswer | SheetAnswer]:
        """Every row as a file; nothing is read where it could not be sent, or where the place gives no links."""
        await self.sharing.refuse(place)
        await self.gate.allow_links(place)
        if not await self._may_send():
            empty = SheetAnswer(Kind.ROWS, Gathered(reference, (), 0, self.clock.now()), (), wanted)
            yield replace(empty, handed=Handed(Handing.NO_SCOPE))
            return
        async for found in self.ask.gather(reference, place=place):
            if isinstance(found, StatusAnswer):
                yield found
                continue
            gathered = _alone(found) if isinstance(found, RequestAnswer) else found
            answer = SheetAnswer(Kind.ROWS, gathered, gathered.rows, wanted)
            yield await self._in_a_file(answer, place, person)

    async def given(self, answer: SheetAnswer, *, place: str, person: str) -> None:
        """The answer has reached the person, with the links that it shows."""
        await self._remember(answer.gathered, answer.shown, place, person)

    async def _in_a_file(self, answer: SheetAnswer, place: str, person: str) -> SheetAnswer:
        name = file_name(answer.gathered, answer.kind, answer.format, only_new=answer.only_new)
        answer = replace(answer, file_name=name)
        async with self._room:
            made = await asyncio.to_thread(content, answer.gathered, answer.rows, answer.kind, answer.format)
            handed = await self._handed(person, File(name, made, beside_the_file(answer)))
        if handed.outcome is Handing.SENT:
            await self._remember(answer.gathered, with_links(answer.rows), place, person)
        return replace(answer, handed=handed)

    async def _handed(self, person: str, file: File) -> Handed:
        """One attempt: what may have arrived is never sent again by itself."""
        if self.line.is_closed(FILES):
            return Handed(Handing.BUSY, wait=self.line.opens_at(FILES) - self.clock.now())
        calls = self.line.vitals.slack_calls
        try:
            await self.chat.hand(person, file)
        except SlackError as error:
            calls[f"{FILES} {error.code}"] += 1
            if isinstance(error, SlackBusyError):
                self.line.close(FILES, error.retry_after)
            return _handed(error)
        calls[f"{FILES} ok"] += 1
        return Handed(Handing.SENT)

    async def _may_send(self) -> bool:
        """Whether the token has the scope, as far as Slack tells; the app may have been installed anew since."""
        if not self.identity.scopes or SCOPE in self.identity.scopes:
            return True
        try:
            return SCOPE in await self.granted()
        except SlackError:
            return True  # then the attempt tells

    async def _remember(self, gathered: Gathered, rows: tuple[LipsyncRequest, ...], place: str, person: str) -> None:
        if rows:
            marks = await asyncio.to_thread(_marks, rows)
            await self.store.sheets.given(self._whose(gathered, place, person), marks, gathered.read_at)

    def _whose(self, gathered: Gathered, place: str, person: str) -> Whose:
        return Whose(self.identity.workspace_id, place, person, self.account_id, gathered.reference_id)


def _chosen(gathered: Gathered, last: LastSheet | None) -> tuple[LipsyncRequest, ...]:
    return not_given(with_links(gathered.rows), last)


def _marks(rows: tuple[LipsyncRequest, ...]) -> frozenset[bytes]:
    return frozenset(mark(row.id) for row in rows)


def _alone(answer: RequestAnswer) -> Gathered:
    return Gathered(answer.request.id, (answer.request,), 1, answer.read_at)


def _handed(error: SlackError) -> Handed:
    match error:
        case SlackBusyError():
            return Handed(Handing.BUSY, wait=error.retry_after)
        case InDoubtError():
            return Handed(Handing.IN_DOUBT, error.code)
        case TokenRefusedError() if error.code == MISSING_SCOPE:
            return Handed(Handing.NO_SCOPE, error.code)
        case NoAccessError():
            return Handed(Handing.NO_DM, error.code)
        case _:
            return Handed(Handing.FAILED, error.code)
