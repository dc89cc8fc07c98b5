"""The sentences that Slack and the terminal share: what people are told when they ask, and how fresh that is."""

from bot.domain.answer import RequestAnswer, StatusAnswer, StillReading
from bot.domain.deadline_wording import card_part
from bot.domain.failure import shown
from bot.domain.overview_wording import meant, to_type
from bot.domain.prospect_wording import FROM_OLD_DATA, finish_phrase, prospect_lines
from bot.domain.stuck_wording import stuck_line
from bot.domain.wording import (
    LONGEST_STATUS,
    body_lines,
    counts,
    headline,
    kind_lines,
    kinds_title,
    oldest_waiting,
    seen_so_far,
    waiting_for_more,
)
from bot.domain.words import NOTHING, At, Foreign, Words, counted, duration, joined, number, words

_LONGEST_TROUBLE = 200


def is_current(answer: StatusAnswer) -> bool:
    """Whether the totals may be called the present state."""
    return answer.trouble is None and answer.still is None and answer.complete and answer.read_at is not None


def is_partial(answer: StatusAnswer) -> bool:
    """Whether the totals are only of what was seen so far: then nothing may be said of the whole."""
    return answer.read_at is None and not has_no_totals(answer)


def status_sentence(answer: StatusAnswer, command: str | None = None) -> Words:
    """The whole answer in one sentence, with totals and freshness; `command` goes before what can be typed."""
    if has_no_totals(answer):
        near = nearest(answer, command)
        return words(nothing_known(answer), ".", *((" ", near) if near else ()))
    progress = answer.progress
    finish = finish_phrase(answer.prospect, answer.read_at) if is_current(answer) else NOTHING
    notes = joined([finish, *freshness(answer)], "; ")
    if is_partial(answer):
        return words(Foreign(progress.reference_id), ", seen so far: ", seen_so_far(progress, ", "), "; ", notes, ".")
    totals = words(
        Foreign(progress.reference_id),
        f": {progress.percent}% finished, ",
        counts(progress, between=", ", before_total=" "),
        waiting_for_more(answer.settlement) if is_current(answer) else NOTHING,
        words("; ", due) if (due := _due(answer, "deadline ")) else NOTHING,
        words("; ", stuck) if (stuck := stuck_line(answer.stuck)) else NOTHING,
    )
    return words(totals, "; ", notes, ".")


def status_lines(answer: StatusAnswer) -> tuple[Words, ...]:
    """The answer line by line, for a terminal."""
    if has_no_totals(answer):
        near = nearest(answer)
        return (nothing_known(answer), *([near] if near else []), *what_to_check(answer))
    kinds = answer.progress.kinds
    failures = [words(kinds_title(kinds))] if kinds else []
    failures += [words("• ", line) for line in kind_lines(kinds)]
    return (*progress_lines(answer), *failures, *freshness(answer))


def progress_lines(answer: StatusAnswer) -> tuple[Words, ...]:
    """Headline, bar, counts, settlement, the rest and the oldest waiting request; of a partial answer what was seen."""
    if is_partial(answer):
        title = words(Foreign(answer.progress.reference_id, strong=True), " · seen so far")
        return (title, seen_so_far(answer.progress))
    current, stuck = is_current(answer), stuck_line(answer.stuck)
    return (
        headline(answer.progress, None if current else answer.read_at),
        *body_lines(answer.progress, answer.settlement, current=current),
        *_rest(answer),
        *((stuck,) if stuck else ()),
        *oldest_waiting(answer.progress),
    )


def _rest(answer: StatusAnswer) -> tuple[Words, ...]:
    """When the rest will be finished, and that nobody can say from old data; with the deadline, as on a card."""
    first, *others = _finish(answer) or (NOTHING,)
    return tuple(line for line in (joined([first, _due(answer, "Deadline ")], " · "), *others) if line)


def _finish(answer: StatusAnswer) -> tuple[Words, ...]:
    if answer.trouble is not None and answer.progress.open:
        return (FROM_OLD_DATA,)
    return prospect_lines(answer.prospect, answer.read_at) if is_current(answer) else ()


def _due(answer: StatusAnswer, begin: str) -> Words:
    due = answer.due
    if due is None or answer.read_at is None:
        return NOTHING
    part = card_part(answer.progress, answer.settlement, due.deadline, due.odds, answer.read_at, due.ahead)
    return words(begin, part)


def has_no_totals(answer: StatusAnswer) -> bool:
    """Whether there are no numbers to show: nothing was read yet, or there is nothing."""
    return answer.progress.total == 0


