"""What is answered where somebody speaks to the bot or uses a shortcut, in the situations in which it is seen."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.answer import GlobAnswer, RequestAnswer
from bot.domain.mentioned import Meant
from bot.domain.overview import Standing, survey
from bot.slack.address import elsewhere
from bot.slack.canned_scene import STILL, Canned, Scene
from bot.slack.canned_views import CannedView
from bot.slack.views import mentioned, status, status_form, words

_PLACE = "C0DUBBINGDE"
_WATCH, _STATUS = "Shortcut on a message", "Shortcut for a status"


def said(scene: Scene) -> Iterator[Canned]:
    """Answers to words that are no command, and where an answer cannot be seen."""
    yield Canned("courtesy", "Words", "Somebody says hello or thanks to the bot.", words.courtesy())
    yield Canned("summoned", "Words", "Somebody says only the name of the bot.", words.summoned(scene.command))
    names = (scene.reference, "batch-2026-03")
    yield Canned("no_command", "Words", "Somebody asked in a sentence that names batches.", words.no_command(names))
    yield Canned("one_line_only", "Words", "A message to the bot had several lines.", words.one_line_only())
    moved = elsewhere(status.message(scene.status, scene.command), _PLACE)
    yield Canned("status_elsewhere", "Words", "It was mentioned where it may not answer: it does so in the DM.", moved)


def shortcuts(scene: Scene) -> Iterator[CannedView]:
    """The modals of the two shortcuts."""
    for name, when, view in (
        ("mentioned_looking", "Until the message was looked through.", mentioned.looking()),
        ("mentioned_which", "The message speaks of several references.", mentioned.which(_several(scene), _PLACE)),
        ("mentioned_none", "The message speaks of no reference.", mentioned.none(Meant(()), _PLACE)),
        (
            "mentioned_withheld",
            "It speaks only of some that this channel is not about.",
            mentioned.none(Meant((), withheld=2), _PLACE),
        ),
        (
            "mentioned_unasked",
            "It has the id of a request that is new, and the API is away.",
            mentioned.none(Meant((), trouble="the API answered 503"), _PLACE),
        ),
    ):
        yield CannedView(name, _WATCH, when, view)
    reference, command = scene.reference, scene.command
    still = replace(scene.status, still=STILL)
    one = RequestAnswer(scene.one, scene.now)
    every = GlobAnswer(survey("batch-*", _several(scene).standings, looked_at=scene.now, most=20), scene.now)
    nothing = GlobAnswer(survey("clip-*", [], looked_at=scene.now, most=20), scene.now, (reference,))
    for name, when, view in (
        ("status_form", "Lip sync status was chosen.", status_form.form()),
        ("status_form_reading", "Refresh was clicked, and nothing is known yet.", status_form.reading(reference)),
        ("status_form_still", "The batch takes long to read.", status_form.shown(still, reference, command)),
        ("status_form_shown", "A batch was read.", status_form.shown(scene.status, reference, command)),
        ("status_form_unknown", "Nothing has this name.", status_form.shown(scene.never_sent, reference, command)),
        ("status_form_request", "The id of a request was typed.", status_form.shown(one, one.request.id, command)),
        ("status_form_failures", "Failures was clicked.", status_form.what_failed(scene.status, reference)),
        ("status_form_pattern", "A pattern was typed.", status_form.overview(every, command)),
        ("status_form_no_match", "A pattern that nothing matches was typed.", status_form.overview(nothing, command)),
    ):
        yield CannedView(name, _STATUS, when, view)


def _several(scene: Scene) -> Meant:
    other = replace(scene.progress(12), reference_id="batch-2026-03")
    unread = replace(scene.progress(0, 0, 2, 3), reference_id="batch-2026-05")
    every = (Standing(scene.running, scene.now, scene.now), Standing(other, None, scene.now), Standing(unread))
    return Meant(every, withheld=1)
