"""Every message that the bot can make, each with a name and a sentence of when it is seen."""

from datetime import datetime

from bot.slack.canned_account import previews, queues
from bot.slack.canned_answers import confirmations, lists, others, states
from bot.slack.canned_errors import mishaps
from bot.slack.canned_globs import glob_cards, overviews
from bot.slack.canned_people import muted, quiet_cards, summaries, trials, undone
from bot.slack.canned_said import access, cards, catch_ups, news, personal, stale
from bot.slack.canned_scene import Canned, Scene
from bot.slack.canned_triage import cared_cards, triaged


def plain(each: Canned) -> dict[str, object]:
    """A message of the gallery as values that JSON has."""
    told: dict[str, object] = {"name": each.name, "title": each.title, "when": each.when}
    return {**told, "text": each.message.text, "blocks": list(each.message.blocks)}


def canned(command: str, now: datetime) -> tuple[Canned, ...]:
    """All messages with made-up data, what the bot says on its own account first.

    `command` is the slash command's name; the times in them lie around `now`, at most ten minutes after it.
    """
    scene = Scene(command, now)
    cards_of = (cards, cared_cards, glob_cards, quiet_cards)
    told = (*cards_of, confirmations, undone, news, personal, catch_ups, summaries, muted, triaged)
    parts = (*told, access, stale, trials, mishaps, states, overviews, queues, previews, lists, others)
    return tuple(each for part in parts for each in part(scene))
