"""What the shortcut on a message shows until the form to watch is open: which of the references is meant."""

from bot.domain.mentioned import Meant
from bot.domain.overview import Standing
from bot.domain.triage_wording import failed
from bot.domain.words import NOTHING, Foreign, Words, clean, counted, joined, number, words
from bot.slack.actions import MODAL_WATCH, MODAL_WATCH_OTHER
from bot.slack.views.blocks import LONGEST_VALUE, paragraph, rich_text
from bot.slack.views.escape import literal
from bot.slack.views.message import Block
from bot.slack.views.view import View

TITLE = "Watch this reference"
MOST = 20
_LONGEST_LABEL = 75
_LONGEST_TROUBLE = 300
_LOOKED_FOR = (
    "I looked for references that I know, as whole words or in quotes, for ids of requests, and for links to their"
    " clips. Patterns such as batch-* are not taken from messages."
)


def looking() -> View:
    """At once, since there are three seconds."""
    return _view(rich_text(paragraph([words("Looking for references in this message …")])))


def which(meant: Meant, where: str) -> View:
    """Several were found: a line on each with a button. `where` comes back with the click."""
    shown = meant.standings[:MOST]
    title = words(
        f"The message speaks of {counted(len(meant.standings), 'reference')}. Which one do you want to watch?"
    )
    more = len(meant.standings) - len(shown)
    notes = [words(f"and {counted(more, 'more reference')}")] if more else []
    rest = joined([*notes, _withheld(meant)], "; ")
    lines = [each for each in (rest, _unasked(meant)) if each]
    below = (rich_text(paragraph(lines)),) if lines else ()
    return _view(rich_text(paragraph([title])), *map(_row, shown), *below, _other("Another one…"), where=where)


def none(meant: Meant, where: str) -> View:
    """Nothing was found: what was looked for, and how to go on."""
    lines = [words("I found no reference in this message."), words(_LOOKED_FOR)]
    withheld = words(_withheld(meant), ".") if meant.withheld else _withheld(meant)
    lines += [each for each in (withheld, _unasked(meant)) if each]
    return _view(rich_text(paragraph(lines)), _other("Type one…"), where=where)


def _view(*blocks: Block, where: str = "") -> View:
    return View(blocks, title=TITLE, metadata=where)


def _row(standing: Standing) -> Block:
    progress = standing.progress
    name = clean(progress.reference_id)
    parts = [counted(progress.total, "request"), f"{progress.percent}% finished", failed(progress)]
    about = "no requests yet" if not progress.total else ", ".join(part for part in parts if part)
    seen = f"{number(progress.total)} seen, not read yet" if standing.is_unread else about
    return {
        "type": "section",
        "text": {"type": "plain_text", "text": literal(f"{name}\n{seen}"), "emoji": False},
        "accessory": {
            "type": "button",
            "action_id": MODAL_WATCH,
            "text": {"type": "plain_text", "text": "Watch…"},
            "value": progress.reference_id[:LONGEST_VALUE],
            "accessibility_label": f"Watch {name}"[:_LONGEST_LABEL],
        },
    }


def _other(label: str) -> Block:
    button = {"type": "button", "action_id": MODAL_WATCH_OTHER, "text": {"type": "plain_text", "text": label}}
    return {"type": "actions", "elements": [button]}


def _unasked(meant: Meant) -> Words:
    if not meant.trouble:
        return NOTHING
    why = Foreign(meant.trouble, _LONGEST_TROUBLE)
    return words("It has an id that I do not know and could not ask for (", why, "). Try again in a minute.")


def _withheld(meant: Meant) -> Words:
    if not meant.withheld:
        return NOTHING
    many, them = counted(meant.withheld, "reference is", "references are"), "it" if meant.withheld == 1 else "them"
    return words(f"{many} left out: this channel is not about {them}")
