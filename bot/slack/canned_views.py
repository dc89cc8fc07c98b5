"""Modals and Home tabs in the situations in which they are shown: what goes wrong with any of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.errors import KeyRefusedError, StoreError, UnavailableError
from bot.slack.canned_scene import Scene
from bot.slack.forms import WORKING, Mistakes, mistaken
from bot.slack.views import errors
from bot.slack.views.view import View


@dataclass(frozen=True, slots=True)
class CannedView:
    """One view in one situation: its own name, its kind's title, and a sentence that says when it is seen."""

    name: str
    title: str
    when: str
    view: View


def interrupted(_scene: Scene) -> Iterator[CannedView]:
    """What takes the place of a modal that cannot go on."""
    title = "Modal: what went wrong"
    yield CannedView("modal_working", title, "What was sent takes longer than two seconds.", WORKING)
    yield CannedView(
        "modal_mistaken",
        title,
        "What was sent turns out to be wrong after that.",
        mistaken(Mistakes({"reference": "No reference is called batch-2026-O4."})),
    )
    away = UnavailableError("the API could not be reached")
    for name, when, error in (
        ("modal_key", "The API refuses the bot's key.", KeyRefusedError("401")),
        ("modal_away", "The API does not answer.", away),
        ("modal_memory", "The database could not be read or written.", StoreError("locked")),
    ):
        yield CannedView(name, title, when, errors.view(error))
