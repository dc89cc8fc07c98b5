"""What people say to the bot in conversations: where they mention it, and in their DM with it."""

from bot.slack.payload.asked import Asked
from bot.slack.payload.reading import mapping, text


def said(payload: object) -> Asked | None:
    """The words in an event, as they were typed; None for what no person has just said. Raises `PayloadError`.

    Edits, joins and the like have a subtype, and what apps say has their id. A file may come with words.
    """
    fields = mapping(payload, "the message")
    event = mapping(fields.get("event"), "event")
    if event.get("subtype") not in (None, "file_share") or event.get("bot_id") or not event.get("user"):
        return None
    return Asked(
        user=text(event, "user"),
        place=text(event, "channel"),
        place_name="",
        public=False,
        text=text(event, "text", otherwise=""),
        response_url="",
        command="",
        workspace=text(fields, "team_id"),
        thread_ts=text(event, "thread_ts", otherwise=""),
    )
