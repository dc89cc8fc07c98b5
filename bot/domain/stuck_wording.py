"""The words for what is stuck, shared by messages, cards and answers."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.stuck_facts import MissingFacts, StalledFacts, StuckFacts, StuckOne, Why
from bot.domain.traffic import OVERTAKEN_BY
from bot.domain.words import NOTHING, At, Foreign, Words, counted, duration, joined, listed, number, words

_LONGEST_NAME = 60


def how_many(facts: StuckFacts) -> str:
    """Such as "3 requests are stuck", "none is stuck any more"."""
    n = len(facts.ones)
    if not n:
        return "none is stuck any more"
    still = "still " if (facts.finished or facts.moved) and not facts.grown else ""
    return f"{counted(n, 'request')} {'is' if n == 1 else 'are'} {still}stuck"


def since_then(facts: StuckFacts) -> str:
    """What became of those that were told before, such as "2 finished since, 1 goes on"; empty when nothing did."""
    finished = f"{number(facts.finished)} finished since" if facts.finished else ""
    moved = f"{number(facts.moved)} {'goes' if facts.moved == 1 else 'go'} on" if facts.moved else ""
    return ", ".join(part for part in (finished, moved) if part)


def why(facts: StuckFacts) -> tuple[Words, ...]:
    """For each reason how many are stuck so, and since when."""
    return tuple(line for line in (_slow(facts), _overtaken(facts)) if line)


def _of(facts: StuckFacts, reason: Why) -> tuple[StuckOne, ...]:
    return tuple(one for one in facts.ones if one.why == reason)


def _slow(facts: StuckFacts) -> Words:
    ones = _of(facts, "slow")
    if not ones:
        return NOTHING
    verb = "runs" if len(ones) == 1 else "run"
    longest = "" if len(ones) == 1 else "the longest "
    return words(f"{number(len(ones))} {verb} for too long, {longest}since ", At(ones[0].since, "day"), _usual(facts))


def _usual(facts: StuckFacts) -> str:
    if facts.usual is None:
        return " (none has finished yet in this account to compare with)"
    return f" (95 of 100 take at most {duration(facts.usual)})"


def _overtaken(facts: StuckFacts) -> Words:
    ones = _of(facts, "overtaken")
    if not ones:
        return NOTHING
    verb, longest = ("was", "") if len(ones) == 1 else ("were", "the longest ")
    overtaken = f"{number(len(ones))} {verb} overtaken in the queue by {OVERTAKEN_BY} or more created later"
    return words(f"{overtaken}, {longest}waiting since ", At(ones[0].since, "day"))


def missing_sentence(facts: MissingFacts) -> Words:
    """Such as "40 of 250 missing, nothing new for 10 m", or how it went on."""
    progress = facts.progress
    arrived = f"{number(progress.total)} of {number(progress.of)} arrived"
    match facts.over:
        case "all":
            return words(f"no more are missing: {arrived}")
        case "more":
            return words(f"more are coming: {arrived} by now")
        case "unknown":
            return words(f"no number is expected any more: {number(progress.total)} arrived")
        case "settled":
            return words(f"the batch settled: {arrived}")
        case _:
            nothing_new = f"nothing new for {_long(facts.as_of - facts.since)}"
            return words(f"{number(progress.of - progress.total)} of {number(progress.of)} missing, {nothing_new}")


def stalled_title(facts: StalledFacts) -> str:
    """What has come to a stop, or how that ended."""
    if facts.over_at is not None:
        return "Requests finish again"
    return "Nothing is running any more" if facts.ended else "Nothing finishes in this account"


def stalled_since(facts: StalledFacts) -> Words:
    """From when to when nothing finished, as far as was read."""
    if facts.over_at is not None:
        return words("since ", At(facts.over_at, "day"), "; before that nothing had since ", At(facts.since, "day"))
    if facts.ended:
        return words("nothing had finished since ", At(facts.since, "day"))
    return words("as far as I have read, none has since ", At(facts.since, "day"))


def stalled_what(facts: StalledFacts) -> Words:
    """How much is held up in a place, and what that is called."""
    parts = [(facts.running, "running"), (facts.waiting, "waiting")]
    many = listed([f"{number(n)} {name}" for n, name in parts if n])
    names: list[Words | str] = [words(Foreign(name, _LONGEST_NAME)) for name in facts.references]
    more = facts.batches - len(names)
    every = listed([*names, counted(more, "other")] if more > 0 else names)
    return words(many, f" in {counted(facts.batches, 'batch', 'batches')} watched here: ", every)


def stuck_line(ones: Sequence[StuckOne]) -> Words:
    """What a card or an answer says of what is stuck: "2 stuck: 1 running for too long, 1 overtaken in the queue"."""
    names: tuple[tuple[Why, str], ...] = (("slow", "running for too long"), ("overtaken", "overtaken in the queue"))
    many = [(sum(1 for one in ones if one.why == reason), name) for reason, name in names]
    which = joined([f"{number(n)} {name}" for n, name in many if n], ", ")
    return words(f"{number(len(ones))} stuck: ", which) if which else NOTHING


def _long(length: timedelta) -> str:
    """In whole minutes: it is told when it is at least ten."""
    return duration(timedelta(minutes=length // timedelta(minutes=1)))
