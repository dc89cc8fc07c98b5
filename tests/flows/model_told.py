"""What the places of a model were told, each thing by itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.announcement import (
    CatchUpFacts,
    ClipsFacts,
    FailureFacts,
    FinishedFacts,
    ReopenedFacts,
    Said,
    ShortFacts,
)
from tests.flows.model_expectations import Moment

FINISHED, REOPENED, CLIPS = "finished", "reopened", "clips"


@dataclass(frozen=True, slots=True)
class Told:
    """Something that a place was told of a reference, around the answers of `when`.

    `what` is one of the words above, or why requests failed; `held` when it came in the message after a gap.
    """

    place: str
    reference: str
    what: str
    when: Moment
    ids: tuple[str, ...] = ()
    held: bool = False


def told_by(said: Said, place: str, when: Moment) -> Iterator[Told]:
    """One message may tell several things."""
    match said:
        case FailureFacts():
            yield Told(place, said.progress.reference_id, said.name, when, said.ids)
        case FinishedFacts() | ShortFacts():
            yield Told(place, said.progress.reference_id, FINISHED, when)
        case ReopenedFacts():
            yield Told(place, said.progress.reference_id, REOPENED, when)
        case ClipsFacts():
            yield Told(place, said.progress.reference_id, CLIPS, when, said.ids)
        case CatchUpFacts():
            yield from _after_a_gap(said, place, when)


def _after_a_gap(said: CatchUpFacts, place: str, when: Moment) -> Iterator[Told]:
    for one in said.references:
        reference = one.progress.reference_id
        for kind in one.kinds:
            yield Told(place, reference, kind.name, when, kind.ids, held=True)
        if one.arrived:
            yield Told(place, reference, REOPENED, when, held=True)
        if one.ending is not None:
            yield Told(place, reference, FINISHED, when, held=True)
