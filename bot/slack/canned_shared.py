"""What is said and answered where only counts are shown, since another organisation reads the place."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.announcement import CardFacts, CatchUpFacts, FinishedFacts, GlobCardFacts, Meanwhile, Said
from bot.domain.answer import GlobAnswer, Scope, WatchAnswer, WatchesAnswer
from bot.domain.counts_only import counted_glob, counted_line, counted_status
from bot.domain.overview import MOST_ON_A_CARD
from bot.domain.sharing import HERE, INSTEAD, CountsOnly
from bot.errors import CountsOnlyError
from bot.slack.canned_digest import full_digest
from bot.slack.canned_globs import PATTERN, overview
from bot.slack.canned_scene import FINISHED, UNDO, Canned, Scene
from bot.slack.views import about, errors, glob_status, status, watch, watches
from bot.slack.views.message import Message

_TITLE = "Only counts"


def shared(scene: Scene) -> Iterator[Canned]:
    """A message of each kind, then answers."""
    there = replace(scene, counts_only=CountsOnly.SHARED)
    for name, when, facts in _said(there):
        yield Canned(f"counts_{name}", _TITLE, when, there.said(facts))
    unknown = replace(scene, counts_only=CountsOnly.UNKNOWN).said(scene.card)
    yield Canned("counts_unknown", _TITLE, "A card where Slack could not be asked yet.", unknown)
    for name, when, message in _answers(there):
        yield Canned(f"counts_{name}", _TITLE, when, message)


def _said(scene: Scene) -> Iterator[tuple[str, str, Said]]:
    glob = replace(scene.watch, reference_id=PATTERN, is_glob=True)
    done = Meanwhile(scene.progress(34, 6), 20, 6, scene.progress(34, 6).kinds, "finished")
    one = FinishedFacts(scene.progress(0, 1), scene.now, "failed", error_message="no face detected")
    yield "card", "The card in a channel that another organisation reads.", scene.card
    yield "glob_card", "The card of a pattern there.", GlobCardFacts(glob, overview(scene, most=MOST_ON_A_CARD))
    yield "failure", "A new kind of failure there: how many, and when.", scene.failure
    yield "finished", "A finished batch there.", FinishedFacts(scene.progress(34, 6), scene.now)
    yield "finished_one", "A reference of one request that failed there.", one
    yield "catch_up", "A catch-up there.", CatchUpFacts(scene.at(-8_880), scene.now, (done,))
    yield "digest", "The digest there.", full_digest(scene)
    stopped = replace(scene.watch, ended_at=scene.at(60))
    yield "stopped", "A stopped card there.", CardFacts(stopped, scene.done, FINISHED, scene.now)


def _answers(scene: Scene) -> Iterator[tuple[str, str, Message]]:
    of_one, of_many = counted_status(scene.status), counted_glob(GlobAnswer(overview(scene, most=3), scene.now))
    begun = WatchAnswer(scene.watch, True, of_one, undo=UNDO, counts_only=CountsOnly.SHARED)
    unknown = replace(begun, counts_only=CountsOnly.UNKNOWN)
    line = replace(counted_line(scene.line), counts_only=CountsOnly.SHARED)
    yield "status", "Status there.", status.message(of_one, scene.command)
    yield "status_glob", "Status of a pattern there.", glob_status.message(of_many, scene.command)
    yield "watch", "After watch there.", watch.message(begun, scene.command)
    yield "watch_unknown", "The same where Slack could not be asked yet.", watch.message(unknown, scene.command)
    yield "watches", "Watches there.", watches.message(WatchesAnswer(Scope.HERE, (line,)), scene.command)
    yield "about", "About, while some watched channels are shared.", about.message(replace(scene.about, counts_only=2))
    for why in CountsOnly:
        when = "After failures, links, export and the like there." if why is CountsOnly.SHARED else "The same, unknown."
        yield f"refused_{why}", when, errors.message(CountsOnlyError(f"{HERE[why]} {INSTEAD[why]}"))
