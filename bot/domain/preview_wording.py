"""The sentences about what a watch would have posted."""

from collections import Counter
from datetime import timedelta
from typing import assert_never

from bot.domain.overview_wording import meant
from bot.domain.preview import (
    CLIPS,
    DAY,
    KINDS,
    Preview,
    PreviewAnswer,
    PreviewBegun,
    a_day,
    wants_clips,
    without_clips,
)
from bot.domain.replay import Told
from bot.domain.watch import Placement
from bot.domain.words import NOTHING, At, Code, Foreign, Words, counted, duration, joined, listed, number, words

MANY_A_DAY = 3  # new messages from which a thread is worth to be suggested
_NAMES = {
    "failure": ("new kind of failure", "new kinds of failure"),
    "ping": ("ping", "pings"),
    "finished": ("finished", "finished"),
    "short": ("settled short", "settled short"),
    "reopened": ("reopened", "reopened"),
    CLIPS: ("about finished clips", "about finished clips"),
}


def preview_title(answer: PreviewAnswer) -> Words:
    """What was asked about, such as "Preview of watching batch-* (problems)"."""
    watch = answer.watch
    events = "only failures" if watch.only_failures else watch.events.value
    expected = f", {number(watch.expected)} expected" if watch.expected is not None else ""
    placed = "" if watch.placement is Placement.DEFAULT else f", in {watch.placement.value}"
    return words("Preview of watching ", Foreign(watch.reference_id, strong=True), f" ({events}{expected}{placed})")


def begun_sentence(answer: PreviewBegun) -> Words:
    """What is looked at, while people wait."""
    references, requests = len(answer.recent.names), answer.recent.requests
    of = f"{counted(references, 'reference')} with {counted(requests, 'request')}"
    return words(
        "Looking again at ", Foreign(answer.watch.reference_id, strong=True), f", {of}: this takes some seconds."
    )


def preview_sentence(answer: PreviewAnswer, command: str) -> Words:
    """The whole answer in one sentence."""
    if (why := nothing_to_tell(answer, command)) is not None:
        return why
    cut = words("; of ", _looked_at(answer)) if answer.is_cut else NOTHING
    return words(preview_title(answer), ": ", joined([*_messages(answer), preview_advice(answer)], "; "), cut, ".")


def preview_lines(answer: PreviewAnswer) -> tuple[Words, ...]:
    """How many messages that would have been, of which kinds, and what would be fewer."""
    lines = (*_messages(answer), preview_advice(answer), _busy(answer.preview))
    return (preview_title(answer), *(line for line in lines if line))


def nothing_to_tell(answer: PreviewAnswer, command: str) -> Words | None:
    """Why nothing can be said; None when it can."""
    name = Foreign(answer.watch.reference_id, strong=True)
    if answer.recent.began_at is None:
        return words("Nothing of the account was read yet, so nobody knows what watching ", name, " would have posted.")
    if answer.recent.changed and not answer.preview.looked_at:
        return words("So much has happened to ", name, " that looking at it again would take too long.")
    if answer.recent.known:
        return None
    none = words("No reference matches ", name) if answer.watch.is_glob else words("Nothing was ever sent under ", name)
    filled = words("; ", _filled(answer)) if _filled(answer) else NOTHING
    near = meant(answer.nearest, f"{command} preview")
    return words(none, ", as far as I know", filled, ".", *((" ", near) if near else ()))


def _messages(answer: PreviewAnswer) -> tuple[Words, ...]:
    preview, clips = answer.preview, wants_clips(answer.watch)
    new = preview.new if clips else without_clips(preview.new)
    replies = preview.replies if clips else without_clips(preview.replies)
    since = words(" since ", At(preview.since, "day"))
    if new:
        total = f"{rate(new.total(), preview.length)}: {counted(new.total(), 'new message')}"
        lines = [words(total, since, f" ({_kinds(new)})")]
    else:
        lines = [words("no new message", since)]
    if replies:
        lines.append(words(f"{counted(replies.total(), 'reply', 'replies')} in threads ({_kinds(replies)})"))
    edits = f", and {counted(preview.edits, 'edit')} of messages that are there already" if preview.edits else ""
    return (*lines, words(f"besides, one card{edits}"))


def _kinds(counts: Counter[str]) -> str:
    return ", ".join(counted(counts[kind], *_NAMES[kind]) for kind in KINDS if counts[kind])


def rate(count: int, length: timedelta) -> str:
    """Such as "about 3 messages a day"; of less than a day nothing is made up for the rest of it."""
    if not count:
        return "no message"
    if length < DAY:
        return f"{counted(count, 'message')} in {duration(length)}"
    many = round(a_day(count, length))
    return f"about {counted(many, 'message')} a day" if many else "less than a message a day"


