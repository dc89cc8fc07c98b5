"""Home, and the modals that its buttons open, in the situations in which they are shown."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.answer import GlobAnswer, StoppedAnswer
from bot.domain.home import HomeFacts, Mine, MutedHere, MyKind, State
from bot.domain.mute import Mute
from bot.domain.overview import MOST_IN_A_TABLE
from bot.domain.people_answer import MutedAnswer
from bot.domain.progress import Progress
from bot.domain.risk import Risk
from bot.domain.risk_facts import Level
from bot.slack.canned_globs import PATTERN, overview
from bot.slack.canned_scene import UNDO, Scene
from bot.slack.canned_views import CannedView
from bot.slack.views import failures, glob_status, home, in_modal, mute, status, watch
from bot.slack.views.message import Message

_HOME, _MODAL = "Home", "Home: its modals"
_ANA, _BEN, _DM, _DE = "U0ANA", "U0BEN", "D0ANA", "C0DUBBINGDE"
_HOUR, _DAY = 3_600, 86_400


def homes(scene: Scene) -> Iterator[CannedView]:
    """The Home tab of one person."""
    busy = _busy(scene)
    away = State(scene.at(-720), stale=True, trouble="the API answered 503")
    for name, when, facts in (
        ("home_first", "Somebody opens it for the first time.", replace(_nothing(scene), state=State(scene.now))),
        ("home_before_reading", "The same before anything was read.", _nothing(scene)),
        ("home", "Ana watches three batches and a pattern, and looks at one kind of failure.", busy),
        ("home_away", "The API cannot be read.", replace(busy, state=away, watches=_old(busy))),
        ("home_catching_up", "After a long gap.", replace(busy, state=State(scene.now, False, None, scene.at(-8_880)))),
        ("home_many", "Somebody watches five hundred batches.", _many(scene)),
    ):
        yield CannedView(name, _HOME, when, home.view(facts, scene.command))


def _nothing(scene: Scene) -> HomeFacts:  # noqa: ARG001 - as its neighbours
    return HomeFacts(_ANA, _DM)


def _mine(scene: Scene, reference: str, progress: Progress, **more: object) -> Mine:
    own = replace(scene.watch, id=f"w {reference}", reference_id=reference)
    return replace(Mine(own, replace(progress, reference_id=reference), scene.now), **more)  # type: ignore[arg-type] # its fields


def _busy(scene: Scene) -> HomeFacts:
    late = _late(scene)
    personal = replace(scene.watch, id="w2", place=_DM, place_name="", reference_id="promo-es")
    glob = replace(scene.watch, id="w3", reference_id=PATTERN, is_glob=True, mention=(_BEN,))
    covered = overview(scene, most=0)
    watches = (
        late,
        _mine(scene, "trailer-fr", scene.progress(30, 2, 4, 12), stuck=2, muted_until=scene.at(_HOUR)),
        replace(Mine(personal, scene.progress(12, 0, 3, 9), scene.now), finish=scene.prospect.finish),
        Mine(glob, covered.totals, scene.now, references=covered.references, trouble="not_in_channel"),
        _mine(scene, "teaser-it", Progress("teaser-it")),
    )
    return HomeFacts(
        person=_ANA,
        place=_DM,
        state=State(scene.now),
        watches=watches,
        count=len(watches),
        deadlines=(late,),
        deadline_count=1,
        mutes=_mutes(scene),
        mute_count=2,
        kinds=_kinds(scene),
        kind_count=2,
    )


def _late(scene: Scene) -> Mine:
    due = replace(scene.watch, deadline=scene.at(2_000), deadline_zone="Europe/Berlin", risk=Risk((Level.AT_RISK,)))
    return Mine(due, scene.running, scene.now, finish=scene.prospect.finish)


def _mutes(scene: Scene) -> tuple[MutedHere, ...]:
    return (
        MutedHere("m1", _DE, "dubbing-de", "trailer-fr", is_glob=False, until=scene.at(_HOUR)),
        MutedHere("m2", _DM, "", None, is_glob=False, until=scene.at(_DAY), quiet=True),
    )


def _kinds(scene: Scene) -> tuple[MyKind, ...]:
    at = scene.at(-_HOUR)
    return (
        MyKind(scene.reference, "0" * 16, "video URL is not accessible", 3, 5, at, _BEN, scene.at(-600)),
        MyKind("trailer-fr", "1" * 16, "no face detected", 2, 2, at, _ANA, scene.at(-300)),
    )


def _old(busy: HomeFacts) -> tuple[Mine, ...]:
    return tuple(replace(one, stale=bool(one.progress.open)) for one in busy.watches)


def _many(scene: Scene) -> HomeFacts:
    """As much of everything as there is room for, and more."""
    busy = _busy(scene)
    watches = tuple(_mine(scene, f"batch-{n:03}", scene.running, finish=scene.prospect.finish) for n in range(20))
    return replace(
        busy,
        watches=watches,
        count=500,
        deadlines=(_late(scene),) * 5,
        deadline_count=60,
        mutes=(replace(_mutes(scene)[0], place=_DE),) * 4,
        mute_count=9,
        kinds=_kinds(scene) * 3,
        kind_count=41,
    )


def home_modals(scene: Scene) -> Iterator[CannedView]:
    """What its buttons answer."""
    gone = replace(scene.watch, ended_at=scene.now)
    muted = Mute("m1", "T1", "default", _DE, scene.reference, False, _ANA, scene.now, 0, scene.at(_HOUR))
    table = GlobAnswer(overview(scene, most=MOST_IN_A_TABLE), scene.now)
    shown: tuple[tuple[str, str, str, Message], ...] = (
        ("home_status", "Status.", "Status", status.message(scene.status, scene.command)),
        ("home_failures", "Failures.", "Failures", failures.message(scene.status)),
        ("home_table", "All references of a pattern.", "Status", glob_status.message(table, scene.command)),
        ("home_muted", "Mute 1 h.", "Muted", mute.muted(MutedAnswer(muted, is_new=True), scene.command)),
        (
            "home_stopped",
            "Stop watching.",
            "Stopped",
            watch.stopped(StoppedAnswer(scene.reference, gone, undo=UNDO), scene.command),
        ),
    )
    yield CannedView("home_waiting", _MODAL, "While the answer is made.", in_modal.waiting("Status", _DE))
    for name, when, title, message in shown:
        yield CannedView(name, _MODAL, f"After {when}", in_modal.modal(message, title, _DE))
