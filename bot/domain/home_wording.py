"""The sentences of the Home tab."""

from bot.domain.home import HomeFacts, Mine, MutedHere, MyKind, State
from bot.domain.overview_wording import every_reference
from bot.domain.risk import is_complete
from bot.domain.risk_facts import Level
from bot.domain.triage_wording import failed
from bot.domain.wording import bar, counts, no_requests, short_sentence
from bot.domain.words import NOTHING, At, Code, Foreign, Person, Place, Words, counted, joined, number, words

_LONGEST_REFERENCE = 80
_LONGEST_KIND = 120
_RISK = {
    Level.AT_RISK: ", at risk",
    Level.UNLIKELY: ", will probably be missed",
    Level.MISSED: ", missed",
}


def state_line(state: State) -> Words:
    """Whether the API answers, and how old the newest data is; nothing is called fine on old data."""
    if state.trouble is not None:
        data = words("data from ", At(state.looked_at, "ago")) if state.looked_at else words("nothing was read yet")
        return words("The API cannot be read (", Foreign(state.trouble), "): ", data, "; I go on trying")
    if state.looked_at is None:
        return words("I have not read the account yet")
    if state.catching_up_since is not None:
        return words("Catching up with what happened since ", At(state.catching_up_since, "day"), " · ", _read(state))
    if state.stale:
        return words("Old data: ", _read(state))
    return words("The API answers · ", _read(state))


def _read(state: State) -> Words:
    return words("last read ", At(state.looked_at, "ago")) if state.looked_at else NOTHING


# --- watches ---


def watch_lines(mine: Mine) -> tuple[Words, ...]:
    """Name and per cent, the bar with counts, and when it will be or has to be finished; at most five lines."""
    if not mine.progress.total:
        return _title(mine), words(_nothing_yet(mine))
    totals = (words(bar(mine.progress)), counts(mine.progress))
    return tuple(line for line in (_title(mine), *totals, _ends(mine), _troubles(mine)) if line)


def _title(mine: Mine) -> Words:
    progress = mine.progress
    parts: list[Words | str] = [_name(mine)]
    if mine.watch.is_glob:
        parts.append(counted(mine.references, "reference"))
    if progress.total:
        parts += [f"{progress.percent}% finished", failed(progress)]
    if mine.stale and mine.read_at is not None:
        parts.append(words("data from ", At(mine.read_at, "ago")))
    return joined(parts, " · ")


def _name(mine: Mine) -> Words:
    return words(Foreign(mine.watch.reference_id, _LONGEST_REFERENCE, strong=True))


def _nothing_yet(mine: Mine) -> str:
    if mine.watch.is_glob:
        return "Nothing matches yet; what comes is watched."
    return "Reading …" if mine.read_at is None else f"{no_requests(mine.progress).capitalize()}."


def _ends(mine: Mine) -> Words:
    """The forecast beside the deadline; of what has ended neither."""
    if is_complete(mine.progress):
        return NOTHING
    return joined([_finish(mine), _due(mine)], " · ")


def _finish(mine: Mine) -> Words:
    finish = mine.finish
    if finish is None or mine.stale:
        return NOTHING
    said = words("Finish about ", At(finish.likely, "day"))
    return words(said, " (80%: ", At(finish.early), " to ", At(finish.late), ")")


def _due(mine: Mine) -> Words:
    deadline = mine.watch.deadline
    if deadline is None:
        return NOTHING
    return words("Deadline ", At(deadline, "day"), _risk(mine))


def _risk(mine: Mine) -> str:
    return _RISK.get(mine.risk, "") if mine.risk is not None else ""


def _troubles(mine: Mine) -> Words:
    stuck = f"{number(mine.stuck)} {'is' if mine.stuck == 1 else 'are'} stuck" if mine.stuck else ""
    return joined([stuck, short_sentence(mine.progress) if mine.is_short else NOTHING], " · ")


def where(mine: Mine, direct: str) -> Words:
    """The place that is told; `direct` is the person's own DM with the bot."""
    return words("told: ", place(mine.watch.place, mine.watch.place_name, direct))


def place(place_id: str, name: str, direct: str) -> Words:
    """A channel, or what the person's own DM is called on Home."""
    return words("you alone") if place_id == direct else words(Place(place_id, name))


def read(mine: Mine) -> Words:
    """How old the totals are."""
    if mine.read_at is None:
        return words("not read yet")
    oldest = "oldest reading " if mine.watch.is_glob and mine.progress.open else "read "
    return words(oldest, At(mine.read_at, "ago"))


def due_line(mine: Mine) -> Words:
    """Such as "batch · 15 April at 17:00, at risk · 73% finished"."""
    deadline = mine.watch.deadline
    when = words(At(deadline, "day"), _risk(mine)) if deadline else NOTHING
    done = f"{mine.progress.percent}% finished" if mine.progress.total else "no requests yet"
    return joined([_name(mine), when, done], " · ")


def more(hidden: int, one: str, many: str | None = None) -> Words:
    """How many are not shown; nothing when all are."""
    return words(f"and {counted(hidden, f'more {one}', f'more {many}' if many else None)}") if hidden > 0 else NOTHING


def more_watches(facts: HomeFacts, command: str) -> Words:
    """How many watches are not shown, and where they are."""
    hidden = facts.count - len(facts.watches)
    if hidden <= 0:
        return NOTHING
    return words(f"and {number(hidden)} more: ", Code(f"{command} watches mine"))


# --- what else ---


def mute_line(muted: MutedHere, direct: str) -> Words:
    """What is silent, where, and until when."""
    what: Words = words("Everything")
    if muted.subject is not None:
        name = Foreign(muted.subject, _LONGEST_REFERENCE, strong=True)
        what = every_reference(muted.subject) if muted.is_glob else words(name)
    here = words("in our DM") if muted.place == direct else words("in ", Place(muted.place, muted.place_name))
    until = words("quiet until " if muted.quiet else "muted until ", At(muted.until, "day"))
    return words(_capital(what), " ", here, " · ", until)


def _capital(what: Words) -> Words:
    first, *rest = what.pieces
    return words(first[:1].upper() + first[1:] if isinstance(first, str) else first, *rest)


def kind_line(kind: MyKind) -> Words:
    """Such as "no face detected ×5, 2 open · batch"."""
    left = f", {number(kind.open)} open" if kind.open < kind.count else ""
    name = Foreign(kind.name, _LONGEST_KIND, strong=True)
    return words(name, f" ×{number(kind.count)}{left} · ", Foreign(kind.reference_id, _LONGEST_REFERENCE))


def given(kind: MyKind, person: str) -> Words:
    """Since when it fails, and since when it is this person's."""
    taken = words("you are on it since ") if kind.by == person else words("given to you by ", Person(kind.by), " ")
    return words("Failing since ", At(kind.first_at, "day"), " · ", taken, At(kind.at, "day"))


def welcome(command: str) -> tuple[Words, ...]:
    """What somebody reads who has nothing yet: what this is for, and what to do first."""
    watch, ask = Code(f"{command} watch batch-2026-04"), Code(f"{command} batch-2026-04")
    return (
        words("Watch a batch, and I tell you when something fails, when it will be late, and when it is finished."),
        words("Begin with Watch… below, or type ", watch, " in the channel that shall know."),
        words("To see how a batch is doing without watching it, click Status…, or type ", ask, "."),
    )
