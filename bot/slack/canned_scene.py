"""A made-up batch in every state, for the situations in which messages are shown."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.announcement import CardFacts, FailureFacts, Said
from bot.domain.answer import AboutAnswer, StatusAnswer, StillReading, WatchLine
from bot.domain.calibration import Calibration
from bot.domain.delivery import PLAINLY, Manner
from bot.domain.progress import UNFINISHED, Progress, Settled, summarise
from bot.domain.prospect import Finish, Prospect, Rhythm
from bot.domain.request import LipsyncRequest
from bot.domain.sharing import CountsOnly
from bot.domain.watch import Events, Watch
from bot.slack.views.message import Message
from bot.slack.views.said import message

REF = "batch-2026-04"
UNDO = "6f0e0c2a-9d0b-4b7c-8f64-1c2d3e4f5a6b"
STILL = StillReading(50, timedelta(seconds=45))
PART_READ = replace(STILL, read=4_174, total=5_000)
FINISHED = Settled(short=False)


_JUDGED = Calibration(120, 100, 31, 0.06, 0.19, 14, 2)


@dataclass(frozen=True, slots=True)
class Canned:
    """One message in one situation: its own name, its kind's title, and a sentence that says when it is seen."""

    name: str
    title: str
    when: str
    message: Message


def uuid(number: int) -> str:
    """The id of the made-up request with this number."""
    return str(UUID(int=number))


@dataclass(frozen=True, slots=True)
class Scene:
    """The batch, its watch and the bot itself at the moment `now`; `command` is the slash command's name.

    `counts_only` is why the place where it is all said is shown only counts.
    """

    command: str
    now: datetime
    reference: str = REF
    counts_only: CountsOnly | None = None

    def said(self, facts: Said, manner: Manner = PLAINLY) -> Message:
        """What is said on the bot's own account, as it looks there."""
        return message(facts, self.command, replace(manner, counts_only=self.counts_only))

    def at(self, seconds: float) -> datetime:
        """So many seconds after `now`."""
        return self.now + timedelta(seconds=seconds)

    def request(
        self,
        number: int,
        status: str,
        *,
        reference: str | None = None,
        created: float = 0,
        error: str | None = None,
        url: str | None = None,
    ) -> LipsyncRequest:
        """A request that was created so many seconds after `now` and, when it is terminal, took a minute."""
        ended = status in ("completed", "failed")
        made = f"https://storage.example/{number}.mp4" if status == "completed" else None
        return LipsyncRequest(
            id=uuid(number),
            created_at=self.at(created),
            status=status,
            started_at=self.at(created + 5) if ended or status == "processing" else None,
            finished_at=self.at(created + 60) if ended else None,
            output_url=url or made,
            error_message=error,
            reference_id=reference or self.reference,
        )

    def rows(self, done: int, failed: int, running: int, waiting: int) -> tuple[LipsyncRequest, ...]:
        """Requests of the batch, one second apart; every sixth failure is of another kind."""
        statuses = ["completed"] * done + ["failed"] * failed + ["processing"] * running + ["queued"] * waiting
        return tuple(
            self.request(number, status, created=number, error=_reason(number) if status == "failed" else None)
            for number, status in enumerate(statuses, 1)
        )

    def progress(
        self, done: int, failed: int = 0, running: int = 0, waiting: int = 0, expected: int | None = None
    ) -> Progress:
        """The totals of the batch with so many requests in each state."""
        return summarise(self.reference, self.rows(done, failed, running, waiting), expected=expected)

    @property
    def running(self) -> Progress:
        """The batch in the middle."""
        return self.progress(178, 6, 8, 58, expected=250)

    @property
    def done(self) -> Progress:
        """The batch when all went well."""
        return self.progress(40)

    @property
    def watch(self) -> Watch:
        """Ana's watch in a channel."""
        return Watch(
            id="w1",
            workspace_id="T1",
            account_id="default",
            place="C0DUBBINGDE",
            reference_id=self.reference,
            author="U0ANA",
            events=Events.PROBLEMS,
            expected=None,
            created_at=self.now,
            started_at=self.now,
            since_reading=0,
            generation=1,
            generation_reading=0,
            place_name="dubbing-de",
        )

    @property
    def prospect(self) -> Prospect:
        """What is said of the rest of the batch in the middle."""
        finish = Finish(self.at(1_380), self.at(1_680), self.at(2_220))
        return Prospect(finish, "told", 184, 0, self.rhythm)

    @property
    def rhythm(self) -> Rhythm:
        """How fast the batch goes."""
        return Rhythm(3.1, (1, 2, 4, 5, 5, 6, 7, 6), timedelta(seconds=112))

    @property
    def status(self) -> StatusAnswer:
        """How the batch in the middle is doing."""
        return StatusAnswer(self.running, self.now, requests=self.rows(178, 6, 8, 58), prospect=self.prospect)

    @property
    def status_done(self) -> StatusAnswer:
        """How the batch is doing when all went well."""
        return StatusAnswer(self.done, self.now, FINISHED)

    @property
    def unread(self) -> Progress:
        """The batch before anything was read."""
        return Progress(self.reference)

    @property
    def never_sent(self) -> StatusAnswer:
        """A reference that is spelled otherwise."""
        return StatusAnswer(Progress("batch-2026-04x"), self.now)

    @property
    def one(self) -> LipsyncRequest:
        """A single finished clip."""
        return self.request(7, "completed")

    @property
    def card(self) -> CardFacts:
        """The card in the middle of the batch."""
        return CardFacts(self.watch, self.running, UNFINISHED, self.now, prospect=self.prospect)

    @property
    def failure(self) -> FailureFacts:
        """The first failures of a kind."""
        ids = tuple(map(uuid, range(5)))
        return FailureFacts(self.running, "k", "video URL is not accessible", ids, self.now, self.at(90), self.at(120))

    @property
    def line(self) -> WatchLine:
        """Ana's watch in a list."""
        return WatchLine(self.watch, self.running, self.now)

    @property
    def about(self) -> AboutAnswer:
        """The bot in good health."""
        return AboutAnswer(
            "1.2.3", self.now, self.at(60), None, 3, 0, 0, 0, 4.2, 21.0, 12, 60, 0, None, 1.0, forecasts=_JUDGED
        )

    @property
    def about_trouble(self) -> AboutAnswer:
        """The bot when nothing works."""
        unsent = replace(self.about, unsent=3, in_doubt=1, parked=2, latency_median=None)
        return replace(unsent, looked_at=None, api_trouble="the API refused the key")

    @property
    def about_filling(self) -> AboutAnswer:
        """The bot soon after its first start."""
        return replace(self.about, filled=0.4286)

    @property
    def about_muted(self) -> AboutAnswer:
        """The bot while places are muted."""
        return replace(self.about, held=12)

    @property
    def about_catching_up(self) -> AboutAnswer:
        """The bot after it could read nothing for a while."""
        return replace(self.about, held=12, catching_up_since=self.at(-8_880))


def _reason(number: int) -> str:
    return "no face detected" if number % 6 == 0 else "video URL is not accessible"