def preview_advice(answer: PreviewAnswer) -> Words:
    """What would be told with another wish, where that makes a difference."""
    preview, watch = answer.preview, answer.watch
    counts = preview.new + preview.replies if watch.placement is Placement.THREAD else preview.new
    if watch.only_failures or not counts:
        return NOTHING
    if wants_clips(watch):
        less = rate(without_clips(counts).total(), preview.length)
        return words("with ", Code("for failures"), f" it would be {less}") if counts[CLIPS] else NOTHING
    is_much = preview.length >= DAY and a_day(without_clips(preview.new).total(), preview.length) >= MANY_A_DAY
    if is_much and watch.placement is not Placement.THREAD:
        return words("with ", Code("in thread"), " all of it would be replies under the card")
    if counts[CLIPS]:
        more = rate(counts.total(), preview.length)
        return words("with ", Code("for each"), f", finished clips too, it would be {more}")
    return NOTHING


def _busy(preview: Preview) -> Words:
    if len(preview.busy) < 2:
        return NOTHING
    most = [words(Foreign(name), f" ({number(many)})") for name, many in preview.busy]
    return words("most of it about ", listed(most))


def day_lines(preview: Preview) -> tuple[Words, ...]:
    """The spans of 24 hours in which there was something, the last one first."""
    spans = [(place, many) for place, many in enumerate(preview.days) if many]
    return tuple(
        words(
            At(max(preview.until - (place + 1) * DAY, preview.since), "day"),
            " to ",
            At(preview.until - place * DAY, "day"),
            f": {counted(many, 'message')}",
        )
        for place, many in spans
    )


def example_lines(preview: Preview) -> tuple[Words, ...]:
    """The latest message of each kind, with its time."""
    return tuple(
        words(At(told.at, "day"), ": ", Foreign(told.reference_id), ", ", _what(told)) for told in preview.examples
    )


def _what(told: Told) -> Words:
    reply = "" if told.is_new else " (a reply)"
    match told.kind:
        case "failure":
            return words("new kind of failure: ", Foreign(told.about, 160), f" ×{number(told.count)}", reply)
        case "ping" if told.about:
            return words("ping: ", Foreign(told.about, 160), f" ×{number(told.count)}", reply)
        case "clips":
            return words(f"{counted(told.count, 'clip')} finished", reply)
        case "short":
            return words("settled short", reply)
        case "ping" | "finished" | "reopened":
            return words(told.kind, reply)
        case _:
            assert_never(told.kind)


def _looked_at(answer: PreviewAnswer) -> str:
    looked_at, changed = number(answer.preview.looked_at), counted(answer.recent.changed, "reference")
    return f"the first {looked_at} of {changed} with news, those that changed last"


def _filled(answer: PreviewAnswer) -> Words:
    """How much of the account is known; nothing when that is all of it."""
    filled = answer.recent.filled
    if filled is None:
        return words("the account's list has no order: what nobody watches by name may be missing")
    return words(f"{int(100 * filled)}% of the account's list read so far") if filled < 1 else NOTHING


def limit_lines(answer: PreviewAnswer) -> tuple[Words, ...]:
    """Of what the numbers are, and what they do not count."""
    preview, notes = (
        answer.preview,
        [
            words(
                "Nothing was posted or changed; this is from what I have recorded, as if nothing else were watched here"
            )
        ],
    )
    if answer.is_cut:
        notes.append(words(f"only {_looked_at(answer)}, because more would take too long"))
    else:
        notes.append(words(f"{counted(preview.looked_at, 'reference')} had news in that time"))
    if answer.recent.began_at is not None and answer.recent.began_at >= preview.since:
        notes.append(words("I know the account only since ", At(answer.recent.began_at, "day")))
    notes += [_filled(answer)] if _filled(answer) else []
    notes += _departures(answer)
    notes.append(words("not counted: stuck requests, risk to a deadline, mutes, and catch-ups after outages"))
    return tuple(notes)


def _departures(answer: PreviewAnswer) -> list[Words]:
    """Where what was recorded is not all that there was."""
    preview, notes = answer.preview, []
    if wants_clips(answer.watch):
        notes.append(words("what is watched is looked at more often, so finished clips may come in more messages"))
    if preview.corrected:
        changed = counted(preview.corrected, "request")
        notes.append(words(f"corrected by the API later: {changed}, whose first error is not known any more"))
    if preview.gone:
        notes.append(words(f"{counted(preview.gone, 'request')} left out, which the API lists no more"))
    if preview.ended_at is not None and not answer.watch.is_glob:
        notes.append(
            words(
                "the watch would have ended by itself ", At(preview.ended_at, "day"), ", a day after the batch settled"
            )
        )
    return notes
