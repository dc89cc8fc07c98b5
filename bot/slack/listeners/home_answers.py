"""What Home's buttons answer, in modals: opened within their three seconds, filled while the answer is made."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.domain.glob import compiled
from bot.domain.sheet import SheetAnswer
from bot.domain.watch import Watch
from bot.errors import NoScreenError
from bot.flows.ask import Ask
from bot.flows.sheets import Sheets
from bot.slack.screen import Screen
from bot.slack.views import failures, glob_status, in_modal, links, status
from bot.slack.views.message import Message

Answers = AsyncIterator[Message]


@dataclass(frozen=True, slots=True)
class HomeAnswers:
    """The answers that commands have, for one person in a modal; `command` is the slash command's name."""

    ask: Ask
    sheets: Sheets
    command: str

    async def status(self, screen: Screen, watch: Watch) -> None:
        """How a watched batch, or all that a pattern covers, is doing."""
        read = self._overview if watch.is_glob else self._batch
        await show(screen, "Status", watch.place, read(watch.reference_id, watch.place))

    async def of_reference(self, screen: Screen, reference: str, place: str) -> None:
        """The same for what may be a reference or a pattern."""
        is_glob = await self.ask.glob(reference) is not None
        answers = self._overview(reference, place) if is_glob else self._batch(reference, place)
        await show(screen, "Status", place, answers)

    async def failures(self, screen: Screen, reference: str, place: str) -> None:
        """What failed, and why."""
        await show(screen, "Failures", place, self._failures(reference, place))

    async def links(self, screen: Screen, reference: str, place: str, person: str) -> None:
        """Where the finished clips are. What has reached the person is remembered."""
        await show(screen, "Links", place, self._links(reference, place, person))

    async def _overview(self, pattern: str, place: str) -> Answers:
        yield glob_status.message(await self.ask.overview(compiled(pattern), place=place), self.command)

    async def _batch(self, reference: str, place: str) -> Answers:
        async for answer in self.ask.status(reference, place=place):
            yield status.message(answer, self.command)

    async def _failures(self, reference: str, place: str) -> Answers:
        async for answer in self.ask.failures(reference, place=place):
            yield failures.message(answer)

    async def _links(self, reference: str, place: str, person: str) -> Answers:
        async for answer in self.sheets.links(reference, place=place, person=person):
            yield links.message(answer, self.command)
            if isinstance(answer, SheetAnswer):  # whoever asks for more has shown it
                await self.sheets.given(answer, place=place, person=person)


async def show(screen: Screen, title: str, place: str, answers: Answers) -> None:
    """Show one answer after the other in the place of the one before, until the person closes the modal.

    Raises a `NoScreenError` when it could not be opened: then nothing was begun.
    """
    if not screen.view_id:
        await screen.show(in_modal.waiting(title, place))
    async for answer in answers:
        try:
            await screen.show(in_modal.modal(answer, title, place))
        except NoScreenError:
            return
