"""What a step of a workflow comes to: outputs for the steps after it, or a sentence about what was wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.answer import GlobWatchAnswer, RequestAnswer, StatusAnswer, WatchAnswer
from bot.domain.progress import Progress, Settled, Settlement, summarise
from bot.domain.wording import counts, settlement_sentence
from bot.domain.words import NOTHING, At, Foreign, Place, Words, counted, duration, joined, words
from bot.domain.workflow_inputs import Value
from bot.errors import BadCommandError

FINISHED, WITH_FAILURES, TIME_IS_OVER = "finished", "finished with failures", "time is over"
NOT_FINISHED = "not finished"
_LONGEST_FAILURE = 1_000
_LONGEST_TROUBLE = 200
_QUOTED = 80
_ANGLES = str.maketrans("<>", "‹›")  # so that no text of others can ping anybody, wherever a workflow puts it


class Phase(StrEnum):
    """How far a step is: taken, waiting for its batch, answered, and then told to Slack or given up."""

    TAKEN = "taken"
    WAITING = "waiting"
    ANSWERED = "answered"
    TOLD = "told"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Outputs:
    """It went well: the value of each output by its name."""

    values: Mapping[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class Failure:
    """It did not: what Slack shows to the people of the workflow."""

    sentence: str


Answer = Outputs | Failure


@dataclass(frozen=True, slots=True)
class Execution:
    """A step that a workflow has begun, by Slack's id of that.

    `version` counts its changes. `reference_id` is what it waits for until `ends_at`. The `attempts` to tell Slack its
    `answer` came to nothing that is known.
    """

    id: str
    workspace_id: str
    account_id: str
    form_id: str
    inputs: Mapping[str, Value]
    taken_at: datetime
    phase: Phase = Phase.TAKEN
    version: int = 0
    reference_id: str | None = None
    ends_at: datetime | None = None
    answer: Answer | None = None
    answered_at: datetime | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class SeenChannel:
    """A channel as Slack shows it to the bot; the name is empty where the bot may not see it."""

    id: str
    name: str = ""
    is_public: bool = False
    is_member: bool = False
    is_archived: bool = field(default=False)


def plain(text: str) -> str:
    """A sentence that is safe wherever a workflow puts it."""
    return text.translate(_ANGLES)


def failure(error: BadCommandError) -> Failure:
    """A mistake of a person, as the step's end; long texts are cut."""
    return Failure(plain(str(error).replace("`", '"'))[:_LONGEST_FAILURE])


# --- get status ---


def status_outputs(answer: StatusAnswer) -> Outputs:
    """The totals of a reference that was read just now; raises `BadCommandError` where it was not, or is unknown."""
    progress = answer.progress
    name = f'"{words(Foreign(progress.reference_id, _QUOTED))}"'
    if answer.trouble is not None:
        raise BadCommandError(
            f"{name} could not be read: {words(Foreign(answer.trouble, _LONGEST_TROUBLE))}."
            " Run the workflow again in a few minutes."
        )
    if not progress.total:
        raise BadCommandError(f"There are no requests under the reference {name}.{_nearest(answer.nearest)}")
    if not answer.complete or answer.read_at is None:
        raise BadCommandError(f"{name} changed while it was read. Run the workflow again.")
    return _status(progress, answer.settlement, answer.read_at)


def request_outputs(answer: RequestAnswer) -> Outputs:
    """The same for one request, asked for by its UUID."""
    progress = summarise(answer.request.id, [answer.request])
    state: Settlement | None = Settled(short=False) if answer.request.is_terminal else None
    return _status(progress, state, answer.read_at)


def _status(progress: Progress, state: Settlement | None, read_at: datetime) -> Outputs:
    return Outputs(
        {
            "reference": progress.reference_id,
            "total": progress.total,
            "completed": progress.completed,
            "failed": progress.failed,
            "running": progress.processing,
            "waiting": progress.queued,
            "percent": progress.percent,
            "finished": isinstance(state, Settled),
            "summary": _sentence(progress, state),
            "read_at": int(read_at.timestamp()),
        }
    )


def _sentence(progress: Progress, state: Settlement | None) -> str:
    """Such as "batch-7: 73% finished, 178 done, 6 failed, 8 running, 58 waiting, of 250."."""
    if not progress.total:
        return plain(f"{words(Foreign(progress.reference_id))}: no requests under this reference yet.")
    settled = settlement_sentence(progress, state) if state is not None else NOTHING
    share = settled or words(f"{progress.percent}% finished")
    return plain(f"{words(Foreign(progress.reference_id), ': ', joined([share, counts(progress, ', ', ', ')], ', '))}.")


def _nearest(names: Sequence[str]) -> str:
    if not names:
        return " Check how it is written."
    meant = " or ".join(f'"{words(Foreign(name, _QUOTED))}"' for name in names)
    return f" Did you mean {meant}?"


# --- watch ---


def watch_outputs(answer: WatchAnswer | GlobWatchAnswer, channel: SeenChannel) -> Outputs:
    """What is watched, and what is needed for the channel to be told."""
    watch = answer.watch
    parts: list[Words | str] = [f"told: {watch.events.value}"]
    if watch.expected is not None:
        parts.append(f"{counted(watch.expected, 'request')} expected")
    if watch.deadline is not None:
        parts.append(words("deadline ", At(watch.deadline, "day")))
    place = words(Place(channel.id, channel.name)) if channel.name else words("the channel that was chosen")
    said = words(Foreign(watch.reference_id), " is watched in ", place, " (", joined(parts, ", "), ").")
    return Outputs({"reference": watch.reference_id, "summary": plain(f"{said}{_access(channel)}")})


def _access(channel: SeenChannel) -> str:
    if channel.is_archived:
        return " That channel is archived: the watch is kept, and what waits is posted once it is unarchived."
    if not channel.is_member:
        return " I was not invited there yet: type /invite @lipsync in it, and what waits is posted at once."
    return ""


# --- wait ---


def settled_outputs(progress: Progress) -> Outputs:
    """The batch has settled."""
    ended = WITH_FAILURES if progress.failed else FINISHED
    return _waited(progress, Settled(short=False), finished=True, ended=ended, took=progress.took)


def time_over_outputs(progress: Progress, state: Settlement) -> Outputs:
    """The time was over first."""
    return _waited(progress, state, finished=False, ended=TIME_IS_OVER, took=None)


def _waited(progress: Progress, state: Settlement, *, finished: bool, ended: str, took: timedelta | None) -> Outputs:
    told = _sentence(progress, state)
    return Outputs(
        {
            "reference": progress.reference_id,
            "finished": finished,
            "ended": ended,
            "total": progress.total,
            "completed": progress.completed,
            "failed": progress.failed,
            "took": duration(took) if took is not None else NOT_FINISHED,
            "summary": told if finished else f"The time is over. {told}",
        }
    )
