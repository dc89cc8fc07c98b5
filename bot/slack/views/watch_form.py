"""The form that begins a watch or changes one, and what came of it."""

from bot.domain.policy_wording import EVENTS as TOLD
from bot.domain.watch import Events, Placement
from bot.domain.words import Foreign, Place, Words, words
from bot.slack.actions import FORM_REFERENCE, FORM_STOP, FORM_UNDO, FORM_WHERE, WATCH_OPEN
from bot.slack.callbacks import WATCH_FORM
from bot.slack.views import inputs
from bot.slack.views.blocks import buttons, context, paragraph, rich_text
from bot.slack.views.escape import is_channel, sentence
from bot.slack.views.inputs import Field, Option
from bot.slack.views.message import Block, Message
from bot.slack.views.view import View
from bot.slack.watch_entries import BY, CHANNEL, EVENTS, EXPECT, MENTION, PLACEMENT, Entered, Opened, Where, metadata
from bot.slack.watch_options import MOST_MENTIONED

LOOKING = words("Looking up what I know of it …")
NOTHING_TYPED = words("Enter a reference as it was sent, or a pattern for many. What I know of it is shown here.")
EVENT_OPTIONS = tuple(
    Option(each.value, each.value.capitalize(), f"{TOLD[each][:1].upper()}{TOLD[each][1:]}") for each in Events
)
_PLACEMENTS = (
    Option(Placement.DEFAULT.value, "As usual", "A new kind of failure is a message, more of it goes into its thread"),
    Option(Placement.THREAD.value, "In thread", "All of it goes into the card's thread"),
    Option(Placement.BROADCAST.value, "Broadcast", "Into the card's thread, and the channel shows it too"),
    Option(Placement.FLAT.value, "Flat", "Nothing goes into threads"),
)
_REFERENCE = Field(FORM_REFERENCE, "Reference or pattern", "A request's id stands for its batch.", dispatches=True)
_WHERE = Field(FORM_WHERE, "Where", dispatches=True)
_CHANNEL = Field(CHANNEL, "Which channel", "I post where I was invited.")
_EVENTS = Field(EVENTS, "Tell")
_PLACEMENT = Field(PLACEMENT, "Place messages")
_EXPECT = Field(EXPECT, "Requests to expect", "Then I know when the batch is complete.", optional=True)
_BY = Field(
    BY,
    "Deadline",
    "As you say it: fri 17:00, tomorrow noon, in 2 hours. In your own time zone, unless you name one.",
    optional=True,
)
_MENTION = Field(MENTION, "Name in each message", f"Up to {MOST_MENTIONED} people.", optional=True)
_ANY = "new"  # buttons have to carry something


def form(opened: Opened, now: Entered, line: Words) -> View:
    """The fields as they stand `now`; the `line` says what is known of what was entered."""
    blocks = _change(opened, line) if opened.changes else _begin(opened, now, line)
    return View(
        blocks=(*blocks, *_how(opened, now), *_stop(opened)),
        title="Change watch" if opened.changes else "Watch",
        callback_id=WATCH_FORM,
        metadata=metadata(opened),
        submit="Save" if opened.changes else "Watch",
        close="Cancel",
    )


def _begin(opened: Opened, now: Entered, line: Words) -> tuple[Block, ...]:
    reference = inputs.line(_REFERENCE, now.reference, "batch-2026-04 or batch-2026-*")
    kinds = ("public", "private")
    channel = (inputs.conversation(_CHANNEL, now.channel, "Choose a channel", kinds),)
    where = inputs.choice(_WHERE, _places(opened), now.where)
    return (reference, context(line), where, *(channel if now.where == Where.OTHER else ()))


def _places(opened: Opened) -> tuple[Option, ...]:
    named = f"#{opened.place_name}" if opened.place_name else "Where you opened this"
    here = (Option(Where.HERE.value, "This channel", named),) if opened.can_be_here else ()
    mine = Option(Where.MINE.value, "Our DM", "Only you are told")
    return (*here, mine, Option(Where.OTHER.value, "Another channel" if here else "A channel"))


def _change(opened: Opened, line: Words) -> tuple[Block, ...]:
    name = words(Foreign(opened.shown.reference, strong=True))
    where = words("our DM") if not is_channel(opened.place) else words(Place(opened.place, opened.place_name))
    return (rich_text(paragraph([words(name, " in ", where)])), context(line))


def _how(opened: Opened, now: Entered) -> tuple[Block, ...]:
    events = (inputs.menu(_EVENTS, EVENT_OPTIONS, now.events),) if now.events else ()  # until the usual ones are known
    limits = (inputs.line(_EXPECT, now.expect, "250"), inputs.line(_BY, now.by, "fri 17:00"))
    return (
        *events,
        inputs.menu(_PLACEMENT, _PLACEMENTS, now.placement),
        *(() if opened.is_glob else limits),
        inputs.people(_MENTION, now.mention, "Nobody"),
    )


def _stop(opened: Opened) -> tuple[Block, ...]:
    return buttons(opened.shown.reference, (FORM_STOP, "Stop watching")) if opened.changes else ()


def waiting(title: str) -> View:
    """What is shown until the form can be."""
    return View((rich_text(paragraph([LOOKING])),), title)


def done(said: Message, title: str, undo: str | None, opened: Opened) -> View:
    """What was done, and a way back; buttons that only work in messages are left out."""
    blocks = tuple(block for block in said.blocks if block["type"] != "actions")
    back = buttons(undo, (FORM_UNDO, "Undo")) if undo else ()
    return View((*blocks, *back), title, metadata=metadata(opened))


def offer() -> Message:
    """A button for whoever asked for the form where Slack lets none be opened."""
    said = words("What shall I watch? The button opens a form that asks.")
    return Message(sentence(said), (rich_text(paragraph([said])), *buttons(_ANY, (WATCH_OPEN, "Watch…"))))
