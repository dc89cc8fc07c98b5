"""The steps that the bot has in Slack's Workflow Builder: what goes into each, and what comes out."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.watch import Events


class Kind(StrEnum):
    """What a parameter is, in Slack's own words."""

    TEXT = "string"
    WHOLE = "integer"
    NUMBER = "number"
    TRUTH = "boolean"
    PERSON = "slack#/types/user_id"
    CHANNEL = "slack#/types/channel_id"
    MOMENT = "slack#/types/timestamp"


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that goes into a step or comes out of it; `title` and `says` are what whoever builds it reads."""

    name: str
    kind: Kind
    title: str
    says: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """A step; workflows that people have built keep its `id` and the names of its parameters."""

    id: str
    title: str
    says: str
    inputs: tuple[Parameter, ...]
    outputs: tuple[Parameter, ...]

    def title_of(self, name: str) -> str:
        """What people see an input called."""
        return next(each.title for each in self.inputs if each.name == name)


_REFERENCE_IN = Parameter("reference", Kind.TEXT, "Reference", "The reference id of the batch, as it was submitted")
_REFERENCE_OUT = Parameter("reference", Kind.TEXT, "Reference", "The reference id that was read")
_TOTAL = Parameter("total", Kind.WHOLE, "Total", "How many requests the batch has")
_COMPLETED = Parameter("completed", Kind.WHOLE, "Completed", "How many are done")
_FAILED = Parameter("failed", Kind.WHOLE, "Failed", "How many have failed")
_SUMMARY = Parameter("summary", Kind.TEXT, "Summary", "All of it in one sentence")

STATUS = Form(
    id="get_status",
    title="Get lip sync status",
    says="Reads how a batch of lip sync requests is doing right now",
    inputs=(_REFERENCE_IN,),
    outputs=(
        _REFERENCE_OUT,
        _TOTAL,
        _COMPLETED,
        _FAILED,
        Parameter("running", Kind.WHOLE, "Running", "How many are being processed"),
        Parameter("waiting", Kind.WHOLE, "Waiting", "How many wait to be processed"),
        Parameter("percent", Kind.WHOLE, "Per cent finished", "How many of 100 have come to an end, rounded down"),
        Parameter("finished", Kind.TRUTH, "Finished", "Whether all have come to an end and no more are awaited"),
        _SUMMARY,
        Parameter("read_at", Kind.MOMENT, "Read at", "When this was read"),
    ),
)
WATCH = Form(
    id="watch_reference",
    title="Watch a reference",
    says="Keeps a live card of a batch in a channel and tells the channel what matters",
    inputs=(
        _REFERENCE_IN,
        Parameter("channel", Kind.CHANNEL, "Channel", "Where the card and the news go; invite the bot there"),
        Parameter("person", Kind.PERSON, "Person", "Who watches, such as the person who started the workflow"),
        Parameter("events", Kind.TEXT, "Events", f"One of {', '.join(Events)}; problems when empty", required=False),
        Parameter("expect", Kind.WHOLE, "Expected", "How many requests the batch will have", required=False),
        Parameter(
            "deadline",
            Kind.TEXT,
            "Deadline",
            "Such as fri 17:00 or in 3h, in the person's own time zone unless one is named",
            required=False,
        ),
    ),
    outputs=(_REFERENCE_OUT, _SUMMARY),
)
WAIT = Form(
    id="wait_until_finished",
    title="Wait until finished",
    says="Goes on when all requests of a batch have come to an end, or after a stated time",
    inputs=(
        _REFERENCE_IN,
        Parameter("hours", Kind.NUMBER, "At most hours", "How long to wait: 24 if empty, 168 at most", required=False),
    ),
    outputs=(
        _REFERENCE_OUT,
        Parameter("finished", Kind.TRUTH, "Finished", "False when the time was over first"),
        Parameter("ended", Kind.TEXT, "How it ended", "finished, finished with failures, or time is over"),
        _TOTAL,
        _COMPLETED,
        _FAILED,
        Parameter("took", Kind.TEXT, "Took", "From the first request to the last outcome, such as 1 h 12 m"),
        _SUMMARY,
    ),
)
FORMS = {form.id: form for form in (STATUS, WATCH, WAIT)}
