"""What is said about quiet hours and by digests, in every situation."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta

from bot.domain.announcement import CatchUpFacts, GlobCardFacts, Meanwhile
from bot.domain.answer import WatchAnswer
from bot.domain.hours import Daily, Hours, Span, Turn
from bot.domain.mute import Silence
from bot.domain.overview import MOST_ON_A_CARD
from bot.domain.timetable import Digest, DigestAnswer, Quiet, QuietAnswer
from bot.slack import canned_globs
from bot.slack.canned_digest import calm_digest, empty_digest, full_digest, huge_digest
from bot.slack.canned_scene import UNDO, Canned, Scene
from bot.slack.views import digest, quiet, watch

_ZONE = "Europe/Berlin"
_WEEK = frozenset(range(5))
_NIGHT, _HOUR = 8 * 3_600, 3_600


def quiet_hours(scene: Scene) -> Iterator[Canned]:
    """`quiet`."""
    hours = Hours(time(19), time(8), _ZONE, _WEEK)
    night = Quiet("T1", "default", "C0DUBBINGDE", hours, "U0ANA", scene.now)
    noon = replace(night, hours=Hours(time(12), time(13, 30), "UTC"))
    now, coming = Span(scene.at(-_HOUR), scene.at(_NIGHT)), Span(scene.at(_NIGHT), scene.at(2 * _NIGHT))
    for name, when, answer in (
        ("quiet_set", "After quiet with hours, by day.", QuietAnswer("set", night, None, coming)),
        ("quiet_set_now", "The same, when these hours go on just now.", QuietAnswer("set", night, now, coming)),
        ("quiet", "After quiet alone: which hours this place has.", QuietAnswer("shown", night, None, coming)),
        ("quiet_now", "The same, in these hours.", QuietAnswer("shown", noon, now, coming)),
        ("quiet_none", "After quiet alone where there are none.", QuietAnswer("shown", None)),
        ("quiet_off", "After quiet off, when nothing had been held.", QuietAnswer("off", night)),
        ("quiet_off_told", "The same, when something had been held.", QuietAnswer("off", night, told=12)),
        ("quiet_off_one", "The same, when one message had been held.", QuietAnswer("off", night, told=1)),
        ("quiet_off_nothing", "After quiet off where there were none.", QuietAnswer("off", None)),
    ):
        yield Canned(name, "Quiet", when, quiet.message(answer, scene.command))


def quiet_summaries(scene: Scene) -> Iterator[Canned]:
    """M8 at the end of quiet hours."""
    done = Meanwhile(scene.progress(34, 6), 20, 6, scene.progress(34, 6).kinds, "finished")
    facts = CatchUpFacts(scene.at(-13 * _HOUR), scene.now, (done,), why="quiet")
    when = "At the end of quiet hours in which a batch finished."
    yield Canned("summary_quiet", "M8 Catch-up", when, scene.said(facts))


def hour_cards(scene: Scene) -> Iterator[Canned]:
    """M1 in quiet hours."""
    until = scene.at(_NIGHT)
    card = replace(scene.card, muted_until=until, quiet=True)
    yield Canned("card_quiet", "M1 Card", "In quiet hours: it is still edited.", scene.said(card))
    glob_watch = replace(scene.watch, reference_id=canned_globs.PATTERN, is_glob=True)
    covered = canned_globs.overview(scene, most=MOST_ON_A_CARD)
    glob = GlobCardFacts(glob_watch, covered, muted_until=until, quiet=True)
    yield Canned("glob_card_quiet", "M1 Card", "A watched pattern in quiet hours.", scene.said(glob))


def silent_confirmations(scene: Scene) -> Iterator[Canned]:
    """M2 where nothing is told just now."""
    until = scene.at(_NIGHT)
    begun = WatchAnswer(scene.watch, True, scene.status, undo=UNDO, silence=Silence(until, quiet=True))
    yield Canned("watch_quiet", "M2 Watch confirmed", "In quiet hours.", watch.message(begun, scene.command))


def digests(scene: Scene) -> Iterator[Canned]:
    """M10."""
    old = scene.at(-2 * _HOUR)
    calm, empty = calm_digest(scene), empty_digest(scene)
    for name, when, facts in (
        ("digest", "In the morning, or after digest now: everything that there can be.", full_digest(scene)),
        ("digest_calm", "Nothing needs anybody, and something goes on.", calm),
        ("digest_empty", "Nothing at all has happened.", empty),
        ("digest_huge", "More of everything than anybody reads.", huge_digest(scene)),
        ("digest_stale", "Nothing could be read for a while.", replace(full_digest(scene), stale=True, read_at=old)),
        ("digest_calm_stale", "The same, when nothing was the matter.", replace(calm, stale=True, read_at=old)),
        ("digest_empty_stale", "The same, when nothing was running.", replace(empty, stale=True, read_at=old)),
        ("digest_unread", "Before the first reading.", replace(empty, stale=True, read_at=None)),
        ("digest_unwatched", "Where nothing is watched.", replace(empty, watches=0)),
    ):
        yield Canned(name, "M10 Digest", when, scene.said(facts))


def digest_answers(scene: Scene) -> Iterator[Canned]:
    """`digest`, but for `digest now`."""
    daily = Daily(time(9), _ZONE, _WEEK)
    wanted = Digest("T1", "default", "C0DUBBINGDE", daily, "U0ANA", scene.now)
    due = scene.now + timedelta(hours=19)
    coming = Turn(date(2026, 4, 2), due, scene.now)
    for name, when, answer in (
        ("digest_set", "After digest daily 9:00 mon-fri.", DigestAnswer("set", wanted, coming)),
        (
            "digest_set_not_invited",
            "The same, where the bot may not post.",
            DigestAnswer("set", wanted, coming, "not_in_channel"),
        ),
        ("digest_shown", "After digest alone: which digest this place has.", DigestAnswer("shown", wanted, coming)),
        ("digest_none", "After digest alone where there is none.", DigestAnswer("shown", None)),
        ("digest_off", "After digest off.", DigestAnswer("off", wanted)),
        ("digest_off_nothing", "After digest off where there was none.", DigestAnswer("off", None)),
    ):
        yield Canned(name, "Digest", when, digest.answer(answer, scene.command))
