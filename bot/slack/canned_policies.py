"""What is said of the settings of channels, and because of them, in every situation."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.announcement import Card, FinishedFacts, GlobCardFacts
from bot.domain.answer import GlobAnswer, Scope, WatchesAnswer
from bot.domain.delivery import Manner
from bot.domain.lineup import Lineup, LineupAnswer, hidden
from bot.domain.overview import MOST_IN_A_TABLE, MOST_ON_A_CARD
from bot.domain.policy import LinksPolicy, Policy, PolicyAnswer, SetPolicy
from bot.domain.sheet import Kind, SheetAnswer, gathered
from bot.domain.watch import Events
from bot.errors import NotAllowedError
from bot.slack import canned_globs
from bot.slack.canned_scene import Canned, Scene
from bot.slack.views import errors, glob_status, links, queue, settings, watches
from bot.slack.views.view import View

_PLACE = "C0DUBBINGDE"
_PATTERNS = ("batch-2026-*", "trailer-{de,fr}")
_POLICY = Policy(_PATTERNS, LinksPolicy.OPEN, Events.EACH, ("U0ANA", "U0BEN"))
_OPEN, _OFF = Manner(links=LinksPolicy.OPEN), Manner(links=LinksPolicy.OFF)


def _answer(scene: Scene) -> PolicyAnswer:
    return PolicyAnswer(_POLICY, SetPolicy(_POLICY, 3, "U0BEN", scene.at(-90_000)), may_change=True)


def settings_told(scene: Scene) -> Iterator[Canned]:
    """Answers to `settings` where no form can be opened."""
    answer = _answer(scene)
    off = replace(_POLICY, links=LinksPolicy.OFF, events=None, patterns=tuple(f"show-{n}-*" for n in range(1, 9)))
    for name, when, shown in (
        ("settings", "After settings in a mention: what holds in the channel.", answer),
        ("settings_nothing", "The same, where nothing was ever set.", PolicyAnswer(Policy(), None, may_change=True)),
        ("settings_of_others", "For who may not change them.", replace(answer, policy=off, may_change=False)),
    ):
        yield Canned(name, "Settings", when, settings.message(shown, _PLACE, scene.command))


def settings_views(scene: Scene) -> Iterator[tuple[str, str, View]]:
    """Every modal about settings: its name, when it is seen, and the modal."""
    answer, metadata = _answer(scene), "…"
    ends = (scene.watch, replace(scene.watch, id="w2", reference_id="client-b-*", is_glob=True))
    first = PolicyAnswer(Policy(), None, may_change=True)
    yield "settings_form", "After settings, for who may change them.", settings.form(answer, _PLACE, metadata)
    yield "settings_form_first", "The same, where nothing was ever set.", settings.form(first, _PLACE, metadata)
    yield "settings_held", "After settings, for who may not change them.", settings.held(answer, _PLACE)
    named = settings.confirmation(_PLACE, metadata, _POLICY, ends)
    yield "settings_confirmation", "Sent in, when watches would end with it.", named
    yield "settings_saved", "After it was saved.", settings.saved(answer, _PLACE, ())
    yield "settings_saved_ended", "The same, when watches have ended with it.", settings.saved(answer, _PLACE, ends)
    unchanged = settings.saved(answer, _PLACE, (), changed=False)
    yield "settings_unchanged", "Sent in as it was.", unchanged


def not_allowed() -> Iterator[Canned]:
    """M12 of what the settings of a channel do not allow."""
    managers = NotAllowedError("Only its managers change what is watched and set in this channel", ("U0ANA", "U0BEN"))
    outside = (
        "This channel is only about `batch-2026-*`, `trailer-{de,fr}`. Ask in a channel that is about it, or in my"
        " Messages tab. `settings` shows what is set here."
    )
    for name, when, error in (
        ("error_outside", "A reference that the channel is not about.", NotAllowedError(outside)),
        ("error_managers", "A change by who is no manager of the channel.", managers),
    ):
        yield Canned(name, "M12 Error", when, errors.message(error))


def cards_by_policy(scene: Scene) -> Iterator[Canned]:
    """M1 where settings matter."""
    covered = replace(canned_globs.overview(scene, most=MOST_ON_A_CARD), only=_PATTERNS)
    glob = GlobCardFacts(replace(scene.watch, reference_id=canned_globs.PATTERN, is_glob=True), covered)
    shown: tuple[tuple[str, str, Card], ...] = (
        ("card_linkless", "In a channel in which links are switched off.", replace(scene.card, links=False)),
        ("glob_card_narrowed", "A pattern in a channel that is about less than it covers.", glob),
    )
    for name, when, facts in shown:
        yield Canned(name, "M1 Card", when, scene.said(facts))


def finished_by_policy(scene: Scene) -> Iterator[Canned]:
    """M5 where settings matter."""
    one = FinishedFacts(scene.progress(1), scene.now, "completed", scene.one.output_url)
    for name, when, facts, manner in (
        ("finished_one_open", "A single clip, where everybody may see links, or in a DM.", one, _OPEN),
        ("finished_linkless", "Where links are switched off.", FinishedFacts(scene.done, scene.now), _OFF),
    ):
        yield Canned(name, "M5 Finished", when, scene.said(facts, manner))


def links_by_policy(scene: Scene) -> Iterator[Canned]:
    """Links where everybody may see them."""
    found = gathered(scene.reference, scene.rows(3, 1, 0, 0), 4, scene.now)
    answer = SheetAnswer(Kind.LINKS, found, tuple(row for row in found.rows if row.output_url))
    open_ = links.message(answer, scene.command, shareable=True)
    yield Canned("links_shareable", "Links", "Where everybody may see links.", open_)
    shared = links.shared(answer, "U0ANA", scene.command)
    yield Canned("links_shared", "Links", "After Share: for everybody in the channel.", shared)


def tables_by_policy(scene: Scene) -> Iterator[Canned]:
    """M9 where settings matter."""
    overview = replace(canned_globs.overview(scene, most=MOST_IN_A_TABLE), only=_PATTERNS)
    shown = glob_status.message(GlobAnswer(overview, scene.at(60)), scene.command)
    yield Canned("glob_status_narrowed", "M9 Glob status", "In a channel that is about less than it covers.", shown)


def queue_by_policy(answer: LineupAnswer) -> Iterator[Canned]:
    """The queue without the names that a channel may not see."""
    lineup: Lineup = hidden(answer.lineup, Policy(("*-04",)).allowed)
    when = "In a channel that is not about all of it: other names are hidden."
    yield Canned("queue_hidden", "Queue", when, queue.message(replace(answer, lineup=lineup)))


def watches_by_policy(scene: Scene) -> Iterator[Canned]:
    """Lists of watches without those that a channel is not about."""
    for name, when, lines in (
        ("watches_hidden", "In a channel that is not about all of them.", (scene.line,)),
        ("watches_all_hidden", "In a channel that is about none of them.", ()),
    ):
        answer = WatchesAnswer(Scope.ALL, lines, hidden=2)
        yield Canned(name, "Watches", when, watches.message(answer, scene.command))
