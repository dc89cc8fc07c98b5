"""What is said to those who mute, test or take something back, in every situation."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.announcement import CatchUpFacts, Example, GlobCardFacts, Meanwhile, TrialFacts
from bot.domain.deed import Did
from bot.domain.mute import Mute
from bot.domain.overview import MOST_ON_A_CARD
from bot.domain.people_answer import MutedAnswer, TrialAnswer, Undone, UndoneAnswer, UnmutedAnswer
from bot.slack import canned_globs
from bot.slack.canned_scene import REF, Canned, Scene
from bot.slack.examples import examples
from bot.slack.views import mute, trial, undo
from bot.slack.views.message import Message

_TWO_HOURS, _TWO_DAYS = 7_200, 172_800


def summaries(scene: Scene) -> Iterator[Canned]:
    """M8 at the end of a mute."""
    done = Meanwhile(scene.progress(34, 6), 20, 6, scene.progress(34, 6).kinds, "finished")
    open_again = Meanwhile(replace(scene.progress(40, waiting=3), reference_id="trailer-fr"), 0, 0, arrived=3)
    for name, when, references in (
        ("summary", "At the end of a mute in which a batch finished.", (done,)),
        ("summary_several", "At the end of a mute of everything here.", (done, open_again)),
    ):
        facts = CatchUpFacts(scene.at(-_TWO_HOURS), scene.now, references, why="muted")
        yield Canned(name, "M8 Catch-up", when, scene.said(facts))


def quiet_cards(scene: Scene) -> Iterator[Canned]:
    """M1 of what is muted, or has ended by itself."""
    quiet = replace(scene.card, muted_until=scene.at(_TWO_HOURS))
    glob_watch = replace(scene.watch, reference_id=canned_globs.PATTERN, is_glob=True)
    covered = canned_globs.overview(scene, most=MOST_ON_A_CARD)
    glob = GlobCardFacts(glob_watch, covered, muted_until=scene.at(_TWO_DAYS))
    ended = replace(scene.watch, ended_at=scene.at(86_400), ended_by_itself=True)
    for name, when, facts in (
        ("card_muted", "While its place is muted: it is still edited.", quiet),
        ("glob_card_muted", "While a watched pattern is muted.", glob),
        (
            "card_ended",
            "A day after the batch settled: the watch has ended by itself.",
            replace(scene.card, watch=ended, progress=scene.done, prospect=None),
        ),
    ):
        yield Canned(name, "M1 Card", when, scene.said(facts))


def _mute(scene: Scene, subject: str | None, seconds: float = _TWO_HOURS) -> Mute:
    until, is_glob = scene.at(seconds), subject == canned_globs.PATTERN
    return Mute("m1", "T1", "default", "C0DUBBINGDE", subject, is_glob, "U0ANA", scene.now, 0, until)


def muted(scene: Scene) -> Iterator[Canned]:
    """`mute` and `unmute`."""
    one, every = _mute(scene, REF), _mute(scene, None)
    pattern = _mute(scene, canned_globs.PATTERN, _TWO_DAYS)
    for name, when, answer in (
        ("mute", "After mute, or Mute 1 h on a card.", MutedAnswer(one, is_new=True)),
        ("mute_again", "After mute on what is muted: it lasts until the new time.", MutedAnswer(one, is_new=False)),
        ("mute_all", "After mute all.", MutedAnswer(every, is_new=True)),
        ("mute_pattern", "After mute with a pattern, for days.", MutedAnswer(pattern, is_new=True)),
    ):
        yield Canned(name, "Mute", when, mute.muted(answer, scene.command))
    for name, when, after in (
        ("unmute", "After unmute, or Unmute on a card.", UnmutedAnswer(REF, (one,), 3)),
        ("unmute_quiet", "The same, when nothing had happened.", UnmutedAnswer(REF, (one,), 0)),
        ("unmute_all", "After unmute all.", UnmutedAnswer(None, (one, every), 12)),
        ("unmute_nothing", "After unmute all where nothing is muted.", UnmutedAnswer(None, (), 0)),
        (
            "unmute_covered",
            "After unmute on a batch that is silent because more is muted.",
            UnmutedAnswer(REF, (), 0, (every, pattern)),
        ),
    ):
        yield Canned(name, "Mute", when, mute.unmuted(after, scene.command))


def undone(scene: Scene) -> Iterator[Canned]:
    """What Undo answers."""
    for name, when, answer in (
        ("undo_watch", "Undo after watch.", UndoneAnswer(Undone.DONE, Did.WATCH, REF)),
        ("undo_change", "Undo after watch on a batch that was watched.", UndoneAnswer(Undone.DONE, Did.CHANGE, REF)),
        ("undo_unwatch", "Undo after unwatch.", UndoneAnswer(Undone.DONE, Did.UNWATCH, REF)),
        ("undo_except", "Undo after an exception.", UndoneAnswer(Undone.DONE, Did.EXCEPT, REF)),
        ("undo_already", "Undo clicked again.", UndoneAnswer(Undone.ALREADY, Did.UNWATCH, REF)),
        ("undo_overtaken", "The watch was changed again since.", UndoneAnswer(Undone.OVERTAKEN, Did.CHANGE, REF)),
        ("undo_too_late", "After more than ten minutes.", UndoneAnswer(Undone.TOO_LATE, Did.UNWATCH, REF)),
        ("undo_too_late_watch", "The same for a new watch.", UndoneAnswer(Undone.TOO_LATE, Did.WATCH, REF)),
        (
            "undo_outside",
            "The channel is not about it any more.",
            UndoneAnswer(Undone.OUTSIDE, Did.UNWATCH, REF),
        ),
        ("undo_forgotten", "So much later that it is forgotten.", UndoneAnswer(Undone.TOO_LATE)),
    ):
        yield Canned(name, "Undo", when, undo.message(answer, scene.command))


def trials(scene: Scene) -> Iterator[Canned]:
    """`test`: every message, and the answer to the one who asked."""
    every = examples(scene.command, scene.now, "C0DUBBINGDE", "TEST-batch")
    for number, example in enumerate(every, 1):
        when = f"After test, message {number}: an example that can do nothing."
        yield Canned(f"test_{number}_{example.kind}", "Test", when, _marked(scene, example))
    for name, when, answer in (
        ("test_answer", "To the one who typed test.", TrialAnswer(len(every))),
        (
            "test_answer_missing",
            "The same, where something is missing.",
            TrialAnswer(len(every), lacking=("groups:history", "im:write"), history="missing_scope"),
        ),
        ("test_answer_unchecked", "Slack is busy just now.", TrialAnswer(len(every), unchecked="ratelimited")),
        ("test_answer_not_invited", "The bot is not in the channel.", TrialAnswer(unable="not_in_channel")),
        ("test_answer_under_way", "Another test is under way here.", TrialAnswer(under_way=True)),
    ):
        yield Canned(name, "Test", when, trial.message(answer, scene.command))


def _marked(scene: Scene, example: Example) -> Message:
    return scene.said(TrialFacts(example))
