"""Links that somebody posted: which, where, and whether the bot is in that place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.slack.payload.reading import mapping, odd, text

_POSTED = "conversations_history"
_LONGEST_URL = 3_000  # of what is longer nobody can say where it leads


@dataclass(frozen=True, slots=True)
class Linked:
    """Links in a message that was posted to `place`; `urls` are as Slack spells them."""

    place: str
    ts: str
    urls: tuple[str, ...]


def linked(payload: object) -> Linked | None:
    """The links in a payload, raises `PayloadError`.

    None where nothing is shown: while somebody is still writing (nobody knows yet who will read it), where the bot was
    not invited, and where another organisation reads along.
    """
    fields = mapping(payload, "the links")
    event = mapping(fields.get("event"), "event")
    is_inside = event.get("is_bot_user_member") is True and not fields.get("is_ext_shared_channel")
    if not is_inside or event.get("source", _POSTED) != _POSTED:
        return None
    links = event.get("links")
    if not isinstance(links, list):
        raise odd("links")
    return Linked(text(event, "channel"), text(event, "message_ts"), tuple(_urls(links)))


def _urls(links: list[object]) -> Iterator[str]:
    for each in links:
        url = each.get("url") if isinstance(each, Mapping) else None
        if isinstance(url, str) and len(url) <= _LONGEST_URL and url.isprintable():
            yield url
