"""What people are told who take care of failures."""

from dataclasses import replace

from bot.domain.announcement import AssignedFacts
from bot.domain.failure import FailureKind
from bot.domain.people_answer import KindMutedAnswer, Triaged, TriagedAnswer
from bot.domain.wording import kind_line
from bot.domain.words import Foreign, Person, Words, counted, listed, words
from bot.slack.actions import FAILURE_MUTE, FAILURE_OPEN_AGAIN, FAILURE_UNMUTE
from bot.slack.views.blocks import bullets, buttons, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Block, Message

_MOST_KINDS = 10
_LONGEST_NAME = 160


def message(answer: TriagedAnswer) -> Message:
    """What was done, and the kinds as they are now; a single kind that was handled can be opened again."""
    title = words(Foreign(answer.reference_id, strong=True), ": ", _done(answer))
    shown = [kind_line(kind) for kind in answer.kinds[:_MOST_KINDS]]
    more = len(answer.kinds) - len(shown)
    lines = [*shown, *([words(f"and {counted(more, 'more kind')}")] if more > 0 else [])]
    body = rich_text(paragraph([title]), *([bullets(lines)] if lines else []))
    return Message(sentence(words(Foreign(answer.reference_id), ": ", _done(answer))), (body, *_undo(answer)))


def _done(answer: TriagedAnswer) -> Words:
    match answer.did:
        case Triaged.HANDLED:
            return words("these failures are marked handled, for everybody. What fails that way from now on is told.")
        case Triaged.OPENED_AGAIN:
            return words("these failures are open again.")
        case Triaged.ASSIGNED:
            to = {kind.care.assigned.to for kind in answer.kinds if kind.care.assigned is not None}
            if len(to) == 1:
                asked = " I could not ask them here: tell them yourself." if answer.unasked else ""
                return words(Person(to.pop()), f" is on it, as cards and messages show now.{asked}")
            return words("nobody is on it any more.")


def _undo(answer: TriagedAnswer) -> tuple[Block, ...]:
    if answer.did is not Triaged.HANDLED or len(answer.kinds) != 1:
        return ()
    return buttons(_value(answer.reference_id, answer.kinds[0]), (FAILURE_OPEN_AGAIN, "Open again"))


def assigned(facts: AssignedFacts) -> Message:
    """To the one who was asked to look at failures."""
    shown = [kind_line(kind) for kind in facts.kinds[:_MOST_KINDS]]
    more = len(facts.kinds) - len(shown)
    name, failures = Foreign(facts.reference_id), "failures" if len(facts.kinds) > 1 else "failure"
    asked = words(Person(facts.to), ": ", Person(facts.by), f" asks you to look at this {failures} of ")
    lines = [*shown, *([words(f"and {counted(more, 'more kind')}")] if more > 0 else [])]
    text = words(asked, name, ": ", listed(lines), ".")
    block = rich_text(paragraph([words(asked, replace(name, strong=True), ".")]), bullets(lines))
    return Message(sentence(text), (block,))


def kind_muted(answer: KindMutedAnswer) -> Message:
    """What is not told any more, or is again, and for what."""
    kind, about = words("“", Foreign(answer.kind.name, _LONGEST_NAME), "”"), Foreign(answer.watched, strong=True)
    if answer.muted:
        said = words("No new messages here about ", kind, ", for ", about, ". It is still counted on the card.")
        button = (FAILURE_UNMUTE, "Unmute this kind")
    else:
        said = words("You are told here again about ", kind, ", for ", about, ".")
        button = (FAILURE_MUTE, "Mute this kind")
    return Message(
        sentence(said), (rich_text(paragraph([said])), *buttons(_value(answer.reference_id, answer.kind), button))
    )


def _value(reference_id: str, kind: FailureKind) -> str:
    return f"{reference_id}\n{kind.key}\n{kind.count}"
