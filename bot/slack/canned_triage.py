"""What is said of failures that people take care of, and to those who do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bot.domain.announcement import AssignedFacts, PingFacts
from bot.domain.failure import FailureKind
from bot.domain.people_answer import KindMutedAnswer, Triaged, TriagedAnswer
from bot.domain.triage import Assigned, Care, Handled
from bot.slack.canned_scene import REF, Canned, Scene
from bot.slack.views import triage

_FAILURE, _CARD, _TRIAGE = "M3 Failure kind", "M1 Card", "Triage"


def _assigned(at: datetime) -> Care:
    return Care(assigned=Assigned("U0ANA", "U0ANA", at))


def _handled(at: datetime) -> Care:
    return Care(handled=Handled("U0BEN", at))


def cared_cards(scene: Scene) -> Iterator[Canned]:
    """M1 with people at work."""
    first, *rest = scene.card.progress.kinds
    mine = replace(first, care=_assigned(scene.at(-300)))
    others = (replace(kind, cleared=kind.count, care=_handled(scene.at(-120))) for kind in rest)
    done = sum(kind.count for kind in rest)
    progress = replace(scene.card.progress, kinds=(mine, *others), cleared=done)
    card = scene.said(replace(scene.card, progress=progress))
    yield Canned("card_cared", _CARD, "Somebody is on one kind of failure, and the other is handled.", card)


def cared_failures(scene: Scene) -> Iterator[Canned]:
    """M3 while people take care of it."""
    failure, now = scene.failure, scene.now
    n = len(failure.ids)
    care = replace(_handled(now), assigned=_assigned(scene.at(-300)).assigned)
    for name, when, facts in (
        ("failure_assigned", "After I'm on it, or assign.", replace(failure, care=_assigned(now))),
        ("failure_handled", "After Mark handled, or handled.", replace(failure, cleared=n, care=_handled(now))),
        ("failure_again", "It fails that way again after it was handled.", replace(failure, cleared=n - 2, care=care)),
        ("failure_recovered", "The only clip was sent again, and completed.", replace(failure, cleared=n)),
    ):
        yield Canned(name, _FAILURE, when, scene.said(facts))
    again = _again(scene)
    ping = PingFacts(scene.running, (again,), None, now)
    asked = AssignedFacts(REF, scene.running.kinds[:1], "U0BEN", "U0ANA")
    yield Canned("asked", _FAILURE, "To whom somebody else has assigned it.", scene.said(asked))
    yield Canned("ping_again", _FAILURE, "The ping for that.", scene.said(ping))


def _again(scene: Scene) -> FailureKind:
    first = scene.running.kinds[0]
    return replace(first, cleared=first.count - 2, care=_handled(scene.at(-300)))


def triaged(scene: Scene) -> Iterator[Canned]:
    """What those are told who do it."""
    kinds, now = scene.running.kinds, scene.now
    handled = tuple(replace(kind, cleared=kind.count, care=_handled(now)) for kind in kinds)
    assigned = tuple(replace(kind, care=_assigned(now)) for kind in kinds)
    for name, when, answer in (
        ("handled", "After Mark handled.", TriagedAnswer(Triaged.HANDLED, REF, handled[:1])),
        ("handled_all", "After handled with nothing but a reference.", TriagedAnswer(Triaged.HANDLED, REF, handled)),
        ("opened_again", "After Open again.", TriagedAnswer(Triaged.OPENED_AGAIN, REF, kinds[:1])),
        ("assigned", "After I'm on it, or assign.", TriagedAnswer(Triaged.ASSIGNED, REF, assigned[:1])),
        (
            "assigned_unasked",
            "The same in a DM, or where nothing watches it: whoever it is cannot be asked there.",
            TriagedAnswer(Triaged.ASSIGNED, REF, assigned[:1], unasked=True),
        ),
        ("assigned_nobody", "After assign with nobody.", TriagedAnswer(Triaged.ASSIGNED, REF, kinds)),
    ):
        yield Canned(name, _TRIAGE, when, triage.message(answer))
    for name, when, muted in (
        ("kind_muted", "After Mute this kind.", KindMutedAnswer(REF, kinds[0], REF, True)),
        ("kind_muted_glob", "The same where a pattern is watched.", KindMutedAnswer(REF, kinds[0], "batch-*", True)),
        ("kind_unmuted", "After Unmute this kind.", KindMutedAnswer(REF, kinds[0], REF, False)),
    ):
        yield Canned(name, _TRIAGE, when, triage.kind_muted(muted))
