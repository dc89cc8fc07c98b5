"""`test`: one of each message, and what is missing here."""

from dataclasses import dataclass

from bot.flows.trials import ABOUT, Trials
from bot.slack.examples import examples
from bot.slack.manifest import SCOPES
from bot.slack.payload import Asked
from bot.slack.reply import Reply
from bot.slack.views import trial


@dataclass(frozen=True, slots=True)
class TrialListener:
    """Posts the examples through the queue; `command` is the slash command's name."""

    trials: Trials
    command: str

    async def answer(self, asked: Asked, reply: Reply) -> None:
        """Tell the one who asked what is posted and what is missing."""
        made_up = examples(self.command, self.trials.clock.now(), asked.place, ABOUT)
        answer = await self.trials.begin(asked.place, made_up, SCOPES.keys(), asked.user)
        await reply.ephemeral(trial.message(answer, self.command))
