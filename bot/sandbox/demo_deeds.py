"""What can be done to the demo's world, and what the bot should then do."""

from dataclasses import dataclass, field
from functools import partial
from itertools import count

from bot.domain.request import LipsyncRequest
from bot.domain.workflow import WAIT
from bot.errors import LipsyncBotError
from bot.ports import Clock
from bot.sandbox.account import FAILURE_KINDS, Account
from bot.sandbox.bot_process import BotProcess
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.deeds import Choice, Chosen, Deed
from bot.sandbox.slack_entities import Channel
from bot.sandbox.slack_faults import Fault
from bot.sandbox.slack_server import SlackSandbox
from bot.sandbox.workspace import ANA

MORE, NEW = 5, 20
ARCHIVED, OPEN = "dubbing-jp", "dubbing-de"
SHARED, STUDIO = "client-aurora", "T0AURORA"
FACTORS = {"×1": 1.0, "×4": 4.0, "×16": 16.0}
_PAUSE_SECONDS = "5"
KINDS = {
    kind.partition(":")[0].replace(" {id}", "").replace("{url}", "the file").replace(" at frame {frame}", ""): kind
    for kind in FAILURE_KINDS
}
"""What a kind of failure is called, and its text with gaps."""
_FILLED = {"url": "https://media.example.com/take.mp4", "id": "7", "seconds": "180.5", "frame": "1204"}


class NothingOpenError(LipsyncBotError):
    """A batch whose requests have all ended: none can fail or finish."""


@dataclass(slots=True)
class Surroundings:
    """All that is around the bot; every method is one deed."""

    clock: Clock
    slack: SlackSandbox
    api: ChamelaionSandbox
    account: Account
    bot: BotProcess
    lost: Fault | None = None
    first_speed: float = field(init=False)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.first_speed = self.account.speed

    def references(self) -> list[str]:
        """The batches that exist now, by name."""
        named = (request.reference_id for request in self.account.requests(self.clock.now()))
        return sorted({name for name in named if name})

    def factors(self) -> list[str]:
        """How fast clips can be, the present one first."""
        present = self.account.speed / self.first_speed
        return sorted(FACTORS, key=lambda name: (FACTORS[name] != present, FACTORS[name]))

    async def fail(self, chosen: Chosen) -> None:
        """Let one open request fail, one in work rather than one that waits."""
        waiting = self._open(chosen["batch"])
        first = min(waiting, key=lambda request: (request.status != "processing", request.created_at))
        self.account.fail(first.id, KINDS[chosen["why"]].format(**_FILLED))

    async def finish(self, chosen: Chosen) -> None:
        """End all open requests of a batch."""
        self._open(chosen["batch"])
        self.account.finish(chosen["batch"])

    async def add(self, chosen: Chosen) -> None:
        """Send more requests of a batch."""
        self.account.submit(chosen["batch"], MORE)

    async def submit(self, _chosen: Chosen) -> None:
        """Send a batch that did not exist."""
        self.account.submit(f"encore-{next(self._numbers)}", NEW, over_seconds=10, failure_share=0.1)

    async def hasten(self, chosen: Chosen) -> None:
        """Shorten or lengthen what clips take; the clock goes on as ever."""
        self.account.hasten(self.first_speed * FACTORS[chosen["factor"]])

    async def api_away(self, _chosen: Chosen) -> None:
        """Cut every connection of the API, or none any more."""
        self.api.down = not self.api.down

    async def key_refused(self, _chosen: Chosen) -> None:
        """Refuse every key, or take the right one again."""
        self.api.key_ok = not self.api.key_ok

    async def api_busy(self, _chosen: Chosen) -> None:
        """Answer 429 to everything, or to nothing."""
        busy = self.api.calls_per_minute is None
        self.api.calls_per_minute, self.api.retry_after = (0, _PAUSE_SECONDS) if busy else (None, None)

    async def slack_away(self, _chosen: Chosen) -> None:
        """Cut every connection of Slack's API, or none any more."""
        if self.slack.faults.down:
            self.slack.faults.down = False
        else:
            self.slack.go_down()

    async def slack_forgetful(self, _chosen: Chosen) -> None:
        """Let every answer to a post be lost, or none any more."""
        faults = self.slack.faults
        if self.lost is None:
            self.lost = faults.add("chat.postMessage", "drop_after", times=None)
        else:
            faults.rules.remove(self.lost)
            self.lost = None

    async def archive(self, _chosen: Chosen) -> None:
        """Close a channel, or open it again."""
        channel, people = self._channel(), self.slack.happenings
        await (people.unarchive if channel.is_archived else people.archive)(channel.id, ANA.id)

    def is_archived(self) -> bool:
        """Whether that channel is closed."""
        return self._channel().is_archived

    def _channel(self) -> Channel:
        return self.slack.workspace.named(ARCHIVED)

    async def workflow(self, chosen: Chosen) -> None:
        """Let a workflow wait for a batch, and then say in a channel what came of it."""
        told = self.slack.workspace.named(OPEN).id
        await self.slack.run_step(WAIT.id, {"reference": chosen["batch"]}, ANA.id, then_posts_to=told)

    async def share(self, _chosen: Chosen) -> None:
        """Let another organisation read a channel, or no more."""
        channel, people = self.slack.workspace.named(SHARED), self.slack.happenings
        await (people.unshare if channel.shared_with else people.share)(channel.id, STUDIO)

    def is_shared(self) -> bool:
        """Whether another organisation reads that channel."""
        return bool(self.slack.workspace.named(SHARED).shared_with)

    async def again(self, _chosen: Chosen, *, crash: bool) -> None:
        """End the bot in order, or as a crash would, and start it anew."""
        await self.bot.restart(crash=crash)
        self.slack.bot_url = self.bot.url

    def _open(self, reference: str) -> list[LipsyncRequest]:
        found = [each for each in self.account.requests(self.clock.now(), reference) if not each.is_terminal]
        if not found:
            raise NothingOpenError(f"all of {reference} has ended: add clips to it first")
        return found


