"""Taking back what was done with a watch."""

from bot.domain.deed import UNDO_FOR, Did
from bot.domain.overview_wording import as_typed, is_plain
from bot.domain.people_answer import Undone, UndoneAnswer
from bot.domain.words import Code, Foreign, Words, words
from bot.slack.actions import UNDO
from bot.slack.views.blocks import buttons, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Block, Message

_MINUTES = int(UNDO_FOR.total_seconds() // 60)
_DONE = {
    Did.WATCH: " is as it was before: what was begun here is taken back, and its card has ended.",
    Did.CHANGE: " is watched as it was before.",
    Did.UNWATCH: " is watched again as it was before. What happened meanwhile is told, and nothing twice.",
    Did.EXCEPT: " is covered again as it was before. What happened meanwhile is told, and nothing twice.",
}


def undo_button(undo: str | None) -> tuple[Block, ...]:
    """The button, where there is something to be taken back."""
    return buttons(undo, (UNDO, "Undo")) if undo else ()


def message(answer: UndoneAnswer, command: str) -> Message:
    """That it was taken back, or why not and what to do instead."""
    said = _said(answer, command)
    return Message(sentence(said), (rich_text(paragraph([said])),))


def _said(answer: UndoneAnswer, command: str) -> Words:
    if answer.outcome is Undone.DONE and answer.did is not None:
        return words("Undone: ", Foreign(answer.subject or "", strong=True), _DONE[answer.did])
    if answer.outcome is Undone.ALREADY:
        return words("That was undone already; nothing was changed.")
    if answer.outcome is Undone.OVERTAKEN:
        why = "That was changed again since, so it cannot be undone any more; nothing was changed. "
        return words(why, "See ", Code(f"{command} watches"), " for how it is now.")
    if answer.outcome is Undone.OUTSIDE:
        why = " is outside of the patterns of this channel by now, so it cannot be watched here again; nothing was"
        return words(Foreign(answer.subject or "", strong=True), f"{why} changed.")
    why = f"That was more than {_MINUTES} minutes ago, so it cannot be undone any more; nothing was changed. "
    return words(why, *_instead(answer, command).pieces)


def _instead(answer: UndoneAnswer, command: str) -> Words:
    if answer.did is None or answer.subject is None:
        return words("See ", Code(f"{command} watches"), " for what is watched here.")
    name = as_typed(answer.subject) if is_plain(answer.subject) else "<ref>"
    word = "unwatch" if answer.did is Did.WATCH else "watch"
    return words("Type ", Code(f"{command} {word} {name}"), " instead.")
