"""Every message and view that the bot can make, each with a name and a sentence of when it is seen."""

from datetime import datetime

from bot.slack.canned_account import previews, queues
from bot.slack.canned_answers import confirmations, lists, others, states
from bot.slack.canned_charts import charts
from bot.slack.canned_deadlines import due_cards, due_summaries, due_watches, limits, risks
from bot.slack.canned_errors import mishaps
from bot.slack.canned_globs import glob_cards, overviews
from bot.slack.canned_home import home_modals, homes
from bot.slack.canned_interrupted import interrupted
from bot.slack.canned_people import muted, quiet_cards, summaries, trials, undone
from bot.slack.canned_policies import cards_by_policy, settings_told, settings_views, tables_by_policy
from bot.slack.canned_said import access, cards, catch_ups, news, personal, stale
from bot.slack.canned_scene import Canned, Scene
from bot.slack.canned_shared import shared
from bot.slack.canned_stuck import stuck, stuck_answers, stuck_elsewhere, stuck_summaries
from bot.slack.canned_timetable import (
    digest_answers,
    digests,
    hour_cards,
    quiet_hours,
    quiet_summaries,
    silent_confirmations,
)
from bot.slack.canned_triage import cared_cards, triaged
from bot.slack.canned_unfurls import unfurls
from bot.slack.canned_views import CannedView
from bot.slack.canned_watch_forms import watch_views
from bot.slack.canned_words import said, shortcuts


def plain(each: Canned) -> dict[str, object]:
    """A message of the gallery as values that JSON has."""
    told: dict[str, object] = {"name": each.name, "title": each.title, "when": each.when}
    return {**told, "text": each.message.text, "blocks": list(each.message.blocks)}


def plain_view(each: CannedView) -> dict[str, object]:
    """A view of the gallery as values that JSON has."""
    return {"name": each.name, "title": each.title, "when": each.when, "view": each.view.payload()}


def canned_views(command: str, now: datetime) -> tuple[CannedView, ...]:
    """All Home tabs and modals with made-up data, as `canned`."""
    scene = Scene(command, now)
    parts = (homes, home_modals, shortcuts, interrupted)
    forms = (("Modal: watch", watch_views), ("Modal: settings", settings_views))
    titled = (CannedView(name, title, when, view) for title, part in forms for name, when, view in part(scene))
    return (*(each for part in parts for each in part(scene)), *titled)


def canned(command: str, now: datetime) -> tuple[Canned, ...]:
    """All messages with made-up data, what the bot says on its own account first.

    `command` is the slash command's name; the times in them lie around `now`, at most ten minutes after it.
    """
    return every(Scene(command, now))


def every(scene: Scene) -> tuple[Canned, ...]:
    """All messages of a scene, what the bot says on its own account first."""
    seen = (cards, cared_cards, due_cards, stuck_elsewhere, glob_cards, quiet_cards, hour_cards, cards_by_policy)
    set_up = (due_watches, silent_confirmations, confirmations, limits, undone)
    told = (news, stuck, risks, personal)
    later = (catch_ups, summaries, quiet_summaries, stuck_summaries, due_summaries, muted, triaged)
    by_the_clock = (quiet_hours, digests, digest_answers)
    asked = (access, stale, trials, mishaps, states, charts, stuck_answers, overviews, tables_by_policy)
    lists_ = (queues, previews, lists, others, settings_told, said, shared, unfurls)
    parts = (*seen, *set_up, *told, *later, *by_the_clock, *asked, *lists_)
    return tuple(each for part in parts for each in part(scene))
