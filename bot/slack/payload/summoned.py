"""Shortcuts: from a message's menu, or from anywhere."""

from dataclasses import dataclass, field

from bot.slack.payload.asked import is_public
from bot.slack.payload.legible import legible
from bot.slack.payload.reading import mapping, part, text


@dataclass(frozen=True, slots=True)
class Summoned:
    """A shortcut that somebody chose; what comes with a message only is empty for a global one.

    `text` is all that can be read in the message, as plain text, `place` where it stands; the name of a place is known
    where it is public.
    `team` is the workspace that the person is of, empty where Slack does not tell.
    `trigger_id` opens one modal within three seconds.
    """

    user: str
    callback_id: str
    trigger_id: str = field(repr=False)
    team: str = ""
    place: str = ""
    place_name: str = ""
    text: str = ""

    @property
    def public(self) -> bool:
        """Whether everybody may see where the message stands."""
        return bool(self.place_name)


def summoned(payload: object) -> Summoned:
    """The shortcut in a payload; raises `PayloadError`."""
    fields = mapping(payload, "the shortcut")
    channel, message = part(fields.get("channel")), part(fields.get("message"))
    user = mapping(fields.get("user"), "user")
    place, name = text(channel, "id", otherwise=""), text(channel, "name", otherwise="")
    return Summoned(
        user=text(user, "id"),
        team=text(user, "team_id", otherwise=""),
        callback_id=text(fields, "callback_id"),
        trigger_id=text(fields, "trigger_id"),
        place=place,
        place_name=name if is_public(place, name) else "",
        text=legible(message),
    )
