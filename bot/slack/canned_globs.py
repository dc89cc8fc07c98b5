"""What is said about all references under a glob, in every situation."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.announcement import GlobCardFacts
from bot.domain.answer import ExceptedAnswer, GlobAnswer, GlobWatchAnswer, StoppedAnswer, WatchLine
from bot.domain.overview import MOST_IN_A_TABLE, MOST_ON_A_CARD, Overview, Standing, survey
from bot.domain.progress import summarise
from bot.domain.watch import Events, Watch
from bot.slack.canned_scene import REF, UNDO, Canned, Scene
from bot.slack.views import glob_status, glob_watch, watch

PATTERN = "batch-*"
_CARD, _WATCH, _TABLE = "M1 Card", "M2 Watch confirmed", "M9 Glob status"
_ROWS = ((178, 6, 8, 58), (40, 0, 0, 0), (12, 0, 6, 2), (0, 0, 0, 20), (19, 1, 0, 0), (25, 0, 5, 0))
_MANY = 230
_UNREAD = 5  # of this one only a part was seen


def overview(scene: Scene, pattern: str = PATTERN, *, most: int, references: int = len(_ROWS)) -> Overview:
    """So many batches, each in one of a few states."""
    standings = [_standing(scene, number) for number in range(references)]
    return survey(pattern, standings, looked_at=scene.now, most=most)


def _standing(scene: Scene, number: int) -> Standing:
    done, failed, running, waiting = _ROWS[number % len(_ROWS)]
    rows = scene.rows(done, failed, running, waiting)
    name = f"batch-2026-{number + 4:02}"
    progress = replace(summarise(name, rows), kinds=(), oldest_waiting=None)
    return Standing(progress, scene.at(-90 * number) if waiting else None, None if number == _UNREAD else scene.now)


def _watch(scene: Scene, pattern: str = PATTERN) -> Watch:
    return replace(scene.watch, reference_id=pattern, is_glob=True, only_failures=pattern == "*")


def line(scene: Scene, pattern: str = PATTERN) -> WatchLine:
    """The glob's watch in a list."""
    found = overview(scene, pattern, most=0)
    return WatchLine(_watch(scene, pattern), found.totals, found.read_at, references=found.references)


def glob_cards(scene: Scene) -> Iterator[Canned]:
    """M1 of a glob."""
    card = GlobCardFacts(_watch(scene), overview(scene, most=MOST_ON_A_CARD, references=14))
    nothing = replace(card, overview=survey(PATTERN, [], looked_at=scene.now, most=MOST_ON_A_CARD))
    everything = GlobCardFacts(_watch(scene, "*"), overview(scene, "*", most=MOST_ON_A_CARD, references=14))
    stopped = replace(card, watch=replace(card.watch, ended_at=scene.at(60)))
    for name, when, facts in (
        ("glob_card", "While references under a watched pattern run; edited in place.", card),
        ("glob_card_nothing", "No reference matches the watched pattern yet.", nothing),
        ("glob_card_everything", "After watch *: the whole account, of which only failures are told.", everything),
        ("glob_card_stopped", "After unwatch of a pattern: no buttons any more.", stopped),
    ):
        yield Canned(name, _CARD, when, scene.said(facts))


def watched(scene: Scene) -> Iterator[Canned]:
    """M2 of a glob."""
    found = overview(scene, most=0)
    new = GlobWatchAnswer(_watch(scene), True, found, undo=UNDO)
    changed = replace(new, watch=replace(new.watch, events=Events.EACH), is_new=False)
    nothing = replace(new, overview=survey(PATTERN, [], looked_at=None, most=0), nearest=("bach-1",))
    everything = GlobWatchAnswer(_watch(scene, "*"), True, overview(scene, "*", most=0), undo=UNDO)
    each = replace(everything, watch=replace(everything.watch, events=Events.EACH))
    personal = replace(new, watch=replace(new.watch, place="D0ANA", asked_in="C0DUBBINGDE"))
    for name, when, answer in (
        ("watch_glob", "After watch with a pattern.", new),
        ("watch_glob_changed", "After watch on a pattern that is watched here.", changed),
        ("watch_glob_nothing", "After watch with a pattern that matches nothing yet.", nothing),
        ("watch_glob_everything", "After watch *.", everything),
        ("watch_glob_everything_each", "After watch * for each.", each),
        ("watch_glob_for_me", "After watch me with a pattern, in a channel.", personal),
    ):
        yield Canned(name, _WATCH, when, glob_watch.message(answer, scene.command))


def unwatched(scene: Scene) -> Iterator[Canned]:
    """What `unwatch` answers where globs are watched."""
    covered = watch.stopped(StoppedAnswer(REF, None, (PATTERN,)), scene.command)
    still = watch.stopped(StoppedAnswer(REF, scene.watch, (PATTERN, "*"), UNDO), scene.command)
    mine = watch.stopped(StoppedAnswer(REF, None, (PATTERN,)), scene.command, personal=True)
    excepted = glob_watch.excepted(ExceptedAnswer(REF, (PATTERN, "*"), undo=UNDO))
    for name, when, message in (
        ("unwatch_covered", "After unwatch on a batch that only a pattern covers.", covered),
        ("unwatch_covered_for_me", "After unwatch me on a batch that only a pattern covers in the DM.", mine),
        ("unwatch_still_covered", "After unwatch on a batch that patterns cover too.", still),
        ("unwatch_except", "After unwatch with except.", excepted),
        (
            "unwatch_except_nothing",
            "After unwatch with except where no pattern covers the batch.",
            glob_watch.excepted(ExceptedAnswer(REF, ())),
        ),
    ):
        yield Canned(name, "Unwatch", when, message)


def overviews(scene: Scene) -> Iterator[Canned]:
    """M9."""
    answer = GlobAnswer(overview(scene, most=MOST_IN_A_TABLE), scene.at(60))
    many = replace(answer, overview=overview(scene, most=MOST_IN_A_TABLE, references=_MANY))
    nothing = GlobAnswer(survey("bach-*", [], looked_at=None, most=MOST_IN_A_TABLE), scene.now, (REF, "batch-2026-05"))
    filling = replace(answer, overview=replace(answer.overview, filled=0.4286))
    nothing_yet = replace(nothing, overview=replace(nothing.overview, filled=0.0312))
    for name, when, message in (
        ("glob_status", "Status of a pattern, from what the bot knows.", glob_status.message(answer, scene.command)),
        ("glob_status_many", "More references than a table can hold.", glob_status.message(many, scene.command)),
        ("glob_status_nothing", "No reference matches the pattern.", glob_status.message(nothing, scene.command)),
        (
            "glob_status_filling",
            "Soon after the first start, with older requests still unread.",
            glob_status.message(filling, scene.command),
        ),
        (
            "glob_status_unordered",
            "The API lists the account's requests in no order.",
            glob_status.message(replace(answer, overview=replace(answer.overview, filled=None)), scene.command),
        ),
        (
            "glob_status_nothing_yet",
            "The same, where no reference matches so far.",
            glob_status.message(nothing_yet, scene.command),
        ),
        (
            "glob_status_shared",
            "After Share: for everybody in the channel.",
            glob_status.shared(answer, "U0ANA", scene.command),
        ),
        (
            "glob_one_at_a_time",
            "After failures or links with a pattern.",
            glob_status.one_at_a_time(answer, "failures", scene.command),
        ),
    ):
        yield Canned(name, _TABLE, when, message)
