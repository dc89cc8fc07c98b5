"""The settings of a channel: what holds, the form that changes it, and what became of that."""

from collections.abc import Sequence

from bot.domain.policy import LinksPolicy, Policy, PolicyAnswer
from bot.domain.policy_wording import policy_lines
from bot.domain.watch import Events, Watch
from bot.domain.words import At, Code, Foreign, Person, Place, Strong, Words, counted, listed, words
from bot.slack.actions import SETTINGS_CHANGE
from bot.slack.callbacks import SETTINGS_FORM
from bot.slack.views import inputs
from bot.slack.views.blocks import buttons, context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.inputs import Field, Option
from bot.slack.views.message import Block, Message
from bot.slack.views.view import View
from bot.slack.views.watch_form import EVENT_OPTIONS

PATTERNS, LINKS, EVENTS, MANAGERS = "patterns", "links", "events", "managers"
"""The ids of the fields."""
_TITLE = "Channel settings"
_MOST_NAMED = 10
_LONGEST_NAME = 80
_LONGEST_PATTERNS = 3_000
_LINKS = (
    Option(LinksPolicy.PRIVATE, "Private", "Only whoever asks for links sees them."),
    Option(LinksPolicy.OPEN, "Open", "They can be shared here, and news may show them."),
    Option(LinksPolicy.OFF, "Off", "None here, nor exports; ask in your DM with me."),
)
_OPEN_TO_ALL = "Everybody may ask, take care of failures, and watch for themselves in their DM with me."


def message(answer: PolicyAnswer, place: str, command: str) -> Message:
    """What holds in a channel, for the one who asked, and a button for who may change it."""
    text = sentence(words("Settings of this channel. ", _in_a_sentence(answer.policy)))
    change = buttons(place, (SETTINGS_CHANGE, "Change settings…")) if answer.may_change else ()
    how = words("Change them by the button, or with ", Code(f"{command} settings"), ".")
    notes = (_since(answer), *((how,) if answer.may_change else ()))
    return Message(text, (rich_text(paragraph([_heading(place)]), *_held(answer.policy)), context(*notes), *change))


def held(answer: PolicyAnswer, place: str) -> View:
    """The same as a modal, for who may not change it."""
    only = words("Only those who are named may change them. ", _OPEN_TO_ALL)
    body = rich_text(paragraph([_heading(place)]), *_held(answer.policy))
    return View((body, context(_since(answer), only)), _TITLE)


def form(answer: PolicyAnswer, place: str, metadata: str) -> View:
    """The form that changes them."""
    return _form(place, metadata, answer.policy, context(_since(answer)), "Save")


def confirmation(place: str, metadata: str, wanted: Policy, ends: Sequence[Watch]) -> View:
    """The form once more, with what would end when it is sent in again."""
    many = counted(len(ends), "watch", "watches")
    are = "is" if len(ends) == 1 else "are"
    warning = words(Strong(f"{many} here {are} outside these patterns and will end:"), " ", _names(ends), ".")
    below = rich_text(paragraph([warning, words("Save again to end what is named, or change the patterns.")]))
    return _form(place, metadata, wanted, below, f"Save and end {len(ends)}")


def saved(answer: PolicyAnswer, place: str, ended: Sequence[Watch], *, changed: bool = True) -> View:
    """What holds now, and what has ended with it."""
    title = "Saved." if changed else "Nothing was changed."
    lines = [words(title)]
    if ended:
        many = counted(len(ended), "watch", "watches")
        lines.append(words(f"{many} outside the patterns ended: ", _names(ended), "."))
    body = rich_text(paragraph(lines), paragraph([words("\n"), _heading(place)]), *_held(answer.policy))
    return View((body, context(_since(answer))), "Settings saved" if changed else _TITLE)


def _form(place: str, metadata: str, shown: Policy, note: Block, submit: str) -> View:
    events = shown.events or Events.PROBLEMS
    fields = (
        inputs.lines(
            Field(
                PATTERNS,
                "What this channel is about",
                "One reference or pattern on each line. Nothing else is shown, counted or watched here. Empty: all.",
                optional=True,
            ),
            "\n".join(shown.patterns),
            "client-a-*",
            _LONGEST_PATTERNS,
        ),
        inputs.choice(Field(LINKS, "Who sees links"), _LINKS, shown.links),
        inputs.menu(Field(EVENTS, "What a new watch tells"), EVENT_OPTIONS, events),
        inputs.people(
            Field(
                MANAGERS,
                "Who may change watches and settings here",
                f"Nobody named: everybody. {_OPEN_TO_ALL}",
                optional=True,
            ),
            shown.managers,
            "Everybody",
        ),
    )
    heading = rich_text(paragraph([_heading(place)]))
    return View((heading, *fields, note), _TITLE, SETTINGS_FORM, metadata, submit, close="Cancel")


def _heading(place: str) -> Words:
    return words("Settings of ", Place(place))


def _held(policy: Policy) -> tuple[Block, ...]:
    return (paragraph([words("\n"), *policy_lines(policy)]),)


def _in_a_sentence(policy: Policy) -> Words:
    about, links, events, managers = policy_lines(policy)
    return words(about, ". ", links, ". ", events, ". ", managers, ".")


def _since(answer: PolicyAnswer) -> Words:
    there = answer.there
    if there is None:
        return words("Nothing was set here yet: this is what holds without settings.")
    return words("Set by ", Person(there.set_by), " ", At(there.set_at, "day"), ".")


def _names(watches: Sequence[Watch]) -> Words:
    named = [words(Foreign(watch.reference_id, _LONGEST_NAME, strong=True)) for watch in watches[:_MOST_NAMED]]
    more = len(watches) - len(named)
    return listed([*named, *([words(f"{counted(more, 'more')}")] if more > 0 else [])])
