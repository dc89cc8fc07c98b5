"""The sentences of a digest, for Slack."""

from bot.domain.digest_facts import DigestFacts, DigestLine, DigestPart, OpenKind
from bot.domain.risk_facts import Level
from bot.domain.wording import counts, finished_sentence, short_sentence
from bot.domain.words import NOTHING, At, Foreign, Person, Words, counted, joined, listed, number, words

_LONGEST_REFERENCE = 80
_LONGEST_KIND = 100
_RISK = {
    Level.AT_RISK: "deadline at risk",
    Level.UNLIKELY: "deadline will probably be missed",
    Level.MISSED: "deadline missed",
}


def need_line(line: DigestLine) -> Words:
    """Such as "batch · deadline missed 17:12 · 6 failures open: no face detected ×5 (@ben is on it) · 2 are stuck"."""
    parts: list[Words | str] = [_name(line), _due(line), _failures(line), _stuck(line)]
    parts.append(short_sentence(line.progress) if line.short else words(_percent(line)))
    return joined(parts, " · ")


def due_line(line: DigestLine) -> Words:
    """Such as "batch · deadline 17:12 · 73% finished"."""
    return joined([_name(line), _due(line), _percent(line)], " · ")


def finished_line(line: DigestLine) -> Words:
    """Such as "batch · 40 done of 40, took 1 h 12 m"."""
    took = finished_sentence(line.progress).removeprefix("finished")
    return words(_name(line), " · ", counts(line.progress, before_total=" "), took)


def running_line(line: DigestLine) -> Words:
    """Such as "batch · 73% finished · 178 done · 8 running · 58 waiting of 244"."""
    return joined([_name(line), _percent(line), counts(line.progress, before_total=" ")], " · ")


def title(facts: DigestFacts) -> Words:
    """What the whole is, and of when the data is where that is old."""
    if facts.read_at is None:
        return words("Digest · nothing was read yet")
    return words("Digest · data from ", At(facts.read_at, "day")) if facts.stale else words("Digest")


def calm(facts: DigestFacts) -> Words:
    """One line where nothing needs anybody; never said of data that is old."""
    if facts.needs.count:
        return NOTHING
    if not facts.watches:
        return words("Nothing is watched here, so there is nothing to sum up.")
    if facts.read_at is None:
        return words("I have read nothing yet, so I cannot say whether something needs you.")
    if facts.stale:
        return words("I cannot say whether something needs you now; nothing did then.")
    return words("Nothing needs you.")


def rest(facts: DigestFacts) -> Words:
    """That there is nothing else either."""
    others = facts.due.count or facts.finished.count or facts.running.count
    if not facts.watches or facts.read_at is None or others or facts.needs.count:
        return NOTHING
    if facts.stale:
        return words("Nothing was running, and nothing had finished since ", At(facts.since, "day"), ".")
    return words("Nothing is running, and nothing has finished since ", At(facts.since, "day"), ".")


def digest_sentence(facts: DigestFacts) -> Words:
    """The whole in one sentence or two."""
    needs = NOTHING
    if facts.needs.count:
        first = facts.needs.lines[0]
        what = joined([_due(first), _open(first), _stuck(first)], ", ")
        what = what or short_sentence(first.progress)
        more = f"; and {number(facts.needs.count - 1)} more" if facts.needs.count > 1 else ""
        verb = "needed" if facts.stale else "needs" if facts.needs.count == 1 else "need"
        batches = counted(facts.needs.count, "batch", "batches")
        needs = words(f"{batches} {verb} you: ", Foreign(first.progress.reference_id), " (", what, f"){more}")
    else:
        needs = words(str(calm(facts)).removesuffix("."))
    parts = (
        (facts.due.count, "due today"),
        (facts.finished.count, "finished"),
        (facts.running.count, "were running" if facts.stale else "running"),
    )
    others = joined([f"{number(n)} {what}" for n, what in parts if n], ", ")
    read = words(", data from ", At(facts.read_at, "day")) if facts.stale and facts.read_at else NOTHING
    return words("Digest", read, ": ", joined([needs, others], "; "), ".")


def more(part: DigestPart) -> Words:
    """How many are not shown; nothing when all are."""
    hidden = part.count - len(part.lines)
    return words(f"and {counted(hidden, 'more batch', 'more batches')}") if hidden > 0 else NOTHING


def _name(line: DigestLine) -> Words:
    return words(Foreign(line.progress.reference_id, _LONGEST_REFERENCE, strong=True))


def _percent(line: DigestLine) -> str:
    return f"{line.progress.percent}% finished" if line.progress.total else "no requests yet"


def _open(line: DigestLine) -> str:
    still_open = line.progress.open_failures
    return f"{counted(still_open, 'failure')} open" if still_open else ""


def _failures(line: DigestLine) -> Words:
    if not line.progress.open_failures:
        return NOTHING
    kinds = [_kind(kind) for kind in line.kinds]
    kinds += [words(counted(line.more_kinds, "more kind"))] if line.more_kinds else []
    return words(_open(line), ": ", listed(kinds)) if kinds else words(_open(line))


def _kind(kind: OpenKind) -> Words:
    on_it = words(" (", Person(kind.assigned_to), " is on it)") if kind.assigned_to else NOTHING
    return words(Foreign(kind.name, _LONGEST_KIND), f" ×{number(kind.open)}", on_it)


def _due(line: DigestLine) -> Words:
    if line.deadline is None:
        return NOTHING
    return words(f"{_RISK.get(line.risk, 'deadline') if line.risk else 'deadline'} ", At(line.deadline, "day"))


def _stuck(line: DigestLine) -> str:
    return f"{number(line.stuck)} {'is' if line.stuck == 1 else 'are'} stuck" if line.stuck else ""
