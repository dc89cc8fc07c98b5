"""What `mute` and `unmute` answer, and how a mute is told on cards and in lists."""

from datetime import datetime, timedelta

from bot.domain.mute import Mute
from bot.domain.overview_wording import as_typed, every_reference, is_plain
from bot.domain.people_answer import MutedAnswer, UnmutedAnswer
from bot.domain.words import NOTHING, At, Code, Foreign, Words, counted, listed, words
from bot.slack.actions import CARD_UNMUTE, GLOB_UNMUTE
from bot.slack.views.blocks import buttons, context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Block, Message

_SAME_DAY = timedelta(hours=12)


def until(moment: datetime, since: datetime | None, *, quiet: bool = False) -> Words:
    """Such as "muted until 15:20", with the day when that is not soon after `since`; "quiet until" in quiet hours."""
    soon = since is not None and moment - since < _SAME_DAY
    return words("quiet until " if quiet else "muted until ", At(moment, "time" if soon else "day"))


def note(moment: datetime | None, since: datetime | None = None, *, quiet: bool = False) -> Words:
    """The same for a card or a list; nothing where nothing is muted."""
    return NOTHING if moment is None else until(moment, since, quiet=quiet)


def muted(answer: MutedAnswer, command: str) -> Message:
    """What is held, until when, and what is not."""
    mute = answer.mute
    now = "" if answer.is_new else "now "
    said = words(_subject(mute, "Everything here"), f" is {now}", until(mute.until, mute.since), ".")
    held = words("What happens meanwhile is told in one message then. Cards are still edited.")
    end = words("End it earlier with ", Code(f"{command} unmute {_typed(mute)}"), ".")
    return Message(sentence(words(said, " ", held)), (rich_text(paragraph([said, held])), context(end), *_end(mute)))


def unmuted(answer: UnmutedAnswer, command: str) -> Message:
    """What is told again, and whether something was held."""
    said = words(*_said(answer).pieces, *_others(answer, command).pieces)
    return Message(sentence(said), (rich_text(paragraph([said])),))


def _said(answer: UnmutedAnswer) -> Words:
    name = "This place" if answer.subject is None else Foreign(answer.subject, strong=True)
    if not answer.ended:
        was_not = (
            " was not muted; nothing was changed." if answer.subject is None else " was not muted by its name here."
        )
        return words(name, was_not)
    if not answer.told:
        return words(name, " is not muted any more. Nothing had been held.")
    held = counted(answer.told, "message")
    return words(name, f" is not muted any more. {held} had been held: they come as one.")


def _others(answer: UnmutedAnswer, command: str) -> Words:
    if not answer.others:
        return NOTHING
    names = listed([_subject(mute, "everything here") for mute in answer.others])
    typed = listed([words(Code(f"{command} unmute {_typed(mute)}")) for mute in answer.others])
    return words(" It is still silent, since ", names, " is muted: type ", typed, ".")


def _subject(mute: Mute, everything: str) -> Words:
    if mute.subject is None:
        return words(everything)
    return every_reference(mute.subject) if mute.is_glob else words(Foreign(mute.subject, strong=True))


def _typed(mute: Mute) -> str:
    if mute.subject is None:
        return "all"
    return as_typed(mute.subject) if is_plain(mute.subject) else "<ref>"


def _end(mute: Mute) -> tuple[Block, ...]:
    if mute.subject is None:
        return ()
    return buttons(mute.subject, (GLOB_UNMUTE if mute.is_glob else CARD_UNMUTE, "Unmute"))
