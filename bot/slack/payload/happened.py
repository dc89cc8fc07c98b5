"""Events: what Slack tells by itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.slack.payload.begun import BegunStep, begun
from bot.slack.payload.reading import mapping, text


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the Events API; what it does not tell is empty.

    `id` is the same however often it is told. `place` is where it was, `user` whom it is about. `lost_token`: of the
    tokens that were taken back one is the bot's. `step` is what a workflow has begun. `shared`: it was in a channel
    that another organisation reads. `tab` is which of the app's own was opened.
    """

    id: str
    kind: str
    place: str = ""
    user: str = ""
    lost_token: bool = False
    step: BegunStep | None = None
    shared: bool = False
    tab: str = ""


def happened(payload: object) -> Happened:
    """The event in a payload; raises `PayloadError`."""
    fields = mapping(payload, "the event")
    event = mapping(fields.get("event"), "event")
    channel, tokens = event.get("channel"), event.get("tokens")
    place = text(event, "channel", otherwise="") if isinstance(channel, str) else ""
    return Happened(
        id=text(fields, "event_id"),
        kind=text(event, "type"),
        place=place,
        user=text(event, "user", otherwise="") if isinstance(event.get("user"), str) else "",
        tab=text(event, "tab", otherwise="") if isinstance(event.get("tab"), str) else "",
        lost_token=isinstance(tokens, Mapping) and bool(tokens.get("bot")),
        step=begun(event),
        shared=bool(place) and fields.get("is_ext_shared_channel") is True,
    )


def is_event(payload: Mapping[str, object]) -> bool:
    """Whether Slack tells of an event, which it tells again when it is not acknowledged."""
    return payload.get("type") == "event_callback"


def is_verification(payload: Mapping[str, object]) -> bool:
    """Whether Slack only asks if this address is ours."""
    return payload.get("type") == "url_verification"
