"""What the bot answers to those who ask, in every situation."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.domain.answer import (
    DueHere,
    RequestAnswer,
    Scope,
    StatusAnswer,
    StoppedAnswer,
    WatchAnswer,
    WatchesAnswer,
    WatchLine,
)
from bot.domain.mute import Silence
from bot.domain.progress import Waiting
from bot.domain.watch import Events, Placement, Watch
from bot.slack import canned_globs, canned_sheets
from bot.slack.canned_policies import watches_by_policy
from bot.slack.canned_scene import PART_READ, REF, STILL, UNDO, Canned, Scene
from bot.slack.views import about, failures, status, watch, watch_form, watches
from bot.slack.views import help as help_view
from bot.slack.views.message import Message

_BUSY = "the API answered 429"


def states(scene: Scene) -> Iterator[Canned]:
    """Answers to `status`."""
    failed = scene.request(9, "failed", reference="batch-1", error="no face detected")
    settling = StatusAnswer(scene.done, scene.now, Waiting(scene.at(600)))
    yield _status("status_running", "A batch in the middle, read live.", scene.status)
    yield _status("status_waiting", "All have ended, but more may still be submitted.", settling)
    unwatched = replace(scene.status, is_watched=False)
    yield _status("status_unwatched", "In a place that does not watch the batch.", unwatched)
    due = replace(scene.status, due=DueHere(scene.at(1_500), timedelta(), 0.31))
    met = replace(scene.status_done, due=DueHere(scene.at(40 + 60 + 1_200), timedelta()))
    yield _status("status_at_risk", "In a place that watches the batch with a deadline, which may be missed.", due)
    yield _status("status_met", "The same, when all ended before it.", met)
    yield _status("status_request", "One request, asked for by its UUID.", RequestAnswer(failed, scene.at(120)))
    shared = status.shared(scene.status, "U0ANA")
    yield Canned("status_shared", "Status", "After Share: for everybody in the channel.", shared)
    yield from _incomplete_states(scene)


def _incomplete_states(scene: Scene) -> Iterator[Canned]:
    still = replace(scene.status, still=STILL)
    first = StatusAnswer(scene.unread, None, still=STILL)
    old = replace(scene.status_done, trouble=_BUSY)
    unknown = StatusAnswer(scene.unread, None, trouble="the API could not be reached")
    changing = replace(scene.status, complete=False)
    yield _status("status_still_reading", "At once, while a reading of many pages goes on.", still)
    yield _status("status_first_reading", "At once, while a batch is read for the first time.", first)
    yield _status("status_old", "The same, of a batch that runs.", replace(scene.status, trouble=_BUSY))
    yield _status("status_trouble", "The API cannot be read now: the last reading, with its age.", old)
    yield _status("status_never_read", "The API cannot be read, and nothing is known yet.", unknown)
    yield _status("status_partial_reading", "The same, when the first pages have come.", _partial(scene))
    yield _status("status_partial_trouble", "It could never be read to its end.", _partial_trouble(scene))
    yield _status("status_never_sent", "No request was ever seen under this reference.", scene.never_sent)
    misspelled = replace(scene.never_sent, nearest=(REF, "batch-2026-05"))
    yield Canned(
        "status_misspelled",
        "Status",
        "The same, where others are called nearly so.",
        status.message(misspelled, scene.command),
    )
    yield _status("status_incomplete", "The list kept changing while it was read.", changing)


def _partial(scene: Scene) -> StatusAnswer:
    return replace(scene.status, read_at=None, still=PART_READ)


def _partial_trouble(scene: Scene) -> StatusAnswer:
    return replace(scene.status_done, read_at=None, trouble="the API answered 502", requests=scene.rows(40, 0, 0, 0))


def _status(name: str, when: str, answer: StatusAnswer | RequestAnswer) -> Canned:
    return Canned(name, "Status", when, status.message(answer))


def lists(scene: Scene) -> Iterator[Canned]:
    """Answers to `failures`, `links` and `export`."""
    for name, when, message in (
        ("failures", "Kinds with their ids, to copy.", failures.message(scene.status)),
        ("failures_none", "Nothing failed.", failures.message(scene.status_done)),
        (
            "failures_many",
            "More failures than a message can hold.",
            failures.message(StatusAnswer(scene.progress(0, 750), scene.now)),
        ),
        ("failures_partial", "While a batch is read for the first time.", failures.message(_partial(scene))),
    ):
        yield Canned(name, "Failures", when, message)
    yield from _retry_lists(scene)
    yield from canned_sheets.links_given(scene)
    yield from canned_sheets.exported(scene)


def _partly_handled(scene: Scene) -> StatusAnswer:
    first, *others = scene.status.progress.kinds
    gone = first.ids[:2]
    kinds = (replace(first, cleared=len(gone)), *others)
    progress = replace(scene.status.progress, kinds=kinds, cleared=len(gone))
    return replace(scene.status, progress=progress, cleared=frozenset(gone))


def _retry_lists(scene: Scene) -> Iterator[Canned]:
    key = scene.running.kinds[0].key
    many = StatusAnswer(scene.progress(0, 750), scene.now)
    for name, when, answer in (
        ("retry_list", "After Copy retry list: every id of one kind.", scene.status),
        ("retry_list_open", "When some of them are handled: those that are not.", _partly_handled(scene)),
        ("retry_list_many", "More ids of one kind than a message can hold.", many),
        ("retry_list_gone", "The API has corrected all failures of that kind.", scene.status_done),
    ):
        yield Canned(name, "Failures", when, failures.retry_list(answer, key))


def confirmations(scene: Scene) -> Iterator[Canned]:
    """M2, and what `unwatch` answers."""
    changed = replace(scene.watch, events=Events.EACH, expected=250)
    placed = _placed(scene)
    personal = replace(scene.watch, place="D0ANA", asked_in="C0DUBBINGDE")
    new = WatchAnswer(scene.watch, True, scene.status, undo=UNDO)
    for name, when, answer in (
        ("watch_new", "After watch, to the person who typed it.", new),
        ("watch_placed", "After watch in thread mention @ana.", replace(new, watch=placed, is_new=False)),
        ("watch_for_me", "After watch me, in a channel.", replace(new, watch=personal)),
        (
            "watch_changed",
            "After watch on a batch that is watched here.",
            replace(new, watch=changed, is_new=False),
        ),
        (
            "watch_finished_already",
            "After watch on a batch that has ended.",
            WatchAnswer(scene.watch, True, scene.status_done),
        ),
        (
            "watch_partial",
            "After watch while the batch is read for the first time.",
            WatchAnswer(scene.watch, True, _partial(scene)),
        ),
        (
            "watch_not_invited",
            "After watch where the bot may not post.",
            WatchAnswer(scene.watch, True, scene.never_sent, "not_in_channel"),
        ),
        ("watch_muted", "After watch where all is muted.", replace(new, silence=Silence(scene.at(7_200)))),
    ):
        yield Canned(name, "M2 Watch confirmed", when, watch.message(answer, scene.command))
    asked = "After watch alone, where Slack lets no form be opened: said to the bot, or too late."
    yield Canned("watch_offer", "M2 Watch confirmed", asked, watch_form.offer())
    yield from canned_globs.watched(scene)
    yield from _stopped(scene)


def _placed(scene: Scene) -> Watch:
    return replace(scene.watch, placement=Placement.BROADCAST, mention=("U0ANA",))


def _stopped(scene: Scene) -> Iterator[Canned]:
    mine = StoppedAnswer(REF, replace(scene.watch, place="D0ANA"), undo=UNDO)
    for name, when, message in (
        (
            "unwatch",
            "After unwatch, or Stop on a card.",
            watch.stopped(StoppedAnswer(REF, scene.watch, undo=UNDO), scene.command),
        ),
        ("unwatch_for_me", "After unwatch me, in a channel.", watch.stopped(mine, scene.command, personal=True)),
        (
            "unwatch_nothing",
            "After unwatch on a batch that is not watched here.",
            watch.stopped(StoppedAnswer(REF, None), scene.command),
        ),
    ):
        yield Canned(name, "Unwatch", when, message)
    yield from canned_globs.unwatched(scene)


def others(scene: Scene) -> Iterator[Canned]:
    """Answers to `watches`, `help` and `about`."""
    yield from watches_by_policy(scene)
    yield from _lists_of_watches(scene)
    for name, title, when, message in (
        ("help", "Help", "What can be typed.", help_view.message(scene.command)),
        ("help_watch", "Help", "One command and all its forms.", help_view.message(scene.command, "watch")),
        ("about", "About", "The bot in good health.", about.message(scene.about)),
        (
            "about_filling",
            "About",
            "Soon after the first start, with older requests still unread.",
            about.message(scene.about_filling),
        ),
        (
            "about_unordered",
            "About",
            "The API lists the account's requests in no order.",
            about.message(replace(scene.about, filled=None, is_ordered=False)),
        ),
        (
            "about_catching_up",
            "About",
            "Nothing could be read for a while, and not everything was read again yet.",
            about.message(scene.about_catching_up),
        ),
        ("about_muted", "About", "Messages are held where it is muted.", about.message(scene.about_muted)),
        (
            "about_replica",
            "About",
            "Of several processes another one sends.",
            about.message(replace(scene.about, is_sender=False)),
        ),
        ("about_steps", "About", "Workflows wait for batches.", about.message(replace(scene.about, steps=2))),
        ("about_trouble", "About", "The API refuses the key, and messages wait.", about.message(scene.about_trouble)),
    ):
        yield Canned(name, title, when, message)


def _lists_of_watches(scene: Scene) -> Iterator[Canned]:
    none = watches.message(WatchesAnswer(Scope.HERE, ()), scene.command)
    for name, when, message in (
        ("watches", "Every channel's watches, in good and bad states.", _watches(scene)),
        ("watches_few", "Two, in the channel that watches them.", _few(scene)),
        ("watches_page", "More than thirty: after Next.", _second_page(scene)),
        ("watches_none", "Nothing is watched here.", none),
    ):
        yield Canned(name, "Watches", when, message)


def _few(scene: Scene) -> Message:
    return watches.message(WatchesAnswer(Scope.HERE, (scene.line, canned_globs.line(scene))), scene.command)


def _second_page(scene: Scene) -> Message:
    names = (f"episode-{number:03d}" for number in range(1, 66))
    lines = tuple(replace(scene.line, watch=replace(scene.watch, reference_id=name)) for name in names)
    return watches.message(WatchesAnswer(Scope.ALL, lines), scene.command, page=2)


def _watches(scene: Scene) -> Message:
    lines = (
        scene.line,
        replace(scene.line, watch=replace(scene.watch, place="U0BEN"), trouble="not_in_channel"),
        WatchLine(scene.watch, scene.unread, None, "is_archived"),
        WatchLine(scene.watch, scene.unread, scene.now, "restricted_action"),
        replace(scene.line, watch=_placed(scene), no_history="missing_scope"),
        canned_globs.line(scene),
        canned_globs.line(scene, "*"),
        replace(scene.line, muted_until=scene.at(7_200)),
        replace(scene.line, muted_until=scene.at(7_200), trouble="is_archived"),
        replace(scene.line, muted_until=scene.at(7_200), quiet=True),
    )
    return watches.message(WatchesAnswer(Scope.ALL, lines), scene.command)
