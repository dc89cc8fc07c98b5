"""What is said about deadlines, in every situation."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.announcement import CardFacts, CatchUpFacts, FinishedFacts, Meanwhile
from bot.domain.answer import LimitAnswer, WatchAnswer
from bot.domain.natural_time import TypedTime
from bot.domain.progress import UNFINISHED, Progress, Settlement, Waiting
from bot.domain.risk_facts import Before, Level, RiskFacts
from bot.domain.watch import Watch
from bot.slack.canned_globs import PATTERN
from bot.slack.canned_scene import FINISHED, REF, UNDO, Canned, Scene
from bot.slack.views import limit, watch
from bot.slack.views.message import Message

ZONE = "Europe/Berlin"
_HOUR = 3_600
_RISK, _LIMITS, _CARD = "M6 Deadline risk", "Deadline and expect", "M1 Card"


def _watch(scene: Scene, deadline: datetime) -> Watch:
    return replace(scene.watch, deadline=deadline, deadline_zone=ZONE)


def due_cards(scene: Scene) -> Iterator[Canned]:
    """M1 with a deadline."""
    soon, past = scene.at(_HOUR), scene.at(-720)

    def card(
        deadline: datetime,
        odds: float | None = None,
        progress: Progress = scene.running,
        settlement: Settlement = UNFINISHED,
    ) -> CardFacts:
        rest = scene.prospect if progress.open else None
        return CardFacts(
            _watch(scene, deadline), progress, settlement, scene.now, ahead=timedelta(), odds=odds, prospect=rest
        )

    met, late = scene.at(40 + 60 + 1_200), scene.at(40 + 60 - 720)
    for name, when, facts in (
        ("card_deadline", "With a deadline, while nobody can say yet when it will be finished.", card(soon)),
        ("card_on_track", "With a deadline that will probably be met.", card(soon, 0.93)),
        ("card_at_risk", "With a deadline that may be missed.", card(scene.at(1_500), 0.31)),
        ("card_missed", "The deadline has come, and requests are open.", card(past, 0.0)),
        ("card_met", "All ended before the deadline.", card(met, None, scene.done, FINISHED)),
        ("card_met_so_far", "The same, while more may come.", card(met, None, scene.done, Waiting(scene.at(600)))),
        ("card_late", "All ended, but after the deadline.", card(late, None, scene.done, FINISHED)),
    ):
        yield Canned(name, _CARD, when, _message(facts, scene))


def risk(scene: Scene, level: Level, odds: float | None, *, before: Before | None = None) -> RiskFacts:
    """M6 about the batch in the middle, two hours before its deadline, or when that has come."""
    is_over = level is Level.MISSED
    return RiskFacts(
        progress=scene.running,
        level=level,
        deadline=scene.at(0 if is_over else 2 * _HOUR),
        zone=ZONE,
        read_at=scene.now,
        odds=odds,
        early=None if odds is None else scene.at(1.6 * _HOUR),
        likely=None if odds is None else scene.at(2.2 * _HOUR),
        late=None if odds is None else scene.at(3 * _HOUR),
        pace=None if odds is None else 0.42,
        needed=None if is_over or level is Level.ON_TRACK else 66 / 120,
        before=before,
    )


def risks(scene: Scene) -> Iterator[Canned]:
    """M6."""
    slower = Before(scene.at(-_HOUR), 1.2, 250)
    grown = replace(slower, pace=None, of=200)
    nothing = replace(risk(scene, Level.MISSED, None), progress=Progress(REF))
    for name, when, facts in (
        (
            "risk",
            "Less than 50 of 100 that the deadline is met, and why.",
            risk(scene, Level.AT_RISK, 0.31, before=slower),
        ),
        ("risk_grown", "The same, where the batch has grown.", risk(scene, Level.AT_RISK, 0.499, before=grown)),
        ("risk_unlikely", "Less than 10 of 100.", risk(scene, Level.UNLIKELY, 0.003)),
        ("risk_over", "It is on track again, and well so.", risk(scene, Level.ON_TRACK, 0.78)),
        ("risk_missed", "The deadline has come, and not all has ended.", risk(scene, Level.MISSED, None)),
        ("risk_missed_nothing", "The same, where nothing was ever sent.", nothing),
    ):
        yield Canned(name, _RISK, when, _message(facts, scene))


def due_summaries(scene: Scene) -> Iterator[Canned]:
    """M8 at the end of a mute in which a deadline had news."""
    held = Meanwhile(scene.running, 12, 0, risk=Level.MISSED)
    facts = CatchUpFacts(scene.at(-7_200), scene.now, (held,), why="muted")
    yield Canned(
        "summary_missed", "M8 Catch-up", "At the end of a mute in which a deadline was missed.", _message(facts, scene)
    )


def due_finishes(scene: Scene) -> Iterator[Canned]:
    """M5 against the deadline."""
    for name, when, spare in (
        ("finished_in_time", "Everything ended before the deadline.", timedelta(minutes=48)),
        ("finished_late", "Everything ended, but late.", timedelta(minutes=-12)),
    ):
        facts = FinishedFacts(scene.done, scene.now, spare=spare)
        yield Canned(name, "M5 Finished", when, _message(facts, scene))


def limits(scene: Scene) -> Iterator[Canned]:
    """`deadline`, `expect`, and `by` of `watch`."""
    due = TypedTime(scene.at(2 * 24 * _HOUR), ZONE, scene.now)
    odd = replace(due, zone="UTC+05:30", notes=("the end of the day is 18:00",))
    mine = _watch(scene, due.at)
    expecting = replace(scene.watch, expected=250)
    none = LimitAnswer("deadline", REF, None)
    for name, when, answer in (
        ("deadline", "After deadline: how it was understood.", LimitAnswer("deadline", REF, mine, due=due, undo=UNDO)),
        (
            "deadline_note",
            "The same, with what has to be said of it.",
            LimitAnswer("deadline", REF, mine, due=odd, undo=UNDO),
        ),
        ("deadline_off", "After deadline off.", LimitAnswer("deadline", REF, scene.watch, undo=UNDO)),
        ("deadline_off_nothing", "The same, where there was none.", LimitAnswer("deadline", REF, scene.watch)),
        ("deadline_not_watched", "Where the batch is not watched.", none),
        ("deadline_covered", "Where only a pattern covers it.", replace(none, globs=(PATTERN,))),
        ("expect", "After expect.", LimitAnswer("expect", REF, expecting, scene.running, undo=UNDO)),
        (
            "expect_more",
            "More have come than that.",
            LimitAnswer("expect", REF, expecting, scene.progress(260), undo=UNDO),
        ),
        ("expect_off", "After expect off.", LimitAnswer("expect", REF, scene.watch, undo=UNDO)),
        ("expect_not_watched", "After expect, where the batch is not watched.", LimitAnswer("expect", REF, None)),
    ):
        yield Canned(name, _LIMITS, when, limit.message(answer, scene.command))


def due_watches(scene: Scene) -> Iterator[Canned]:
    """M2 with a deadline."""
    due = TypedTime(scene.at(2 * 24 * _HOUR), ZONE, scene.now)
    mine = _watch(scene, due.at)
    for name, when, confirmed in (
        ("watch_by", "After watch with by.", WatchAnswer(mine, True, scene.status, undo=UNDO, due=due)),
        ("watch_with_deadline", "After watch on a batch that has a deadline.", WatchAnswer(mine, False, scene.status)),
    ):
        yield Canned(name, "M2 Watch confirmed", when, watch.message(confirmed, scene.command))


def _message(facts: CardFacts | RiskFacts | FinishedFacts | CatchUpFacts, scene: Scene) -> Message:
    return scene.said(facts)
