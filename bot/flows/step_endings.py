"""Tell Slack what a step of a workflow came to, again and again until it is known that Slack knows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from bot.domain.workflow_answer import Execution, Failure, Outputs, Phase
from bot.errors import (
    NoAccessError,
    RefusedMessageError,
    SlackBusyError,
    SlackError,
    StepOverError,
    TokenRefusedError,
)
from bot.flows.slack_line import SlackLine
from bot.ports import Clock, Workflows
from bot.store import Store

log = structlog.get_logger(__name__)
STEPS = "steps"
"""How ending steps is called among the methods of Slack that may have to rest."""
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=5), timedelta(minutes=5)
GIVEN_UP_AFTER = timedelta(days=1)  # of trying: by then nobody waits for the workflow
TOKEN_RETRY = timedelta(seconds=1)  # after the token is taken again: until then nothing is tried
_MISFIT = (
    "My answer does not fit what the app in Slack promises for this step: whoever runs me has to give the app its"
    " newest manifest. Then add the step to the workflow again."
)


@dataclass(frozen=True, slots=True)
class Endings:
    """Completing twice is harmless: Slack refuses the second time, which then says that the first has arrived."""

    workflows: Workflows
    store: Store
    clock: Clock
    line: SlackLine

    async def tell(self, step: Execution) -> None:
        """One attempt, and what follows from its outcome. May raise `StoreError`: then it is made again."""
        if self.line.is_closed(STEPS):
            await self.store.workflow.again(step, at=self.line.opens_at(STEPS), why="ratelimited", counts=False)
            return
        try:
            await self._attempt(step)
        except SlackError as error:
            self._note(error)
            await self._failed(step, error)
        else:
            self.line.works(STEPS)
            await self.store.workflow.end(step, Phase.TOLD, now=self.clock.now())

    async def _attempt(self, step: Execution) -> None:
        match step.answer:
            case Outputs(values):
                await self.workflows.complete(step.id, values)
            case Failure(sentence):
                await self.workflows.fail(step.id, sentence)
            case None:
                raise AssertionError(step.phase)  # what is answered has an answer
            case _:
                assert_never(step.answer)

    def _note(self, error: SlackError) -> None:
        """Slack is there, and the token good, where it refuses one step for what it is."""
        if isinstance(error, StepOverError | RefusedMessageError | NoAccessError):
            self.line.works(STEPS)
        else:
            self.line.trouble(STEPS, error)

    async def _failed(self, step: Execution, error: SlackError) -> None:
        now = self.clock.now()
        match error:
            case StepOverError():
                await self.store.workflow.end(step, Phase.TOLD, now=now, why=error.code)
            case SlackBusyError():
                self.line.close(STEPS, error.retry_after)
                await self.store.workflow.again(step, at=now + error.retry_after, why=error.code, counts=False)
            case TokenRefusedError():
                await self.store.workflow.again(step, at=now + TOKEN_RETRY, why=error.code)
            case RefusedMessageError() | NoAccessError():
                await self._refused(step, error, now)
            case _:
                await self._once_more(step, error, now)

    async def _refused(self, step: Execution, error: SlackError, now: datetime) -> None:
        """Outputs that are not taken become a sentence that says so; a sentence that is not taken is the end."""
        log.error("Slack refuses the end of a workflow's step", execution=step.id, step=step.form_id, why=error.code)
        if isinstance(step.answer, Outputs):
            await self.store.workflow.answer(step, Failure(_MISFIT), now=now)
        else:
            await self.store.workflow.end(step, Phase.GIVEN_UP, now=now, why=error.code)

    async def _once_more(self, step: Execution, error: SlackError, now: datetime) -> None:
        if step.answered_at is not None and now >= step.answered_at + GIVEN_UP_AFTER:
            log.error("the end of a workflow's step could not be told", execution=step.id, why=error.code)
            await self.store.workflow.end(step, Phase.GIVEN_UP, now=now, why=error.code)
            return
        pause = min(FIRST_RETRY * (1 << min(step.attempts, 10)), LONGEST_RETRY)
        log.warning("whether Slack knows the end of a step is in doubt", execution=step.id, why=error.code)
        await self.store.workflow.again(step, at=now + pause, why=error.code)
