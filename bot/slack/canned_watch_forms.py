"""The form of a watch in every state, and what came of it."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.answer import WatchAnswer
from bot.domain.deed import Did
from bot.domain.match import Match, Matching
from bot.domain.match_wording import match_line
from bot.domain.overview import Standing
from bot.domain.people_answer import Undone, UndoneAnswer
from bot.domain.watch import Events, Placement
from bot.domain.words import Words
from bot.slack.canned_scene import REF, UNDO, Scene
from bot.slack.views import undo, watch, watch_form
from bot.slack.views.view import View
from bot.slack.watch_entries import Entered, Opened, Where, of_watch

_HERE = Opened("C0DUBBINGDE", "dubbing-de", public=True)
_HOME = Opened(shown=Entered(where=Where.MINE))
_PATTERN = "batch-2026-*"


def watch_views(scene: Scene) -> Iterator[tuple[str, str, View]]:
    """Every modal about a watch: its name, when it is seen, and the modal."""
    for name, when, opened, now, line in (*_begun(scene), *_changed(scene)):
        yield name, when, watch_form.form(opened, now, line)
    done = watch.message(WatchAnswer(scene.watch, True, scene.status, undo=UNDO), scene.command, elsewhere=True)
    other = WatchAnswer(scene.watch, True, scene.never_sent, "not_in_channel", undo=UNDO)
    uninvited = watch.message(other, scene.command, elsewhere=True)
    back = undo.message(UndoneAnswer(Undone.DONE, Did.WATCH, REF), scene.command)
    yield "watch_form_waiting", "After Change…, until the watch is looked up.", watch_form.waiting("Change watch")
    yield "watch_form_done", "After the form was sent in.", watch_form.done(done, "Watching", UNDO, _HERE)
    yield "watch_form_uninvited", "The same for another channel.", watch_form.done(uninvited, "Watching", UNDO, _HERE)
    yield "watch_form_undone", "After Undo there.", watch_form.done(back, "Undone", None, _HERE)


Form = tuple[str, str, Opened, Entered, Words]


def _begun(scene: Scene) -> Iterator[Form]:
    batch = Match(REF, standing=Standing(scene.running, None, scene.at(-120)))
    many = Match(_PATTERN, Matching(_PATTERN, 14, 3))
    unseen = Match("batch-2026-O4", nearest=(REF, "batch-2026-05"))
    again = replace(batch, watch=scene.watch)
    typed = Entered(reference=REF)
    elsewhere = replace(typed, reference=_PATTERN, where=Where.OTHER.value, events=Events.ALL.value)
    yield "watch_form_empty", "After watch alone, in a channel.", _HERE, _HERE.shown, watch_form.NOTHING_TYPED
    yield "watch_form_home", "After Watch… in the Home tab.", _HOME, _HOME.shown, watch_form.NOTHING_TYPED
    yield (
        "watch_form_looking",
        "After Watch… below an answer, at once.",
        _HERE,
        replace(typed, events=""),
        watch_form.LOOKING,
    )
    yield "watch_form_batch", "While a known reference stands there.", _HERE, typed, match_line(batch)
    yield "watch_form_pattern", "While a pattern stands there, for another channel.", _HERE, elsewhere, match_line(many)
    yield "watch_form_unseen", "While an unknown one stands there.", _HERE, typed, match_line(unseen)
    yield "watch_form_again", "While one stands there that is watched already.", _HERE, typed, match_line(again)


def _changed(scene: Scene) -> Iterator[Form]:
    full = replace(
        scene.watch,
        events=Events.EACH,
        placement=Placement.THREAD,
        expected=250,
        deadline=scene.at(7_200),
        deadline_zone="Europe/Berlin",
        mention=("U0ANA",),
    )
    glob = of_watch(replace(full, reference_id=_PATTERN, is_glob=True))
    one, batch = of_watch(full), Match(REF, standing=Standing(scene.running, None, scene.now))
    yield "watch_form_change", "After Change…, filled with the watch.", one, one.shown, match_line(batch)
    many = Match(_PATTERN, Matching(_PATTERN, 14, 0))
    yield "watch_form_change_pattern", "The same for a pattern.", glob, glob.shown, match_line(many)
