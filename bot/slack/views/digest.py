"""M10: the digest of a place, and what `digest` answers."""

from collections.abc import Callable

from bot.domain.digest_facts import DigestFacts, DigestLine, DigestPart
from bot.domain.digest_wording import (
    calm,
    digest_sentence,
    due_line,
    finished_line,
    more,
    need_line,
    rest,
    running_line,
    title,
)
from bot.domain.hours_wording import daily_text, on_its_clock
from bot.domain.timetable import DigestAnswer
from bot.domain.words import NOTHING, At, Code, Person, Strong, Words, counted, joined, words
from bot.slack.views.blocks import bullets, context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Block, Message
from bot.slack.views.watch import not_able_to_post

Line = Callable[[DigestLine], Words]


def message(facts: DigestFacts, command: str) -> Message:
    """What needs somebody, what is due today, what was finished and what is running, a block for each that there is."""
    lines = [line for line in (calm(facts), rest(facts)) if line]
    since = words("Finished since ", At(facts.since, "day"))
    parts = (
        *_part(words("Needed you then" if facts.stale else "Needs you"), facts.needs, need_line),
        *_part(words("Due today"), facts.due, due_line),
        *_part(since, facts.finished, finished_line),
        *_part(words("Was running" if facts.stale else "Running now"), facts.running, running_line),
    )
    return Message(sentence(digest_sentence(facts)), (_head(facts, lines), *parts, _small_print(facts, command)))


def _head(facts: DigestFacts, lines: list[Words]) -> Block:
    name, *old = title(facts).pieces
    return rich_text(paragraph([words(Strong(str(name)), *old), *lines]))


def _part(name: Words, part: DigestPart, line: Line) -> tuple[Block, ...]:
    if not part.count:
        return ()
    heading = words(Strong(str(name.pieces[0])), *name.pieces[1:], f" · {counted(part.count, 'batch', 'batches')}")
    hidden = [paragraph([more(part)])] if more(part) else []
    return (rich_text(paragraph([heading]), bullets(map(line, part.lines)), *hidden),)


def _small_print(facts: DigestFacts, command: str) -> Block:
    how_old = "oldest reading " if facts.running.count else "read "
    read = words(how_old, At(facts.read_at, "ago")) if facts.read_at else NOTHING
    watches = words(Code(f"{command} watches"), " shows every batch")
    return context(joined([read, watches], " · "))


# --- what is told to the one who typed ---


def answer(answer: DigestAnswer, command: str) -> Message:
    """Which digest there is, was or will be, and when the next one comes."""
    said, how = _said(answer), _how(answer, command)
    trouble = not_able_to_post(answer.trouble, command)
    lines = [line for line in (said, trouble) if line]
    return Message(sentence(joined(lines, " ")), (rich_text(paragraph(lines)), context(how)))


def _said(answer: DigestAnswer) -> Words:
    digest = answer.digest
    if digest is None:
        return words("This place has no digest", "; nothing was changed." if answer.did == "off" else ".")
    if answer.did == "off":
        return words("No digest is sent here any more.")
    text = daily_text(digest.daily)
    by = words(", set by ", Person(digest.author)) if answer.did == "shown" else NOTHING
    begins = "A digest is sent here " if answer.did == "shown" else "From now on a digest is sent here "
    return words(begins, text, by, ".", _coming(answer))


def _coming(answer: DigestAnswer) -> Words:
    if answer.coming is None or answer.digest is None:
        return NOTHING
    due = answer.coming.due
    there = on_its_clock(due, answer.digest.daily.zone)
    return words(f" The next one comes {there}; on your clock that is ", At(due, "day"), ".")


def _how(answer: DigestAnswer, command: str) -> Words:
    now = words(Code(f"{command} digest now"), " shows it to you at once")
    if answer.digest is None or answer.did == "off":
        return words(Code(f"{command} digest daily 9:00 mon-fri"), " begins one · ", now)
    return words(Code(f"{command} digest off"), " ends it · ", now)