def nothing_known(answer: StatusAnswer) -> Words:
    """Why there are no totals, without a full stop."""
    name = Foreign(answer.progress.reference_id)
    if answer.read_at is None and answer.trouble is not None:
        return words(
            name, " could not be read: ", Foreign(answer.trouble, _LONGEST_TROUBLE), ". Nothing is known about it yet"
        )
    if answer.still is not None:
        return words(name, ": ", still_sentence(answer.still))
    if answer.read_at is None:
        return words(name, " was not read yet")
    if answer.trouble is not None:
        return words("No requests under ", name, "; ", joined(freshness(answer), "; "))
    if answer.progress.vanished:
        return words(
            "Nothing is listed under ", name, f" any more ({number(answer.progress.vanished)} no longer listed)"
        )
    return words("Nothing is listed under ", name)


def what_to_check(answer: StatusAnswer) -> tuple[Words, ...]:
    """What a person can look at when there is nothing under a reference."""
    if answer.read_at is None or answer.trouble or answer.still or answer.progress.vanished:
        return ()
    return (
        words("Check the exact spelling: capital letters, dashes and spaces matter."),
        words("Check that the requests were sent with this reference_id, and with this account's API key."),
    )


def nearest(answer: StatusAnswer, command: str | None = None) -> Words:
    """Which references may have been meant; with the name of the slash command, what to type for each."""
    return meant(answer.nearest, f"{command} status" if command else None)


def needs_memory(pattern: str, command: str) -> Words:
    """What to do with a pattern where nothing is remembered; `command` is the slash command."""
    return words(
        "No reference is called ",
        Foreign(pattern),
        ". As a pattern it needs what the bot remembers, which the terminal does not read: ask in Slack with ",
        to_type(pattern, f"{command} status"),
        ", or name one reference.",
    )


def still_sentence(still: StillReading) -> str:
    """Such as "reading 50 pages, about 45 s"."""
    return f"reading {counted(still.pages, 'page')}, about {duration(still.about)}"


def _read_so_far(still: StillReading) -> tuple[Words, ...]:
    if still.total is None:
        return ()
    return (words(f"{number(still.read)} of {number(still.total)} read so far"),)


def freshness(answer: StatusAnswer) -> tuple[Words, ...]:
    """How fresh the totals are, and what is wrong with them."""
    notes: list[Words] = []
    since = words("; this is the reading of ", At(answer.read_at, "day")) if answer.read_at else NOTHING
    if answer.trouble is not None:
        notes.append(words(Foreign(answer.trouble, _LONGEST_TROUBLE), since))
    elif answer.still is not None:
        notes += _read_so_far(answer.still) if answer.read_at is None else ()
        notes.append(words(still_sentence(answer.still), since))
    if not answer.complete:
        notes.append(words("the list changed while it was read; totals may be off by a few"))
    if answer.read_at is None:
        notes.append(words("never read as a whole yet"))
    elif answer.trouble is None and answer.still is None:
        notes.append(words("read ", At(answer.read_at, "ago")))
    return tuple(notes)


# --- one request ---


def request_sentence(answer: RequestAnswer) -> Words:
    """One request in one sentence."""
    request = answer.request
    under = words(" of ", Foreign(request.reference_id)) if request.reference_id else NOTHING
    why = words(" (", Foreign(shown(request.error_message)), ")") if request.status == "failed" else NOTHING
    return words(
        "Request ",
        Foreign(request.id, 60),
        under,
        ": ",
        Foreign(request.status, LONGEST_STATUS),
        why,
        "; read ",
        At(answer.read_at, "ago"),
        ".",
    )


def request_lines(answer: RequestAnswer) -> tuple[Words, ...]:
    """One request line by line: its outcome and its times."""
    request = answer.request
    lines = [words(Foreign(request.id, 60, strong=True), " · ", Foreign(request.status, LONGEST_STATUS))]
    if request.reference_id:
        lines.append(words("reference ", Foreign(request.reference_id)))
    if request.status == "failed":
        lines.append(words(Foreign(shown(request.error_message), 300)))
    moments = (("created", request.created_at), ("started", request.started_at), ("finished", request.finished_at))
    lines.append(joined([words(f"{name} ", At(moment, "day")) for name, moment in moments if moment], " · "))
    if request.started_at and request.finished_at:
        lines.append(words(f"took {duration(request.finished_at - request.started_at)}"))
    return tuple(lines)