def all_of(around: Surroundings) -> tuple[Deed, ...]:
    """Every deed, in the order in which they are offered."""
    return (*_batches(around), *_chamelaion(around), *_slack(around), *_bot(around))


def _batches(around: Surroundings) -> tuple[Deed, ...]:
    batch = Choice("batch", "Batch", around.references)
    why = Choice("why", "Why", lambda: tuple(KINDS))
    factor = Choice("factor", "Speed", around.factors)
    group = "Clips"
    told = "Where it is watched, a new kind is told once; more of it edit that message, and the tenth is told again."
    ended = "Called finished once it is sure that nothing more comes, after about 15 seconds."
    more = "A batch that was called finished is told as reopened."
    new = "Nothing is said of a batch that nobody watches."
    pace = "Only what clips take changes, never the clock: there is more to fold into one message."
    return (
        Deed(group, "fail", "Let a clip fail", told, around.fail, (batch, why)),
        Deed(group, "finish", "Finish a batch", ended, around.finish, (batch,)),
        Deed(group, "add", f"Add {MORE} clips", more, around.add, (batch,)),
        Deed(group, "submit", f"Send a new batch of {NEW}", new, around.submit),
        Deed(group, "speed", "Change the speed", pace, around.hasten, (factor,)),
    )


def _chamelaion(around: Surroundings) -> tuple[Deed, ...]:
    group, api = "Chamelaion API", around.api
    away = "Nothing is concluded: answers give the last reading with its age, and it tries again by itself."
    key = "Answers say so; every watch is kept, and all goes on when the key works again."
    busy = "It asks less often and waits as long as it is told to; nothing is lost."
    return (
        Deed(group, "api_away", "The API is away", away, around.api_away, is_on=lambda: api.down),
        Deed(group, "key_refused", "The key is refused", key, around.key_refused, is_on=lambda: not api.key_ok),
        Deed(group, "api_busy", "The API answers 429", busy, around.api_busy, is_on=lambda: api.calls_per_minute == 0),
    )


def _slack(around: Surroundings) -> tuple[Deed, ...]:
    group = "Slack"
    away = "What it has to say waits, in order, and comes once when Slack is back. This page goes on."
    lost = "A post is there, its answer is not: after 8 seconds it looks into the history, and says nothing twice."
    shut = "Who watches there is told once, in a DM; what waits comes in order when it is opened again."
    counts = "Another organisation reads it: what was posted is edited to counts at once, and answers have no more."
    label = f"#{ARCHIVED} is archived"
    waits = f"It waits for the batch, also through a crash of the bot, and then says in #{OPEN} what came of it."
    batch = Choice("batch", "Batch", around.references)
    return (
        Deed(group, "share", f"#{SHARED} is shared", counts, around.share, is_on=around.is_shared),
        Deed(group, "archive", label, shut, around.archive, is_on=around.is_archived),
        Deed(group, "slack_away", "Slack is away", away, around.slack_away, is_on=lambda: around.slack.faults.down),
        Deed(
            group,
            "slack_forgetful",
            "Answers get lost",
            lost,
            around.slack_forgetful,
            is_on=lambda: around.lost is not None,
        ),
        Deed(group, "workflow", "Run a workflow", waits, around.workflow, (batch,)),
    )


def _bot(around: Surroundings) -> tuple[Deed, ...]:
    group = "The bot"
    kept = "It goes on where it was: nothing is lost, and nothing is said twice."
    killed = (
        "As when the machine loses power, in the middle of whatever it did: nothing is lost, nothing is said twice."
    )
    return (
        Deed(group, "restart", "Restart the bot", kept, partial(around.again, crash=False)),
        Deed(group, "kill", "Crash the bot", killed, partial(around.again, crash=True)),
    )
