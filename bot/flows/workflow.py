"""Steps of workflows: taken for good before Slack is told so, done by one process, and told until Slack knows."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.answer import GlobWatchAnswer, RequestAnswer, StatusAnswer, WatchAnswer, Wish
from bot.domain.deed import NOBODY
from bot.domain.words import clean
from bot.domain.workflow_answer import (
    Answer,
    Execution,
    Failure,
    Outputs,
    Phase,
    SeenChannel,
    failure,
    request_outputs,
    status_outputs,
    watch_outputs,
)
from bot.domain.workflow_inputs import ReadStatus, Step, WaitFor, WatchReference, kept, understood
from bot.errors import BadCommandError, ChamelaionError, SlackError, StoreError
from bot.flows.ask import Ask
from bot.flows.dates import Dates
from bot.flows.identity import Identity
from bot.flows.rules import Rules
from bot.flows.sender import Sender
from bot.flows.slack_line import SlackLine
from bot.flows.source import Source
from bot.flows.step_endings import Endings
from bot.flows.watching import Watching
from bot.flows.work import Work
from bot.ports import Clock, Workflows
from bot.store import Store

log = structlog.get_logger(__name__)
AT_ONCE = 20  # steps in hand: a reading may take a minute, and must not hold up all others
SOONEST = timedelta(milliseconds=50)
AFTER_A_FAULT = 5.0  # seconds
LAST_LOOK = 60.0  # seconds that the reading before the end of a wait may take
_PATTERN = "A step is about one reference, and this is a pattern for many. Name one reference."
_OUR_FAULT = "Something went wrong on my side (id {}). Name the id when you ask whoever runs me."


@dataclass(slots=True)
class Workflow:
    """What workflows set going. `on_change` is called when a wait begins: looks read what is awaited.

    `on_news` is called when there is something to do for a step.
    """

    ask: Ask
    watching: Watching
    dates: Dates
    workflows: Workflows
    endings: Endings
    source: Source
    store: Store
    clock: Clock
    line: SlackLine
    identity: Identity
    rules: Rules
    sender: Sender
    on_change: Callable[[], None]
    on_news: Callable[[], None]
    _work: Work = field(default_factory=lambda: Work(AT_ONCE), init=False)
    _in_hand: set[str] = field(default_factory=set, init=False)

    async def taken(self, execution_id: str, form_id: str, inputs: Mapping[str, object]) -> None:
        """A workflow has begun a step. May raise `StoreError`; then it was not taken, and Slack tells of it again."""
        now, place, person = self.clock.now(), "", NOBODY
        given: dict[str, str | int | float] = {}
        answer: Answer | None = None
        try:
            step = understood(form_id, inputs)
        except BadCommandError as error:
            answer = failure(error)
        else:
            given = kept(form_id, inputs)
            if isinstance(step, WatchReference):
                place, person = step.channel, step.person
        execution = Execution(
            id=execution_id,
            workspace_id=self.identity.workspace_id,
            account_id=self.rules.account_id,
            form_id=clean(form_id),
            inputs=given,
            taken_at=now,
            phase=Phase.TAKEN if answer is None else Phase.ANSWERED,
            answer=answer,
            answered_at=None if answer is None else now,
        )
        if await self.store.workflow.take(execution, person=person, place=place):
            log.info("a workflow has begun a step", step=execution.form_id, execution=execution.id)
            self.on_news()

    async def step(self) -> datetime | None:
        """Take in hand what is due; returns when there may be more."""
        if not self.identity.known or self.line.is_refused():
            return None  # whoever learns better wakes this
        if await self.sender.turn() is None:
            return self.sender.asks_at
        workspace_id, free = self.identity.workspace_id, AT_ONCE - len(self._in_hand)
        if free <= 0:
            return None  # the next that is done wakes this
        due = await self.store.workflow.due(workspace_id, now=self.clock.now(), busy=self._in_hand, limit=free)
        for execution in due:
            if self._work.start(self._safely(execution), f"step {execution.id}"):
                self._in_hand.add(execution.id)
        at = await self.store.workflow.next_at(workspace_id, self._in_hand)
        return max(at, self.clock.now() + SOONEST) if at is not None else None

    async def settle(self) -> None:
        """Wait until nothing is in hand."""
        await self._work.settle()

    async def close(self, grace_seconds: float) -> None:
        """Take nothing more in hand; what is goes on for so long, and after the next start from where it was."""
        await self._work.close(grace_seconds)

    async def _safely(self, execution: Execution) -> None:
        try:
            await self._go_on(execution)
        except StoreError as error:
            log.warning("a step of a workflow waits for the database", execution=execution.id, why=str(error))
            await self.clock.sleep(AFTER_A_FAULT)
        except Exception as error:  # noqa: BLE001 - the step ends with a sentence, the log gets the traceback
            await self._broke(execution, error)
        finally:
            self._in_hand.discard(execution.id)
            self.on_news()

    async def _broke(self, execution: Execution, error: Exception) -> None:
        number = secrets.token_hex(2)
        log.error("a step of a workflow failed", id=number, execution=execution.id, exc_info=error)
        try:
            await self.store.workflow.answer(execution, Failure(_OUR_FAULT.format(number)), now=self.clock.now())
        except StoreError:
            await self.clock.sleep(AFTER_A_FAULT)

    async def _go_on(self, execution: Execution) -> None:
        match execution.phase:
            case Phase.TAKEN:
                await self._begin(execution)
            case Phase.WAITING:
                await self._end_wait(execution)
            case _:
                await self.endings.tell(execution)

    # --- doing ---

    async def _begin(self, execution: Execution) -> None:
        try:
            answer: Answer | None = await self._done(execution, understood(execution.form_id, execution.inputs))
        except BadCommandError as error:
            answer = failure(error)
        if answer is not None:
            await self.store.workflow.answer(execution, answer, now=self.clock.now())

    async def _done(self, execution: Execution, step: Step) -> Outputs | None:
        """What the step comes to; None when it waits. Raises `BadCommandError`."""
        match step:
            case ReadStatus():
                return await self._status(step)
            case WatchReference():
                return await self._watch(step)
            case WaitFor():
                await self._wait(execution, step)
                return None

    async def _status(self, step: ReadStatus) -> Outputs:
        await self._refuse_pattern(step.reference)
        last: StatusAnswer | RequestAnswer | None = None
        async for answer in self.ask.status(step.reference):
            last = answer
        if isinstance(last, RequestAnswer):
            return request_outputs(last)
        if last is None:
            raise AssertionError("a question has an answer")
        return status_outputs(last)

    async def _watch(self, step: WatchReference) -> Outputs:
        """In the name of whom the workflow names, which may be anybody: so that opens nothing that has managers."""
        await self.watching.gate.allow_anybody(step.channel)
        due = None if step.by is None else await self.dates.understood(step.by, step.person)
        channel = await self._seen(step.channel)
        wish = Wish(
            workspace_id=self.identity.workspace_id,
            account_id=self.rules.account_id,
            place=step.channel,
            reference_id=step.reference,
            author=step.person,
            events=step.events,
            expected=step.expected,
            place_name=channel.name if channel.is_public else "",
            public=channel.is_public,
            due=due,
        )
        last: WatchAnswer | GlobWatchAnswer | None = None
        async for answer in self.watching.start(wish):
            last = answer
        if last is None:
            raise AssertionError("a wish has an answer")
        return watch_outputs(last, channel)

    async def _seen(self, channel_id: str) -> SeenChannel:
        """The channel, as far as Slack tells: that it does not is no reason not to watch."""
        try:
            return await self.workflows.channel(channel_id)
        except SlackError as error:
            log.info("a channel could not be asked for", place=channel_id, why=error.why)
            return SeenChannel(channel_id, is_member=True)  # else its first message tells

    async def _wait(self, execution: Execution, step: WaitFor) -> None:
        await self._refuse_pattern(step.reference)
        reference = await self._reference_of(step.reference)
        if await self.store.workflow.wait(execution, reference, ends_at=execution.taken_at + step.at_most):
            self.on_change()
            await self._read(reference)

    async def _end_wait(self, execution: Execution) -> None:
        """Whether it has settled is asked once more: this process may not have been there."""
        try:
            async with asyncio.timeout(LAST_LOOK):
                await self._read(execution.reference_id or "")
        except TimeoutError:
            log.info("no reading before the end of a wait", execution=execution.id)
        longest = self.rules.longest_settle
        await self.store.workflow.time_over(
            execution, now=self.clock.now(), api_now=self.source.api_now(), longest=longest
        )

    async def _read(self, reference_id: str) -> None:
        """Read the reference now; what is seen of it ends the step in the same transaction."""
        async for _ in self.ask.reference(reference_id):
            pass

    async def _refuse_pattern(self, reference: str) -> None:
        if await self.ask.glob(reference) is not None:
            raise BadCommandError(_PATTERN)

    async def _reference_of(self, reference: str) -> str:
        """A UUID stands for the reference of that request."""
        try:
            one = await self.ask.request(reference)
        except ChamelaionError as error:
            raise BadCommandError(f"I could not ask which reference this request belongs to: {error}.") from error
        if one is None:
            return reference
        if one.request.reference_id is None:
            raise BadCommandError("That request was sent without a reference, so there is no batch to wait for.")
        return one.request.reference_id
