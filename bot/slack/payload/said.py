"""What people say to the bot in conversations: where they mention it, and in their DM with it."""

from bot.slack.payload.asked import Asked
from bot.slack.payload.reading import Fields, mapping, text

_SUBTYPES = (None, "file_share", "thread_broadcast")
_SLACKBOT = "USLACKBOT"


def said(payload: object) -> Asked | None:
    """The words in an event, as they were typed; None for what no person has just said to us. Raises `PayloadError`.

    Edits, joins and the like have a subtype or say so, and what apps say has their id. A file may come with words, and
    a reply in a thread may be shown in the channel too.
    """
    fields = mapping(payload, "the message")
    event = mapping(fields.get("event"), "event")
    if not (_is_by_a_person(event) and _is_to_us(event)):
        return None
    return Asked(
        user=text(event, "user"),
        place=text(event, "channel"),
        place_name="",
        public=None,
        text=text(event, "text", otherwise=""),
        response_url="",
        command="",
        workspace=text(fields, "team_id"),
        thread_ts=text(event, "thread_ts", otherwise=""),
    )


def _is_by_a_person(event: Fields) -> bool:
    """Apps loop, and an edit is of something that was answered already."""
    if event.get("subtype") not in _SUBTYPES or event.get("edited") or event.get("hidden"):
        return False
    return event.get("user") not in (None, "", _SLACKBOT) and not (event.get("bot_id") or event.get("bot_profile"))


def _is_to_us(event: Fields) -> bool:
    """In a DM everything that is said, elsewhere only what names us: of one message Slack may tell in both ways."""
    return (event.get("type") == "message") == str(event.get("channel")).startswith("D")
