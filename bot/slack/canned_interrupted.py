"""What takes the place of a modal that cannot go on."""

from collections.abc import Iterator

from bot.errors import KeyRefusedError, StoreError, UnavailableError
from bot.slack.canned_scene import Scene
from bot.slack.canned_views import CannedView
from bot.slack.forms import WORKING, Mistakes, mistaken
from bot.slack.views import errors


def interrupted(_scene: Scene) -> Iterator[CannedView]:
    """The modal that is still working, and what went wrong with it."""
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
