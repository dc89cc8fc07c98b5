"""The sentences about many references at once, for cards, tables and lists."""

from bot.domain.glob import is_everything
from bot.domain.overview import Overview, Standing
from bot.domain.policy_wording import narrowed
from bot.domain.triage_wording import failed
from bot.domain.wording import counts
from bot.domain.words import NOTHING, At, Code, Foreign, Words, counted, joined, listed, number, words

_LONGEST_REFERENCE = 80
_TELLING = frozenset("`\"'<>&@#")


def overview_headline(overview: Overview) -> Words:
    """Such as "batch-* · 40 references · 73% finished · 6 failed"."""
    totals = overview.totals
    parts: list[Words | str] = [words(Foreign(overview.pattern, strong=True)), how_many(overview)]
    parts.append(f"{totals.percent}% finished" if totals.total else "no requests yet")
    parts.append(failed(totals))
    return joined(parts, " · ")


def how_many(overview: Overview) -> str:
    """Such as "40 references"."""
    return counted(overview.references, "reference")


def overview_freshness(overview: Overview) -> tuple[Words, ...]:
    """How fresh the totals are, and of which references only a part may be known."""
    notes = []
    if overview.read_at is not None:
        oldest = "oldest reading " if overview.totals.open else "read "
        notes.append(words(oldest, At(overview.read_at, "ago")))
    if overview.unread:
        notes.append(words(f"{counted(overview.unread, 'reference')} never read as a whole yet"))
    more = [note for note in (still_filling(overview), narrowed(overview.only)) if note]
    return (*(notes or [words("never read as a whole yet")]), *more)


def still_filling(overview: Overview) -> Words:
    """How much of the account is known, as long as there may be references that nobody has seen yet."""
    if overview.filled is None:
        return words("the account's list has no order: references that nobody watches by name may be missing")
    if overview.filled >= 1:
        return NOTHING
    return words(f"{int(100 * overview.filled)}% of the account's list read so far")


def overview_sentence(overview: Overview) -> Words:
    """Totals and freshness in one sentence."""
    if not overview.references:
        none = words("No known reference matches ", Foreign(overview.pattern), " yet")
        return joined([none, still_filling(overview), narrowed(overview.only)], "; ")
    notes = joined(overview_freshness(overview), "; ")
    totals = counts(overview.totals, between=", ", before_total=" ")
    finished = f": {how_many(overview)}, {overview.totals.percent}% finished, "
    return words(Foreign(overview.pattern), finished, totals, "; ", notes)


def risk_lines(overview: Overview) -> tuple[Words, ...]:
    """The references most at risk one below the other."""
    return tuple(map(_risk_line, overview.most))


def more_references(overview: Overview) -> Words:
    """How many references there are besides those shown; nothing when there are none."""
    more = overview.references - len(overview.most)
    return words(f"and {counted(more, 'more reference')}") if more > 0 else NOTHING


def _risk_line(standing: Standing) -> Words:
    progress = standing.progress
    parts: list[Words | str] = [words(Foreign(progress.reference_id, _LONGEST_REFERENCE, strong=True))]
    parts.append(failed(progress))
    if standing.is_unread:
        parts.append(f"{number(progress.total)} seen, not read yet")
    else:
        parts.append(f"{progress.percent}% of {number(progress.total)}" if progress.total else "nothing listed")
    parts += [words("oldest sent ", At(standing.waiting_since, "ago"))] if standing.waiting_since else []
    return joined(parts, " · ")


def every_reference(pattern: str) -> Words:
    """What a pattern stands for."""
    if is_everything(pattern):
        return words("every reference of the account")
    return words("every reference that matches ", Foreign(pattern, strong=True))


def meant(nearest: tuple[str, ...], typed: str | None) -> Words:
    """Which references may have been meant; what to type for each, when `typed` is the command before them."""
    if not nearest:
        return NOTHING
    return words("Nearest: ", listed([to_type(name, typed) for name in nearest]), ".")


def to_type(name: str, typed: str | None) -> Words:
    """The command with the reference behind it where that can be typed as it is shown, else only the reference."""
    return words(Code(f"{typed} {as_typed(name)}")) if typed and is_plain(name) else words(Foreign(name))


def as_typed(reference_id: str) -> str:
    """A reference as it is typed: in quotes when it has spaces."""
    return f'"{reference_id}"' if " " in reference_id else reference_id


def is_plain(name: str) -> bool:
    """Whether a name can be typed as it is shown: short, in plain letters, and without signs that mean something."""
    is_ordinary = name.isascii() and name.isprintable() and name.strip() == name
    return 0 < len(name) <= _LONGEST_REFERENCE and is_ordinary and not set(name) & _TELLING
