"""Who did what: everything that people change, and what ended by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

EVERYTHING = "all"  # the subject of what concerns a whole place
NOBODY = ""  # the person where the bot did it by itself
RUN = "run"  # in the details of a test: what makes its messages others than those of any other test
UNDO_FOR = timedelta(minutes=10)  # who clicked by mistake sees it at once; later, others rely on it
CLICKED_TWICE = timedelta(seconds=30)  # a double click, or one more on what Slack has not drawn anew yet


class Did(StrEnum):
    """What was done."""

    WATCH = "watch"
    CHANGE = "change"
    UNWATCH = "unwatch"
    EXCEPT = "except"
    MUTE = "mute"
    UNMUTE = "unmute"
    TEST = "test"
    UNDO = "undo"
    HANDLED = "handled"
    OPENED_AGAIN = "opened again"
    ASSIGNED = "assigned"
    QUIET = "quiet hours"
    QUIET_OFF = "quiet hours off"
    DIGEST = "digest"
    DIGEST_OFF = "digest off"
    STEP = "workflow step"
    ENDED = "ended by itself"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done in a place; `person` is a user id, empty where the bot did it by itself.

    `subject` is a reference, a pattern or `all`; `details` are words for whoever reads the audit. `place_name` is what
    the place is called, as far as Slack has told it; it is not written down with the deed.
    """

    done_at: datetime
    workspace_id: str
    place: str
    person: str
    did: Did
    subject: str
    details: Mapping[str, str] = field(default_factory=dict)
    place_name: str = ""
