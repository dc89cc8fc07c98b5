"""The words for what is stuck, shared by messages, cards and answers."""

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
    still = "still " if facts.finished or facts.moved else ""
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
    verb = "waits" if len(ones) == 1 else "wait"
    longest = "" if len(ones) == 1 else "the longest "
    later = f" while {OVERTAKEN_BY} or more that were created later have started"
    return words(f"{number(len(ones))} {verb}{later}, {longest}since ", At(ones[0].since, "day"))


def missing_sentence(facts: MissingFacts) -> Words:
    """Such as "40 of 250 missing, nothing new for 10 m", or how it went on."""
    progress = facts.progress
    arrived = f"{number(progress.total)} of {number(progress.of)} arrived"
    match facts.over:
        case "all":
            return words(f"no more are missing: {arrived}")
        case "more":
            return words(f"more are coming: {arrived} by now")
        case "settled":
            return words(f"the batch settled: {arrived}")
        case _:
            nothing_new = f"nothing new for {_long(facts.as_of - facts.since)}"
            return words(f"{number(progress.of - progress.total)} of {number(progress.of)} missing, {nothing_new}")


def stalled_sentence(facts: StalledFacts) -> Words:
    """That nothing finishes, or since when it does again."""
    if facts.over_at is not None:
        return words("moving again since ", At(facts.over_at, "day"))
    if facts.ended:
        return words("nothing is running any more")
    return words("nothing has finished since ", At(facts.since, "day"))


def stalled_what(facts: StalledFacts) -> Words:
    """How much is held up, and what that is called."""
    running = f"{counted(facts.running, 'request')} of {counted(facts.batches, 'batch', 'batches')} watched here"
    verb = "is" if facts.running == 1 else "are"
    waiting = f", {number(facts.waiting)} wait behind them" if facts.waiting else ""
    names: list[Words | str] = [words(Foreign(name, _LONGEST_NAME)) for name in facts.references]
    more = facts.batches - len(names)
    return words(
        f"{running} {verb} running{waiting}: ", listed([*names, counted(more, "other")] if more > 0 else names)
    )


def stuck_line(slow: int, overtaken: int) -> Words:
    """What a card or an answer says of what is stuck, such as "2 stuck: 1 running for too long, 1 overtaken"."""
    parts = ((slow, "running for too long"), (overtaken, "overtaken in the queue"))
    which = joined([f"{number(n)} {name}" for n, name in parts if n], ", ")
    return words(f"{number(slow + overtaken)} stuck: ", which) if which else NOTHING


def _long(length: timedelta) -> str:
    """In whole minutes: it is told when it is at least ten."""
    return duration(timedelta(minutes=length // timedelta(minutes=1)))
