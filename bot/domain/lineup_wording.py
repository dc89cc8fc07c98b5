"""The sentences about the queue of the whole account."""

from bot.domain.lineup import Lineup, LineupAnswer, Outcomes
from bot.domain.words import NOTHING, At, Foreign, Strong, Words, counted, duration, joined, number, words

_LONGEST_TROUBLE = 200
_NAME = "the account's queue"


def lineup_sentence(answer: LineupAnswer) -> Words:
    """The whole answer in one sentence, with freshness."""
    notes = joined(lineup_freshness(answer), "; ")
    if answer.lineup.looked_at is None:
        return words(joined(["Nothing of the account was read yet", notes], "; "), ".")
    parts = joined([_state(answer), _oldest(answer), _pace(answer)], "; ")
    return words(_NAME, _as_of(answer, ", as of "), ": ", parts, "; ", notes, ".")


def lineup_lines(answer: LineupAnswer) -> tuple[Words, ...]:
    """The same line by line."""
    if answer.lineup.looked_at is None:
        return (words("Nothing of the account was read yet."),)
    title = words(Strong("The account's queue"), _as_of(answer, " · as of "))
    state = joined([_state(answer, " · "), _oldest(answer)], " · ")
    return tuple(line for line in (title, state, _pace(answer, " · "), _typical(answer)) if line)


def lineup_freshness(answer: LineupAnswer) -> tuple[Words, ...]:
    """How fresh it is, how much of the account is known, and what makes it slow."""
    lineup = answer.lineup
    notes = [_trouble(answer)]
    if lineup.looked_at is None:
        return tuple(note for note in (*notes, _slowed(answer)) if note)
    notes.append(words("last look ", At(lineup.looked_at, "ago")))
    if lineup.read_at is not None:
        notes.append(words("oldest reading of what is in line ", At(lineup.read_at, "ago")))
    if lineup.unread:
        notes.append(words(f"{counted(lineup.unread, 'reference')} in line never read as a whole yet"))
    if lineup.filled is None:
        notes.append(words("the account's list has no order: what nobody watches by name may be missing"))
    elif lineup.filled < 1:
        notes.append(words(f"{int(100 * lineup.filled)}% of the account's list read so far, so there may be more"))
    return tuple(note for note in (*notes, _slowed(answer)) if note)


def _as_of(answer: LineupAnswer, before: str) -> Words:
    if not answer.stale or answer.lineup.looked_at is None:
        return NOTHING
    return words(before, At(answer.lineup.looked_at, "day"))


def _state(answer: LineupAnswer, between: str = ", ") -> Words:
    lineup = answer.lineup
    if not lineup.line:
        return words("nothing ran and nothing waited" if answer.stale else "nothing runs and nothing waits")
    parts = [f"{number(lineup.running)} running", f"{number(lineup.waiting)} waiting"]
    parts += [f"{number(lineup.other)} in other states"] if lineup.other else []
    return words(joined(parts, between), _where(lineup))


def _where(lineup: Lineup) -> str:
    named = sum(each.others or each.reference_id is not None for each in lineup.line)
    parts = [f"in {counted(named, 'reference')}"] if named else []
    parts += (
        ["without a reference"] if any(each.reference_id is None and not each.others for each in lineup.line) else []
    )
    return f" {' and '.join(parts)}"


def _oldest(answer: LineupAnswer) -> Words:
    since = answer.lineup.waiting_since
    return words("oldest waiting since ", At(since, "day")) if since is not None else NOTHING


def _pace(answer: LineupAnswer, between: str = ", ") -> Words:
    lineup = answer.lineup
    until = " before that" if answer.stale else ""
    return joined(
        [
            f"{'the' if answer.stale else 'last'} hour{until}: {_outcomes(lineup.hour)}",
            f"{'the' if answer.stale else 'last'} 24 hours{until}: {_outcomes(lineup.day)}",
        ],
        between,
    )


def _outcomes(outcomes: Outcomes) -> str:
    failed = f" ({number(outcomes.failed)} failed)" if outcomes.failed else ""
    return f"{number(outcomes.finished)} finished{failed}"


def _typical(answer: LineupAnswer) -> Words:
    lineup = answer.lineup
    if lineup.typical is None:
        return NOTHING
    return words(f"typical clip {duration(lineup.typical)}, of the last {number(lineup.measured)} done")


def _trouble(answer: LineupAnswer) -> Words:
    if answer.trouble is None:
        return NOTHING
    return words("the API could not be read: ", Foreign(answer.trouble, _LONGEST_TROUBLE))


def _slowed(answer: LineupAnswer) -> Words:
    if not answer.is_slowed:
        return NOTHING
    if answer.allowed < answer.calls_limit:
        return words(
            f"the API asked to slow down: {number(answer.allowed)} of {number(answer.calls_limit)} calls a minute now"
        )
    return words(f"slowed by the budget: all {number(answer.calls_limit)} calls of the last minute were used")
