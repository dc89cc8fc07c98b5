"""M4 in every situation: what is stuck, what has not come, and an account that stands still."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.domain.announcement import CatchUpFacts, Meanwhile
from bot.domain.delivery import Asked, Manner
from bot.domain.stuck_facts import MissingFacts, StalledFacts, StuckFacts, StuckOne, Why
from bot.slack.canned_scene import REF, Canned, Scene, uuid
from bot.slack.views import status
from bot.slack.views import stuck as stuck_view

_STUCK = "M4 Stuck"
_USUAL = timedelta(seconds=192)


def ones(scene: Scene, why: Why, many: int, since: float) -> tuple[StuckOne, ...]:
    """So many that are stuck for this reason, the longest for so many seconds, each a little shorter than the last."""
    first = 300 if why == "slow" else 200
    return tuple(StuckOne(uuid(first + n), why, scene.at(7 * n - since)) for n in range(many))


def stuck_facts(scene: Scene) -> StuckFacts:
    """Two clips that run too long and one that was overtaken."""
    found = (*ones(scene, "overtaken", 1, 3_000), *ones(scene, "slow", 2, 2_460))
    return StuckFacts(scene.running, found, 0, 0, _USUAL, scene.now, scene.now)


def missing_facts(scene: Scene) -> MissingFacts:
    """Of 250 clips 210 have come."""
    progress = scene.progress(178, 6, 8, 18, expected=250)
    return MissingFacts(progress, scene.at(-660), scene.now, scene.now)


def stalled_facts(scene: Scene) -> StalledFacts:
    """Twelve clips run in two batches, and none finishes."""
    return StalledFacts(scene.at(-1_560), scene.now, scene.now, 12, 58, 2, (scene.reference, "pilot-ja"))


def stuck(scene: Scene) -> Iterator[Canned]:
    """M4."""
    yield from _requests(scene)
    yield from _submission(scene)
    yield from _account(scene)


def _requests(scene: Scene) -> Iterator[Canned]:
    facts = stuck_facts(scene)
    first = replace(facts, usual=None, ones=ones(scene, "slow", 1, 900))
    better = replace(facts, ones=facts.ones[1:], finished=2, moved=1)
    for name, when, shown in (
        ("stuck", "Some clips run much longer than usual, and one was overtaken in the queue; edited in place.", facts),
        ("stuck_first", "The same in an account in which nothing has finished yet.", first),
        ("stuck_better", "The same message later, when some of them have finished or go on.", better),
        ("stuck_over", "The same message when nothing is stuck any more.", replace(better, ones=(), finished=4)),
        (
            "stuck_grown",
            "Told once more, under the first message, when there are ten times as many.",
            replace(facts, ones=ones(scene, "overtaken", 34, 3_000), finished=1, grown=True),
        ),
    ):
        yield Canned(name, _STUCK, when, scene.said(shown))
    asked = Manner(asked=(Asked("C0DUBBINGDE", scene.at(-4_000)),))
    when = "With me, a person is told alone, and why."
    yield Canned("stuck_personal", _STUCK, when, scene.said(facts, asked))
    answer = replace(scene.status, stuck=facts.ones)
    yield Canned("stuck_ids", _STUCK, "After Copy ids: those that are stuck now.", stuck_view.ids(answer))
    nothing = stuck_view.ids(scene.status)
    yield Canned("stuck_ids_none", _STUCK, "After Copy ids, when nothing is stuck any more.", nothing)


def _submission(scene: Scene) -> Iterator[Canned]:
    facts = missing_facts(scene)
    more = replace(facts, progress=scene.progress(178, 6, 8, 24, expected=250), over="more")
    settled = replace(facts, progress=scene.progress(204, 6, expected=250), over="settled")
    unknown = replace(facts, progress=scene.progress(178, 6, 8, 18), over="unknown")
    every = replace(facts, progress=scene.progress(178, 6, 8, 58, expected=250), over="all")
    for name, when, shown in (
        ("missing", "Fewer clips came than expected, and no more are coming, while others are open.", facts),
        ("missing_more", "The same message once more are coming.", more),
        ("missing_all", "The same message once all have come.", every),
        ("missing_unknown", "The same message once nobody expects a number any more.", unknown),
        ("missing_settled", "The same message once all that came have ended; M5b says so too.", settled),
    ):
        yield Canned(name, _STUCK, when, scene.said(shown))


def _account(scene: Scene) -> Iterator[Canned]:
    facts = stalled_facts(scene)
    many = tuple(f"episode-{number:03}" for number in range(1, 11))
    one = replace(facts, running=1, waiting=0, batches=1, references=(REF,))
    for name, when, shown in (
        ("stalled", "To each place, once: clips run, and for long none has finished in the account.", facts),
        ("stalled_one", "The same with a single clip.", one),
        ("stalled_many", "The same with more batches than can be named.", replace(facts, batches=31, references=many)),
        ("stalled_over", "The same message when clips finish again.", replace(facts, over_at=scene.at(-30))),
        ("stalled_ended", "The same message when nothing runs any more.", replace(facts, ended=True)),
    ):
        yield Canned(name, _STUCK, when, scene.said(shown))


def stuck_elsewhere(scene: Scene) -> Iterator[Canned]:
    """What other messages say of it."""
    found = stuck_facts(scene).ones
    when = "While a watched batch runs and some of its clips are stuck."
    yield Canned("card_stuck", "M1 Card", when, scene.said(replace(scene.card, stuck=found)))


def stuck_answers(scene: Scene) -> Iterator[Canned]:
    """What answers and summaries say of it."""
    answer = replace(scene.status, stuck=stuck_facts(scene).ones)
    yield Canned("status_stuck", "Status", "Some clips are stuck.", status.message(answer, scene.command))


def stuck_summaries(scene: Scene) -> Iterator[Canned]:
    """M8 of what is stuck still."""
    still = Meanwhile(scene.running, 0, 0, stuck=3)
    facts = CatchUpFacts(scene.at(-7_200), scene.now, (still,), why="muted")
    when = "At the end of a mute in which clips got stuck that are so still."
    yield Canned("summary_stuck", "M8 Catch-up", when, scene.said(facts))
