"""What `quiet` answers: the quiet hours of a place."""

from bot.domain.hours_wording import hours_text, on_its_clock
from bot.domain.timetable import QuietAnswer
from bot.domain.words import NOTHING, At, Code, Person, Words, counted, joined, words
from bot.slack.views.blocks import context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Message


def message(answer: QuietAnswer, command: str) -> Message:
    """Which hours there are or were, whether they go on now, what is held in them, and how to end them."""
    lines = [line for line in (_said(answer), _now(answer), _held(answer)) if line]
    return Message(sentence(joined(lines, " ")), (rich_text(paragraph(lines)), context(_how(answer, command))))


def _said(answer: QuietAnswer) -> Words:
    quiet = answer.quiet
    if quiet is None:
        return words("This place has no quiet hours", "; nothing was changed." if answer.did == "off" else ".")
    if answer.did == "off":
        told = counted(answer.told, "message")
        come = f" {told} had been held: they come as one." if answer.told > 1 else ""
        come = " A message had been held: it comes now." if answer.told == 1 else come
        return words(f"This place has no quiet hours any more.{come}")
    by = words(", set by ", Person(quiet.author)) if answer.did == "shown" else NOTHING
    return words(f"It is quiet here {hours_text(quiet.hours)}", by, ".")


def _now(answer: QuietAnswer) -> Words:
    if answer.quiet is None or answer.did == "off":
        return NOTHING
    zone = answer.quiet.hours.zone
    if answer.now is not None:
        there, moment, begins = on_its_clock(answer.now.end, zone), answer.now.end, "It is quiet now, until "
    elif answer.coming is not None:
        there, moment, begins = on_its_clock(answer.coming.begin, zone), answer.coming.begin, "Next from "
    else:
        return NOTHING
    return words(f"{begins}{there}; on your clock that is ", At(moment, "day"), ".")


def _held(answer: QuietAnswer) -> Words:
    if answer.did != "set":
        return NOTHING
    return words(
        "What happens then is told in one message at the end. Cards are still edited, and trouble with access is still"
        " told."
    )


def _how(answer: QuietAnswer, command: str) -> Words:
    if answer.quiet is None or answer.did == "off":
        return words(Code(f"{command} quiet 19:00-8:00 mon-fri"), " begins them")
    end = words(Code(f"{command} quiet off"), " ends them for good")
    if answer.now is None:
        return end
    return words(end, " · ", Code(f"{command} unmute all"), " only for this time")
