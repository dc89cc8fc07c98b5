"""What Slack sends, as values: the only room that reads the keys of Slack's payloads."""

from bot.slack.payload.asked import Asked, Clicked, ShownFailures, asked, clicked, is_public, shown_failures
from bot.slack.payload.happened import Happened, happened, is_event, is_verification
from bot.slack.payload.linked import Linked, linked
from bot.slack.payload.reading import PayloadError
from bot.slack.payload.said import said
from bot.slack.payload.summoned import Summoned, summoned
from bot.slack.payload.viewed import Entries, Submitted, Touched, is_in_view, submitted, touched

__all__ = [
    "Asked",
    "Clicked",
    "Entries",
    "Happened",
    "Linked",
    "PayloadError",
    "ShownFailures",
    "Submitted",
    "Summoned",
    "Touched",
    "asked",
    "clicked",
    "happened",
    "is_event",
    "is_in_view",
    "is_public",
    "is_verification",
    "linked",
    "said",
    "shown_failures",
    "submitted",
    "summoned",
    "touched",
]
