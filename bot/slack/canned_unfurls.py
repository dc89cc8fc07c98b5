"""What stands below links to requests, in the situations in which it is seen."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.overview import Standing
from bot.domain.request import LipsyncRequest
from bot.domain.unfurl import Glimpse
from bot.slack.canned_scene import Canned, Scene
from bot.slack.views import unfurl
from bot.slack.views.message import Message

_URL = "https://storage.chamelaion.com/output/6f82a2d8.mp4"
_SAID = f"Somebody posted <{_URL}> here."


def unfurls(scene: Scene) -> Iterator[Canned]:
    """Below messages of people."""
    standing = Standing(scene.running, scene.now, scene.now)
    done, failed = scene.request(1, "completed"), scene.request(2, "failed", error="video URL is not accessible")
    alone = replace(scene.request(3, "queued"), reference_id=None)
    for name, when, glimpse in (
        ("unfurl_done", "Somebody posts the link of a clip.", _glimpse(scene, done, standing)),
        ("unfurl_failed", "The request of the link has failed.", _glimpse(scene, failed, standing)),
        (
            "unfurl_open",
            "It has failed, and in this channel links are for everybody.",
            replace(_glimpse(scene, failed, standing), with_reason=True),
        ),
        ("unfurl_alone", "The request of the link has no reference.", _glimpse(scene, alone, None)),
        (
            "unfurl_unread",
            "Its reference was never read as a whole.",
            replace(_glimpse(scene, done, replace(standing, read_at=None)), read_at=None),
        ),
    ):
        yield Canned(name, "Unfurl", when, Message(_SAID, unfurl.blocks(glimpse)))


def _glimpse(scene: Scene, request: LipsyncRequest, standing: Standing | None) -> Glimpse:
    return Glimpse(_URL, request, scene.now, standing)
