"""`handled`, `assign`, and muting a kind of failure; and the buttons under the messages about failures."""

from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp

from bot.domain.people_answer import TriagedAnswer
from bot.flows.ask import Ask
from bot.flows.triaging import Choice, Triaging
from bot.slack.actions import FAILURE_HANDLED, FAILURE_MINE, FAILURE_MUTE, FAILURE_OPEN_AGAIN, FAILURE_UNMUTE
from bot.slack.commands import Assign, Handle, MuteKind
from bot.slack.guard import Guard
from bot.slack.payload import Asked, Clicked
from bot.slack.reply import Reply
from bot.slack.views import glob_status, triage


@dataclass(frozen=True, slots=True)
class TriageListener:
    """Takes care of failures; `command` is the slash command's name."""

    triaging: Triaging
    ask: Ask
    guard: Guard
    command: str

    def register(self, app: AsyncApp) -> None:
        """Listen to the buttons."""
        for action, clicked in (
            (FAILURE_MINE, self.mine_clicked),
            (FAILURE_HANDLED, self.handled_clicked),
            (FAILURE_OPEN_AGAIN, self.open_again_clicked),
            (FAILURE_MUTE, self.mute_clicked),
            (FAILURE_UNMUTE, self.unmute_clicked),
        ):
            app.block_action(action)(self.guard.click(clicked))

    async def answer(self, wanted: Handle | Assign | MuteKind, asked: Asked, reply: Reply) -> None:
        """Do it for one reference, and tell the one who asked how its failures are now."""
        if (glob := await self.ask.glob(wanted.reference)) is not None:
            word = _WORDS[type(wanted)]
            overview = await self.ask.overview(glob, place=asked.place)
            await reply.ephemeral(glob_status.one_at_a_time(overview, word, self.command))
            return
        choice = Choice(wanted.reference, wanted.kind)
        if isinstance(wanted, MuteKind):
            muted = await self.triaging.mute_kind(asked.place, choice, asked.user, muted=wanted.muted)
            await reply.ephemeral(triage.kind_muted(muted))
        else:
            await reply.ephemeral(triage.message(await self._done(wanted, choice, asked)))

    async def _done(self, wanted: Handle | Assign, choice: Choice, asked: Asked) -> TriagedAnswer:
        if isinstance(wanted, Assign):
            to = asked.user if wanted.me else wanted.person
            return await self.triaging.assign(asked.place, choice, to, asked.user)
        do = self.triaging.open_again if wanted.off else self.triaging.handled
        return await do(asked.place, choice, asked.user)

    async def mine_clicked(self, click: Clicked, reply: Reply) -> None:
        """The one who clicked looks at this kind."""
        await reply.ephemeral(
            triage.message(await self.triaging.assign(click.place, _choice(click), click.user, click.user))
        )

    async def handled_clicked(self, click: Clicked, reply: Reply) -> None:
        """What the message shows is handled; what came since is not."""
        await reply.ephemeral(triage.message(await self.triaging.handled(click.place, _choice(click), click.user)))

    async def open_again_clicked(self, click: Clicked, reply: Reply) -> None:
        """Failures of the kind are open after all."""
        await reply.ephemeral(triage.message(await self.triaging.open_again(click.place, _choice(click), click.user)))

    async def mute_clicked(self, click: Clicked, reply: Reply) -> None:
        """Nothing more of this kind here."""
        await self._mute(click, reply, muted=True)

    async def unmute_clicked(self, click: Clicked, reply: Reply) -> None:
        """Tell of the kind here again."""
        await self._mute(click, reply, muted=False)

    async def _mute(self, click: Clicked, reply: Reply, *, muted: bool) -> None:
        answer = await self.triaging.mute_kind(click.place, _choice(click), click.user, muted=muted)
        await reply.ephemeral(triage.kind_muted(answer))


_WORDS: dict[type[Handle | Assign | MuteKind], str] = {Handle: "handled", Assign: "assign", MuteKind: "mute"}


def _choice(click: Clicked) -> Choice:
    about = click.failures
    return Choice(about.reference, about.kind, about.seen)
